//! What an entry of the outbox tells, and what it shares with others.

use serde::{Deserialize, Serialize};

use crate::contract::settings::Severity;

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// The target went down (or was down when first seen).
    Down,
    /// The target came up again after a told outage (or was up when first seen).
    Up,
    /// An outage that could not be told while it lasted, told with its end.
    WasDown,
    /// The target is still down.
    Reminder,
    /// It goes up and down; no more is told until it settles.
    Flapping,
    /// Nobody can tell from here how the target is.
    Unseen,
    /// One can, again.
    Seen,
    /// It answers late.
    Slow,
    /// It answers in time again.
    Fast,
    /// Its certificate expires soon.
    Certificate,
    /// Another server answers in its place.
    Identity,
    /// The app was updated.
    Version,
    /// The monitor sees nothing at all.
    Blind,
    /// It does, again.
    Sighted,
    /// Another channel is broken.
    Channel,
    /// A kind of a later release, read after a rollback.
    #[serde(other)]
    Other,
}

impl NotificationKind {
    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            // Who hears of outages alone must know why there is no more to hear.
            Self::Down | Self::Up | Self::WasDown | Self::Reminder | Self::Flapping | Self::Channel => {
                Severity::Down
            }
            Self::Version => Severity::Info,
            _ => Severity::Warn,
        }
    }

    /// Whether it is about the target's being up or down.
    pub fn is_status(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::WasDown)
    }

    /// What it takes back, if that has not been told yet.
    pub fn ends(self) -> Option<Self> {
        match self {
            Self::Seen => Some(Self::Unseen),
            Self::Fast => Some(Self::Slow),
            Self::Sighted => Some(Self::Blind),
            _ => None,
        }
    }
}

/// What a change has in common with others of the same run, which are then told in one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationScope {
    /// All of a site.
    Site,
    /// All of a group within a site.
    Group,
    /// Some that came back later than others after all of their site had been down.
    Rest,
}
