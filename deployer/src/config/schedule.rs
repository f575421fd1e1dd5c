//! Schedule expressions: their grammar, checked before any call to AWS, and the times between runs.

mod frequency;
mod read;

use std::fmt;
use std::time::Duration;

use plexmon_function::contract::schedule::Frequency;

pub use self::frequency::SECONDS_A_MONTH;
use self::frequency::runs_a_month;
pub(super) use self::read::read;

/// The longest expression that EventBridge accepts.
const LONGEST: usize = 256;

/// A schedule expression that AWS accepts, and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    expression: String,
    smallest_gap: Option<Duration>,
    last: Last,
    frequency: Frequency,
}

/// When a schedule fires for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It has no end.
    Endless,
    /// At this time, in Unix seconds.
    At(u64),
    /// It never fires, as on 30 February.
    Never,
}

impl Schedule {
    /// Parse `rate(...)` or a six-field `cron(...)`. The error says what is wrong and what is expected.
    pub fn parse(expression: &str) -> Result<Self, String> {
        if expression.len() > LONGEST {
            return Err(format!("has {} characters, but AWS accepts at most {LONGEST}", expression.len()));
        }
        let frequency = Frequency::parse(expression)?;
        let (smallest_gap, last) = match &frequency {
            Frequency::Every(interval) => (Some(*interval), Last::Endless),
            Frequency::Cron(cron) => (cron.smallest_gap(), cron.last().map_or(Last::Never, Last::At)),
        };
        Ok(Self { expression: expression.to_owned(), smallest_gap, last, frequency })
    }

    /// Return the expression for AWS.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Return the shortest time between two runs; `None` if there is at most one.
    pub fn smallest_gap(&self) -> Option<Duration> {
        self.smallest_gap
    }

    /// Return whether it fires after `now` (Unix seconds). AWS accepts schedules that never do.
    pub fn fires_after(&self, now: u64) -> bool {
        match self.last {
            Last::Endless => true,
            Last::At(last) => last > now,
            Last::Never => false,
        }
    }

