//! The channels through which people are told: how to reach each, and what it is for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Hours;

/// Where Pushover takes messages, unless the configuration names another place.
pub const PUSHOVER_URL: &str = "https://api.pushover.net/1/messages.json";

/// Where Pushbullet takes messages, unless the configuration names another place.
pub const PUSHBULLET_URL: &str = "https://api.pushbullet.com/v2/pushes";

/// Submission with STARTTLS.
pub const EMAIL_PORT: u16 = 587;

/// One channel. Its secrets are in the SecureString, under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSettings {
    /// Unique among the channels; stands in the state. Has no colon.
    pub name: String,
    /// How it is spoken to.
    #[serde(flatten)]
    pub kind: ChannelKind,
    /// The least that it is told.
    #[serde(default, skip_serializing_if = "Severity::is_info")]
    pub min: Severity,
    /// When it is told nothing; what happened meanwhile is told afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Hours>,
}

/// How a channel is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelKind {
    /// Secrets `token` and `user`.
    Pushover {
        /// Where messages are posted.
        url: String,
    },
    /// Secret `token`.
    Pushbullet {
        /// Where messages are posted.
        url: String,
    },
    /// Secret `token`, or `password` of a user, if the topic wants one.
    Ntfy {
        /// The server and the topic: `https://ntfy.sh/my-topic`.
        url: String,
        /// Whether there is a token.
        #[serde(default)]
        token: bool,
        /// The user that the password is of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Secret `url`.
    Discord,
    /// Secret `url`.
    Slack,
    /// Secret `url`, and `token` where it has one.
    Webhook {
        /// The body, JSON with `{placeholders}`; without, all there is to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
        /// Headers to send besides our own.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// Whether there is a token, sent as `Authorization: Bearer`.
        #[serde(default)]
        token: bool,
        /// Text that the answer contains when the message was taken; without, every 2xx is a success.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        success: Option<String>,
    },
    /// Secret `password`.
    Email(Smtp),
}

/// How to hand over a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smtp {
    /// The server's name.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// When the connection becomes a secure one.
    #[serde(default)]
    pub tls: SmtpTls,
    /// Who signs in; nobody, and none is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The sender's address.
    pub from: String,
    /// The receivers' addresses.
    pub to: Vec<String>,
    /// The name that we greet the server with; without, the domain of the sender's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<String>,
    /// PEM certificates of a private authority, trusted beside the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
}

/// When the connection to a mail server becomes a secure one. Nothing is sent over one that does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// After a greeting, with STARTTLS.
    #[default]
    Starttls,
    /// From the start.
    Implicit,
}

impl SmtpTls {
    /// What servers expect on this port.
    pub fn of_port(port: u16) -> Self {
        if port == 465 { Self::Implicit } else { Self::Starttls }
    }
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    #[default]
    Info,
    /// Worth a look.
    Warn,
    /// An outage, and its end.
    Down,
}

impl Severity {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_info(&self) -> bool {
        *self == Self::Info
    }
}
