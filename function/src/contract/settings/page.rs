//! The settings of the status page.

use serde::{Deserialize, Serialize};

/// What the page shows, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSettings {
    /// Its title.
    pub title: String,
    /// The SHA-256 of the secret first segment of every path, in hexadecimal. Without it, anyone who has the host name
    /// finds the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_sha256: Option<String>,
    /// Whether search engines are asked not to list it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noindex: bool,
    /// The languages that it has, such as `en`; the first one is for visitors who read none of them.
    pub languages: Vec<String>,
    /// The region of the state and the history, if the page is served from another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_region: Option<String>,
}

impl PageSettings {
    /// Return whether search engines are asked not to list it. A page that only some may find is never listed.
    pub fn is_unlisted(&self) -> bool {
        self.noindex || self.secret_sha256.is_some()
    }
}