    /// Return how many runs it starts in an average month, rounded up; none if it never fires after `now` (Unix seconds).
    pub fn runs_a_month(&self, now: u64) -> u64 {
        if self.fires_after(now) { runs_a_month(&self.frequency, now) } else { 0 }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_that_aws_accepts_are_accepted() {
        for good in [
            "rate(1 minute)",
            "rate(5 minutes)",
            "rate(1 hour)",
            "rate(12 hours)",
            "rate(1 day)",
            "cron(0/5 * * * ? *)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(15 10 L * ? *)",
            "cron(0 9 ? * 2#1 *)",
            "cron(0,30 9-17 3W JAN,jul ? 2026-2030)",
            "cron(*/10 * ? * 6L *)",
            "cron(0 10 * * ? *)",
            "cron(0/15 * * * ? *)",
            "cron(0 2 ? * SAT#3 *)",
            "cron(* * ? * SAT#3 *)",
            "cron(15 10 ? * 6L 2002-2005)",
            "cron(5,35 14 * * ? *)",
            "cron(0/5 5 ? JAN 1-5 2022)",
            "cron(0 11-23/2 1,15 1-12/3 ? 2026/2)",
            "cron(0 0 LW * ? *)",
            "cron(0 0 ? * L *)",
        ] {
            assert!(Schedule::parse(good).is_ok(), "{good}: {:?}", Schedule::parse(good));
        }
    }

    #[test]
    fn expressions_that_aws_rejects_are_rejected_with_the_reason() {
        for (bad, why) in [
            ("rate(1 minutes)", "rate(1 minute)"),
            ("rate(1 hours)", "rate(1 hour)"),
            ("rate(1 days)", "rate(1 day)"),
            ("rate(5 minute)", "rate(5 minutes)"),
            ("rate(10 hour)", "rate(10 hours)"),
            ("rate(10 day)", "rate(10 days)"),
            ("rate(0 minutes)", "at least 1"),
            ("rate(-10 minutes)", "at least 1"),
            ("rate(+10 minutes)", "at least 1"),
            ("rate(foo minutes)", "at least 1"),
            ("rate(10 seconds)", "minutes, hours and days"),
            ("rate(10 years)", "minutes, hours and days"),
            ("rate(10 minutess)", "minutes, hours and days"),
            ("rate(10 MINUTES)", "minutes, hours and days"),
            ("rate()", "a number and a unit"),
            ("rate(10)", "a number and a unit"),
            ("rate(5  minutes)", "a number and a unit"),
            ("rate( 10 minutes )", "a number and a unit"),
            (" rate(10 minutes)", "lower case"),
            ("Rate(5 minutes)", "lower case"),
            ("*/5 * * * *", "lower case"),
            ("cron(INVALID)", "six"),
            ("cron(*/5 * * * *)", "six"),
            ("cron(0 1 * * * *)", "exactly one"),
            ("cron(0 8 ? * ? *)", "exactly one"),
            ("cron(0 8 1 * MON *)", "exactly one"),
            ("cron(0 8 1,? * MON *)", "day-of-month"),
            ("cron(7 20 * * NOT *)", "day-of-week"),
            ("cron(71 8 1 * ? *)", "minutes"),
            ("cron(0 dummy ? * MON-FRI *)", "hours"),
            ("cron(60 8 * * ? *)", "minutes"),
            ("cron(+5 8 * * ? *)", "minutes"),
            ("cron(0 8 ? * 0 *)", "day-of-week"),
            ("cron(0 8 * * ? 1969)", "year"),
            ("cron(5-1 8 * * ? *)", "minutes"),
            ("cron(0/0 8 * * ? *)", "minutes"),
            ("cron(0, 8 * * ? *)", "minutes"),
            ("cron(0 8 ? * 2#6 *)", "day-of-week"),
            ("cron(0 8 ? * 3#1,6#3 *)", "only one"),
            ("", "rate(5 minutes)"),
        ] {
            let error = Schedule::parse(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
        let long = format!("cron({}0 8 * * ? *)", "0,".repeat(200));
        assert!(Schedule::parse(&long).expect_err("too long").contains("256"));
    }

    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;

    #[test]
    fn the_smallest_gap_is_computed_for_every_kind_of_schedule() {
        for (expression, gap) in [
            ("rate(1 minute)", Some(MINUTE)),
            ("rate(36 hours)", Some(36 * HOUR)),
            ("rate(1 day)", Some(DAY)),
            ("cron(* * * * ? *)", Some(MINUTE)),
            ("cron(0/5 * * * ? *)", Some(5 * MINUTE)),
            ("cron(*/7 * * * ? *)", Some(4 * MINUTE)),
            ("cron(3/20 * * * ? *)", Some(20 * MINUTE)),
            ("cron(0,59 * * * ? *)", Some(MINUTE)),
            ("cron(0 * * * ? *)", Some(HOUR)),
            ("cron(10-20/10,55 * * * ? *)", Some(10 * MINUTE)),
            ("cron(0/90 * * * ? *)", Some(HOUR)),
            // Across midnight.
            ("cron(0 0,23 * * ? *)", Some(HOUR)),
            ("cron(0 0,23 ? * MON *)", Some(23 * HOUR)),
            ("cron(59 23 * * ? *)", Some(DAY)),
            // Days of the month, and from one month to the next.
            ("cron(0 0 1 * ? *)", Some(28 * DAY)),
            ("cron(0 0 31 * ? *)", Some(31 * DAY)),
            ("cron(0 0 1,L * ? *)", Some(DAY)),
            ("cron(0 0 L * ? *)", Some(28 * DAY)),
            ("cron(0 0 29 2 ? *)", Some(1461 * DAY)),
            ("cron(0 0 1 JAN-MAR/2 ? *)", Some(59 * DAY)),
            // The working day that is nearest.
            ("cron(0 0 1W * ? *)", Some(28 * DAY)),
            ("cron(0 0 LW * ? *)", Some(28 * DAY)),
            ("cron(0 0 1W,2 * ? *)", Some(DAY)),
            // Days of the week.
            ("cron(0 8 ? * MON-FRI *)", Some(DAY)),
            ("cron(0 8 ? * SUN,WED *)", Some(3 * DAY)),
            ("cron(0 8 ? * 1/3 *)", Some(DAY)),
            ("cron(0 8 ? * L *)", Some(7 * DAY)),
            ("cron(0 8 ? * 6L *)", Some(28 * DAY)),
            ("cron(0 2 ? * SAT#3 *)", Some(28 * DAY)),
            ("cron(* * ? * SAT#3 *)", Some(MINUTE)),
            ("cron(0 8 ? * 2#5 *)", Some(63 * DAY)),
            // Years.
            ("cron(0 0 1 1 ? 2026/2)", Some(730 * DAY)),
            ("cron(0/5 5 ? JAN 1-5 2022)", Some(5 * MINUTE)),
            ("cron(0 0 1 1 ? 2030)", None),
            ("cron(0 0 30 2 ? *)", None),
        ] {
            let schedule = Schedule::parse(expression).unwrap();
            assert_eq!(schedule.smallest_gap(), gap.map(Duration::from_secs), "{expression}");
        }
    }

    #[test]
    fn a_schedule_that_has_ended_or_never_begins_is_recognized() {
        // 2026-11-03 10:05 UTC.
        let now = 1_793_700_300;
        for (expression, fires) in [
            ("rate(5 minutes)", true),
            ("cron(0/5 * * * ? *)", true),
            ("cron(15 10 ? * 6L 2002-2005)", false),
            ("cron(0/5 5 ? JAN 1-5 2022)", false),
            ("cron(0/5 * * * ? 2026)", true),
            ("cron(4 10 3 NOV ? 2026)", false),
            ("cron(6 10 3 NOV ? 2026)", true),
            ("cron(0 0 1 1 ? 2027)", true),
            ("cron(0 0 30 2 ? *)", false),
        ] {
            assert_eq!(Schedule::parse(expression).unwrap().fires_after(now), fires, "{expression}");
        }
    }
}
