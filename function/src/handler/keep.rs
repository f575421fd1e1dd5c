//! Loads and saves the state, all of its parts, without asking more of SSM than it gives.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::{Instant, sleep};

use super::memory::{Holds, Loaded, Texts};
use super::{Monitor, Prober};
use crate::parts::{MAX_PARTS, split};
use crate::state::{State, VERSION};
use crate::store::Store;

/// SSM takes three writes a second.
const BETWEEN_WRITES: Duration = Duration::from_millis(350);

/// What a run needs for its end.
const RESERVE: Duration = Duration::from_secs(3);

/// Reads all parts at once. A new environment looks whether there were more of them before the settings changed.
pub(super) async fn load(store: &impl Store, count: usize, is_new: bool) -> Loaded {
    let parts = try_join_all((0..count).map(|part| store.load_state(part))).await?;
    let first = parts.first().and_then(|text| text.as_deref());
    let mut surplus = Vec::new();
    if is_new && let Some(state) = first.and_then(|text| State::parse(text).ok()) {
        let former = count..state.parts.min(MAX_PARTS);
        // They may be gone, and the right to read them with them.
        let texts = join_all(former.clone().map(|part| store.load_state(part))).await;
        surplus = former.zip(texts).filter_map(|(part, text)| Some((part, text.ok()??))).collect();
    }
    Ok(Texts { parts, surplus })
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Whether the store has the state now. A state that it refused is noted in `holds` too: it may have taken it all the
    /// same, with the answer lost.
    pub(super) async fn save(
        &self,
        state: &State,
        holds: &mut Vec<Holds>,
        problems: &mut Vec<String>,
    ) -> bool {
        let parts = split(state, &self.settings, &self.layout);
        holds.resize_with(parts.len(), Holds::default);
        let (mut is_saved, mut writes) = (true, 0);
        for (part, (state, holds)) in parts.iter().zip(holds.iter_mut()).enumerate() {
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
                Ok(()) => holds.saved(encoded.text),
                Err(why) => {
                    holds.not_saved(encoded.text);
                    problems.push(format!("the state was not saved: {why}"));
                    is_saved = false;
                }
            }
        }
        is_saved
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
