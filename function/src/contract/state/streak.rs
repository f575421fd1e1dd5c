//! Runs or changes that follow each other.

use serde::{Deserialize, Serialize};

/// Consecutive runs, or changes, since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// When the first one was, in Unix seconds.
    pub since: u64,
    /// How many.
    pub runs: u32,
}

impl Streak {
    /// Return the streak with one more run, or a new one.
    pub fn longer(streak: Option<Self>, now: u64) -> Self {
        let Self { since, runs } = streak.unwrap_or(Self { since: now, runs: 0 });
        Self { since, runs: runs.saturating_add(1) }
    }
}
