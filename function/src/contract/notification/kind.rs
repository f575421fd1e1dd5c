//! What a notification says, and what it has in common with others.

use serde::{Deserialize, Serialize, Serializer};

use crate::contract::settings::Severity;

/// What a notification says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// The target went down (or was down when first observed).
    Down,
    /// The target recovered from an outage that was notified (or was up when first observed).
    Up,
    /// An outage that could not be notified while it lasted, together with its end.
    WasDown,
    /// The target is still down.
    Reminder,
    /// The target changes too often; its status is not notified until it is stable.
    Flapping,
    /// The target's status is unknown.
    #[serde(rename = "unseen")]
    Unknown,
    /// The target's status is known again.
    #[serde(rename = "seen")]
    Known,
    /// The target responds slowly.
    Slow,
    /// The target responds in time again.
    Fast,
    /// A condition is not met whose failure is only a warning.
    Warning,
    /// It is met again.
    WarningEnded,
    /// The target's certificate expires soon.
    Certificate,
    /// The registration of the target's domain expires soon.
    Domain,
    /// A different server responds.
    Identity,
    /// The app was updated.
    Version,
    /// The monitor itself is offline.
    #[serde(rename = "blind")]
    MonitorOffline,
    /// The monitor is online again.
    #[serde(rename = "sighted")]
    MonitorOnline,
    /// Another channel is failing.
    Channel,
    /// AWS is going to close the account, and then the monitor stops.
    Account,
    /// What happened in a week or a month. Its text is not kept: it is written when the report is sent.
    Report,
    /// A kind of a later release, read after a rollback.
    #[serde(other)]
    Other,
}

impl NotificationKind {
    /// Return how much it matters.
    pub fn severity(self) -> Severity {
        match self {
            // Even a channel that receives only outages has to report why they are no longer reported.
            Self::Down | Self::Up | Self::WasDown | Self::Reminder | Self::Flapping | Self::Channel => {
                Severity::Down
            }
            Self::Version | Self::Report => Severity::Info,
            _ => Severity::Warn,
        }
    }

    /// Return the nearest kind that the first release knows. It rejects a state or a reply with any other.
    pub fn in_first_release(self) -> Self {
        match self {
            Self::Account | Self::Domain => Self::Certificate,
            Self::Warning => Self::Slow,
            Self::WarningEnded => Self::Fast,
            Self::Report => Self::Version,
            known => known,
        }
    }

    /// Write the nearest kind that the first release knows.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize_nearest<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_first_release().serialize(serializer)
    }

    /// Return whether it is about the target's status.
    pub fn is_status(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::WasDown)
    }

    /// Return the kind whose end it is.
    pub fn ends(self) -> Option<Self> {
        match self {
            Self::Known => Some(Self::Unknown),
            Self::Fast => Some(Self::Slow),
            Self::WarningEnded => Some(Self::Warning),
            Self::MonitorOnline => Some(Self::MonitorOffline),
            _ => None,
        }
    }
}

/// What a change has in common with other changes of the same run. They then share a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationScope {
    /// All of a site.
    Site,
    /// All of a group within a site.
    Group,
    /// The rest of a site that was down as a whole: they recovered later than the others.
    Rest,
}
