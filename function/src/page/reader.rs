//! Reads what is stored, seldom and for a limited time: a flood of visitors must not become one of reads, and a slow store
//! must not keep them waiting.

mod moment;

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use self::moment::Moment;
use super::data::{Data, announcements, records, state};
use crate::contract::announcement;
use crate::contract::history::{Division, MAX_PARAMETERS, Place};
use crate::contract::parts::{MAX_PARTS, layout, parameter};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::store::{ParameterSource, StoreError};

/// How often the state is read, at most.
pub const EVERY: Duration = Duration::from_secs(10);

/// How often the history is read, unless the state says that it has changed.
const HISTORY_EVERY: Duration = Duration::from_secs(5 * 60);

/// How long reading the history is not tried again after it has failed.
const HISTORY_RETRY: Duration = Duration::from_secs(60);

/// The longest time of a visitor that is spent on reading.
const LIMIT: Duration = Duration::from_secs(4);

/// How often a failure is reported, at most.
pub const WARN_EVERY: Duration = Duration::from_secs(60);

/// What is stored, as far as it was read.
#[derive(Debug)]
pub struct Reader<S> {
    source: S,
    state_parameter: String,
    /// How many parts the state has at least.
    parts: usize,
    data: Data,
    /// Whether it was ever read.
    has_copy: bool,
    /// When reading was last begun.
    begun: Option<Moment>,
    /// When the history was read, and what the state said of it then.
    history: Option<(Moment, HistoryMark)>,
    /// When reading the history last failed.
    history_failed: Option<Moment>,
    warned: Option<Moment>,
    warning: Option<String>,
}

/// What changes in the state when the history has changed: the epoch, the number of closed hours, whether the last one is
/// still in the state, and the number of parameters.
type HistoryMark = (u32, u32, bool, usize);

impl<S: ParameterSource> Reader<S> {
    /// Create one that has read nothing yet.
    pub fn new(source: S, settings: &Settings) -> Self {
        Self {
            source,
            state_parameter: settings.state_parameter.clone(),
            parts: layout(settings).len(),
            data: Data { is_history_incomplete: settings.history.is_some(), ..Data::default() },
            has_copy: false,
            begun: None,
            history: None,
            history_failed: None,
            warned: None,
            warning: None,
        }
    }

    /// Read what is stored if it was not read recently, at a time in Unix seconds. Return whether it was.
    pub async fn refresh(&mut self, settings: &Settings, now: u64) -> bool {
        let begin = Moment::at(now);
        if begin.is_within(EVERY, self.begun) {
            return false;
        }
        self.begun = Some(begin);
        let deadline = begin.after(LIMIT);
        match timeout_at(deadline, self.read_state(now)).await {
            Ok(Ok(state)) => {
                (self.data.state, self.data.failing_since, self.has_copy) = (state, None, true);
                self.refresh_history(settings, now, deadline).await;
            }
            Ok(Err(why)) => self.fail(now, &why.to_string()),
            Err(_) => self.fail(now, "no answer in time"),
        }
        true
    }

    /// Return what was read last.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Return whether anything was ever read.
    pub fn has_copy(&self) -> bool {
        self.has_copy
    }

    /// Return what the owner should know, once.
    pub fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// Read the state and the announcements. Those are kept even if the state cannot be read.
    async fn read_state(&mut self, now: u64) -> Result<Option<State>, StoreError> {
        let mut names: Vec<String> =
            (0..self.parts).map(|part| parameter(&self.state_parameter, part)).collect();
        names.push(announcement::parameter(&self.state_parameter));
        let mut texts = self.source.read(&names).await?;
        let announced = announcements(texts.pop().flatten().as_deref());
        let has_announcements = announced.is_some();
        if let Some(announcements) = announced {
            self.data.announcements = announcements;
        }
        let parsed = |texts: &[Option<String>]| {
            state(texts.iter().map(Option::as_deref)).map_err(|why| StoreError::new(why.to_string()))
        };
        let mut state = parsed(&texts)?;
        let parts = state.as_ref().map_or(0, |state| state.parts.min(MAX_PARTS));
        if parts > self.parts {
            let names: Vec<String> =
                (self.parts..parts).map(|part| parameter(&self.state_parameter, part)).collect();
            texts.extend(self.source.read(&names).await?);
            self.parts = parts;
            state = parsed(&texts)?;
        }
        if !has_announcements {
            self.warn(now, "the announcements cannot be read");
        }
        Ok(state)
    }

    /// Read the history if it has changed, or if it may have.
    async fn refresh_history(&mut self, settings: &Settings, now: u64, deadline: Instant) {
        let Some(kept) = settings.history else { return };
        let state = self.data.state.as_ref().and_then(|state| state.history.as_ref());
        let mark = state.map_or((0, 0, false, 0), |history| {
            (history.epoch, history.seq, history.closed.is_some(), history.parameters)
        });
        let begin = Moment::at(now);
        let last = self.history.filter(|(_, last)| *last == mark).map(|(read, _)| read);
        if begin.is_within(HISTORY_EVERY, last) || begin.is_within(HISTORY_RETRY, self.history_failed) {
            return;
        }
        (self.history, self.history_failed) = (None, None);
        let division = Division { records: kept.records.max(1), parameters: kept.parameters };
        let count = mark.3.max(division.parameters_for(settings.targets.len())).min(MAX_PARAMETERS);
        let name = |number| Place::Number(number).parameter(&self.state_parameter);
        let names: Vec<String> = (0..count).map(name).collect();
        let why = match timeout_at(deadline, self.source.read(&names)).await {
            Ok(Ok(texts)) => {
                let (records, has_failed) = records(texts.iter().flatten().map(String::as_str));
                self.data.replace_records(records, has_failed);
                if has_failed {
                    self.warn(now, "a part of the history cannot be read");
                } else {
                    self.history = Some((begin, mark));
                }
                return;
            }
            Ok(Err(why)) => why.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        self.history_failed = Some(begin);
        self.warn(now, &format!("the history cannot be read: {why}"));
    }

    fn fail(&mut self, now: u64, why: &str) {
        self.data.failing_since.get_or_insert(now);
        self.warn(now, &format!("the state cannot be read: {why}"));
    }

    fn warn(&mut self, now: u64, message: &str) {
        let moment = Moment::at(now);
        if !moment.is_within(WARN_EVERY, self.warned) {
            (self.warned, self.warning) = (Some(moment), Some(message.to_owned()));
        }
    }
}
