//! The state that is kept between runs, as JSON in SSM parameters.
//!
//! The top level always has `status` and `ts`, as the Python function wrote them; the rest is versioned. The reader
//! ([`lenient`]) is tolerant: it takes `status` and `ts` from the Python function's value, and ignores only unknown
//! fields and values of a later release. The writer ([`encode`]) stays below SSM's limit by leaving out details, never
//! by truncating. Some fields have another name in the JSON, which is their name in earlier releases.

mod domain;
mod encode;
mod error;
mod lenient;
mod monitor;
mod streak;
mod tally;
mod warning;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

pub use self::domain::{DomainState, DomainStatus};
pub use self::encode::Encoded;
pub use self::error::StateError;
pub use self::monitor::MonitorState;
pub use self::streak::Streak;
pub(crate) use self::tally::of_hour;
pub use self::tally::{ClosedRuns, HistoryState, Tally};
pub use self::warning::Warning;
use crate::contract::history::EventList;
use crate::contract::notification::{Notification, NotificationScope};
use crate::probe::Cause;

/// The version that this code writes.
pub const VERSION: u64 = 1;

/// The largest size of a standard SSM parameter. Counted in bytes, which are never fewer than characters.
pub const MAX_BYTES: usize = 4096;

/// How many recent outages of a target are remembered.
pub const MAX_RECENT: usize = 5;

/// How a target, or all of them together, is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It responds as configured.
    Up,
    /// It does not respond as configured.
    Down,
    /// It has not been observed yet.
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

/// Everything that is kept between runs.
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
    /// In how many parameters it is kept; 0 and 1 mean this one. See [`crate::contract::parts`].
    #[serde(default, skip_serializing_if = "is_single")]
    pub parts: usize,
    /// Until when notifications are paused, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<u64>,
    /// When the last pause or resume command came, in Unix seconds; dropped after a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commanded: Option<u64>,
    /// When the next run is due, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// The schedule's tick that was checked last, as [`crate::contract::request::Tick`] writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tick: Option<String>,
    /// Which environment is sending the notifications in the outbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The index of the first target that the last run had no time to check: the next run begins there.
    #[serde(default, skip_serializing_if = "is_first")]
    pub begin_at: usize,
    /// The state of the monitor itself.
    #[serde(default, skip_serializing_if = "MonitorState::is_default")]
    pub monitor: MonitorState,
    /// What the histories of all targets have in common; missing if none is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryState>,
    /// Whether the tallies of these targets had no room: how their checks went in the current hour is not known.
    #[serde(rename = "uncounted", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_uncounted: bool,
    /// One for each target, in the order of the settings.
    #[serde(default)]
    pub targets: Vec<TargetState>,
    /// What is still to be sent, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<Notification>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_single(parts: &usize) -> bool {
    *parts < 2
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(begin_at: &usize) -> bool {
    *begin_at == 0
}

/// The right to send the notifications in the outbox: two runs at the same time must not send the same ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The environment that holds it.
    pub by: String,
    /// Until when, in Unix seconds: a run that dies cannot return it.
    pub until: u64,
}

impl Lease {
    /// The longest duration of any Lambda run, in seconds. A lease that ends later was written with a wrong clock.
    const LONGEST_S: u64 = 15 * 60;

    /// Return whether an environment other than `owner` holds it at that time.
    pub fn is_held_by_other_than(&self, owner: &str, now: u64) -> bool {
        self.by != owner && now < self.until && self.until - now <= Self::LONGEST_S
    }
}

/// The state of one target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetState {
    /// Its name in the settings.
    pub name: String,
    /// Identifies the check: with another address or condition, the target begins with a new state.
    pub check: String,
    /// Its last known status.
    pub status: Status,
    /// Since when, in Unix seconds.
    pub since: u64,
    /// How many changes were notified; part of the notifications' ids.
    #[serde(default)]
    pub seq: u32,
    /// Why it is down, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Why it is down, as decisions go by it. The stored state has the nearest cause that every release knows.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "nearest")]
    pub cause: Option<Cause>,
    /// The exact cause, if the stored state has only the nearest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cause>,
    /// The last notification about its status, for each channel.
    #[serde(rename = "told", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notified: BTreeMap<String, LastNotified>,
    /// A pending change: consecutive runs that observed another status than `status`.
    #[serde(rename = "doubt", default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Streak>,
    /// Consecutive runs in which its status was unknown.
    #[serde(rename = "unseen", default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Streak>,
    /// Consecutive runs in which it was slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow: Option<Streak>,
    /// The warnings that are pending or notified, by the key of their finding.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub warnings: BTreeMap<String, Warning>,
    /// What is known about the registration of its domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainState>,
    /// What its outage has in common with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<NotificationScope>,
    /// Its status when notifications about it began to be suppressed.
    #[serde(rename = "held", default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
    /// Its recent changes.
    #[serde(rename = "flips", default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Streak>,
    /// Whether it changes too often to notify each change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flapping: bool,
    /// When the last reminder of its outage was queued, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<u64>,
    /// The last warning about its certificate, as the days of its step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<u64>,
    /// When the certificate of that warning expires, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<u64>,
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The app's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// How its checks went in the current hour; missing if it was up in every run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<Tally>,
    /// What ended in the current hour.
    #[serde(default, skip_serializing_if = "EventList::is_empty")]
    pub events: EventList,
    /// When its last outages began, in Unix seconds: up to [`MAX_RECENT`] of the last week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<u64>,
    /// How its checks went in the hour that is over; missing if it was up in every run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Tally>,
    /// What ended in the hour that is over.
    #[serde(default, skip_serializing_if = "EventList::is_empty")]
    pub closed_events: EventList,
}

/// The status of a target before notifications about it were suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// Its status.
    pub status: Status,
    /// Since when, in Unix seconds.
    pub since: u64,
}

fn nearest<S: Serializer>(cause: &Option<Cause>, serializer: S) -> Result<S::Ok, S::Error> {
    cause.map(Cause::in_first_release).serialize(serializer)
}

/// The last notification about a target's status on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastNotified {
    /// That it is up.
    Up,
    /// That it is down.
    Down,
    /// It was given up, for this reason.
    Failed(String),
}

impl State {
    /// Return the state of the target with this name.
    pub fn target(&self, name: &str) -> Option<&TargetState> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// Return the status of all targets taken together.
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
}
