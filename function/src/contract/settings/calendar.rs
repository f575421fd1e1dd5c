//! When notifications are suppressed: maintenance windows and quiet hours, by the wall clock of some zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MINUTES_A_DAY: u32 = 24 * 60;

/// The deployer accepts a week; a garbled file must not keep a run busy.
const LONGEST_DAYS: i64 = 31;

/// No wall clock is further from UTC.
const FURTHEST: i64 = 15 * HOUR;

/// A wall clock. It needs no database of time zones.
///
/// Its two fields are those of the object that it is part of, so that an earlier release, which knows only `clock`,
/// still reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// POSIX's rule (`CET-1CEST,M3.5.0,M10.5.0/3`); empty for UTC.
    #[serde(rename = "clock")]
    pub rule: String,
    /// The zone's own changes while the rule alone is wrong: they count from the first to the last, the rule before
    /// and after.
    #[serde(rename = "clock_changes", default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// From this instant on (Unix seconds), the clock is this many seconds ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change(pub i64, pub i64);

impl Clock {
    /// Return the clock of a rule.
    pub fn of_rule(rule: &str) -> Self {
        Self { rule: rule.to_owned(), changes: Vec::new() }
    }

    /// Return whether the rule can be understood.
    pub fn is_valid(&self) -> bool {
        self.rule.is_empty() || TimeZone::posix(&self.rule).is_ok()
    }

    /// Read a clock whose rule may be missing: UTC then.
    pub(super) fn or_utc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Lenient {
            #[serde(default)]
            clock: String,
            #[serde(default)]
            clock_changes: Vec<Change>,
        }
        let Lenient { clock: rule, clock_changes: changes } = Lenient::deserialize(deserializer)?;
        Ok(Self { rule, changes })
    }
}

/// A clock that is ready to be read.
struct Wall<'a> {
    rule: TimeZone,
    changes: &'a [Change],
}

impl<'a> Wall<'a> {
    /// UTC where the rule cannot be understood, which the deployer rules out.
    fn new(clock: &'a Clock) -> Self {
        let posix = |rule: &str| TimeZone::posix(rule).unwrap_or(TimeZone::UTC);
        let rule = if clock.rule.is_empty() { TimeZone::UTC } else { posix(&clock.rule) };
        Self { rule, changes: &clock.changes }
    }

    /// How many seconds the clock is ahead of UTC.
    fn offset(&self, at: i64) -> i64 {
        let passed = self.changes.partition_point(|change| change.0 <= at);
        if passed > 0 && passed < self.changes.len() {
            return self.changes[passed - 1].1;
        }
        Timestamp::from_second(at).map_or(0, |at| self.rule.to_offset(at).seconds().into())
    }

    /// The first instant at which the clock shows `time` or later. A time is in seconds since 1970 on the wall.
    fn first(&self, time: i64) -> i64 {
        self.reached(time, |at| at).min()
    }

    /// The instant from which on the clock shows `time` or later for good: in a repeated hour, the second one.
    fn last(&self, time: i64) -> i64 {
        self.reached(time, |at| at - 1).max()
    }

    /// When the clock reaches `time`, with the offset before a change nearby and with the one after it. A time that is
    /// skipped is reached with the change itself.
    fn reached(&self, time: i64, seen_at: impl Fn(i64) -> i64) -> Reached {
        let (before, after) = (self.offset(time - FURTHEST), self.offset(time + FURTHEST));
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

    /// The first instant after `from` at which the offset is no longer `before`.
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

/// A time in which checks run and notifications wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it is.
    #[serde(flatten)]
    pub recurrence: Recurrence,
    /// Names of the targets that it is for; none, and it is for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Its own clock, if it does not use the one of all.
    #[serde(flatten)]
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
        /// How far its end is from its start on the wall, in minutes.
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
                let Ok(now) = i64::try_from(now) else { return false };
                let wall = Wall::new(clock);
                let today = (now + wall.offset(now)).div_euclid(DAY);
                let longest = i64::from(start.saturating_add(*minutes) / MINUTES_A_DAY).min(LONGEST_DAYS);
                // It may have begun on one of the days before; or on the next one, where the clock is set back past
                // midnight.
                (today - longest..=today + 1).any(|day| {
                    (days.is_empty() || days.contains(&weekday(day)))
                        && span(&wall, day * DAY + i64::from(*start) * MINUTE, i64::from(*minutes) * MINUTE)
                            .contains(&now)
                })
            }
        }
    }
}

/// From `begin` on the wall until `length` later on the wall.
///
/// What begins or ends in a skipped hour does so when the clock changes; what lies in it as a whole follows the change,
/// at full length. What begins in a repeated hour does so the first time, what ends in it the second time. So nothing
/// is outside while the wall shows a time inside, and no window vanishes.
fn span(wall: &Wall<'_>, begin: i64, length: i64) -> std::ops::Range<i64> {
    let (begins, ends) = (wall.first(begin), wall.last(begin + length));
    begins..if ends <= begins { begins + length } else { ends }
}

/// Monday is 1. Day 0, the first of 1970, was a Thursday.
fn weekday(day: i64) -> u8 {
    u8::try_from((day + 3).rem_euclid(7) + 1).unwrap_or_default()
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
        let length = self.until.saturating_add(MINUTES_A_DAY).saturating_sub(self.from) % MINUTES_A_DAY;
        Recurrence::Weekly { days: Vec::new(), start: self.from, minutes: length }.is_on(now, clock)
    }
}

#[cfg(test)]
mod tests;
