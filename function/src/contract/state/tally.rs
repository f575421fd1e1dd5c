//! What is kept of the current hour for the history: how the checks went, and how fast the responses were.
//!
//! A target that was up in every run of the hour needs no tally: the number of runs, which is common to all, says
//! everything. So a part of the state that has other targets than the first one is written only when one of them
//! changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::TargetState;
use crate::contract::history::{Class, Counts, Reader, ResponseTimes, Writer, hour_of};

/// What the histories of all targets have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryState {
    /// When counting began, in Unix seconds.
    pub epoch: u32,
    /// How many hours were closed since then.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seq: u32,
    /// The current hour, since 1970.
    pub hour: u32,
    /// How many runs there were in it.
    #[serde(default)]
    pub runs: u32,
    /// Response times are kept of every run with this divisor; 0 means every run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stride: u32,
    /// The response times of the current hour, by target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<String, ResponseTimes>,
    /// The hour that is over, until it is in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedRuns>,
    /// Its response times, by target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub closed_times: BTreeMap<String, ResponseTimes>,
    /// In how many parameters the history is kept.
    #[serde(default, skip_serializing_if = "is_none")]
    pub parameters: usize,
}

/// An hour that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedRuns {
    /// The hour, since 1970.
    pub hour: u32,
    /// How many runs there were in it.
    pub runs: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl HistoryState {
    /// Begin to count, at a time in Unix seconds.
    pub fn new(now: u64) -> Self {
        let epoch = u32::try_from(now).unwrap_or(u32::MAX);
        Self { epoch, hour: hour_of(now), ..Self::default() }
    }

    /// Return whether response times of the current run are kept.
    pub fn keeps_times(&self) -> bool {
        self.runs.is_multiple_of(self.stride.max(1))
    }

    /// Drop every second response time. Return whether there were any.
    pub(super) fn thin(&mut self) -> bool {
        let mut has_any = false;
        self.stride = self.stride.max(1).saturating_mul(2);
        for times in self.times.values_mut().chain(self.closed_times.values_mut()) {
            let mut is_kept = false;
            times.0.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            has_any |= times.0.len() > 1;
        }
        has_any
    }
}

/// How the checks of one target went in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The hour, since 1970.
    pub hour: u32,
    /// How the last checks count, which are not among the `counts`.
    pub class: Class,
    /// The number of runs of the hour before the first of them.
    pub from: u32,
    /// The checks before them.
    pub counts: Counts,
    /// How many checks of the hour contradict the status, and count as something else if it changes.
    pub pending: u32,
}

/// The widths of the hour, `from`, each count, and `pending`, in bits.
const WIDTHS: [u32; 4] = [24, 10, 8, 8];

impl Tally {
    /// The tally of a target of which nothing is known: it belongs to no hour.
    pub const UNKNOWN: Self =
        Self { hour: 0, class: Class::Unknown, from: 0, counts: Counts::EMPTY, pending: 0 };

    /// Return the tally of a target whose checks all count alike, from this run of the hour on.
    pub fn new(hour: u32, class: Class, from: u32) -> Self {
        Self { hour, class, from, ..Self::UNKNOWN }
    }

    /// Return whether it says the same as none: up in every run of the hour.
    pub fn says_nothing(&self) -> bool {
        *self == Self::new(self.hour, Class::Up, 0)
    }

    /// Continue with another class from this run on.
    pub fn turn(&mut self, class: Class, run: u32) {
        if class != self.class {
            self.counts.add(self.class, run.saturating_sub(self.from));
            (self.class, self.from) = (class, run);
        }
    }

    /// The status has changed with this run: count the checks that led to it as another class.
    pub fn recount(&mut self, from: Class, to: Class, run: u32) {
        let mut checks = std::mem::take(&mut self.pending);
        if self.class == from {
            let last = run.saturating_sub(self.from);
            let moved = checks.min(last);
            self.counts.add(from, last - moved);
            (self.class, self.from) = (to, run - moved);
            checks -= moved;
        }
        // Between them, others could not be made, or were in maintenance.
        self.counts.shift(from, to, checks);
    }

    /// Return all checks of an hour with this number of runs.
    pub fn total(&self, runs: u32) -> Counts {
        let mut counts = self.counts;
        counts.add(self.class, runs.saturating_sub(self.from));
        counts
    }
}

impl TargetState {
    /// Return its checks in the current hour so far.
    pub fn open_counts(&self, history: &HistoryState) -> Counts {
        of_hour(self.tally, history.hour).total(history.runs)
    }

    /// Return its checks in an hour that is over.
    pub fn closed_counts(&self, closed: ClosedRuns) -> Counts {
        of_hour(self.closed, closed.hour).total(closed.runs)
    }
}

/// Return the tally of an hour. None means up in every run; one of another hour was written by a run that did not save
/// its whole state, and says nothing.
pub(crate) fn of_hour(tally: Option<Tally>, hour: u32) -> Tally {
    match tally {
        None => Tally::new(hour, Class::Up, 0),
        Some(tally) if tally.hour == hour => tally,
        Some(_) => Tally::new(hour, Class::Unknown, 0),
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut writer = Writer::default();
        writer.put(self.hour, WIDTHS[0]);
        self.class.put(&mut writer);
        writer.put(self.from, WIDTHS[1]);
        self.counts.put(WIDTHS[2], &mut writer);
        writer.put(self.pending, WIDTHS[3]);
        writer.finish().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let mut reader = Reader::new(value.as_str().unwrap_or_default());
        let mut read = || {
            let hour = reader.take(WIDTHS[0])?;
            let class = Class::take(&mut reader)?;
            let from = reader.take(WIDTHS[1])?;
            let counts = Counts::take(WIDTHS[2], &mut reader)?;
            Some(Self { hour, class, from, counts, pending: reader.take(WIDTHS[3])? })
        };
        // No tally would mean that the target was up.
        Ok(read().unwrap_or(Self::UNKNOWN))
    }
}
