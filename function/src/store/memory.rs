//! The store in memory, for tests: it records calls and fails on demand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Store, StoreError, Stored};
use crate::contract::history::Place;
use crate::contract::secrets::Secrets;

/// The calls, in order. Shared with other stand-ins that record theirs.
pub type Record = Arc<Mutex<Vec<String>>>;

/// Keeps everything in memory. Tests read and set its fields.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// The first part of the state.
    pub state: RefCell<Option<String>>,
    /// Its additional parts.
    pub parts: RefCell<BTreeMap<usize, String>>,
    /// Every version of each part, beginning with version 1. What a test put into `state` and `parts` itself is not
    /// included.
    pub versions: RefCell<BTreeMap<usize, Vec<String>>>,
    /// Every version of each parameter of the history.
    pub history: RefCell<BTreeMap<Place, Vec<String>>>,
    /// Whether the history can be neither read nor written.
    pub refused_history: Cell<bool>,
    /// The secrets.
    pub secrets: RefCell<Secrets>,
    /// Whether reading the additional parts fails.
    pub refused_parts: Cell<bool>,
    /// How many of the next reads of the state fail.
    pub failing_loads: Cell<u32>,
    /// How many of the next saves fail.
    pub failing_saves: Cell<u32>,
    /// Whether a failing save takes effect, as when only the response is lost.
    pub failing_saves_take_effect: Cell<bool>,
    /// `load`, `save`, `secrets`, in order, including those that failed.
    pub record: Record,
}

impl MemoryStore {
    /// Return the number of versions of a part.
    fn count(&self, part: usize) -> u64 {
        self.versions.borrow().get(&part).map_or(0, |texts| texts.len() as u64)
    }

    fn note(&self, what: &str) {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }
}

impl Store for MemoryStore {
    async fn load_state(&self, part: usize) -> Result<Option<Stored>, StoreError> {
        self.note("load");
        if fails(&self.failing_loads) || (part > 0 && self.refused_parts.get()) {
            return Err(StoreError::new("reading was refused"));
        }
        let text =
            if part > 0 { self.parts.borrow().get(&part).cloned() } else { self.state.borrow().clone() };
        Ok(text.map(|text| Stored { text, version: Some(self.count(part)) }))
    }

    async fn load_version(&self, part: usize, version: u64) -> Result<Option<Stored>, StoreError> {
        self.note("load version");
        let at = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
        let versions = self.versions.borrow();
        let text = at.zip(versions.get(&part)).and_then(|(at, texts)| texts.get(at).cloned());
        Ok(text.map(|text| Stored { text, version: Some(version) }))
    }

    async fn save_state(&self, part: usize, text: &str) -> Result<Option<u64>, StoreError> {
        self.note("save");
        let fails = fails(&self.failing_saves);
        if !fails || self.failing_saves_take_effect.get() {
            let before = match part {
                0 => self.state.borrow_mut().replace(text.to_owned()),
                part => self.parts.borrow_mut().insert(part, text.to_owned()),
            };
            let mut versions = self.versions.borrow_mut();
            let versions = versions.entry(part).or_default();
            // Versions of a parameter that was deleted begin again.
            if before.is_none() {
                versions.clear();
            }
            versions.push(text.to_owned());
        }
        if fails {
            return Err(StoreError::new("writing was refused"));
        }
        Ok(Some(self.count(part)))
    }

    async fn load_history(&self, place: Place) -> Result<Option<Stored>, StoreError> {
        self.note("load history");
        if self.refused_history.get() {
            return Err(StoreError::new("reading was refused"));
        }
        let history = self.history.borrow();
        let versions = history.get(&place);
        Ok(versions.and_then(|versions| {
            Some(Stored { text: versions.last()?.clone(), version: Some(versions.len() as u64) })
        }))
    }

    async fn save_history(&self, place: Place, text: &str) -> Result<Option<u64>, StoreError> {
        self.note("save history");
        if self.refused_history.get() {
            return Err(StoreError::new("writing was refused"));
        }
        let mut history = self.history.borrow_mut();
        let versions = history.entry(place).or_default();
        versions.push(text.to_owned());
        Ok(Some(versions.len() as u64))
    }

    async fn load_secrets(&self) -> Result<Secrets, StoreError> {
        self.note("secrets");
        Ok(self.secrets.borrow().clone())
    }
}

/// Return whether this call should fail, and count it.
fn fails(left: &Cell<u32>) -> bool {
    let Some(fewer) = left.get().checked_sub(1) else { return false };
    left.set(fewer);
    true
}
