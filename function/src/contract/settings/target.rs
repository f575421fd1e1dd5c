//! One thing to ask, and what counts as a good answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How long one target may take in all, in seconds, unless it says otherwise.
pub const DEFAULT_TARGET_TIMEOUT_S: u32 = 10;

/// One thing to ask, and what counts as a good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Unique among the targets; appears in messages and in the state.
    pub name: String,
    /// The complete address, `http` or `https`.
    pub url: String,
    /// What the app is called in messages: "Plex", "Uptime Kuma".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app: String,
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
    #[serde(default, skip_serializing_if = "is_false")]
    pub secrets_over_http: bool,
    /// Where it is; what shares a site goes down together when the line or the power fails.
    #[serde(default = "home", skip_serializing_if = "is_home")]
    pub site: String,
    /// What it shares within its site: the network of a VPN container, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The Cloudflare Access service token to send: its name among the secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// What the answer should be.
    #[serde(default, skip_serializing_if = "Expect::is_answer")]
    pub expect: Expect,
    /// How often it is asked within one run before it counts as failing.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: u32,
    /// How many runs in a row must find it failing before it is down.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub down_after: u32,
    /// How many runs in a row must find it well before it is up again.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub up_after: u32,
    /// From how many milliseconds on it is slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_ms: Option<u32>,
    /// How often an outage is told again while it lasts, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_s: Option<u64>,
    /// Whether many changes within an hour are told as one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub damp: bool,
    /// Whether the server's own id is remembered, and another one told.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pin: bool,
    /// Whether a new version of the app is told.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tell_version: bool,
}

impl Default for Target {
    /// A target that asks once and tells at once; without name, address and status.
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            app: String::new(),
            status: Vec::new(),
            contains: None,
            headers: BTreeMap::new(),
            timeout_s: DEFAULT_TARGET_TIMEOUT_S,
            ca_pem: None,
            secrets_over_http: false,
            site: home(),
            group: None,
            access: None,
            expect: Expect::Answer,
            tries: 1,
            down_after: 1,
            up_after: 1,
            slow_ms: None,
            remind_s: None,
            damp: false,
            pin: false,
            tell_version: false,
        }
    }
}

/// What a target should do when it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Answer as an app does that is well.
    #[default]
    Answer,
    /// Let nobody in who has no token: Cloudflare Access must refuse.
    Refusal,
}

impl Expect {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_answer(&self) -> bool {
        *self == Self::Answer
    }
}

impl Target {
    /// Identifies what is checked, the same in every build: a target with another one starts anew.
    pub fn check_id(&self) -> String {
        let mut status = self.status.clone();
        status.sort_unstable();
        status.dedup();
        let expect = if self.expect == Expect::Refusal { "\nrefusal" } else { "" };
        let contains = self.contains.as_deref().unwrap_or_default();
        let check = format!("{}\n{status:?}\n{contains}{expect}", self.url);
        format!("{:08x}", crate::text::fnv(&check))
    }

    /// Whether any of what it sends comes from the secrets.
    pub fn needs_secrets(&self) -> bool {
        self.access.is_some() || self.headers.values().any(|value| *value == HeaderValue::Secret)
    }

    /// What to call the app in a sentence.
    pub fn app(&self) -> &str {
        if self.app.is_empty() { &self.name } else { &self.app }
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

fn home() -> String {
    "home".to_owned()
}

fn is_home(site: &str) -> bool {
    site == "home"
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
