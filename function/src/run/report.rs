//! Writes the report that is due, after everything else: its text needs the history, and the state has no room for it.
//!
//! The parameters of the history are read a few at a time, and nothing is kept of them but what the report says. If
//! they cannot be read, the report waits for a later run, and finally says what is known without them.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

use super::budget::Budget;
use super::progress::Progress;
use super::{Monitor, Prober};
use crate::contract::history::{MAX_PARAMETERS, Parameter, Place};
use crate::contract::notification::NotificationKind;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::state::State;
use crate::message::Report;
use crate::store::Store;

/// The longest time of a run that is spent on reading the history.
const LIMIT: Duration = Duration::from_secs(10);

/// The least time that is left afterwards for the messages.
const RESERVE: Duration = Duration::from_secs(2);

/// How many parameters are read at the same time.
const READS: usize = 8;

/// How long after it was due a report waits for the history, in seconds.
const WAIT_S: u64 = 12 * 60 * 60;

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Write the report that is to be sent, if there is one. Return whether there is anything new to send.
    pub(super) async fn write_report(&self, progress: &mut Progress, state: &State, budget: &Budget) -> bool {
        if !progress.may_take_time() {
            return false;
        }
        let names: Vec<&str> = self.channels.iter().map(|channel| channel.name()).collect();
        let waiting = progress.waiting(state, &names, &self.settings);
        let report = waiting.iter().flat_map(|queue| &queue.notifications);
        let Some(report) = report.into_iter().find(|one| one.kind == NotificationKind::Report) else {
            return false;
        };
        let due =
            self.settings.report.and_then(|schedule| schedule.last_due(report.from, &self.settings.clock));
        let until =
            (Instant::now() + LIMIT).min(budget.messages().checked_sub(RESERVE).unwrap_or(Instant::now()));
        let Some(due) = due else { return false };
        let is_overdue = progress.now.saturating_sub(due.at) >= WAIT_S;
        if Instant::now() >= until && !is_overdue {
            return false;
        }
        let observed = progress.observed.as_ref();
        let observations = observed.map_or(&[][..], |observed| &observed.observations);
        let (settings, now) = (&self.settings, progress.now);
        let empty =
            Report { due, is_complete: true, targets: Vec::new(), observations, state, settings, now };
        let read = self.read_history(empty.clone());
        let read = timeout_at(until, read).await.unwrap_or_else(|_| Err("no time was left".to_owned()));
        let text = match read {
            Ok(report) => report.text(),
            Err(why) => {
                let detail = format!("the history could not be read for the report: {why}");
                progress.problems.push(Problem::new(ProblemKind::HistoryUnreadable, detail));
                if !is_overdue {
                    return false;
                }
                let mut report = Report { is_complete: false, ..empty };
                settings.targets.iter().for_each(|target| report.add(target, None));
                report.text()
            }
        };
        progress.report = Some(text);
        true
    }

    /// Add every target to a report, with its record.
    async fn read_history<'a>(&self, mut report: Report<'a>) -> Result<Report<'a>, String> {
        let (settings, state) = (report.settings, report.state);
        let Some(history) = settings.history else { return Err("none is kept".to_owned()) };
        let expected = state.history.as_ref().map_or(0, |history| history.parameters.min(MAX_PARAMETERS));
        let mut missing: Vec<_> = settings.targets.iter().collect();
        let count = history.parameters.max(expected).min(MAX_PARAMETERS);
        let mut number = 0;
        while number < count && !missing.is_empty() {
            // Beyond those that are known, there are others only if a state was lost.
            let known = if number < expected { expected } else { count };
            let end = known.min(number + READS);
            let read = join_all((number..end).map(|at| self.store.load_history(Place::Number(at)))).await;
            let mut is_end = end >= expected;
            for stored in read {
                let Some(stored) = stored.map_err(|why| why.to_string())? else { continue };
                is_end = false;
                let parameter = Parameter::parse(&stored.text)?;
                missing.retain(|target| match parameter.records.get(&target.name) {
                    Some(record) => {
                        report.add(target, Some(record));
                        false
                    }
                    None => true,
                });
            }
            if is_end {
                break;
            }
            number = end;
        }
        missing.into_iter().for_each(|target| report.add(target, None));
        Ok(report)
    }
}
