//! What is kept about the registration of a domain.

use serde::{Deserialize, Serialize};

/// What is known about the registration of a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainState {
    /// The domain.
    #[serde(default)]
    pub name: String,
    /// When its registry was asked last, in Unix seconds.
    pub asked: u64,
    /// When the registration expires, in Unix seconds, if the registry says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// The last warning about that, as the days of its step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned: Option<u64>,
    /// Why the domain does not work, or soon will not. This was notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DomainStatus>,
}

/// A status of a domain with which it does not work, or soon will not; the worst is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainStatus {
    /// The registrar has removed it from DNS.
    ClientHold,
    /// The registry has removed it from DNS.
    ServerHold,
    /// It has expired, and can still be restored.
    RedemptionPeriod,
    /// It is about to be free for anybody.
    PendingDelete,
}

const ALL: [DomainStatus; 4] = [
    DomainStatus::ClientHold,
    DomainStatus::ServerHold,
    DomainStatus::RedemptionPeriod,
    DomainStatus::PendingDelete,
];

impl DomainStatus {
    /// Read a registry's status. `client hold` is its name in RDAP (RFC 8056), `clientHold` in EPP.
    pub fn of_text(text: &str) -> Option<Self> {
        let letters = |text: &str| text.replace(' ', "").to_ascii_lowercase();
        ALL.into_iter().find(|status| letters(status.name()) == letters(text))
    }

    /// Return its name in RDAP.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientHold => "client hold",
            Self::ServerHold => "server hold",
            Self::RedemptionPeriod => "redemption period",
            Self::PendingDelete => "pending delete",
        }
    }

    /// Return what it means, after the name of the domain.
    pub fn means(self) -> &'static str {
        match self {
            Self::ClientHold => "does not resolve: its registrar has suspended it (client hold)",
            Self::ServerHold => "does not resolve: its registry has suspended it (server hold)",
            Self::RedemptionPeriod => "has expired and can still be restored (redemption period)",
            Self::PendingDelete => {
                "is about to be deleted, and will then be free for anybody (pending delete)"
            }
        }
    }
}
