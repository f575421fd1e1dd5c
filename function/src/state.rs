//! What is kept between runs, as JSON in one SSM parameter.
//!
//! The top level always has `status` and `ts`, as the Python function wrote them; the rest is ours and versioned. The
//! reader is tolerant: the Python function's value, and one written by a newer version, yield their `status` and `ts`
//! and no targets. The writer keeps below SSM's limit by leaving out details, never by cutting.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outbox::{Entry, Scope};
use crate::probe::Cause;

/// The version that this code writes.
pub const VERSION: u64 = 1;

/// What a standard SSM parameter can hold. Counted in bytes, which is never less than in characters.
pub const MAX_BYTES: usize = 4096;

/// How a target, or all of them together, is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It answers as it should.
    Up,
    /// It does not.
    Down,
    /// Nobody has looked yet.
    #[default]
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        })
    }
}

/// Everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Down if any target is; unknown if any is and none is down; else up.
    pub status: Status,
    /// When the targets were last checked, in Unix seconds.
    pub ts: u64,
    /// [`VERSION`]; 0 in a value that the Python function wrote, or when nothing was kept.
    #[serde(default)]
    pub version: u64,
    /// The deployment that wrote this: the function may not tag its parameter, so the value says whose it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deployment: String,
    /// In how many parameters it is kept; 0 and 1 mean this one. See [`crate::parts`].
    #[serde(default, skip_serializing_if = "is_single")]
    pub parts: usize,
    /// Until when nothing is told, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<u64>,
    /// What is kept of the monitor itself.
    #[serde(default, skip_serializing_if = "MonitorState::is_default")]
    pub monitor: MonitorState,
    /// One for each target, in the order of the settings.
    #[serde(default)]
    pub targets: Vec<TargetState>,
    /// What is still to be told, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<Entry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_single(parts: &usize) -> bool {
    *parts < 2
}

/// What is kept of the monitor itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorState {
    /// How many words there were about it; part of an entry's id.
    #[serde(default)]
    pub seq: u32,
    /// Since when it sees nothing, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blind_since: Option<u64>,
    /// Whether its blindness was worth a word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blind_told: bool,
    /// Channels whose trouble was told on others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub broken: BTreeSet<String>,
}

impl MonitorState {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What is kept of one target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetState {
    /// Its name in the settings.
    pub name: String,
    /// Identifies what is checked: with another address or condition, the target starts anew.
    pub check: String,
    /// How it was doing when last seen.
    pub status: Status,
    /// Since when, in Unix seconds.
    pub since: u64,
    /// How many changes it has been through; part of an entry's id.
    #[serde(default)]
    pub seq: u32,
    /// Why it is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The class of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The last word that each channel got, or could not be given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, Told>,
    /// How many runs in a row have found it otherwise than `status`, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Streak>,
    /// For how long nobody can tell how it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Streak>,
    /// For how long it has been slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow: Option<Streak>,
    /// What its outage shares with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// How it was when words about it began to be held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// How often it has changed of late, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flips: Option<Streak>,
    /// Whether it changes too often to tell each time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flapping: bool,
    /// When its outage was last told again, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<u64>,
    /// The last warning about its certificate, in days before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<u64>,
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The app's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
}

/// So many runs, or changes, since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// When the first one was, in Unix seconds.
    pub since: u64,
    /// How many there were.
    pub runs: u32,
}

impl Streak {
    /// One more, or the first.
    pub fn longer(streak: Option<Self>, now: u64) -> Self {
        let Self { since, runs } = streak.unwrap_or(Self { since: now, runs: 0 });
        Self { since, runs: runs.saturating_add(1) }
    }
}

/// How a target was before words about it were held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its status.
    pub status: Status,
    /// Since when, in Unix seconds.
    pub since: u64,
}

/// The last word that a channel got about a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// That it is up.
    Up,
    /// That it is down.
    Down,
    /// The last word was given up, for this reason.
    Failed(String),
}

/// A state in the form in which it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The JSON text.
    pub text: String,
    /// Whether details were left out to stay below SSM's limit.
    pub shortened: bool,
}

/// A value that holds no state, or a state that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateError {
    /// The kept value is not what any version has written.
    Unreadable(String),
    /// This many bytes, even without all that can be left out.
    TooLarge(usize),
}

impl fmt::Display for StateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(formatter, "the kept state makes no sense: {why}"),
            Self::TooLarge(bytes) => {
                write!(
                    formatter,
                    "the state needs {bytes} bytes, and SSM keeps {MAX_BYTES}: too many targets"
                )
            }
        }
    }
}

impl std::error::Error for StateError {}

impl State {
    /// Reads a kept value. A value of another version yields its status and time alone, with its version.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let unreadable = |why: serde_json::Error| StateError::Unreadable(why.to_string());
        let value: Value = serde_json::from_str(text).map_err(unreadable)?;
        let version = match value.get("version") {
            None => 0,
            Some(version) => version
                .as_u64()
                .ok_or_else(|| StateError::Unreadable("its version is not a number".to_owned()))?,
        };
        if version == VERSION {
            return serde_json::from_value(value).map_err(unreadable);
        }
        let status =
            value.get("status").ok_or_else(|| StateError::Unreadable("it has no status".to_owned()))?;
        let status = Status::deserialize(status).map_err(unreadable)?;
        Ok(Self { status, ts: value.get("ts").map_or(0, seconds), version, ..Self::default() })
    }

    /// The text to keep, at most [`MAX_BYTES`] long.
    pub fn encode(&self) -> Result<Encoded, StateError> {
        let text = self.to_text();
        if text.len() <= MAX_BYTES {
            return Ok(Encoded { text, shortened: false });
        }
        let mut short = self.without_details();
        let text = short.to_text();
        if text.len() <= MAX_BYTES {
            return Ok(Encoded { text, shortened: true });
        }
        // An outage and its end are what nobody may miss.
        short.outbox.retain(|entry| entry.kind.is_status());
        let text = short.to_text();
        if text.len() <= MAX_BYTES {
            return Ok(Encoded { text, shortened: true });
        }
        Err(StateError::TooLarge(text.len()))
    }

    /// What is kept of a target by this name.
    pub fn target(&self, name: &str) -> Option<&TargetState> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// The status of all targets taken together.
    pub fn overall(targets: &[TargetState]) -> Status {
        let any = |status| targets.iter().any(|target| target.status == status);
        if any(Status::Down) {
            Status::Down
        } else if targets.is_empty() || any(Status::Unknown) {
            Status::Unknown
        } else {
            Status::Up
        }
    }

    pub(crate) fn to_text(&self) -> String {
        // A struct of strings, numbers and string-keyed maps always serialises.
        let text = serde_json::to_string(self).unwrap_or_default();
        // SSM refuses `{{`. In JSON it can only stand within a string, where a brace may be written as an escape.
        text.replace("{{", "{\\u007b")
    }

    fn without_details(&self) -> Self {
        let mut state = self.clone();
        for target in &mut state.targets {
            target.why = None;
            target.cause = None;
            for told in target.told.values_mut() {
                if let Told::Failed(why) = told {
                    why.clear();
                }
            }
        }
        for entry in &mut state.outbox {
            entry.why = None;
            entry.error = None;
        }
        state
    }
}

/// Python's `time.time()` may have been kept with its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what we want"
)]
fn seconds(value: &Value) -> u64 {
    value.as_f64().unwrap_or_default() as u64
}
