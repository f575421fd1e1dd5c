//! Moves an hour that is over from the state to the history, after everything else: a few parameters in each run, until
//! all have it.
//!
//! A parameter is read before it is written, and each record knows which hours it has, so an hour that is moved twice
//! is counted once. Where the records are is remembered while the environment is warm; a new one reads all parameters
//! once.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::archive::Shares;
use super::persist::BETWEEN_WRITES;
use super::{Monitor, Prober};
use crate::contract::history::{
    Division, MAX_PARAMETERS, Mark, Parameter, Place, Record, VERSION, WRITES_A_RUN, closed_hour,
};
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::settings::{HistorySettings, Target};
use crate::contract::state::State;
use crate::store::{Store, StoreError};

/// The longest time of a run that is spent on the history.
const LIMIT: Duration = Duration::from_secs(10);

/// The time that one parameter may take: another is begun only if this much is left.
const ONE: Duration = Duration::from_secs(1);

/// The work of one run.
struct Job {
    settings: HistorySettings,
    shares: Shares,
    /// How many parameters there are at least.
    expected: usize,
    until: Instant,
    writes: usize,
}

impl Job {
    fn is_over(&self) -> bool {
        self.writes >= WRITES_A_RUN || Instant::now() + ONE > self.until
    }
}

/// Why the history was not updated.
enum Stopped {
    /// The store refused.
    Refused(StoreError),
    /// Another run writes at the same time.
    Contended,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Move the hour that is over, as far as there is time. `state` has been saved.
    pub(super) async fn keep_history(&mut self, state: &State, until: Instant, problems: &mut Vec<Problem>) {
        let (Some(settings), Some(history)) = (self.settings.history, &state.history) else { return };
        if history.closed.is_none() {
            return;
        }
        let mark = Mark { epoch: history.epoch, seq: history.seq };
        if self.archive.mark == Some(mark) && self.archive.is_moved {
            return;
        }
        let share =
            |target: &Target| Some((target.name.clone(), closed_hour(state, target, &self.settings.clock)?));
        let shares = Shares(self.settings.targets.iter().filter_map(share).collect());
        let division = Division { records: settings.records, parameters: settings.parameters };
        let expected = history.parameters.min(MAX_PARAMETERS).max(division.parameters_for(shares.0.len()));
        let late = self.archive.begin(mark, &shares, expected);
        if late > 0 {
            let detail = format!("no time was left to move an hour of {late} targets to the history");
            problems.push(Problem::new(ProblemKind::HistoryNotSaved, detail));
        }
        let until = until.min(Instant::now() + LIMIT);
        let mut job = Job { settings, shares, expected, until, writes: 0 };
        // A store that does not answer must not keep the run beyond its time.
        let moved = timeout_at(until, self.move_all(&mut job, problems)).await;
        match moved.unwrap_or(Ok(false)) {
            Ok(is_moved) => self.archive.is_moved = is_moved,
            Err(Stopped::Contended) => {}
            Err(Stopped::Refused(why)) => {
                problems.push(why.problem(ProblemKind::HistoryNotSaved, "the history was not saved"));
            }
        }
    }

    /// Update the records that exist, and then add those that do not. Return whether all have the hour.
    async fn move_all(&mut self, job: &mut Job, problems: &mut Vec<Problem>) -> Result<bool, Stopped> {
        while let Some(at) = self.archive.next(&job.shares) {
            if job.is_over() {
                return Ok(false);
            }
            self.update(at, job, &[], problems).await?;
        }
        loop {
            let names = job.shares.0.iter().map(|(name, _)| name);
            let new: Vec<String> = names.filter(|name| !self.archive.done.contains(name)).cloned().collect();
            if new.is_empty() {
                return Ok(true);
            }
            let is_gone = |name: &String| !job.shares.has(name);
            let Some(at) = self.archive.with_room(job.settings, is_gone) else {
                let detail =
                    format!("the history has no room for {} of {} targets", new.len(), job.shares.0.len());
                problems.push(Problem::new(ProblemKind::HistoryNotSaved, detail));
                return Ok(true);
            };
            if job.is_over() {
                return Ok(false);
            }
            let names = self.archive.parameters.get(at).and_then(Option::as_ref);
            let (all, gone) = names
                .map_or((0, 0), |names| (names.len(), names.iter().filter(|name| is_gone(name)).count()));
            // The records of targets that are gone make room only where nothing else does.
            let free = job.settings.records.saturating_sub(all);
            let count = if free > 0 { free } else { gone }.clamp(1, new.len());
            self.update(at, job, &new[..count], problems).await?;
        }
    }

