//! Caches the secrets while the Lambda environment is warm: loaded when first needed, and again when a channel rejects
//! them.

use crate::contract::secrets::Secrets;
use crate::store::{Store, StoreError};

/// The secrets, once they are loaded.
#[derive(Debug)]
pub struct SecretCache {
    is_fixed: bool,
    /// Whether they were loaded during this run, so that loading them again would change nothing.
    is_fresh: bool,
    cached: Option<Secrets>,
}

impl SecretCache {
    /// Create a cache of secrets that are known from the start and never change.
    pub fn fixed(secrets: Secrets) -> Self {
        Self { is_fixed: true, is_fresh: false, cached: Some(secrets) }
    }

    /// Create an empty cache for the secrets of the store.
    pub fn empty() -> Self {
        Self { is_fixed: false, is_fresh: false, cached: None }
    }

    /// Begin a run: the cached secrets may be outdated.
    pub fn start_run(&mut self) {
        self.is_fresh = false;
    }

    /// Discard the cached secrets, because those in the store have changed.
    pub fn forget(&mut self) {
        if !self.is_fixed {
            self.cached = None;
        }
    }

    /// Return the secrets, from the store only if they are not cached.
    pub async fn get(&mut self, store: &impl Store) -> Result<&Secrets, StoreError> {
        let secrets = match self.cached.take() {
            Some(secrets) => secrets,
            None => {
                let secrets = store.load_secrets().await?;
                self.is_fresh = true;
                secrets
            }
        };
        Ok(self.cached.insert(secrets))
    }

    /// Load the secrets again, at most once in a run, and return them if they have changed.
    pub async fn reload(&mut self, store: &impl Store) -> Result<Option<&Secrets>, StoreError> {
        if self.is_fixed || self.is_fresh {
            return Ok(None);
        }
        let secrets = store.load_secrets().await?;
        self.is_fresh = true;
        let differ = self.cached.as_ref() != Some(&secrets);
        let cached = self.cached.insert(secrets);
        Ok(differ.then_some(cached))
    }
}
