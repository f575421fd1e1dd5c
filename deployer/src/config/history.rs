//! `[history]`: how much of the past is kept.

use plexmon_function::contract::history::{DAYS, Division, HOURS, Room, name_bytes};
use plexmon_function::contract::settings::HistorySettings;
use serde::Serialize;

use super::Config;
use super::reader::Table;
use super::schedule::{SECONDS_A_MONTH, Schedule};
use crate::error::Result;

/// The fewest days that are worth a history.
const FEWEST_DAYS: u32 = 7;

/// There may be at least as many parameters as one run can write, and twice as many as there are targets: those that
/// are gone keep their past.
const FEWEST_PARAMETERS: usize = 21;

/// `[history]`, with the parameters among which the history of this many targets is divided, so that all of them can be
/// written each hour.
pub fn read(table: Option<Table<'_>>, targets: usize, schedule: &Schedule) -> Result<HistorySettings> {
    let mut days = DAYS;
    if let Some(table) = table {
        if let Some(value) = table.get("days") {
            days = value.integer(FEWEST_DAYS..=DAYS)?;
        }
        table.finish()?;
    }
    let hours = SECONDS_A_MONTH / 3600;
    let runs = usize::try_from(schedule.runs_a_month(0) / hours).unwrap_or(usize::MAX);
    let Division { records, parameters } = Division::new(targets, runs);
    // More are not needed, and another schedule then seldom changes the settings of the function.
    let parameters = parameters.min(targets.saturating_mul(2).max(FEWEST_PARAMETERS));
    Ok(HistorySettings { days: days as usize, records, parameters })
}

/// How much of the history has room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HistoryRoom {
    /// How many days are kept of each target.
    pub days: usize,
    pub hours_of_response_times: usize,
    /// How many outages are kept of each target, at least.
    pub outages: usize,
    /// How many targets there are, and how many of them have room.
    pub targets: usize,
    pub targets_with_room: usize,
    pub parameters: usize,
    #[serde(skip)]
    configured_days: usize,
}

impl HistoryRoom {
    pub fn of(config: &Config) -> Self {
        let HistorySettings { days, records, parameters } = config.history;
        let division = Division { records, parameters };
        let longest = config.targets.iter().map(|target| name_bytes(&target.name)).max();
        let room = Room::new(records, &config.name, longest.unwrap_or_default(), days);
        let targets = config.targets.len();
        Self {
            days: room.days,
            hours_of_response_times: room.hours,
            outages: room.events,
            targets,
            targets_with_room: targets.min(division.capacity()),
            parameters: division.parameters_for(targets),
            configured_days: days,
        }
    }

    /// `90 days`, or `only 48 of 90 days`.
    pub fn days_of_all(&self) -> String {
        let Self { days, configured_days, .. } = *self;
        if days < configured_days {
            format!("only {days} of {configured_days} days")
        } else {
            format!("{days} days")
        }
    }

    /// Whether less is kept than the configuration asks for.
    pub fn is_limited(&self) -> bool {
        self.days < self.configured_days
            || self.hours_of_response_times < HOURS as usize
            || self.targets_with_room < self.targets
    }
}
