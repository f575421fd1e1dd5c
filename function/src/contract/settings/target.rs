//! One target: what to request, and what counts as healthy.

mod check_id;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CloudStatus, Consequence, DomainSettings, InsideCheck, JsonCondition, MetricCondition, Protocol,
    Redirect, TextCondition,
};

/// The default limit for the whole check of a target, in seconds.
pub const DEFAULT_TARGET_TIMEOUT_S: u32 = 10;

/// One target: what to request, and what counts as healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Unique among the targets, and part of messages and of the state.
    pub name: String,
    /// The complete address: `http` or `https`, or that of another [`Protocol`].
    pub url: String,
    /// The name of the app in messages: "Plex", "Uptime Kuma".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app: String,
    /// HTTP status codes that count as up.
    pub status: Vec<u16>,
    /// Text that the body must contain (within its first 64 KiB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Texts that the body must not contain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<TextCondition>,
    /// Regular expressions that must match the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<TextCondition>,
    /// Headers that the response must have, each with a text that it contains.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, TextCondition>,
    /// Conditions on a JSON body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<JsonCondition>,
    /// Conditions on metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricCondition>,
    /// The request's method, if it is not `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The request's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where a request over plain http must be redirected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// What it means that it is not redirected there.
    #[serde(default, skip_serializing_if = "Consequence::is_down")]
    pub redirect_severity: Consequence,
    /// How it is reached.
    #[serde(default, skip_serializing_if = "Protocol::is_http")]
    pub protocol: Protocol,
    /// The domain whose registration is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainSettings>,
    /// What it says about itself, checked after it has answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<InsideCheck>,
    /// What precedes the paths of those requests: the path of the app's base URL.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inside_path: String,
    /// The secret headers of those requests, which no other request has. Their values are among the target's secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside_headers: Vec<String>,
    /// The status page that may explain an outage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_status: Option<CloudStatus>,
    /// What the status page calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it is on the status page, if the configuration says so; see [`is_public`](Self::is_public).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Additional headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, HeaderValue>,
    /// The limit for the whole check, in seconds.
    pub timeout_s: u32,
    /// PEM certificates of a private authority, trusted for this target in addition to the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Whether its secret headers may be sent over plain `http`, unencrypted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secrets_over_http: bool,
    /// The location; targets with the same site fail together when the line or the power fails.
    #[serde(default = "home", skip_serializing_if = "is_home")]
    pub site: String,
    /// What it shares with other targets of its site, such as the network of a VPN container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The Cloudflare Access service token to send: its name among the secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// What kind of answer is expected.
    #[serde(default, skip_serializing_if = "Expect::is_answer")]
    pub expect: Expect,
    /// Attempts within one run before the check counts as failed.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: u32,
    /// Consecutive runs that must fail before it is down.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub down_after: u32,
    /// Consecutive runs that must succeed before it is up again.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub up_after: u32,
    /// The response time in milliseconds above which it is slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_ms: Option<u32>,
    /// How often to repeat the notification of an outage while it lasts, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_s: Option<u64>,
    /// Whether many changes within an hour are reported as one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub damp: bool,
    /// Whether the server's own id is remembered, and a different one reported.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pin: bool,
    /// Whether a new version of the app is reported.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tell_version: bool,
}

impl Default for Target {
    /// Return a target with one attempt, reported at its first change; without name, address and status.
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            app: String::new(),
            status: Vec::new(),
            contains: None,
            lacks: Vec::new(),
            matches: Vec::new(),
            header: BTreeMap::new(),
            json: Vec::new(),
            metrics: Vec::new(),
            method: None,
            body: None,
            redirect: None,
            redirect_severity: Consequence::Down,
            protocol: Protocol::Http,
            domain: None,
            inside: Vec::new(),
            inside_path: String::new(),
            inside_headers: Vec::new(),
            cloud_status: None,
            label: None,
            public: None,
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

/// What kind of answer is expected of a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The answer of a healthy app.
    #[default]
    Answer,
    /// A refusal: Cloudflare Access must not let a request without a token through.
    Refusal,
}

impl Expect {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_answer(&self) -> bool {
        *self == Self::Answer
    }
}

impl Target {
    /// Return whether any of its headers are secrets.
    pub fn needs_secrets(&self) -> bool {
        self.access.is_some()
            || !self.inside_headers.is_empty()
            || self.headers.values().any(|value| *value == HeaderValue::Secret)
    }

    /// Return whether it answers at its site, and fails with the site. A DNS record does not, nor does a target that must
    /// refuse.
    pub fn is_at_site(&self) -> bool {
        self.expect == Expect::Answer && !matches!(self.protocol, Protocol::Dns { .. })
    }

    /// Return whether it is on the status page. An app that only its owner may reach is not, unless he says so.
    pub fn is_public(&self) -> bool {
        self.public.unwrap_or(self.access.is_none() && self.expect == Expect::Answer)
    }

    /// Return what the status page calls it.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// Return the name of the app for messages.
    pub fn app(&self) -> &str {
        if self.app.is_empty() { &self.name } else { &self.app }
    }
}

/// The source of a header's value.
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
