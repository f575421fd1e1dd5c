//! When notifications are suppressed: maintenance windows and quiet hours, by the wall clock of a time zone.

mod occurrence;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MINUTES_A_DAY: u32 = 24 * 60;

/// The deployer accepts up to a week; a corrupt file must not keep a run busy.
const MAX_WINDOW_DAYS: i64 = 31;

/// The days of the longest month.
const LONGEST_MONTH: i64 = 31;

/// No time zone is further from UTC.
const MAX_OFFSET: i64 = 15 * HOUR;

/// A wall clock that needs no time zone database.
///
/// Its two fields are flattened into the enclosing object, so that earlier releases, which know only `clock`, still
/// read it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The POSIX rule (`CET-1CEST,M3.5.0,M10.5.0/3`); empty for UTC.
    #[serde(rename = "clock")]
    pub rule: String,
    /// The zone's actual changes while the rule alone is wrong. They apply from the first to the last, the rule before
    /// and after.
    #[serde(rename = "clock_changes", default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A change of the offset: from the first value on (Unix seconds), the clock is the second value ahead of UTC
/// (seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change(pub i64, pub i64);

impl Clock {
    /// Create the clock of a rule.
    pub fn of_rule(rule: &str) -> Self {
        Self { rule: rule.to_owned(), changes: Vec::new() }
    }

    /// Return whether the rule is valid.
    pub fn is_valid(&self) -> bool {
        self.rule.is_empty() || TimeZone::posix(&self.rule).is_ok()
    }

    /// Return the last of the days that `is_due` selects on which this clock has reached a minute of the day by `now`,
    /// and when it first did, in Unix seconds. Days are counted since 1970; no more than 32 of them are examined.
    pub(super) fn last_day(&self, minute: u32, now: u64, is_due: impl Fn(u32) -> bool) -> Option<(u32, u64)> {
        let now = i64::try_from(now).ok()?;
        let clock = WallClock::new(self);
        let today = now.saturating_add(clock.offset(now)).div_euclid(DAY);
        // A clock that is set back past midnight has reached tomorrow before.
        let days = (today - LONGEST_MONTH..=today + 1).rev().filter_map(|day| u32::try_from(day).ok());
        days.filter(|day| is_due(*day)).find_map(|day| {
            let at = clock.first(i64::from(day) * DAY + i64::from(minute) * MINUTE);
            if at <= now { Some((day, u64::try_from(at).ok()?)) } else { None }
        })
    }

    /// Return the first instant at which this clock shows a day since 1970, or a later one, in Unix seconds.
    pub fn begin_of(&self, day: u32) -> u64 {
        u64::try_from(WallClock::new(self).first(i64::from(day) * DAY)).unwrap_or_default()
    }

    /// Return the offset from UTC at a time in Unix seconds, and the zone's name then: `CET`, or `UTC+3` where the rule
    /// has only a number.
    pub fn zone_at(&self, at: u64) -> (i64, String) {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let clock = WallClock::new(self);
        let offset = clock.offset(at);
        if self.rule.is_empty() {
            return (0, "UTC".to_owned());
        }
        let info = Timestamp::from_second(at).ok().map(|at| clock.rule.to_offset_info(at));
        let is_name = |name: &&str| name.chars().all(|letter| letter.is_ascii_alphabetic());
        let name = info.as_ref().filter(|info| i64::from(info.offset().seconds()) == offset);
        let name = name.map(|info| info.abbreviation()).filter(is_name);
        (offset, name.map_or_else(|| numeric_zone(offset), str::to_owned))
    }

    /// Deserialize a clock; without a rule, it is UTC.
    pub(super) fn or_utc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct OptionalClock {
            #[serde(default)]
            clock: String,
            #[serde(default)]
            clock_changes: Vec<Change>,
        }
        let OptionalClock { clock: rule, clock_changes: changes } = OptionalClock::deserialize(deserializer)?;
        Ok(Self { rule, changes })
    }
}

/// Format an offset in seconds: `UTC+3`, `UTC-3:30`.
fn numeric_zone(offset: i64) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / HOUR, offset.abs() % HOUR / MINUTE);
    match minutes {
        0 => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// A clock whose rule is parsed.
struct WallClock<'a> {
    rule: TimeZone,
    changes: &'a [Change],
}

impl<'a> WallClock<'a> {
    /// Parse the rule. An invalid one counts as UTC; the deployer rejects it.
    fn new(clock: &'a Clock) -> Self {
        let posix = |rule: &str| TimeZone::posix(rule).unwrap_or(TimeZone::UTC);
        let rule = if clock.rule.is_empty() { TimeZone::UTC } else { posix(&clock.rule) };
        Self { rule, changes: &clock.changes }
    }

    /// Return how many seconds the clock is ahead of UTC.
    fn offset(&self, at: i64) -> i64 {
        let passed = self.changes.partition_point(|change| change.0 <= at);
        if passed > 0 && passed < self.changes.len() {
            return self.changes[passed - 1].1;
        }
        Timestamp::from_second(at).map_or(0, |at| self.rule.to_offset(at).seconds().into())
    }

