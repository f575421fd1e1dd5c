//! The store's twin in memory: for tests, with a record of what was asked and failures on demand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Store, StoreError};
use crate::secrets::Secrets;

/// What happened, in order. Shared with whatever else leaves a trace there.
pub type Record = Arc<Mutex<Vec<String>>>;

/// Keeps everything in memory. Its fields are its controls.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// The kept state.
    pub state: RefCell<Option<String>>,
    /// Its further parts.
    pub parts: RefCell<BTreeMap<usize, String>>,
    /// The kept secrets.
    pub secrets: RefCell<Secrets>,
    /// Whether the further parts may not be read.
    pub refused_parts: Cell<bool>,
    /// How many more reads of the state fail.
    pub failing_loads: Cell<u32>,
    /// How many more saves fail.
    pub failing_saves: Cell<u32>,
    /// Whether a save that fails takes effect all the same, as when only the answer is lost.
    pub failing_saves_take_effect: Cell<bool>,
    /// `load`, `save`, `secrets`, in order, whether they fail or not.
    pub record: Record,
}

impl MemoryStore {
    fn note(&self, what: &str) {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }
}

impl Store for MemoryStore {
    async fn load_state(&self, part: usize) -> Result<Option<String>, StoreError> {
        self.note("load");
        if fails(&self.failing_loads) {
            return Err(StoreError("reading was refused".to_owned()));
        }
        if part > 0 && self.refused_parts.get() {
            return Err(StoreError("reading was refused".to_owned()));
        }
        if part > 0 {
            return Ok(self.parts.borrow().get(&part).cloned());
        }
        Ok(self.state.borrow().clone())
    }

    async fn save_state(&self, part: usize, text: &str) -> Result<(), StoreError> {
        self.note("save");
        let fails = fails(&self.failing_saves);
        if !fails || self.failing_saves_take_effect.get() {
            match part {
                0 => *self.state.borrow_mut() = Some(text.to_owned()),
                part => drop(self.parts.borrow_mut().insert(part, text.to_owned())),
            }
        }
        if fails { Err(StoreError("writing was refused".to_owned())) } else { Ok(()) }
    }

    async fn load_secrets(&self) -> Result<Secrets, StoreError> {
        self.note("secrets");
        Ok(self.secrets.borrow().clone())
    }
}

/// Whether this is one of the calls that are to fail; counts it if so.
fn fails(left: &Cell<u32>) -> bool {
    let Some(fewer) = left.get().checked_sub(1) else { return false };
    left.set(fewer);
    true
}
