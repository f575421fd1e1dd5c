//! Writes a state as the text that is stored, within the limit of an SSM parameter.
//!
//! A state that is too large loses the least important details first: what is on its way to the history, then reports,
//! reasons, notifications of events, marks whose loss may repeat a notification, and finally the difference between one
//! late outage and several. Outages and their ends are never left out. [`crate::contract::parts`] reserves room for the
//! rest of every target.

use super::{HistoryState, LastNotified, MAX_BYTES, State, StateError, TargetState};
use crate::contract::notification::{Notification, NotificationKind};

/// A state in the form in which it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The JSON text.
    pub text: String,
    /// Whether details were left out to stay below SSM's limit.
    pub shortened: bool,
}

/// What may be left out, the least important first.
const STEPS: [fn(&mut State); 8] = [
    drop_reports,
    drop_reasons,
    drop_events,
    drop_marks,
    fold_outages,
    drop_wording,
    drop_warnings,
    drop_account,
];

impl State {
    /// Return the text to store, at most [`MAX_BYTES`] long.
    pub fn encode(&self) -> Result<Encoded, StateError> {
        let text = self.to_text();
        if text.len() <= MAX_BYTES {
            return Ok(Encoded { text, shortened: false });
        }
        let mut short = self.clone();
        if let Some(text) = short.without_history() {
            return Ok(Encoded { text, shortened: false });
        }
        let mut bytes = text.len();
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

    /// Leave out what is on its way to the history, step by step, until the rest fits. An environment that stays warm
    /// keeps it nevertheless.
    fn without_history(&mut self) -> Option<String> {
        while self.history.as_mut().is_some_and(HistoryState::thin) {
            let text = self.to_text();
            if text.len() <= MAX_BYTES {
                return Some(text);
            }
        }
        for step in [drop_times, drop_tallies] {
            step(self);
            let text = self.to_text();
            if text.len() <= MAX_BYTES {
                return Some(text);
            }
        }
        None
    }

    /// Return the JSON text, however long.
    pub(crate) fn to_text(&self) -> String {
        // A struct of strings, numbers and maps with string keys always serializes.
        let text = serde_json::to_string(self).unwrap_or_default();
        // SSM rejects `{{`. In this JSON it can only occur within a string, where a brace may be written as an escape.
        text.replace("{{", "{\\u007b")
    }
}

/// Drop response times.
fn drop_times(state: &mut State) {
    if let Some(history) = &mut state.history {
        history.times.clear();
        history.closed_times.clear();
    }
}

/// Drop how the checks went.
fn drop_tallies(state: &mut State) {
    // The first part counts from the beginning without what all targets have in common.
    let is_first = state.history.take().is_some();
    let had_any = |target: &TargetState| target.tally.is_some() || target.closed.is_some();
    state.is_uncounted = !is_first && state.targets.iter().any(had_any);
    for target in &mut state.targets {
        (target.tally, target.closed) = (None, None);
        target.recent.clear();
        target.events.0.clear();
        target.closed_events.0.clear();
    }
}

/// Drop reports.
fn drop_reports(state: &mut State) {
    state.outbox.retain(|notification| notification.kind != NotificationKind::Report);
}

/// Drop the reasons that people read.
fn drop_reasons(state: &mut State) {
    for target in &mut state.targets {
        target.why = None;
        (target.cause, target.detail) = (None, None);
        for last in target.notified.values_mut() {
            if let LastNotified::Failed(why) = last {
                why.clear();
            }
        }
        for warning in target.warnings.values_mut() {
            warning.why = None;
        }
    }
    for notification in &mut state.outbox {
        notification.why = None;
        notification.error = None;
    }
}

/// Drop notifications that are neither about an outage nor about its end.
fn drop_events(state: &mut State) {
    state.outbox.retain(|notification| notification.kind.is_status());
}

/// Drop the marks that prevent an event from being notified twice, and what only affects messages.
fn drop_marks(state: &mut State) {
    for target in &mut state.targets {
        let TargetState { slow, unknown, reminded, scope, app_version, certificate, .. } = target;
        (*slow, *unknown, *reminded, *scope, *app_version, *certificate) =
            (None, None, None, None, None, None);
        target.certificate_until = None;
    }
    for notification in &mut state.outbox {
        (notification.scope, notification.cause, notification.tries) = (None, None, 0);
    }
    // Without this mark, no report is sent about a period that is over.
    state.monitor.reported = None;
    state.monitor.broken.clear();
    state.monitor.not_before.clear();
}

/// Fold the queued outages of one target, for one channel, into one notification that says how many there were.
fn fold_outages(state: &mut State) {
    let mut folded: Vec<Notification> = Vec::new();
    for mut notification in std::mem::take(&mut state.outbox) {
        if let Some(at) = folded.iter().position(|earlier| earlier.is_about_the_same(&notification)) {
            notification.fold(&folded.remove(at));
        }
        folded.push(notification);
    }
    state.outbox = folded;
    for target in &mut state.targets {
        (target.pending, target.changes) = (None, None);
    }
}

/// Drop what only affects the wording, and notifications that were given up.
fn drop_wording(state: &mut State) {
    for target in &mut state.targets {
        target.notified.retain(|_, last| !matches!(last, LastNotified::Failed(_)));
    }
    for notification in &mut state.outbox {
        notification.unproven |= std::mem::take(&mut notification.unread);
        notification.first = false;
    }
}

/// Drop which warnings about targets were notified. Each run would repeat them, hence not with the other marks. What is
/// known about domains always has room: without it, each run would ask their registries.
fn drop_warnings(state: &mut State) {
    for target in &mut state.targets {
        target.warnings.clear();
    }
}

/// Drop which warnings about the account were notified. Each run would repeat the last one, hence not with the other
/// marks.
fn drop_account(state: &mut State) {
    (state.monitor.account_closes, state.monitor.account_warned) = (None, None);
}
