//! What is stored, as far as the page needs it.

use crate::contract::announcement::{Announcement, Announcements};
use crate::contract::history::{Parameter, Record};
use crate::contract::parts::merge;
use crate::contract::state::{State, StateError};

/// What is stored, as it was read last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    /// The state; nothing if none was stored yet, or if it could never be read.
    pub state: Option<State>,
    /// The records of the history by their targets. A target may have an obsolete one as well.
    pub records: Vec<(String, Record)>,
    /// Whether a part of the history could not be read. Nothing is then known of the past of a target without a record.
    pub is_history_incomplete: bool,
    /// The announcements, the newest last.
    pub announcements: Vec<Announcement>,
    /// Since when the state cannot be read, in Unix seconds. Everything else is then as it was before.
    pub failing_since: Option<u64>,
}

impl Data {
    /// Replace the records by those that were read now. `has_failed`: whether some of them could not be read. In their
    /// place, the last copies are kept.
    pub fn replace_records(&mut self, records: Vec<(String, Record)>, has_failed: bool) {
        let before = std::mem::replace(&mut self.records, records);
        self.is_history_incomplete = has_failed;
        if !has_failed {
            return;
        }
        let last_hour = |record: &Record| record.hours.keys().next_back().copied();
        for (name, record) in before {
            // An obsolete record of the target may be among those that were read.
            let has_newer = Record::newest(&self.records, &name)
                .is_some_and(|newest| last_hour(newest) >= last_hour(&record));
            if !has_newer {
                self.records.push((name, record));
            }
        }
    }

    /// Return whether the past of a target is known.
    pub fn is_past_known(&self, target: &str) -> bool {
        !self.is_history_incomplete || Record::newest(&self.records, target).is_some()
    }
}

/// Read the stored parts of a state; nothing if there is no first one.
pub fn state<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Result<Option<State>, StateError> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next().flatten() else { return Ok(None) };
    let mut states = vec![State::parse(first)?];
    for part in parts.flatten() {
        states.push(State::parse(part)?);
    }
    Ok(Some(merge(states)))
}

/// Read the stored parameters of the history. The second value says whether some could not be read.
pub fn records<'a>(parameters: impl IntoIterator<Item = &'a str>) -> (Vec<(String, Record)>, bool) {
    let (mut records, mut has_failed) = (Vec::new(), false);
    for text in parameters {
        match Parameter::parse(text) {
            Ok(parameter) => records.extend(parameter.records),
            Err(_) => has_failed = true,
        }
    }
    (records, has_failed)
}

/// Read the stored announcements; nothing if they cannot be read.
pub fn announcements(text: Option<&str>) -> Option<Vec<Announcement>> {
    text.map_or(Some(Vec::new()), |text| Some(Announcements::parse(text)?.announcements))
}
