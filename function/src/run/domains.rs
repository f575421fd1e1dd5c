//! Asks registries when domains end: once a day for each domain, and after everything else.
//!
//! An answer may take seconds and can wait for a day, while an outage cannot: the registries are asked when the state
//! is saved and the notifications are sent. Then the run decides once more, with the answers.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::budget::Budget;
use super::progress::Progress;
use super::{Monitor, Prober};
use crate::contract::settings::DomainSettings;
use crate::contract::state::State;
use crate::decide::due_domains;
use crate::probe::RegistryAnswer;
use crate::store::Store;

/// The limit for all registries of a run.
const LIMIT: Duration = Duration::from_secs(3);

/// The least time that is left afterwards for the messages about it.
const RESERVE: Duration = Duration::from_secs(2);

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Ask the registries that are due. Return whether there is anything new to decide.
    pub(super) async fn ask_registries(
        &self,
        progress: &mut Progress,
        state: &State,
        budget: &Budget,
    ) -> bool {
        let now = Instant::now();
        if !progress.may_take_time() || now + LIMIT + RESERVE > budget.messages() {
            return false;
        }
        let due = due_domains(state, &self.settings, progress.now);
        let ask = async |domain: &DomainSettings| RegistryAnswer {
            domain: domain.name.clone(),
            registration: self.prober.ask_registry(domain, now + LIMIT).await,
        };
        progress.registries = join_all(due.into_iter().map(ask)).await;
        !progress.registries.is_empty()
    }
}
