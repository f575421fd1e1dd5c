//! How often a schedule fires, for an estimate of what it costs.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use plexmon_function::contract::schedule::Frequency;

/// An average month, a twelfth of 365.25 days.
pub const SECONDS_A_MONTH: u64 = 2_629_800;

/// After as many years, dates fall on the same days of the week again, and leap years have had their share.
const CYCLE_YEARS: usize = 28;

/// Return the runs in an average month from the year of `now` (Unix seconds) on, rounded up. Months without any run do not
/// count: what is free each month cannot be saved for another one.
pub(super) fn runs_a_month(frequency: &Frequency, now: u64) -> u64 {
    match frequency {
        Frequency::Every(interval) => SECONDS_A_MONTH.div_ceil(interval.as_secs().max(1)),
        Frequency::Cron(cron) => {
            let (runs, months) = cron.runs_and_months(year(now), CYCLE_YEARS);
            runs.div_ceil(months.max(1))
        }
    }
}

fn year(at: u64) -> u32 {
    let at = i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).year().unsigned_abs().into()
}

#[cfg(test)]
mod tests {
    use crate::config::Schedule;

    /// 2026-11-03 10:05 UTC.
    const NOW: u64 = 1_793_700_300;

    #[test]
    fn the_runs_of_an_average_month_are_counted_for_every_kind_of_schedule() {
        for (expression, runs) in [
            ("rate(1 minute)", 43_830),
            ("rate(5 minutes)", 8_766),
            ("rate(7 minutes)", 6_262),
            ("rate(1 day)", 31),
            ("rate(400 days)", 1),
            ("cron(* * * * ? *)", 43_830),
            ("cron(0/5 * * * ? *)", 8_766),
            ("cron(*/7 * * * ? *)", 6_575),
            ("cron(0 8 * * ? *)", 31),
            ("cron(0,30 8 ? * MON-FRI *)", 44),
            ("cron(0 0 L * ? *)", 1),
            // In months that have such a day.
            ("cron(0 8 ? DEC * *)", 31),
            ("cron(0 0/6 31 * ? *)", 4),
            ("cron(0 8 ? * 2#5 *)", 1),
            ("cron(0 0 29 2 ? *)", 1),
            // Years that are over do not count, nor do those that are left out.
            ("cron(0 8 1 * ? 2020-2026)", 1),
            ("cron(0 8 * * ? 2026/2)", 31),
            ("cron(0/5 * * * ? 2030)", 8_760),
            ("cron(0/5 5 ? JAN 1-5 2022)", 0),
            ("cron(0 0 30 2 ? *)", 0),
        ] {
            assert_eq!(Schedule::parse(expression).unwrap().runs_a_month(NOW), runs, "{expression}");
        }
    }

    #[test]
    fn a_clock_that_is_wrong_is_no_reason_to_fail() {
        for now in [0, u64::MAX] {
            assert!(Schedule::parse("cron(0 8 * * ? *)").unwrap().runs_a_month(now) <= 31, "{now}");
        }
    }
}
