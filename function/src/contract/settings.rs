//! The function's settings: `plexmon.json`, beside `bootstrap` in the zip.
//!
//! The deployer writes it and the function reads it, both through [`Settings`].

mod calendar;
mod channel;
mod checks;
mod condition;
mod page;
mod quantity;
mod report;
mod target;

use serde::{Deserialize, Serialize};

pub use self::calendar::{Change, Clock, Hours, Recurrence, Window};
pub use self::channel::{ChannelKind, ChannelSettings, EMAIL_PORT, Severity, Smtp, SmtpTls, WebhookSettings};
pub use self::checks::{CloudStatus, DnsRecord, DomainSettings, InsideCheck, Protocol, Redirect};
pub use self::condition::{Consequence, JsonCondition, Limits, MetricCondition, TextCondition};
pub use self::page::PageSettings;
pub use self::quantity::Quantity;
pub use self::report::{DueReport, ReportDay, ReportSchedule};
pub use self::target::{DEFAULT_TARGET_TIMEOUT_S, Expect, HeaderValue, Target};

/// The file's name in the zip.
pub const FILE_NAME: &str = "plexmon.json";

/// The default name of the state parameter, the same as in the manual setup that this tool replaces.
pub const DEFAULT_STATE_PARAMETER: &str = "/homelab/plex_remote_status";

/// URLs to probe when nothing at home responds: if they do not respond either, the monitor itself has no network.
pub const DEFAULT_CONTROL: [&str; 2] =
    ["https://www.gstatic.com/generate_204", "https://cloudflare.com/cdn-cgi/trace"];

/// All settings of a run. Contains no secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The deployment's name, for log lines and messages.
    pub deployment: String,
    /// The SSM parameter (String) that stores the state between runs.
    pub state_parameter: String,
    /// The SSM parameter (SecureString) that stores [`crate::contract::secrets::Secrets`] as JSON; absent if there are
    /// no secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets_parameter: Option<String>,
    /// The targets, in the order of the configuration.
    pub targets: Vec<Target>,
    /// The channels to notify.
    #[serde(default)]
    pub channels: Vec<ChannelSettings>,
    /// Well-known URLs that show whether the monitor itself has a network. Without any, it always assumes so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<String>,
    /// The URL to ping after each run, so that its service notices when runs stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<HeartbeatSettings>,
    /// When notifications are suppressed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenance: Vec<Window>,
    /// How the history is kept; without it, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistorySettings>,
    /// When to report what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportSchedule>,
    /// When the function runs, as an expression of EventBridge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The status page; without it, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PageSettings>,
    /// When AWS closes the account because its free plan ends, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_closes: Option<u64>,
    /// The default clock of recurring windows, and the clock of quiet hours.
    #[serde(flatten, deserialize_with = "Clock::or_utc")]
    pub clock: Clock,
}

/// How the history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistorySettings {
    /// How many days, at most.
    pub days: usize,
    /// How many records share a parameter, at most.
    pub records: usize,
    /// How many parameters there may be.
    pub parameters: usize,
}

/// A dead man's switch: a URL to ping after each run, with `/fail` appended after a failed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeartbeatSettings {
    /// Written in the configuration.
    Address(String),
    /// In the SecureString, under `heartbeat`.
    Secret,
}

impl Settings {
    /// Return the names of the channels.
    pub fn channel_names(&self) -> Vec<&str> {
        self.channels.iter().map(|channel| channel.name.as_str()).collect()
    }

    /// Return the target with this name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}
