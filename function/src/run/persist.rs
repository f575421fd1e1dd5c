//! Loads and saves the state, all of its parts, within the limits of SSM.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::{Instant, sleep};

use super::recall::{Loaded, PartMemory, Texts};
use super::{Monitor, Prober};
use crate::contract::parts::{MAX_PARTS, split};
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::state::{State, VERSION};
use crate::store::{Store, StoreError, Stored};

/// The pause between two writes: SSM accepts three a second.
pub(super) const BETWEEN_WRITES: Duration = Duration::from_millis(350);

/// The time that a run needs after clearing a part.
const RESERVE: Duration = Duration::from_secs(3);

/// Read all parts at the same time. A new environment looks for parts beyond `count` from before the settings changed.
pub(super) async fn load(store: &impl Store, count: usize, is_new: bool) -> Loaded {
    let parts = load_parts(store, count).await?;
    let first = parts.first().and_then(|stored| stored.as_ref());
    let mut obsolete = Vec::new();
    if is_new && let Some(state) = first.and_then(|stored| State::parse(&stored.text).ok()) {
        let former = count..state.parts.min(MAX_PARTS);
        // They may have been deleted, together with the permission to read them.
        let texts = join_all(former.clone().map(|part| store.load_state(part))).await;
        obsolete = former.zip(texts).filter_map(|(part, stored)| Some((part, stored.ok()??.text))).collect();
    }
    Ok(Texts { parts, obsolete })
}

/// Read all parts at the same time.
pub(super) async fn load_parts(store: &impl Store, count: usize) -> Result<Vec<Option<Stored>>, StoreError> {
    try_join_all((0..count).map(|part| store.load_state(part))).await
}

/// The result of writing a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// The store has it, and no other run has written since the state was read.
    Yes,
    /// The store does not have all of it.
    No,
    /// The store has it, but it has overwritten what another run wrote meanwhile: these parts, with that content.
    Overwrote(Vec<(usize, Option<Stored>)>),
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Write a state. A part that the store did not confirm is recorded in `memories` too: the store may have it if
    /// only the response was lost.
    pub(super) async fn save(
        &self,
        state: &State,
        memories: &mut Vec<PartMemory>,
        problems: &mut Vec<Problem>,
    ) -> Saved {
        let parts = split(state, &self.settings, &self.layout);
        memories.resize_with(parts.len(), PartMemory::default);
        let (mut is_saved, mut writes, mut overwritten) = (true, 0, Vec::new());
        // The first one last: a target that has moved to another part is saved there before it is removed here.
        for (part, (state, memory)) in parts.iter().zip(memories.iter_mut()).enumerate().rev() {
            let encoded = match state.encode() {
                Ok(encoded) => encoded,
                Err(why) => {
                    problems.push(Problem::new(ProblemKind::StateNotSaved, why.to_string()));
                    is_saved = false;
                    continue;
                }
            };
            if encoded.shortened {
                let detail = "the state is near SSM's size limit: details were left out of it";
                problems.push(Problem::new(ProblemKind::StateShortened, detail));
            }
            // The first part contains the time of the run, so it always changes.
            if part > 0 && memory.is_exactly(&encoded.text) {
                continue;
            }
            if writes > 0 {
                sleep(BETWEEN_WRITES).await;
            }
            writes += 1;
            match self.store.save_state(part, &encoded.text).await {
                Ok(version) => {
                    if let Some(version) = memory.saved(encoded.text, version) {
                        overwritten.push((part, version));
                    }
                }
                Err(why) => {
                    memory.not_saved(encoded.text);
                    problems.push(why.problem(ProblemKind::StateNotSaved, "the state was not saved"));
                    is_saved = false;
                }
            }
        }
        match (is_saved, self.overwritten(overwritten, memories).await) {
            (false, _) => Saved::No,
            (true, parts) if parts.is_empty() => Saved::Yes,
            (true, parts) => Saved::Overwrote(parts),
        }
    }

    /// Read what was overwritten: the version before ours of each of these parts. What this environment wrote itself
    /// does not count: a write was repeated, or its response was lost.
    async fn overwritten(
        &self,
        parts: Vec<(usize, u64)>,
        memories: &mut [PartMemory],
    ) -> Vec<(usize, Option<Stored>)> {
        let mut found = Vec::new();
        for (part, version) in parts {
            let before = self.store.load_version(part, version.saturating_sub(1)).await.ok().flatten();
            let text = before.as_ref().map(|before| before.text.clone());
            if text.is_none() || !memories[part].knows(&text) {
                found.push((part, before));
            }
        }
        found
    }

    /// Clear obsolete parts once the others have their content: their information about targets that are no longer
    /// monitored must not be used when these return. Parts that could not be cleared remain in `parts`.
    pub(super) async fn clear(&self, parts: &mut Vec<usize>, deadline: Instant, problems: &mut Vec<Problem>) {
        let deployment = self.settings.deployment.clone();
        let nothing = State { version: VERSION, deployment, ..State::default() }.to_text();
        let mut left = Vec::new();
        for part in parts.drain(..) {
            // The next run clears the parts for which this one has no time.
            if Instant::now() + RESERVE > deadline {
                left.push(part);
                continue;
            }
            sleep(BETWEEN_WRITES).await;
            if let Err(why) = self.store.save_state(part, &nothing).await {
                let what = format!("part {} of the state was not cleared", part + 1);
                problems.push(why.problem(ProblemKind::StateNotSaved, &what));
                left.push(part);
            }
        }
        *parts = left;
    }
}
