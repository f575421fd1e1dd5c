//! The notification channels: how to reach each, and what is sent to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Hours;

/// The port for submission with STARTTLS.
pub const EMAIL_PORT: u16 = 587;

/// One channel. Its secrets are in the SecureString, under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSettings {
    /// Unique among the channels, and part of the state. It has no colon.
    pub name: String,
    /// The kind, with its own settings.
    #[serde(flatten)]
    pub kind: ChannelKind,
    /// The lowest severity that is sent to it.
    #[serde(default, skip_serializing_if = "Severity::is_info")]
    pub min: Severity,
    /// When nothing is sent to it; what has changed is sent afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Hours>,
}

impl ChannelSettings {
    /// Return whether reports and announcements are sent to it. PagerDuty has nothing but alerts.
    pub fn takes_reports(&self) -> bool {
        self.min == Severity::Info && !matches!(self.kind, ChannelKind::PagerDuty { .. })
    }
}

/// The kind of a channel, with the settings that only this kind has.
///
/// The name of a field is a key of the description beside the sender. Secrets are not fields; for an optional secret, a
/// flag says whether it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelKind {
    /// Secrets `token` and `user`.
    Pushover {
        /// Where messages are posted.
        url: String,
        /// The priority of an outage, if it is not 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<u32>,
        /// With priority 2, the seconds between repeats.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry: Option<u32>,
        /// With priority 2, the seconds after which the repeats end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expire: Option<u32>,
    },
    /// Secret `token`.
    Pushbullet {
        /// Where messages are posted.
        url: String,
    },
    /// Secret `token`, or `password` of a user, if the topic requires one.
    Ntfy {
        /// The server and the topic: `https://ntfy.sh/my-topic`.
        url: String,
        /// Whether there is a token.
        #[serde(default)]
        token: bool,
        /// The user to authenticate, with the secret `password`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Secret `url`.
    Discord,
    /// Secret `url`.
    Slack,
    /// Secret `url`, and perhaps `token`.
    Webhook(WebhookSettings),
    /// Secret `password`.
    Email(Smtp),
    /// Secret `token`.
    Telegram {
        /// The server, to which `/bot<token>/sendMessage` is appended.
        url: String,
        /// A number, or the name of a public channel: `@name`.
        chat: String,
        /// The topic of a forum.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<u32>,
    },
    /// Secret `token`.
    Gotify {
        /// The server.
        url: String,
    },
    /// Secret `token`.
    Matrix {
        /// The homeserver.
        url: String,
        /// The id of the room: `!...`.
        room: String,
    },
    /// Secret `url`.
    Teams,
    /// Secret `url`.
    #[serde(rename = "googlechat")]
    GoogleChat,
    /// Secret `url`.
    Mattermost,
    /// Secret `key`, and `password` of a user.
    Apprise {
        /// The server.
        url: String,
        /// The tag of the services to use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        /// The user to authenticate, with the secret `password`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Secret `token`.
    #[serde(rename = "homeassistant")]
    HomeAssistant {
        /// The server.
        url: String,
        /// The service of the integration `notify`.
        service: String,
    },
    /// Secret `password` of a user, if there is one.
    Signal {
        /// The server.
        url: String,
        /// The sender.
        number: String,
        /// Numbers, user names and groups.
        recipients: Vec<String>,
        /// The user to authenticate, with the secret `password`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Secret `key`.
    #[serde(rename = "pagerduty")]
    PagerDuty {
        /// The server.
        url: String,
    },
    /// Secret `token`.
    Twilio {
        /// The server.
        url: String,
        /// The SID of the account.
        account: String,
        /// A number, a name, or a messaging service.
        from: String,
        /// The recipient's number.
        to: String,
    },
}

impl ChannelKind {
    /// Return Pushover at this address, with the priorities that need no setting.
    pub fn pushover(url: impl Into<String>) -> Self {
        Self::Pushover { url: url.into(), priority: None, retry: None, expire: None }
    }

    /// Return whether its service may take many seconds to accept a message.
    pub fn is_slow(&self) -> bool {
        matches!(self, Self::Email(_) | Self::Signal { .. })
    }
}

/// What is sent to a webhook, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSettings {
    /// The request's method, if it is not `POST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The body, JSON with `{placeholders}`; without it, the whole message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Additional headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Whether there is a token, sent as `Authorization: Bearer`.
    #[serde(default)]
    pub token: bool,
    /// Text in the answer to an accepted message; without it, every 2xx is a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
}

/// How to submit a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smtp {
    /// The server's name.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// When encryption begins.
    #[serde(default)]
    pub tls: SmtpTls,
    /// The user to authenticate, if any, with the secret `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// The host name in the greeting; without it, the domain of the sender's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<String>,
    /// PEM certificates of a private authority, trusted in addition to the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
}

/// When the encryption of a connection to a mail server begins. Nothing is sent without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// After the greeting, with STARTTLS.
    #[default]
    Starttls,
    /// With the connection.
    Implicit,
}

impl SmtpTls {
    /// Return what servers expect on this port.
    pub fn of_port(port: u16) -> Self {
        if port == 465 { Self::Implicit } else { Self::Starttls }
    }
}

/// The severity of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Information.
    #[default]
    Info,
    /// A problem that is not an outage.
    Warn,
    /// An outage or a recovery. Only an outage is urgent.
    Down,
}

impl Severity {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_info(&self) -> bool {
        *self == Self::Info
    }
}
