//! Schedule expressions of EventBridge: `rate(5 minutes)` and six-field `cron(...)`, in UTC.

mod cron;

use std::time::Duration;

pub use self::cron::Cron;

/// How often a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frequency {
    /// At regular intervals.
    Every(Duration),
    /// At these times.
    Cron(Cron),
}

impl Frequency {
    /// Parse `rate(...)` or a six-field `cron(...)`. The error says what is wrong and what is expected.
    pub fn parse(expression: &str) -> Result<Self, String> {
        if let Some(rate) = inner(expression, "rate") {
            rate_of(rate).map(Self::Every)
        } else if let Some(cron) = inner(expression, "cron") {
            Cron::parse(cron).map(Self::Cron)
        } else {
            Err("must be `rate(5 minutes)` or a six-field `cron(...)`, in lower case".into())
        }
    }

    /// Return the time between two runs if it is always the same.
    pub fn interval(&self) -> Option<Duration> {
        match self {
            Self::Every(interval) => Some(*interval),
            Self::Cron(cron) => cron.interval(),
        }
    }

    /// Return when it fires next after a time, both in Unix seconds. A rate counts from that time.
    pub fn next_after(&self, at: u64) -> Option<u64> {
        match self {
            Self::Every(interval) => at.checked_add(interval.as_secs()),
            Self::Cron(cron) => cron.next_after(at),
        }
    }
}

fn inner<'a>(expression: &'a str, function: &str) -> Option<&'a str> {
    expression.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')')
}

fn rate_of(rate: &str) -> Result<Duration, String> {
    let words: Vec<&str> = rate.split(' ').collect();
    let &[number, unit] = words.as_slice() else {
        return Err("needs a number and a unit, as in `rate(5 minutes)`".into());
    };
    let value = number
        .parse::<u32>()
        .ok()
        .filter(|value| *value > 0 && !number.starts_with(['0', '+']))
        .ok_or_else(|| format!("must have a whole number of at least 1, not `{number}`"))?;
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    let seconds: u64 = match singular {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return Err(format!("has the unit `{unit}`, but AWS accepts only minutes, hours and days")),
    };
    let right = if value == 1 { singular.to_owned() } else { format!("{singular}s") };
    if unit != right {
        return Err(format!("must be `rate({value} {right})`: AWS requires `{right}` here"));
    }
    Ok(Duration::from_secs(seconds * u64::from(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-03 10:05 UTC, a Tuesday.
    const AT: u64 = 1_793_700_300;

    fn next(expression: &str) -> Option<String> {
        let next = Frequency::parse(expression).unwrap().next_after(AT)?;
        Some(format!("{} {}", crate::time::date(next), crate::time::clock(next)))
    }

    #[test]
    fn the_next_run_is_found_for_every_kind_of_schedule() {
        for (expression, expected) in [
            ("rate(1 minute)", Some("2026-11-03 10:06")),
            ("rate(1 day)", Some("2026-11-04 10:05")),
            ("cron(* * * * ? *)", Some("2026-11-03 10:06")),
            ("cron(0/5 * * * ? *)", Some("2026-11-03 10:10")),
            ("cron(5 10 * * ? *)", Some("2026-11-04 10:05")),
            ("cron(0 8,22 * * ? *)", Some("2026-11-03 22:00")),
            ("cron(0 8 ? * MON-FRI *)", Some("2026-11-04 08:00")),
            ("cron(0 8 ? * MON *)", Some("2026-11-09 08:00")),
            ("cron(0 0 L * ? *)", Some("2026-11-30 00:00")),
            ("cron(0 0 29 2 ? *)", Some("2028-02-29 00:00")),
            ("cron(0 0 1 1 ? 2199)", Some("2199-01-01 00:00")),
            ("cron(0/5 * * * ? 2020-2025)", None),
            ("cron(0 0 30 2 ? *)", None),
        ] {
            assert_eq!(next(expression).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn a_schedule_has_an_interval_if_it_is_the_same_day_and_night() {
        for (expression, expected) in [
            ("rate(5 minutes)", Some(5)),
            ("cron(0/15 * * * ? *)", Some(15)),
            ("cron(* * * * ? *)", Some(1)),
            ("cron(3/20 * ? * * *)", Some(20)),
            ("cron(30 6 ? * SUN-SAT *)", Some(24 * 60)),
            ("cron(5 1/6 * * ? *)", Some(6 * 60)),
            ("cron(0/7 * * * ? *)", None),
            ("cron(0/15 8-18 * * ? *)", None),
            ("cron(0 8,9 * * ? *)", None),
            ("cron(0/15 * ? * MON-FRI *)", None),
            ("cron(0/15 * 1-30 * ? *)", None),
            ("cron(0/15 * L * ? *)", None),
            ("cron(0/15 * * 1-11 ? *)", None),
        ] {
            let interval = Frequency::parse(expression).unwrap().interval();
            assert_eq!(interval, expected.map(|minutes| Duration::from_secs(60 * minutes)), "{expression}");
        }
    }

    #[test]
    fn the_next_run_is_the_first_of_all_runs_after_a_time() {
        for expression in
            ["cron(3/20 0/7 3W * ? *)", "cron(0,59 */5 ? * 6L *)", "cron(7 23 ? 2-4 1#2 2027/2)"]
        {
            let Ok(Frequency::Cron(cron)) = Frequency::parse(expression) else { panic!("{expression}") };
            let mut at = AT;
            for expected in cron.runs().filter(|run| *run > AT).take(200) {
                let next = cron.next_after(at);
                assert_eq!(next, Some(expected), "{expression} after {at}");
                assert_eq!(cron.next_after(expected - 1), next, "{expression} just before {expected}");
                at = expected;
            }
            assert!(at > AT, "{expression}");
        }
    }
}
