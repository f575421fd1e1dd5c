//! What `status` says about one target.

use std::fmt::Write as _;

use plexmon_function::contract::history::TargetHistory;
use plexmon_function::contract::reply::WarningReply;
use plexmon_function::contract::settings::{Clock, Target};
use plexmon_function::contract::state::{State, Status};
use plexmon_function::probe::Cause;
use serde::Serialize;

use super::history::{HistoryReport, UptimeReport};
use crate::text::DEGRADED;

/// One target, as text or JSON.
#[derive(Debug, Default, Serialize)]
pub(super) struct TargetReport {
    pub(super) name: String,
    /// `up`, `degraded`, `down` or `unknown`.
    pub(super) status: String,
    /// Unix seconds.
    pub(super) since: Option<u64>,
    pub(super) uptime: UptimeReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<HistoryReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<Cause>,
    /// Why it is degraded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<WarningReply>,
    /// What the text about its past is made of.
    #[serde(skip)]
    pub(super) past: Option<TargetHistory>,
}

impl TargetReport {
    /// Return what the state says about a target. `is_only`: there is no other one.
    pub(super) fn of(target: &Target, state: &State, is_only: bool) -> Self {
        let name = target.name.clone();
        let Some(known) = state.target(&target.name) else {
            // The state of the Python function has one target, without a name.
            let status = if is_only { state.status } else { Status::Unknown }.to_string();
            return Self { name, status, ..Self::default() };
        };
        let warnings = WarningReply::all(known, target);
        let degraded_since = warnings.iter().map(|warning| warning.since).min();
        let status = known.status.to_string();
        Self {
            name,
            status: degraded_since.map_or(status, |_| DEGRADED.to_owned()),
            since: Some(degraded_since.unwrap_or(known.since)),
            why: known.why.clone().filter(|_| known.status != Status::Up),
            cause: known.cause.filter(|_| known.why.is_some() && known.status != Status::Up),
            warnings,
            ..Self::default()
        }
    }

    /// Add its past.
    pub(super) fn with_history(self, history: &TargetHistory, clock: &Clock) -> Self {
        Self {
            uptime: UptimeReport::of(history, clock),
            history: Some(HistoryReport::of(history, clock)),
            past: Some(history.clone()),
            ..self
        }
    }

    /// Write why it is down, or each warning: the first one on the line of the state.
    pub(super) fn write_reasons(&self, text: &mut String, name_width: usize) {
        let warnings = self.warnings.iter().map(|warning| &warning.why);
        for (at, why) in self.why.iter().chain(warnings).enumerate() {
            let _ = match at {
                0 => write!(text, ": {why}"),
                _ => write!(text, "\n  {:name_width$} {why}", ""),
            };
        }
    }
}
