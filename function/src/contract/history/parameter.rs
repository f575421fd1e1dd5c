//! The value of one history parameter: JSON with the records of some targets by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::Record;
use super::room::Room;
use super::sections::Sections;
use crate::contract::state::MAX_BYTES;

/// The version that this code writes. A later one has other sections; see [`super::sections`].
pub const VERSION: u64 = 1;

/// The records in one parameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameter {
    /// The deployment that wrote it.
    pub deployment: String,
    /// The records by the names of their targets.
    pub records: BTreeMap<String, Record>,
    /// The version in which it was written; 0 if it was not written yet.
    pub version: u64,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    deployment: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    targets: BTreeMap<&'a str, Sections>,
}

#[derive(Deserialize)]
struct Read {
    version: u64,
    #[serde(default)]
    deployment: String,
    #[serde(default)]
    targets: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Parameter {
    /// Return one without records.
    pub fn new(deployment: &str) -> Self {
        Self { deployment: deployment.to_owned(), records: BTreeMap::new(), version: VERSION }
    }

    /// Read a stored value; the error says why it cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Read { version, deployment, targets } =
            serde_json::from_str(text).map_err(|why| why.to_string())?;
        let text_of = |(name, value)| match value {
            Value::String(text) => Some((name, text)),
            _ => None,
        };
        let record = |sections: BTreeMap<String, Value>| {
            Record::read(sections.into_iter().filter_map(text_of).collect())
        };
        let records = targets.into_iter().map(|(name, sections)| (name, record(sections))).collect();
        Ok(Self { deployment, records, version })
    }

    /// Return the text to store, never longer than a parameter may be: each record has an equal share, and leaves out
    /// what is oldest.
    pub fn encode(&self, days: usize) -> String {
        let longest = self.records.keys().map(|name| json_bytes(name)).max().unwrap_or_default();
        let room = Room::new(self.records.len(), &self.deployment, longest, days);
        let text = self.written(room, false);
        // Sections of a later release have the room that is left.
        if text.len() <= MAX_BYTES { text } else { self.written(room, true) }
    }

    fn written(&self, room: Room, drops_others: bool) -> String {
        let sections = |record: &Record| match drops_others {
            true => Record { others: BTreeMap::new(), ..record.clone() }.write(room),
            false => record.write(room),
        };
        let targets = self.records.iter().map(|(name, record)| (name.as_str(), sections(record))).collect();
        let written = Written { version: VERSION.max(self.version), deployment: &self.deployment, targets };
        // SSM rejects `{{`. Outside a name, two braces never follow each other.
        serde_json::to_string(&written).unwrap_or_default().replace("{{", "{\\u007b")
    }

    /// Return the number of bytes around the records.
    pub(super) fn envelope(deployment: &str) -> usize {
        let empty = Self { version: u64::MAX, ..Self::new(deployment) };
        empty.written(Room { days: 0, hours: 0, events: 0 }, false).len() + r#","targets":{}"#.len()
    }
}

/// Return the number of bytes of a name in JSON, with its quotes.
fn json_bytes(name: &str) -> usize {
    serde_json::to_string(name).map_or(0, |text| text.replace("{{", "{\\u007b").len())
}
