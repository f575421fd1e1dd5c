//! What a condition found whose failure is only a warning.

use serde::{Deserialize, Serialize};

/// What one condition found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifies it among the findings of its target, in every run: `disk:/data`, or a hash of the condition. It has no
    /// control characters, and what precedes a colon is common to all findings of one check.
    pub key: String,
    /// Whether the condition is met.
    pub level: Level,
    /// What was found, for people: "Disk /data: 38 GB free, less than 50 GB".
    pub why: String,
}

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is.
    Met,
    /// It is, but its value is so close to the limit that this alone does not end a warning.
    NearLimit,
    /// It is not.
    NotMet,
    /// It is not known: a part of the answer is missing, or cannot be read.
    Unknown,
}

impl Finding {
    /// Return what precedes the colon in its key: the check that it belongs to.
    pub fn check(&self) -> &str {
        check_of(&self.key)
    }
}

/// Return what precedes the colon in the key of a finding.
pub fn check_of(key: &str) -> &str {
    key.split(':').next().unwrap_or_default()
}
