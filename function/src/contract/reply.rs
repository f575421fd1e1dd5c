//! What an invocation returns. The deployer prints it. The first three fields are those of the Python function.

use serde::{Deserialize, Serialize};

use crate::contract::delivery::{Delivery, DeliveryOutcome};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::problem::{Problem, lists};
use crate::contract::settings::Target;
use crate::contract::state::{Status, Streak, TargetState};
use crate::probe::{Cause, LinkName};

/// The reply of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Overall status before this run.
    pub previous: Status,
    /// Overall status after this run.
    pub current: Status,
    /// The first target's HTTP status code; 0 without a response.
    pub http: u16,
    /// Until when notifications are paused, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<u64>,
    /// Every target, in the order of the settings.
    #[serde(default)]
    pub targets: Vec<TargetReply>,
    /// Every notification that this run tried to send, in order.
    #[serde(default)]
    pub notices: Vec<NotificationReply>,
    /// What went wrong in the function itself.
    #[serde(flatten, with = "lists")]
    pub problems: Vec<Problem>,
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
    /// The HTTP status code of its response; 0 without one.
    #[serde(default)]
    pub http: u16,
    /// The link of the chain that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<LinkName>,
    /// The cause, or the nearest one that every release knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The exact cause, if `cause` is only the nearest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cause>,
    /// The cause as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Why it is degraded, although it is up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningReply>,
    /// Conditions that could not be evaluated, as people read them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<String>,
    /// How long the probe took, in milliseconds; absent if the target was not probed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
}

/// One warning about a target that is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningReply {
    /// Since when, in Unix seconds.
    pub since: u64,
    /// What was found, as people read it.
    pub why: String,
}

impl WarningReply {
    /// Return the warnings about a target that were notified and have not ended. A target that is down has none: that says
    /// enough.
    pub fn all(state: &TargetState, settings: &Target) -> Vec<Self> {
        if state.status != Status::Up {
            return Vec::new();
        }
        let is_slow = |slow: &Streak| settings.slow_ms.is_some() && slow.runs >= settings.down_after;
        let slow = state.slow.filter(is_slow).map(|slow| (slow.since, "slow responses".to_owned()));
        let others = state.warnings.iter().filter(|(_, warning)| warning.active).map(|(key, warning)| {
            // The text is left out of a state that is too large.
            (warning.since, warning.why.clone().unwrap_or_else(|| format!("a condition is not met ({key})")))
        });
        slow.into_iter().chain(others).map(|(since, why)| Self { since, why }).collect()
    }
}

impl TargetReply {
    /// Return the most exact cause that the reply has.
    pub fn exact_cause(&self) -> Option<Cause> {
        self.detail.filter(|cause| *cause != Cause::Other).or(self.cause)
    }
}

/// One attempt to send a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationReply {
    /// The channel's name.
    pub channel: String,
    /// The target's name; empty for the monitor itself.
    pub target: String,
    /// What the notification says, or the nearest kind that every release knows.
    pub kind: NotificationKind,
    /// The exact kind, if `kind` is only the nearest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<NotificationKind>,
    /// Whether it is the first notification about the target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
    /// The result of the attempt.
    pub outcome: DeliveryOutcome,
    /// Why it was not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl NotificationReply {
    /// Return the reply for one attempt.
    pub fn of(notification: &Notification, delivery: &Delivery) -> Self {
        let (outcome, why) = delivery.outcome();
        let (exact, kind) = (notification.kind, notification.kind.in_first_release());
        Self {
            channel: notification.channel().to_owned(),
            target: notification.target().to_owned(),
            kind,
            detail: (exact != kind).then_some(exact),
            first: notification.first,
            outcome,
            why,
        }
    }

    /// Return the most exact kind that the reply has.
    pub fn exact_kind(&self) -> NotificationKind {
        self.detail.filter(|kind| *kind != NotificationKind::Other).unwrap_or(self.kind)
    }
}

/// The result of a test message on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelReply {
    /// The channel's name.
    pub channel: String,
    /// The result of the test.
    pub outcome: DeliveryOutcome,
    /// Why it was not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl ChannelReply {
    /// Return the reply for one test.
    pub fn of(channel: &str, delivery: &Delivery) -> Self {
        let (outcome, why) = delivery.outcome();
        Self { channel: channel.to_owned(), outcome, why }
    }
}
