//! The content of the SecureString: tokens of channels, secret headers of targets, Access tokens.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contract::settings::{HeaderValue, Target};

/// A value that is never printed: `Debug` writes `(hidden)`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretValue(String);

impl SecretValue {
    /// Wrap a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Return the value, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

/// The secrets of one channel, by their names in the configuration: `token`, `user`, `url`, `password`.
pub type ChannelSecrets = BTreeMap<String, SecretValue>;

/// The other fields of [`Secrets`], which therefore cannot be names of channels.
pub const RESERVED: [&str; 3] = ["headers", "access", "heartbeat"];

/// The SecureString's content, as JSON: `{"pushover": {"token": "...", "user": "..."}, "headers": {...}, ...}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Secret header values: target name, then header name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, BTreeMap<String, SecretValue>>,
    /// Service tokens of Cloudflare Access, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub access: BTreeMap<String, AccessToken>,
    /// The URL to ping after each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<SecretValue>,
    /// The channels' secrets, by channel name.
    #[serde(flatten)]
    pub channels: BTreeMap<String, ChannelSecrets>,
}

/// A service token of Cloudflare Access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// `CF-Access-Client-Id`
    pub id: SecretValue,
    /// `CF-Access-Client-Secret`
    pub secret: SecretValue,
}

/// The secrets that are sent to one target only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetSecrets {
    /// Secret header values, by header name.
    pub headers: BTreeMap<String, SecretValue>,
    /// The token that Cloudflare Access accepts.
    pub access: Option<AccessToken>,
}

impl Secrets {
    /// Return the secrets of one channel.
    pub fn channel(&self, name: &str) -> &ChannelSecrets {
        static NONE: ChannelSecrets = ChannelSecrets::new();
        self.channels.get(name).unwrap_or(&NONE)
    }

    /// Return the secrets that are sent to `target`, or an error if one is missing.
    pub fn of(&self, target: &Target) -> Result<TargetSecrets, String> {
        let headers = self.headers.get(&target.name).cloned().unwrap_or_default();
        let of_request = target.headers.iter().filter(|(_, value)| **value == HeaderValue::Secret);
        let mut names = of_request.map(|(name, _)| name).chain(&target.inside_headers);
        if let Some(name) = names.find(|name| !headers.contains_key(*name)) {
            return Err(format!("{}: the secret header {name} has no value", target.name));
        }
        let access = match &target.access {
            None => None,
            Some(name) => Some(self.access.get(name).cloned().ok_or_else(|| {
                format!("{}: the Access token {name} is missing from the secrets", target.name)
            })?),
        };
        Ok(TargetSecrets { headers, access })
    }
}
