//! What is kept about warnings: conditions that are not met without the target being down.

use serde::{Deserialize, Serialize};

use super::streak::Streak;

/// A condition that is not met and whose failure is only a warning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Since when, in Unix seconds.
    pub since: u64,
    /// In how many consecutive runs.
    pub runs: u32,
    /// Whether it was notified, and counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub active: bool,
    /// In which consecutive runs the condition was met again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Streak>,
    /// What was found last, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
