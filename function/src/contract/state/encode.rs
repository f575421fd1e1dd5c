//! Writes a state as the text that is kept, within what an SSM parameter holds.
//!
//! A state that is too large loses the least important first: reasons, notes, marks whose loss costs a note that comes
//! once too often, and at last the difference between one late outage and several. Outages and their ends are never
//! left out. [`crate::contract::parts`] gives every target the room for what is then left.

use super::{LastNotified, MAX_BYTES, State, StateError, TargetState};
use crate::contract::notification::Notification;

/// A state in the form in which it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The JSON text.
    pub text: String,
    /// Whether details were left out to stay below SSM's limit.
    pub shortened: bool,
}

/// What may be left out, the least important first.
const STEPS: [fn(&mut State); 5] = [drop_reasons, drop_notes, drop_marks, fold_outages, drop_words];

impl State {
    /// Return the text to keep, at most [`MAX_BYTES`] long.
    pub fn encode(&self) -> Result<Encoded, StateError> {
        let text = self.to_text();
        if text.len() <= MAX_BYTES {
            return Ok(Encoded { text, shortened: false });
        }
        let mut bytes = text.len();
        let mut short = self.clone();
        for step in STEPS {
            step(&mut short);
            let text = short.to_text();
            if text.len() <= MAX_BYTES {
                return Ok(Encoded { text, shortened: true });
            }
            bytes = text.len();
        }
        Err(StateError::TooLarge(bytes))
    }

    /// Return the JSON text, however long.
    pub(crate) fn to_text(&self) -> String {
        // A struct of strings, numbers and string-keyed maps always serialises.
        let text = serde_json::to_string(self).unwrap_or_default();
        // SSM refuses `{{`. In JSON it can only stand within a string, where a brace may be written as an escape.
        text.replace("{{", "{\\u007b")
    }
}

/// Drop why something is as it is.
fn drop_reasons(state: &mut State) {
    for target in &mut state.targets {
        target.why = None;
        target.cause = None;
        for told in target.told.values_mut() {
            if let LastNotified::Failed(why) = told {
                why.clear();
            }
        }
    }
    for entry in &mut state.outbox {
        entry.why = None;
        entry.error = None;
    }
}

/// Drop what is neither an outage nor its end.
fn drop_notes(state: &mut State) {
    state.outbox.retain(|entry| entry.kind.is_status());
}

/// Drop what keeps a note from coming twice, and what only shapes messages.
fn drop_marks(state: &mut State) {
    for target in &mut state.targets {
        let TargetState { slow, unseen, reminded, scope, app_version, certificate, .. } = target;
        (*slow, *unseen, *reminded, *scope, *app_version, *certificate) =
            (None, None, None, None, None, None);
        target.certificate_until = None;
    }
    for entry in &mut state.outbox {
        (entry.scope, entry.cause, entry.tries) = (None, None, 0);
    }
    state.monitor.broken.clear();
}

/// Fold what one channel has still to hear of one target's outages into one entry, which says how many they were.
fn fold_outages(state: &mut State) {
    let mut folded: Vec<Notification> = Vec::new();
    for mut entry in std::mem::take(&mut state.outbox) {
        if let Some(at) = folded.iter().position(|earlier| earlier.is_about_the_same(&entry)) {
            entry.fold(&folded.remove(at));
        }
        folded.push(entry);
    }
    state.outbox = folded;
    for target in &mut state.targets {
        (target.doubt, target.flips) = (None, None);
    }
}

/// Drop what only changes the wording, and what says no more than that nothing is known.
fn drop_words(state: &mut State) {
    for target in &mut state.targets {
        target.told.retain(|_, told| !matches!(told, LastNotified::Failed(_)));
    }
    for entry in &mut state.outbox {
        entry.unproven |= std::mem::take(&mut entry.unread);
        entry.first = false;
    }
}
