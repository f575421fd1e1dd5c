//! The value of one history parameter: JSON with the records of some targets by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::record::{Record, Sections};
use super::room::{Room, name_bytes};
use super::sections::is_known;
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
    /// The version in which it was written.
    pub version: u64,
}

impl Parameter {
    /// Return one without records.
    pub fn new(deployment: &str) -> Self {
        Self { deployment: deployment.to_owned(), records: BTreeMap::new(), version: VERSION }
    }

    /// Read a stored value; the error says why it cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let version = value.get("version").and_then(Value::as_u64).ok_or("it has no version")?;
        let deployment = value.get("deployment").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut records = BTreeMap::new();
        if let Some(targets) = value.get("targets") {
            for (name, sections) in targets.as_object().ok_or("its targets are not an object")? {
                let sections = sections.as_object().ok_or("a record is not an object")?;
                records.insert(name.clone(), Record::read(sections.clone()));
            }
        }
        Ok(Self { deployment, records, version })
    }

    /// Return the text to store, never longer than a parameter may be: each record has an equal share, and leaves out
    /// what is oldest.
    pub fn encode(&self, days: usize) -> String {
        let longest = self.records.keys().map(|name| name_bytes(name)).max().unwrap_or_default();
        let room = Room::new(self.records.len(), &self.deployment, longest, days);
        let text = self.written(room, false);
        // Sections of a later release have the room that is left.
        if text.len() <= MAX_BYTES { text } else { self.written(room, true) }
    }

    fn written(&self, room: Room, drops_others: bool) -> String {
        let mut targets = Sections::new();
        for (name, record) in &self.records {
            let mut sections = record.write(room);
            if drops_others {
                sections.retain(|name, _| is_known(name));
            }
            targets.insert(name.clone(), sections.into());
        }
        let mut whole = Sections::new();
        whole.insert("version".to_owned(), VERSION.max(self.version).into());
        whole.insert("deployment".to_owned(), self.deployment.as_str().into());
        if !targets.is_empty() {
            whole.insert("targets".to_owned(), targets.into());
        }
        // SSM rejects `{{`. Outside a name, two braces never follow each other.
        Value::from(whole).to_string().replace("{{", "{\\u007b")
    }
}
