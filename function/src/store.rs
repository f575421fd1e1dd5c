//! Where the state and the secrets are kept.

mod memory;
mod secret_cache;
mod ssm;

use std::fmt;

pub use self::memory::{MemoryStore, Record};
pub use self::secret_cache::SecretCache;
pub use self::ssm::SsmStore;
use crate::contract::secrets::Secrets;

/// Why the store did not do it, in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// A part of the state as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The text.
    pub text: String,
    /// Its version: each write makes the next number. `None` where the store does not say.
    pub version: Option<u64>,
}

/// What a run needs to have kept. The state is handed over as text: what it means is no business of the store.
pub trait Store {
    /// A part of the kept state, counted from 0; `None` if nothing was kept yet.
    fn load_state(&self, part: usize) -> impl Future<Output = Result<Option<Stored>, StoreError>>;

    /// A part of the kept state as it was in an earlier version; `None` if that is not kept.
    fn load_version(
        &self,
        part: usize,
        version: u64,
    ) -> impl Future<Output = Result<Option<Stored>, StoreError>>;

    /// Keeps a part of the state in place of the former. Returns its version, where the store says it.
    fn save_state(&self, part: usize, text: &str) -> impl Future<Output = Result<Option<u64>, StoreError>>;

    /// The secrets, as they are now.
    fn load_secrets(&self) -> impl Future<Output = Result<Secrets, StoreError>>;
}
