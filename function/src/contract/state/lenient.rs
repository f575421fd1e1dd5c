//! Reads a stored state of any release. Only what this release does not know is left out: one field of one target, or
//! one notification, never the whole state.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{LastNotified, State, StateError, Status, Tally, TargetState, VERSION};
use crate::contract::notification::Notification;
use crate::probe::Cause;

impl State {
    /// Read a stored value. A value without a version yields only its status and time.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let mut state = match serde_json::from_str::<Self>(text) {
            Ok(state) if state.version > 0 => state,
            _ => leniently(text)?,
        };
        // Earlier releases did not count these attempts.
        for one in state.outbox.iter_mut().filter(|one| one.unproven && one.tries > 0) {
            one.sent = one.sent.max(1);
        }
        state.outbox.iter_mut().for_each(Notification::restore_kind);
        for target in &mut state.targets {
            let exact = target.detail.filter(|cause| *cause != Cause::Other);
            target.cause = exact.or(target.cause);
            if state.is_uncounted {
                (target.tally, target.closed) = (Some(Tally::UNKNOWN), Some(Tally::UNKNOWN));
            }
        }
        state.is_uncounted = false;
        Ok(state)
    }

    /// Return whether a later release wrote it: this one may not know all of it.
    pub fn is_of_later_release(&self) -> bool {
        self.version > VERSION
    }
}

fn leniently(text: &str) -> Result<State, StateError> {
    let unreadable = |why: serde_json::Error| StateError::Unreadable(why.to_string());
    let value: Value = serde_json::from_str(text).map_err(unreadable)?;
    let version = match value.get("version") {
        None => 0,
        Some(version) => version
            .as_u64()
            .ok_or_else(|| StateError::Unreadable("its version is not a number".to_owned()))?,
    };
    if version == 0 {
        let status =
            value.get("status").ok_or_else(|| StateError::Unreadable("it has no status".to_owned()))?;
        let status: Status = read(status).map_err(unreadable)?;
        return Ok(State { status, ts: value.get("ts").map_or(0, seconds), ..State::default() });
    }
    let Value::Object(mut fields) = value else {
        return Err(StateError::Unreadable("it is not an object".to_owned()));
    };
    let targets = list(fields.remove("targets")).filter_map(target).collect();
    let outbox = list(fields.remove("outbox")).filter_map(notification).collect();
    if let Some(ts) = fields.get("ts").map(seconds) {
        fields.insert("ts".to_owned(), ts.into());
    }
    let state: State = known_fields(&State::default(), fields)
        .ok_or_else(|| StateError::Unreadable("nothing in it is known".to_owned()))?;
    Ok(State { targets, outbox, ..state })
}

fn list(value: Option<Value>) -> impl Iterator<Item = Map<String, Value>> {
    let items = match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    items.into_iter().filter_map(|item| match item {
        Value::Object(fields) => Some(fields),
        _ => None,
    })
}

/// Read a target, which needs a name. A status of a later release is replaced by the last one that was notified.
fn target(fields: Map<String, Value>) -> Option<TargetState> {
    let has_status = fields.get("status").is_some_and(|status| read::<Status>(status).is_ok());
    let mut target: TargetState = known_fields(&TargetState::default(), fields)?;
    if target.name.is_empty() {
        return None;
    }
    if !has_status {
        let notified = |what: &LastNotified| target.notified.values().any(|last| last == what);
        target.status = match () {
            () if notified(&LastNotified::Down) => Status::Down,
            () if notified(&LastNotified::Up) => Status::Up,
            () => Status::Unknown,
        };
    }
    Some(target)
}

/// Read a notification, which needs an id and a kind.
fn notification(fields: Map<String, Value>) -> Option<Notification> {
    let kind = read(fields.get("kind")?).ok()?;
    let notification: Notification = known_fields(&Notification::new(kind, 0), fields)?;
    (!notification.id.is_empty()).then_some(notification)
}

/// Return `blank` with all of the `fields` that can be read; in one step if all of them can.
fn known_fields<T: DeserializeOwned + serde::Serialize>(blank: &T, fields: Map<String, Value>) -> Option<T> {
    let Ok(Value::Object(mut known)) = serde_json::to_value(blank) else { return None };
    let mut all = known.clone();
    all.extend(fields.clone());
    if let Ok(whole) = read(&Value::Object(all)) {
        return Some(whole);
    }
    for (name, value) in fields {
        let before = known.insert(name.clone(), value);
        if read::<T>(&Value::Object(known.clone())).is_err() {
            match before {
                Some(before) => known.insert(name, before),
                None => known.remove(&name),
            };
        }
    }
    read(&Value::Object(known)).ok()
}

/// Read a value from its text: deserializing it directly would add code for every type to a binary that has to be
/// small.
fn read<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    serde_json::from_str(&value.to_string())
}

/// Read a time in seconds. The Python function may have stored `time.time()` with its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, as intended"
)]
fn seconds(value: &Value) -> u64 {
    value.as_f64().unwrap_or_default() as u64
}
