//! When reports are sent.

use serde::{Deserialize, Serialize};

/// When reports are sent, by the owner's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSchedule {
    /// On which days.
    #[serde(flatten)]
    pub day: ReportDay,
    /// From which minute of that day on.
    pub minute: u32,
}

/// On which days reports are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportDay {
    /// On this day of the week; 0 is Monday.
    Weekly(u32),
    /// On this day of the month, from 1 to 28.
    Monthly(u32),
}
