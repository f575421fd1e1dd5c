//! Loads and saves the state, all of its parts, without asking more of SSM than it gives.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::{Instant, sleep};

use super::recall::{Holds, Loaded, Texts};
use super::{Monitor, Prober};
use crate::contract::parts::{MAX_PARTS, split};
use crate::contract::state::{State, VERSION};
use crate::store::{Store, StoreError, Stored};

/// SSM takes three writes a second.
pub(super) const BETWEEN_WRITES: Duration = Duration::from_millis(350);

/// What a run needs for its end.
const RESERVE: Duration = Duration::from_secs(3);

/// Reads all parts at once. A new environment looks whether there were more of them before the settings changed.
pub(super) async fn load(store: &impl Store, count: usize, is_new: bool) -> Loaded {
    let parts = load_parts(store, count).await?;
    let first = parts.first().and_then(|stored| stored.as_ref());
    let mut surplus = Vec::new();
    if is_new && let Some(state) = first.and_then(|stored| State::parse(&stored.text).ok()) {
        let former = count..state.parts.min(MAX_PARTS);
        // They may be gone, and the right to read them with them.
        let texts = join_all(former.clone().map(|part| store.load_state(part))).await;
        surplus = former.zip(texts).filter_map(|(part, stored)| Some((part, stored.ok()??.text))).collect();
    }
    Ok(Texts { parts, surplus })
}

/// Read all parts at once.
pub(super) async fn load_parts(store: &impl Store, count: usize) -> Result<Vec<Option<Stored>>, StoreError> {
    try_join_all((0..count).map(|part| store.load_state(part))).await
}

/// What became of writing a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// The store has it, and nothing else was written since the state was read.
    Yes,
    /// Not all of it is in the store.
    No,
    /// It is in the store, and has replaced what another run wrote meanwhile: parts, with what they held.
    Over(Vec<(usize, Option<Stored>)>),
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Write a state. A part that the store refused is noted in `holds` too: it may have taken it, with the answer lost.
    pub(super) async fn save(
        &self,
        state: &State,
        holds: &mut Vec<Holds>,
        problems: &mut Vec<String>,
    ) -> Saved {
        let parts = split(state, &self.settings, &self.layout);
        holds.resize_with(parts.len(), Holds::default);
        let (mut is_saved, mut writes, mut over) = (true, 0, Vec::new());
        // The first one last: what has moved to another part is there before it is missing here.
        for (part, (state, holds)) in parts.iter().zip(holds.iter_mut()).enumerate().rev() {
            let encoded = match state.encode() {
                Ok(encoded) => encoded,
                Err(why) => {
                    problems.push(why.to_string());
                    is_saved = false;
                    continue;
                }
            };
            if encoded.shortened {
                problems.push("the state is near SSM's limit: details were left out of it".to_owned());
            }
            // The first part tells when the last run was, and so is always new.
            if part > 0 && holds.has(&encoded.text) {
                continue;
            }
            if writes > 0 {
                sleep(BETWEEN_WRITES).await;
            }
            writes += 1;
            match self.store.save_state(part, &encoded.text).await {
                Ok(version) => {
                    if let Some(version) = holds.saved(encoded.text, version) {
                        over.push((part, version));
                    }
                }
                Err(why) => {
                    holds.not_saved(encoded.text);
                    problems.push(format!("the state was not saved: {why}"));
                    is_saved = false;
                }
            }
        }
        match (is_saved, self.written_over(over, holds).await) {
            (false, _) => Saved::No,
            (true, over) if over.is_empty() => Saved::Yes,
            (true, over) => Saved::Over(over),
        }
    }

    /// Read what was written over: the versions before ours. What this environment wrote itself does not count: a write
    /// was repeated, or its answer was lost.
    async fn written_over(
        &self,
        over: Vec<(usize, u64)>,
        holds: &mut [Holds],
    ) -> Vec<(usize, Option<Stored>)> {
        let mut found = Vec::new();
        for (part, version) in over {
            let before = self.store.load_version(part, version.saturating_sub(1)).await.ok().flatten();
            let text = before.as_ref().map(|before| before.text.clone());
            if text.is_none() || !holds[part].knows(&text) {
                found.push((part, before));
            }
        }
        found
    }

    /// Clears parts that are no longer needed, once the others have what was in them: what they say of targets that are
    /// not watched any more must not be believed when these come back. Those that could not be cleared remain in `parts`.
    pub(super) async fn clear(&self, parts: &mut Vec<usize>, deadline: Instant, problems: &mut Vec<String>) {
        let deployment = self.settings.deployment.clone();
        let nothing = State { version: VERSION, deployment, ..State::default() }.to_text();
        let mut left = Vec::new();
        for part in parts.drain(..) {
            // The next run goes on with what this one has no time for.
            if Instant::now() + RESERVE > deadline {
                left.push(part);
                continue;
            }
            sleep(BETWEEN_WRITES).await;
            if let Err(why) = self.store.save_state(part, &nothing).await {
                problems.push(format!("part {} of the state was not cleared: {why}", part + 1));
                left.push(part);
            }
        }
        *parts = left;
    }
}
