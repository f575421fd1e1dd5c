//! When reports are sent, and which days they are about.

use serde::{Deserialize, Serialize};

use super::calendar::Clock;
use crate::time::civil;

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

/// A report that is due. Its days are those since the last one was due, counted since 1970 by the owner's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueReport {
    /// When it is due, in Unix seconds.
    pub at: u64,
    /// On which day it is due: the first day after those that it is about.
    pub day: u32,
    /// The first day that it is about.
    pub first: u32,
}

impl ReportSchedule {
    /// Return the last report that was due by `now`, in Unix seconds.
    pub fn last_due(self, now: u64, clock: &Clock) -> Option<DueReport> {
        let (day, at) = clock.last_day(self.minute, now, |day| self.is_due_on(day))?;
        let first = (day.saturating_sub(self.longest())..day).rev().find(|day| self.is_due_on(*day))?;
        Some(DueReport { at, day, first })
    }

    /// Return the largest number of days from one report to the next.
    pub fn longest(self) -> u32 {
        match self.day {
            ReportDay::Weekly(_) => 7,
            ReportDay::Monthly(_) => 31,
        }
    }

    fn is_due_on(self, day: u32) -> bool {
        match self.day {
            // Day 0, 1 January 1970, was a Thursday.
            ReportDay::Weekly(weekday) => (u64::from(day) + 3) % 7 == u64::from(weekday),
            ReportDay::Monthly(of_month) => civil(day.into()).2 == u64::from(of_month),
        }
    }
}
