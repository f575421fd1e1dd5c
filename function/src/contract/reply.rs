//! What an invocation answers. The deployer prints it; the first three fields are the Python function's.

use serde::{Deserialize, Serialize};

use crate::contract::notification::NotificationKind;
use crate::contract::state::Status;
use crate::notify::Delivery;
use crate::probe::{Cause, LinkName};

/// One run, told to whoever invoked it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Overall status before this run.
    pub previous: Status,
    /// Overall status after this run.
    pub current: Status,
    /// The first target's HTTP status code; 0 if there was none.
    pub http: u16,
    /// Until when notifications are paused, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<u64>,
    /// Every target, in the order of the settings.
    #[serde(default)]
    pub targets: Vec<TargetReply>,
    /// Every message that this run tried to send, in order.
    #[serde(default)]
    pub notices: Vec<NotificationReply>,
    /// What went wrong in the function itself, in plain words.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// One target as this run found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetReply {
    /// The target's name.
    pub name: String,
    /// Its status after this run.
    pub status: Status,
    /// Since when it has this status, in Unix seconds.
    pub since: u64,
    /// The HTTP status code that it answered with; 0 if there was none.
    #[serde(default)]
    pub http: u16,
    /// The link of the chain that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<LinkName>,
    /// The class of what is wrong, in a word that every release knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The class of what is wrong, where `cause` is only near to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cause>,
    /// Why, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How long the probe took, in milliseconds; absent if the target was not probed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
}

/// One attempt to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationReply {
    /// The channel's name.
    pub channel: String,
    /// The target's name.
    pub target: String,
    /// What was to be told.
    pub kind: NotificationKind,
    /// Whether this was the first word about the target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// Why it was not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What a channel answered to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelReply {
    /// The channel's name.
    pub channel: String,
    /// What became of the test.
    pub outcome: DeliveryOutcome,
    /// Why it was not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl ChannelReply {
    /// The reply for one delivery.
    pub fn of(channel: &str, delivery: Delivery) -> Self {
        let (outcome, why) = delivery.outcome();
        Self { channel: channel.to_owned(), outcome, why }
    }
}

/// What became of an attempt to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// The channel took it.
    Delivered,
    /// The channel refused it for good; it is not sent again.
    Refused,
    /// Not delivered; the next run tries again.
    Retry,
}
