//! `[history]`: how much of the past is kept.

use plexmon_function::contract::history::{DAYS, Division};
use plexmon_function::contract::settings::HistorySettings;

use super::schedule::{SECONDS_A_MONTH, Schedule};

/// Divide the history of this many targets among parameters that can be written each hour.
pub fn read(targets: usize, schedule: &Schedule) -> HistorySettings {
    let hours = SECONDS_A_MONTH / 3600;
    let runs = usize::try_from(schedule.runs_a_month(0) / hours).unwrap_or(usize::MAX);
    let Division { records, parameters } = Division::new(targets, runs);
    HistorySettings { days: DAYS as usize, records, parameters }
}
