//! The result of an attempt to deliver a message.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest time for which nothing is sent on a channel because its service asks to wait: a service must not silence an
/// alert for a day.
pub const MAX_WAIT: Duration = Duration::from_secs(60 * 60);

/// The result of an attempt to deliver a message, as a channel finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The channel accepted it.
    Delivered,
    /// The service itself refused it.
    Refused {
        /// What the service said.
        why: String,
        /// Whether the secrets seem to be wrong, so that other ones may help.
        credentials: bool,
    },
    /// It failed for now; the next run tries again.
    Retry {
        /// What failed.
        why: String,
        /// Whether it may have arrived: it was sent at least in part, and no answer was understood.
        unproven: bool,
        /// How long the service asks to wait before the next attempt, at most [`MAX_WAIT`].
        wait: Option<Duration>,
    },
}

impl Delivery {
    /// Return the outcome for a reply, and why the message was not delivered.
    pub fn outcome(&self) -> (DeliveryOutcome, Option<String>) {
        match self {
            Self::Delivered => (DeliveryOutcome::Delivered, None),
            Self::Refused { why, .. } => (DeliveryOutcome::Refused, Some(why.clone())),
            Self::Retry { why, .. } => (DeliveryOutcome::Retry, Some(why.clone())),
        }
    }
}

/// The result of an attempt to deliver a message, as a reply reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// The channel accepted it.
    Delivered,
    /// The service refused it.
    Refused,
    /// Not delivered; the next run tries again.
    Retry,
}