    /// Add the hour to the records in a parameter, and to `new` ones.
    async fn update(
        &mut self,
        at: usize,
        job: &mut Job,
        new: &[String],
        problems: &mut Vec<Problem>,
    ) -> Result<(), Stopped> {
        let place = Place::Number(at);
        let stored = self.store.load_history(place).await.map_err(Stopped::Refused)?;
        if stored.is_none() && new.is_empty() && at >= job.expected.max(self.archive.parameters.len()) {
            self.archive.is_complete = true;
            return Ok(());
        }
        let version = stored.as_ref().map_or(Some(0), |stored| stored.version);
        let mut parameter = match &stored {
            Some(stored) => self.parse(&stored.text, at, problems).await.map_err(Stopped::Refused)?,
            None => Parameter::new(&self.settings.deployment),
        };
        for name in new {
            parameter.records.entry(name.clone()).or_default();
        }
        make_room(&mut parameter, job, !new.is_empty());
        let mut is_changed = false;
        for (name, record) in &mut parameter.records {
            is_changed |= job.shares.of(name).is_some_and(|share| record.add(share));
        }
        if is_changed {
            if job.writes > 0 {
                sleep(BETWEEN_WRITES).await;
            }
            job.writes += 1;
            parameter.deployment.clone_from(&self.settings.deployment);
            let text = parameter.encode(job.settings.days);
            let saved = self.store.save_history(place, &text).await.map_err(Stopped::Refused)?;
            let is_next = version.zip(saved).is_none_or(|(read, saved)| saved == read.saturating_add(1));
            if !is_next {
                return Err(Stopped::Contended);
            }
        }
        let names: Vec<String> = parameter.records.into_keys().collect();
        self.archive.done.extend(names.iter().filter(|name| job.shares.has(name)).cloned());
        self.archive.note(at, names);
        Ok(())
    }

    /// Read a parameter. The first one that is not readable is kept as it was, and begins again.
    async fn parse(
        &self,
        text: &str,
        at: usize,
        problems: &mut Vec<Problem>,
    ) -> Result<Parameter, StoreError> {
        let number = at + 1;
        match Parameter::parse(text) {
            Ok(parameter) => {
                if parameter.version > VERSION {
                    let detail = format!(
                        "part {number} of the history has version {}, written by a later release; what is not known is kept",
                        parameter.version
                    );
                    problems.push(Problem::new(ProblemKind::HistoryUnreadable, detail));
                }
                Ok(parameter)
            }
            Err(why) => {
                let aside = Place::Aside.parameter(&self.settings.state_parameter);
                if self.store.load_history(Place::Aside).await?.is_none() {
                    self.store.save_history(Place::Aside, text).await?;
                }
                let detail = format!(
                    "part {number} of the history cannot be read ({why}); it begins again, see {aside}"
                );
                problems.push(Problem::new(ProblemKind::HistoryUnreadable, detail));
                Ok(Parameter::new(&self.settings.deployment))
            }
        }
    }
}

/// Drop the records of targets that are gone: those whose days are past, and others where the room is needed.
fn make_room(parameter: &mut Parameter, job: &Job, is_needed: bool) {
    let today = job.shares.0.first().map(|(_, share)| share.day).unwrap_or_default();
    parameter.records.retain(|name, record| job.shares.has(name) || !record.is_past(today));
    // Where settings have changed, there may be more than now share a parameter: they are kept if nothing takes their
    // place.
    while is_needed && parameter.records.len() > job.settings.records {
        let last_day = |record: &Record| record.days.keys().next_back().copied();
        let gone = parameter.records.iter().filter(|(name, _)| !job.shares.has(name));
        let Some((name, _)) = gone.min_by_key(|(_, record)| last_day(record)) else { return };
        let name = name.clone();
        parameter.records.remove(&name);
    }
}
