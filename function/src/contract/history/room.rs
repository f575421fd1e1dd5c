//! How much of the history has room in one SSM parameter. All sizes are fixed, so this is known beforehand.

use super::widths::{EVENT_CHARS, day_chars, days_in, fixed_chars, hour_chars};
use super::{DAYS, HOURS, RECENT_HOURS};
use crate::contract::state::MAX_BYTES;

/// The largest number of parameters with records.
pub const MAX_PARAMETERS: usize = 250;

/// How many parameters are written in one run, at most: SSM accepts three writes a second.
pub(crate) const WRITES_A_RUN: usize = 21;

/// More records than these have no room in one parameter.
const MAX_RECORDS: usize = 4;

/// Outages always have room for this many.
const FEWEST_EVENTS: usize = 8;

/// The fewest hours of response times, and how many there are in a parameter that two or three records share.
const FEWEST_HOURS: usize = RECENT_HOURS as usize;
const SOME_HOURS: usize = 48;

/// Fewer days than these are not worth having response times of two days.
const MANY_DAYS: usize = 30;

/// How much of one target is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// How many days, today included.
    pub days: usize,
    /// Of how many hours response times are kept.
    pub hours: usize,
    /// How many outages and changes.
    pub events: usize,
}

impl Room {
    /// Return the room of one of the `records` in a parameter, where none of their targets' names has more bytes than
    /// this in JSON. At most `days` are kept.
    pub fn new(records: usize, deployment: &str, name_bytes: usize, days: usize) -> Self {
        let share = MAX_BYTES.saturating_sub(envelope(deployment)) / records.max(1);
        let left = share.saturating_sub(fixed_chars() + name_bytes + r#"":,"#.len());
        let days = days.min(DAYS as usize);
        let of = |hours: usize| {
            let left = left.saturating_sub(hour_chars(hours));
            let days = days.min(days_in(left.saturating_sub(FEWEST_EVENTS * EVENT_CHARS)));
            Self { days, hours, events: left.saturating_sub(day_chars(days)) / EVENT_CHARS }
        };
        match (of(HOURS as usize), of(SOME_HOURS)) {
            (all, _) if all.days == days => all,
            (_, some) if some.days >= MANY_DAYS.min(days) => some,
            _ => of(FEWEST_HOURS),
        }
    }
}

/// Return the number of bytes around the records of a parameter, with the longest version.
fn envelope(deployment: &str) -> usize {
    r#"{"deployment":,"targets":{},"version":18446744073709551615}"#.len() + name_bytes(deployment)
}

/// Return the number of bytes of a target's name in a parameter.
pub fn name_bytes(name: &str) -> usize {
    serde_json::to_string(name).map_or(0, |text| text.replace("{{", "{\\u007b").len())
}

/// How the records of all targets are divided among parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// How many records share a parameter, at most.
    pub records: usize,
    /// How many parameters there may be: as many as can be written each hour.
    pub parameters: usize,
}

impl Division {
    /// Divide the records of this many targets: as few in each parameter as possible.
    pub fn new(targets: usize, runs_an_hour: usize) -> Self {
        let parameters = runs_an_hour.max(1).saturating_mul(WRITES_A_RUN).min(MAX_PARAMETERS);
        Self { records: targets.div_ceil(parameters).clamp(1, MAX_RECORDS), parameters }
    }

    /// Return how many targets have room.
    pub fn capacity(self) -> usize {
        self.records * self.parameters
    }

    /// Return how many parameters the records of this many targets take.
    pub fn parameters_for(self, targets: usize) -> usize {
        targets.div_ceil(self.records).min(self.parameters)
    }
}
