//! Stores the state and the secrets: in SSM, or in memory for tests.

mod memory;
mod secret_cache;
mod ssm;

use std::fmt;

pub use self::memory::{MemoryStore, Record};
pub use self::secret_cache::SecretCache;
pub use self::ssm::{NAMES_A_CALL, ParameterSource, SsmReader, SsmStore};
use crate::contract::history::Place;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::secrets::Secrets;

/// Why the store failed, explained for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    detail: String,
    is_denied: bool,
}

impl StoreError {
    /// Return an error with what failed and why.
    pub fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), is_denied: false }
    }

    /// Mark it as denied access.
    #[must_use]
    pub fn denied(self) -> Self {
        Self { is_denied: true, ..self }
    }

    /// Return whether access was denied.
    pub fn is_denied(&self) -> bool {
        self.is_denied
    }

    /// Return it as a problem of this kind, or of [`ProblemKind::AccessDenied`] if access was denied. `what`: what
    /// failed.
    pub fn problem(&self, kind: ProblemKind, what: &str) -> Problem {
        let kind = if self.is_denied { ProblemKind::AccessDenied } else { kind };
        Problem::new(kind, format!("{what}: {self}"))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for StoreError {}

/// A part of the state as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The text.
    pub text: String,
    /// Its version, which each write increases by one. `None` if the store has no versions.
    pub version: Option<u64>,
}

/// Stores the state, the history and the secrets. To the store, state and history are opaque text.
pub trait Store {
    /// Load a part of the state, counted from 0; `None` if nothing was stored yet.
    fn load_state(&self, part: usize) -> impl Future<Output = Result<Option<Stored>, StoreError>>;

    /// Load an earlier version of a part of the state; `None` if that version is no longer available.
    fn load_version(
        &self,
        part: usize,
        version: u64,
    ) -> impl Future<Output = Result<Option<Stored>, StoreError>>;

    /// Replace a part of the state. Return its version, if the store has versions.
    fn save_state(&self, part: usize, text: &str) -> impl Future<Output = Result<Option<u64>, StoreError>>;

    /// Load a parameter of the history; `None` if it does not exist.
    fn load_history(&self, place: Place) -> impl Future<Output = Result<Option<Stored>, StoreError>>;

    /// Replace a parameter of the history. Return its version, if the store has versions.
    fn save_history(&self, place: Place, text: &str)
    -> impl Future<Output = Result<Option<u64>, StoreError>>;

    /// Load the current secrets.
    fn load_secrets(&self) -> impl Future<Output = Result<Secrets, StoreError>>;
}
