//! The secrets during the life of a warm environment: fetched when first needed, and anew when a channel refuses them.

use crate::contract::secrets::Secrets;
use crate::store::{Store, StoreError};

/// Holds the secrets once they are known.
#[derive(Debug)]
pub struct SecretCache {
    is_given: bool,
    /// Read from the store during this run, so that reading again would tell nothing new.
    is_fresh: bool,
    kept: Option<Secrets>,
}

impl SecretCache {
    /// Secrets that are known from the start and never change.
    pub fn given(secrets: Secrets) -> Self {
        Self { is_given: true, is_fresh: false, kept: Some(secrets) }
    }

    /// Secrets that the store has.
    pub fn stored() -> Self {
        Self { is_given: false, is_fresh: false, kept: None }
    }

    /// A new run begins: what is kept may have become old.
    pub fn start_run(&mut self) {
        self.is_fresh = false;
    }

    /// The store has other secrets than those that were kept.
    pub fn forget(&mut self) {
        if !self.is_given {
            self.kept = None;
        }
    }

    /// The secrets, from the store only if they were never read.
    pub async fn get(&mut self, store: &impl Store) -> Result<&Secrets, StoreError> {
        let secrets = match self.kept.take() {
            Some(secrets) => secrets,
            None => {
                let secrets = store.load_secrets().await?;
                self.is_fresh = true;
                secrets
            }
        };
        Ok(self.kept.insert(secrets))
    }

    /// The secrets as they are now, if they differ from what was kept. At most once in a run.
    pub async fn renewed(&mut self, store: &impl Store) -> Result<Option<&Secrets>, StoreError> {
        if self.is_given || self.is_fresh {
            return Ok(None);
        }
        let secrets = store.load_secrets().await?;
        self.is_fresh = true;
        let differ = self.kept.as_ref() != Some(&secrets);
        let kept = self.kept.insert(secrets);
        Ok(differ.then_some(kept))
    }
}
