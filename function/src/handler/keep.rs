//! Loads and saves the state, all of its parts, without asking more of SSM than it gives.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::sleep;

use super::memory::{Holds, Loaded};
use super::{Monitor, Prober};
use crate::parts::{MAX_PARTS, split};
use crate::state::State;
use crate::store::Store;

/// SSM takes three writes a second.
const BETWEEN_WRITES: Duration = Duration::from_millis(350);

/// Reads all parts at once. A new environment looks whether there were more of them before the settings changed.
pub(super) async fn load(store: &impl Store, count: usize, is_new: bool) -> Loaded {
    let mut texts = try_join_all((0..count).map(|part| store.load_state(part))).await?;
    let first = texts.first().and_then(|text| text.as_deref());
    if is_new && let Some(state) = first.and_then(|text| State::parse(text).ok()) {
        let former = state.parts.min(MAX_PARTS);
        // They may be gone already, and the right to read them with them.
        let others = join_all((count..former).map(|part| store.load_state(part))).await;
        texts.extend(others.into_iter().flatten());
    }
    Ok(texts)
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
}
