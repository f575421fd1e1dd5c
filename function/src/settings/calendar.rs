//! When words are held back: windows of maintenance and quiet hours, by a clock on the wall somewhere.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60;
const MINUTES_A_DAY: u32 = 24 * 60;

/// A wall clock. The rule is POSIX's (`CET-1CEST,M3.5.0,M10.5.0/3`): it needs no database of time zones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clock(
    /// Empty for UTC.
    pub String,
);

impl Clock {
    /// The time zone; UTC where the rule is none, which the deployer rules out.
    fn zone(&self) -> TimeZone {
        if self.0.is_empty() { TimeZone::UTC } else { TimeZone::posix(&self.0).unwrap_or(TimeZone::UTC) }
    }

    /// Whether the rule can be understood.
    pub fn is_valid(&self) -> bool {
        self.0.is_empty() || TimeZone::posix(&self.0).is_ok()
    }

    fn date(&self, now: u64) -> Option<Date> {
        Some(instant(now)?.to_zoned(self.zone()).date())
    }

    /// The instant at which this clock shows so many minutes of that day, in Unix seconds.
    fn at(&self, date: Date, minute: u32) -> Option<u64> {
        let time = date.at(0, 0, 0, 0).checked_add(i64::from(minute).minutes()).ok()?;
        let second = time.to_zoned(self.zone()).ok()?.timestamp().as_second();
        u64::try_from(second).ok()
    }
}

fn instant(now: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(now).ok()?).ok()
}

/// A time in which checks run and words wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it is.
    #[serde(flatten)]
    pub recurrence: Recurrence,
    /// Names of the targets that it is for; none, and it is for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Whose clock it goes by, if not the one of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
}

/// Once, or again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Recurrence {
    /// From one instant to another, in Unix seconds.
    Once {
        /// The first second of it.
        from: u64,
        /// The first second after it.
        until: u64,
    },
    /// On some days of the week.
    Weekly {
        /// Monday is 1, Sunday is 7; none, and it is every day.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        days: Vec<u8>,
        /// Minutes after midnight.
        start: u32,
        /// How long, in minutes.
        minutes: u32,
    },
}

impl Window {
    /// Whether it is open for this target.
    pub fn covers(&self, target: &str, now: u64, clock: &Clock) -> bool {
        (self.targets.is_empty() || self.targets.iter().any(|name| name == target))
            && self.recurrence.is_on(now, self.clock.as_ref().unwrap_or(clock))
    }
}

impl Recurrence {
    /// Whether it is on at that time.
    pub fn is_on(&self, now: u64, clock: &Clock) -> bool {
        match self {
            Self::Once { from, until } => (*from..*until).contains(&now),
            Self::Weekly { days, start, minutes } => {
                let Some(today) = clock.date(now) else { return false };
                // A window may have begun on one of the days before.
                (0..=i64::from((start + minutes) / MINUTES_A_DAY)).any(|ago| {
                    let Ok(day) = today.checked_sub(ago.days()) else { return false };
                    let is_its_day = days.is_empty() || days.contains(&number(day.weekday()));
                    let Some(begins) = clock.at(day, *start).filter(|_| is_its_day) else { return false };
                    (begins..begins + u64::from(*minutes) * MINUTE).contains(&now)
                })
            }
        }
    }
}

fn number(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_one_offset()).unwrap_or_default()
}

/// Hours of every day, in minutes after midnight; past midnight if they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first minute.
    pub from: u32,
    /// The first minute after.
    pub until: u32,
}

impl Hours {
    /// Whether it is one of these hours.
    pub fn is_on(&self, now: u64, clock: &Clock) -> bool {
        let length = (self.until + MINUTES_A_DAY - self.from) % MINUTES_A_DAY;
        Recurrence::Weekly { days: Vec::new(), start: self.from, minutes: length }.is_on(now, clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-03 10:05:00 UTC, a Tuesday.
    const AT: u64 = 1_793_700_300;
    const HOUR: u64 = 60 * MINUTE;

    fn berlin() -> Clock {
        Clock("CET-1CEST,M3.5.0,M10.5.0/3".to_owned())
    }

    fn weekly(days: &[u8], start: u32, minutes: u32) -> Recurrence {
        Recurrence::Weekly { days: days.to_vec(), start, minutes }
    }

    #[test]
    fn a_single_window_ends_before_its_last_instant() {
        let once = Recurrence::Once { from: AT, until: AT + 60 };
        let on = [AT - 1, AT, AT + 59, AT + 60].map(|now| once.is_on(now, &Clock::default()));
        assert_eq!(on, [false, true, true, false]);
    }

    #[test]
    fn recurring_windows_go_by_the_clock_on_the_wall() {
        // 10:05 UTC is 11:05 in Berlin, in winter.
        assert!(weekly(&[2], 11 * 60, 10).is_on(AT, &berlin()));
        assert!(!weekly(&[2], 10 * 60, 10).is_on(AT, &berlin()));
        assert!(weekly(&[2], 10 * 60, 10).is_on(AT, &Clock::default()));
        assert!(!weekly(&[1, 3], 11 * 60, 10).is_on(AT, &berlin()));
        // And 12:05 in summer: 2026-07-07 is a Tuesday, too.
        let summer = AT - 119 * 24 * HOUR;
        assert!(weekly(&[2], 12 * 60, 10).is_on(summer, &berlin()));
    }

    #[test]
    fn a_window_may_go_past_midnight_and_over_days() {
        let midnight = AT - 10 * HOUR - 5 * MINUTE;
        let night = weekly(&[1], 23 * 60, 120);
        let on = [midnight - HOUR - 1, midnight - HOUR, midnight + HOUR - 1, midnight + HOUR]
            .map(|now| night.is_on(now, &Clock::default()));
        assert_eq!(on, [false, true, true, false]);
        let weekend = weekly(&[5], 18 * 60, 60 * 60);
        assert!(weekend.is_on(midnight - 2 * 24 * HOUR, &Clock::default()), "Sunday morning");
        assert!(!weekend.is_on(AT, &Clock::default()), "Tuesday");
    }

    #[test]
    fn quiet_hours_are_those_of_every_day() {
        let night = Hours { from: 22 * 60, until: 7 * 60 };
        let midnight = AT - 10 * HOUR - 5 * MINUTE;
        let on =
            [22, 23, 30, 31].map(|hour| night.is_on(midnight - 24 * HOUR + hour * HOUR, &Clock::default()));
        assert_eq!(on, [true, true, true, false]);
        assert!(!night.is_on(AT, &Clock::default()));
    }

    #[test]
    fn a_clock_that_makes_no_sense_is_known_to_make_none() {
        assert!(Clock::default().is_valid() && berlin().is_valid());
        assert!(!Clock("Europe/Berlin".to_owned()).is_valid());
    }
}
