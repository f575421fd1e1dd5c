//! The state and the reply as the first release reads them: it ignores unknown fields, and refuses unknown values of enums.
//! Frozen: never adapt this file to a change of the formats.

#![expect(dead_code, reason = "what is read is compared, or only has to be readable")]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct State {
    pub status: Status,
    pub ts: u64,
    #[serde(default)]
    pub version: u64,
    #[serde(default)]
    pub deployment: String,
    #[serde(default)]
    pub parts: usize,
    #[serde(default)]
    pub paused_until: Option<u64>,
    #[serde(default)]
    pub monitor: Monitor,
    #[serde(default)]
    pub targets: Vec<Target>,
    #[serde(default)]
    pub outbox: Vec<Notification>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Monitor {
    #[serde(default)]
    seq: u32,
    #[serde(default)]
    blind_since: Option<u64>,
    #[serde(default)]
    blind_told: bool,
    #[serde(default)]
    broken: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Up,
    Down,
    Unknown,
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub name: String,
    pub check: String,
    pub status: Status,
    pub since: u64,
    #[serde(default)]
    pub seq: u32,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    cause: Option<Cause>,
    #[serde(default)]
    pub told: BTreeMap<String, LastNotified>,
    #[serde(default)]
    doubt: Option<Streak>,
    #[serde(default)]
    unseen: Option<Streak>,
    #[serde(default)]
    slow: Option<Streak>,
    #[serde(default)]
    scope: Option<NotificationScope>,
    #[serde(default)]
    held: Option<Suppressed>,
    #[serde(default)]
    flips: Option<Streak>,
    #[serde(default)]
    flapping: bool,
    #[serde(default)]
    reminded: Option<u64>,
    #[serde(default)]
    certificate: Option<u64>,
    #[serde(default)]
    identity: Option<String>,
    #[serde(default)]
    app_version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Streak {
    since: u64,
    runs: u32,
}

#[derive(Debug, Deserialize)]
struct Suppressed {
    status: Status,
    since: u64,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastNotified {
    Up,
    Down,
    Failed(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NotificationScope {
    Site,
    Group,
    Rest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Down,
    Up,
    WasDown,
    Reminder,
    Flapping,
    Unseen,
    Seen,
    Slow,
    Fast,
    Certificate,
    Identity,
    Version,
    Blind,
    Sighted,
    Channel,
}

#[derive(Debug, Deserialize)]
pub struct Notification {
    pub id: String,
    pub kind: NotificationKind,
    from: u64,
    #[serde(default)]
    until: Option<u64>,
    #[serde(default)]
    times: u32,
    #[serde(default)]
    first: bool,
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    pub unproven: bool,
    #[serde(default)]
    tries: u32,
    #[serde(default)]
    scope: Option<NotificationScope>,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Dns,
    Connect,
    Tls,
    Certificate,
    App,
    Home,
    Origin,
    Access,
    Challenge,
    Maintenance,
    Condition,
    Slow,
    Timeout,
    Exposed,
    Blind,
}

#[derive(Debug, Deserialize)]
pub struct Reply {
    pub previous: Status,
    pub current: Status,
    pub http: u16,
    #[serde(default)]
    pub targets: Vec<TargetReply>,
    #[serde(default)]
    pub notices: Vec<NotificationReply>,
    #[serde(default)]
    pub problems: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct TargetReply {
    pub name: String,
    status: Status,
    since: u64,
    #[serde(default)]
    http: u16,
    #[serde(default)]
    failed: Option<LinkName>,
    #[serde(default)]
    pub cause: Option<Cause>,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LinkName {
    Dns,
    Tcp,
    Tls,
    Http,
    Body,
}

#[derive(Debug, Deserialize)]
pub struct NotificationReply {
    channel: String,
    target: String,
    kind: NotificationKind,
    #[serde(default)]
    first: bool,
    outcome: DeliveryOutcome,
    #[serde(default)]
    why: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeliveryOutcome {
    Delivered,
    Refused,
    Retry,
}
