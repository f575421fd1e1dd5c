//! What the function is told to do: `plexmon.json`, beside `bootstrap` in the zip.
//!
//! The deployer writes it and the function reads it, both through [`Settings`]: there is one definition of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The file's name in the zip.
pub const FILE_NAME: &str = "plexmon.json";

/// Where Pushover takes messages, unless the configuration names another place.
pub const PUSHOVER_URL: &str = "https://api.pushover.net/1/messages.json";

/// The state parameter's default name, kept from the read-me that this tool replaces.
pub const DEFAULT_STATE_PARAMETER: &str = "/homelab/plex_remote_status";

/// How long one target may take in all, in seconds, unless it says otherwise.
pub const DEFAULT_TARGET_TIMEOUT_S: u32 = 10;

/// Everything that a run needs to know. Holds no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The deployment's name, for log lines and messages.
    pub deployment: String,
    /// SSM parameter (String) that keeps the state between runs.
    pub state_parameter: String,
    /// SSM parameter (SecureString) that holds [`crate::secrets::Secrets`] as JSON; absent when nothing is secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets_parameter: Option<String>,
    /// What to probe, in the order of the configuration.
    pub targets: Vec<Target>,
    /// Whom to tell.
    #[serde(default)]
    pub notify: Notify,
}

/// One thing to ask, and what counts as a good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Unique among the targets; appears in messages and in the state.
    pub name: String,
    /// The complete address, `http` or `https`.
    pub url: String,
    /// HTTP status codes that count as up.
    pub status: Vec<u16>,
    /// Text that the body must contain (within its first 64 KiB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Headers to send besides our own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, HeaderValue>,
    /// The whole probe must be through in this many seconds.
    pub timeout_s: u32,
    /// PEM certificates of a private authority, trusted for this target beside the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Its secret headers may be sent over plain `http`, where everybody on the way can read them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secrets_over_http: bool,
}

impl Target {
    /// Identifies what is checked, the same in every build: a target with another one starts anew.
    pub fn check_id(&self) -> String {
        let mut status = self.status.clone();
        status.sort_unstable();
        status.dedup();
        let check = format!("{}\n{status:?}\n{}", self.url, self.contains.as_deref().unwrap_or_default());
        // FNV-1a: the standard library's hasher may change from one release to the next.
        let hash = check
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{hash:08x}")
    }

    /// Whether any of its headers comes from the secrets.
    pub fn needs_secrets(&self) -> bool {
        self.headers.values().any(|value| *value == HeaderValue::Secret)
    }
}

/// Where a header's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    /// Written in the configuration.
    Literal(String),
    /// In the SecureString, under `headers.<target>.<header>`.
    Secret,
}

/// The channels that are told. A channel that is absent is not used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    /// Push messages through Pushover; token and user key are in the SecureString.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushover: Option<Pushover>,
}

impl Notify {
    /// The names of the channels in use.
    pub fn channels(&self) -> Vec<&'static str> {
        self.pushover.iter().map(|_| crate::notify::pushover::NAME).collect()
    }
}

/// How to reach Pushover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushover {
    /// Where messages are posted.
    pub url: String,
}
