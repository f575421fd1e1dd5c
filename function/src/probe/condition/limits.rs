//! Compares a measured value with its limits, with a margin in which a value that recovers does not count as recovered.

use crate::contract::settings::{Limits, Quantity};
use crate::probe::cause::Cause;
use crate::probe::condition::judgement::Judgement;
use crate::probe::finding::Level;

/// A value that meets its limit by less than this part of the limit is close to it.
const MARGIN: f64 = 0.05;

/// Whole numbers without a unit, up to this limit, are counts and flags: each step matters.
const MAX_COUNT: f64 = 10.0;

/// The part of the range between two limits that is close to either of them, at most.
const MAX_PART_OF_RANGE: f64 = 0.25;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A value, compared with the limit that decides.
#[derive(Debug, Clone, Copy)]
pub(in crate::probe) struct Compared<'a> {
    /// Whether the limits are met.
    pub(in crate::probe) level: Level,
    value: Measured<'a>,
    /// How far the value is beyond the limit, in parts of the limit; negative within it.
    excess: f64,
}

#[derive(Debug, Clone, Copy)]
enum Measured<'a> {
    /// Neither limit applies.
    Unlimited(f64),
    NotANumber,
    AtLeast(f64, &'a Quantity),
    AtMost(f64, &'a Quantity),
    /// The age of a time, and its limit, in seconds.
    Age(u64, u64),
    /// A time before 1970, which programs write for "never".
    Never,
    /// A time so far ahead that a clock must be wrong, or that is no time in the past at all.
    InFuture,
}

/// Compare a value with `min` and `max`.
pub(in crate::probe) fn compare(limits: &Limits, value: f64) -> Compared<'_> {
    let Limits { min, max, newer_than_s: _ } = limits;
    if value.is_nan() {
        return Compared { level: Level::Unknown, value: Measured::NotANumber, excess: 0.0 };
    }
    let room = match (min, max) {
        (Some(min), Some(max)) => (max.value() - min.value()) * MAX_PART_OF_RANGE,
        _ => f64::INFINITY,
    };
    let unlimited =
        Compared { level: Level::Met, value: Measured::Unlimited(value), excess: f64::NEG_INFINITY };
    let below =
        min.as_ref().map(|min| within(min, value - min.value(), value, room, Measured::AtLeast(value, min)));
    let above =
        max.as_ref().map(|max| within(max, max.value() - value, value, room, Measured::AtMost(value, max)));
    [below, above].into_iter().flatten().fold(unlimited, Compared::worse)
}

/// Judge by the distance within a limit; negative beyond it.
fn within<'a>(
    limit: &Quantity,
    distance: f64,
    value: f64,
    room: f64,
    measured: Measured<'a>,
) -> Compared<'a> {
    let is_bare = limit.is_bare();
    let limit = limit.value().abs();
    let is_count = is_bare && limit <= MAX_COUNT && limit.fract() == 0.0 && value.fract() == 0.0;
    let margin = if is_count { 0.0 } else { (limit * MARGIN).min(room) };
    let level = match distance {
        _ if distance.is_nan() => Level::Unknown,
        ..0.0 => Level::NotMet,
        _ if distance < margin => Level::NearLimit,
        _ => Level::Met,
    };
    Compared { level, value: measured, excess: -distance / limit.max(f64::MIN_POSITIVE) }
}

/// Compare the age of a time, in Unix seconds, with its limit.
pub(in crate::probe) fn age(max_age_s: u64, time: f64, now: u64) -> Compared<'static> {
    if time.is_nan() {
        return Compared { level: Level::Unknown, value: Measured::NotANumber, excess: 0.0 };
    }
    if time <= 0.0 {
        return Compared { level: Level::NotMet, value: Measured::Never, excess: f64::INFINITY };
    }
    // The clocks of two machines differ: what is just ahead is new. What is further ahead would stay new for as long,
    // whatever happens.
    if time - now as f64 > DAY as f64 {
        return Compared { level: Level::Unknown, value: Measured::InFuture, excess: 0.0 };
    }
    // The conversion saturates.
    let age = (now as f64 - time).max(0.0) as u64;
    let level = if age > max_age_s { Level::NotMet } else { Level::Met };
    Compared {
        level,
        value: Measured::Age(age, max_age_s),
        excess: age as f64 / max_age_s.max(1) as f64 - 1.0,
    }
}

impl<'a> Compared<'a> {
    /// Return the one that is further from being met.
    pub(in crate::probe) fn worse(self, other: Self) -> Self {
        if other.is_worse_than(&self) { other } else { self }
    }

    /// Return whether it is further from being met.
    pub(in crate::probe) fn is_worse_than(&self, other: &Self) -> bool {
        let rank = |one: &Self| match one.level {
            Level::Met => 0,
            Level::NearLimit => 1,
            Level::Unknown => 2,
            Level::NotMet => 3,
        };
        rank(self).cmp(&rank(other)).then(self.excess.total_cmp(&other.excess)).is_gt()
    }

    /// Return the value and, if it is not met or close to it, its limit: `38 GB, less than 50 GB`.
    pub(in crate::probe) fn text(&self) -> String {
        let is_near = self.level == Level::NearLimit;
        match self.value {
            Measured::Unlimited(value) => value.to_string(),
            Measured::NotANumber => "NaN, which is not a number".to_owned(),
            Measured::Never => "never".to_owned(),
            Measured::InFuture => "a time in the future".to_owned(),
            Measured::AtLeast(value, limit) | Measured::AtMost(value, limit) if is_near => {
                format!("{}, close to its limit of {limit}", limit.show(value))
            }
            Measured::AtLeast(value, limit) if self.level == Level::NotMet => {
                format!("{}, less than {limit}", limit.show(value))
            }
            Measured::AtMost(value, limit) if self.level == Level::NotMet => {
                format!("{}, more than {limit}", limit.show(value))
            }
            Measured::AtLeast(value, limit) | Measured::AtMost(value, limit) => limit.show(value),
            Measured::Age(age, limit) if self.level == Level::NotMet && old(age) == old(limit) => {
                format!("more than {} old", old(limit))
            }
            Measured::Age(age, limit) if self.level == Level::NotMet => {
                format!("{} old, more than {}", old(age), old(limit))
            }
            Measured::Age(age, _) => format!("{} old", old(age)),
        }
    }

    /// Return the judgement about what is called `name`.
    pub(in crate::probe) fn judgement(&self, name: &str) -> Judgement {
        let why = format!("{name}: {}", self.text());
        let cause = if self.level == Level::Unknown { Cause::Unreadable } else { Cause::Limit };
        Judgement { level: self.level, cause, ..Judgement::met(why).with_proof() }
    }
}

/// Format an age in one unit: `31 h`. Limits of backups are usually given in hours, hence up to three days of them.
fn old(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / MINUTE),
        7_200..259_200 => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests;
