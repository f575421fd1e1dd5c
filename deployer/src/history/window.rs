//! The part of the past that a command is about. It begins with a whole hour or day, because checks are counted in
//! those.

use plexmon_function::contract::history::{Begin, Counts, HOUR_S, RECENT_HOURS, TargetHistory, hour_of};
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time::day_of;

use crate::cli::Since;

const DAY_S: u64 = 24 * HOUR_S;

/// From its beginning until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// In Unix seconds.
    pub begin: u64,
    first: Begin,
}

impl Window {
    /// Return the window of a command at a time in Unix seconds.
    ///
    /// As in `status`, up to 24 hours end with the current one, and more are days that end with today.
    pub fn new(since: Since, clock: &Clock, now: u64) -> Self {
        let recent = u64::from(RECENT_HOURS) * HOUR_S;
        let before =
            |last: u32, count: u64| last.saturating_sub(u32::try_from(count - 1).unwrap_or(u32::MAX));
        let first = match since {
            Since::Ago(length) if length.as_secs() <= recent => {
                Begin::Hour(before(hour_of(now), length.as_secs().div_ceil(HOUR_S).max(1)))
            }
            Since::Ago(length) => Begin::Day(before(day_of(now, clock), length.as_secs().div_ceil(DAY_S))),
            Since::Day(day) => Begin::Day(day),
        };
        Self { begin: first.at(clock), first }
    }

    /// Return a target's checks.
    pub fn counts(self, history: &TargetHistory) -> Counts {
        let mut sum = Counts::EMPTY;
        match self.first {
            Begin::Hour(first) => {
                let hours = history.record.hours.range(first..=history.hour.max(first));
                hours.for_each(|(_, hour)| sum.add_all(&hour.counts));
            }
            Begin::Day(first) => {
                let days = history.record.days.range(first..=history.today.max(first));
                days.for_each(|(_, day)| sum.add_all(&day.counts));
            }
        }
        sum
    }

    /// Return since when a target's history is in the window, in Unix seconds; nothing if there is none.
    pub fn begin_of(self, history: &TargetHistory, clock: &Clock) -> Option<u64> {
        let first_day = history.first_day()?;
        let first = match (self.first, history.record.hours.keys().next()) {
            (Begin::Hour(_), Some(hour)) => Begin::Hour(*hour),
            _ => Begin::Day(first_day),
        };
        Some(self.begin.max(first.at(clock)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plexmon_function::time;

    use super::*;

    /// 2026-11-03 10:05 UTC
    const NOW: u64 = 1_793_700_300;

    fn begin(since: Since, rule: &str) -> String {
        let begin = Window::new(since, &Clock::of_rule(rule), NOW).begin;
        format!("{} {}", time::date(begin), time::clock(begin))
    }

    #[test]
    fn hours_end_with_the_current_one_and_days_with_today() {
        let ago = |text: &str| begin(Since::Ago(humantime::parse_duration(text).unwrap()), "");
        for (text, expected) in [
            ("0s", "2026-11-03 10:00"),
            ("1h", "2026-11-03 10:00"),
            ("90m", "2026-11-03 09:00"),
            ("24h", "2026-11-02 11:00"),
            ("25h", "2026-11-02 00:00"),
            ("2d", "2026-11-02 00:00"),
            ("90d", "2026-08-06 00:00"),
            ("100y", "1970-01-01 00:00"),
        ] {
            assert_eq!(ago(text), expected, "{text}");
        }
        assert_eq!(begin(Since::Ago(Duration::MAX), ""), "1970-01-01 00:00");
    }

    #[test]
    fn days_are_those_of_the_owners_clock() {
        let day = Since::Day(day_of(NOW, &Clock::default()));
        assert_eq!(begin(day, "CET-1CEST,M3.5.0,M10.5.0/3"), "2026-11-02 23:00");
        assert_eq!(begin(day, "EST5EDT,M3.2.0,M11.1.0"), "2026-11-03 05:00");
    }
}
