//! What the function is told to do: `plexmon.json`, beside `bootstrap` in the zip.
//!
//! The deployer writes it and the function reads it, both through [`Settings`]: there is one definition of it.

mod calendar;
mod channel;
mod target;

use serde::{Deserialize, Serialize};

pub use self::calendar::{Change, Clock, Hours, Recurrence, Window};
pub use self::channel::{
    ChannelKind, ChannelSettings, EMAIL_PORT, PUSHBULLET_URL, PUSHOVER_URL, Severity, Smtp, SmtpTls,
};
pub use self::target::{DEFAULT_TARGET_TIMEOUT_S, Expect, HeaderValue, Target};

/// The file's name in the zip.
pub const FILE_NAME: &str = "plexmon.json";

/// The state parameter's default name, kept from the read-me that this tool replaces.
pub const DEFAULT_STATE_PARAMETER: &str = "/homelab/plex_remote_status";

/// Asked when nothing of the home answers: if they do not answer either, it is the monitor that sees nothing.
pub const DEFAULT_CONTROL: [&str; 2] =
    ["https://www.gstatic.com/generate_204", "https://cloudflare.com/cdn-cgi/trace"];

/// Everything that a run needs to know. Holds no secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The deployment's name, for log lines and messages.
    pub deployment: String,
    /// SSM parameter (String) that keeps the state between runs.
    pub state_parameter: String,
    /// SSM parameter (SecureString) that holds [`crate::contract::secrets::Secrets`] as JSON; absent when nothing is secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets_parameter: Option<String>,
    /// What to probe, in the order of the configuration.
    pub targets: Vec<Target>,
    /// Whom to tell.
    #[serde(default)]
    pub channels: Vec<ChannelSettings>,
    /// Well-known addresses that tell whether the monitor itself can see out; none, and it always believes so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<String>,
    /// Who is pinged after each run, so that somebody notices when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Heartbeat>,
    /// When words are held back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenance: Vec<Window>,
    /// The clock of recurring windows and quiet hours.
    #[serde(flatten, deserialize_with = "Clock::or_utc")]
    pub clock: Clock,
}

/// A dead man's switch: an address that is asked for after each run, with `/fail` behind it after a failed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heartbeat {
    /// Written in the configuration.
    Address(String),
    /// In the SecureString, under `heartbeat`.
    Secret,
}

impl Settings {
    /// The names of the channels in use.
    pub fn channel_names(&self) -> Vec<&str> {
        self.channels.iter().map(|channel| channel.name.as_str()).collect()
    }

    /// The target with this name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}