    /// Return the first instant at which the clock shows `time` or later. `time` is in seconds since 1970 by this
    /// clock.
    fn first(&self, time: i64) -> i64 {
        self.reached(time, |at| at).min()
    }

    /// Return the last instant at which the clock reaches `time`: in a repeated hour, the second time.
    fn last(&self, time: i64) -> i64 {
        self.reached(time, |at| at - 1).max()
    }

    /// Return when the clock reaches `time`: with the offset before a nearby change, and with the offset after it. A
    /// skipped time is reached at the change itself.
    fn reached(&self, time: i64, seen_at: impl Fn(i64) -> i64) -> Reached {
        let (before, after) = (self.offset(time - MAX_OFFSET), self.offset(time + MAX_OFFSET));
        let with = |offset: i64| {
            let at = time - offset;
            (self.offset(seen_at(at)) == offset).then_some(at)
        };
        match (with(before), with(after)) {
            (Some(early), Some(late)) => Reached(early, late),
            (Some(at), None) | (None, Some(at)) => Reached(at, at),
            (None, None) => {
                let change = self.change(time - before.max(after), time - before.min(after), before);
                Reached(change, change)
            }
        }
    }

    /// Return the first instant after `from` at which the offset is no longer `before`.
    fn change(&self, mut from: i64, mut until: i64, before: i64) -> i64 {
        while until - from > 1 {
            let middle = i64::midpoint(from, until);
            *(if self.offset(middle) == before { &mut from } else { &mut until }) = middle;
        }
        until
    }
}

/// The two instants at which a clock may reach a time.
struct Reached(i64, i64);

impl Reached {
    fn min(&self) -> i64 {
        self.0.min(self.1)
    }

    fn max(&self) -> i64 {
        self.0.max(self.1)
    }
}

/// A time during which checks run and notifications are suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it is open.
    #[serde(flatten)]
    pub recurrence: Recurrence,
    /// The names of its targets; empty for all targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Its own clock, if it does not use the default one.
    #[serde(flatten)]
    pub clock: Option<Clock>,
}

/// Once, or weekly.
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
    /// On days of the week.
    Weekly {
        /// Monday is 1, Sunday is 7; empty for every day.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        days: Vec<u8>,
        /// Minutes after midnight.
        start: u32,
        /// From its start to its end by the wall clock, in minutes.
        minutes: u32,
    },
}

impl Window {
    /// Return whether it is open for this target.
    pub fn covers(&self, target: &str, now: u64, clock: &Clock) -> bool {
        (self.targets.is_empty() || self.targets.iter().any(|name| name == target))
            && self.recurrence.is_on(now, self.clock.as_ref().unwrap_or(clock))
    }
}

impl Recurrence {
    /// Return whether it is on at that time.
    pub fn is_on(&self, now: u64, clock: &Clock) -> bool {
        match self {
            Self::Once { from, until } => (*from..*until).contains(&now),
            Self::Weekly { days, start, minutes } => {
                let Ok(now) = i64::try_from(now) else { return false };
                let clock = WallClock::new(clock);
                let today = (now + clock.offset(now)).div_euclid(DAY);
                let longest = i64::from(start.saturating_add(*minutes) / MINUTES_A_DAY).min(MAX_WINDOW_DAYS);
                // It may have begun on an earlier day; or on the next one, where the clock is set back past midnight.
                (today - longest..=today + 1).any(|day| {
                    (days.is_empty() || days.contains(&weekday(day)))
                        && span(&clock, day * DAY + i64::from(*start) * MINUTE, i64::from(*minutes) * MINUTE)
                            .contains(&now)
                })
            }
        }
    }
}

/// Return the instants from `begin` until `length` later, both by the wall clock.
///
/// A window that begins or ends in a skipped hour does so when the clock changes; one that lies within the skipped hour
/// follows the change, at full length. A window that begins in a repeated hour begins the first time, one that ends in
/// it ends the second time. So a window is open whenever the clock shows a time within it, and no window is lost.
fn span(clock: &WallClock<'_>, begin: i64, length: i64) -> std::ops::Range<i64> {
    let (begins, ends) = (clock.first(begin), clock.last(begin + length));
    begins..if ends <= begins { begins + length } else { ends }
}

/// Return the day of the week; Monday is 1. Day 0, 1 January 1970, was a Thursday.
fn weekday(day: i64) -> u8 {
    u8::try_from((day + 3).rem_euclid(7) + 1).unwrap_or_default()
}

/// Hours of every day, as minutes after midnight. They span midnight if they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first minute.
    pub from: u32,
    /// The first minute after them.
    pub until: u32,
}

impl Hours {
    /// Return whether that time is within these hours.
    pub fn is_on(&self, now: u64, clock: &Clock) -> bool {
        let length = self.until.saturating_add(MINUTES_A_DAY).saturating_sub(self.from) % MINUTES_A_DAY;
        Recurrence::Weekly { days: Vec::new(), start: self.from, minutes: length }.is_on(now, clock)
    }
}

#[cfg(test)]
mod tests;
