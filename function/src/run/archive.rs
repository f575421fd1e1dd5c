//! What an environment knows about the parameters of the history, and which of them still lack an hour.

use crate::contract::history::{ClosedHour, Mark, WRITES_A_RUN};
use crate::contract::settings::HistorySettings;
use crate::contract::state::State;
use crate::decide::forget_closed;

/// What an environment knows about the history.
#[derive(Debug, Default)]
pub(super) struct Archive {
    /// The hour that is moved, or was moved last.
    pub(super) mark: Option<Mark>,
    /// The targets whose records have it.
    pub(super) done: Vec<String>,
    /// The names of the records in each parameter; nothing for one that was not read yet.
    pub(super) parameters: Vec<Option<Vec<String>>>,
    /// Whether all parameters were read.
    pub(super) is_complete: bool,
    /// How many parameters have the hour already, in the order of this hour.
    step: usize,
    /// Whether all records have the hour.
    pub(super) is_moved: bool,
}

/// What a later run needs to know: the hour is in the history and no longer needed in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) mark: Mark,
    /// In how many parameters the history is kept.
    pub(super) parameters: usize,
}

impl Moved {
    /// Record it in a state.
    pub(super) fn apply(self, state: &mut State) {
        forget_closed(state, self.mark);
        if let Some(history) = &mut state.history {
            history.parameters = self.parameters;
        }
    }
}

impl Archive {
    /// Return which hour was moved completely.
    pub(super) fn moved(&self) -> Option<Moved> {
        let mark = self.mark.filter(|_| self.is_moved)?;
        Some(Moved { mark, parameters: self.parameters.len() })
    }

    /// Begin with an hour, unless it has begun already. Return how many targets lack the one before.
    pub(super) fn begin(&mut self, mark: Mark, shares: &Shares, expected: usize) -> usize {
        if self.parameters.len() < expected {
            self.parameters.resize(expected, None);
        }
        if self.mark == Some(mark) {
            return 0;
        }
        let is_behind = self.mark.is_some() && !self.is_moved;
        let late = shares.0.iter().filter(|(name, _)| is_behind && !self.done.contains(name)).count();
        (self.mark, self.is_moved, self.step) = (Some(mark), false, 0);
        self.done.clear();
        late
    }

    /// Return the next parameter to update: one with a record that does not have the hour yet, or one that was not
    /// read.
    ///
    /// Each hour begins with another one. Where not all can be updated in time, each has its turn.
    pub(super) fn next(&mut self, shares: &Shares) -> Option<usize> {
        let count = self.parameters.len();
        let first = self.mark.map_or(0, |mark| mark.seq as usize).wrapping_mul(WRITES_A_RUN);
        let is_missing = |name: &String| shares.has(name) && !self.done.contains(name);
        let is_due = |at: &usize| match &self.parameters[*at] {
            Some(names) => names.iter().any(is_missing),
            None => true,
        };
        // Those before were found to have the hour.
        let mut in_turn = (self.step..count).map(|step| (step, (first % count + step) % count));
        let Some((step, at)) = in_turn.find(|(_, at)| is_due(at)) else {
            self.step = count;
            return (!self.is_complete).then_some(count);
        };
        self.step = step;
        Some(at)
    }

    /// Return the parameter for a new record: the one with the fewest, if it has room, or a new one, or else one with
    /// the record of a target that is gone.
    pub(super) fn with_room(
        &self,
        settings: HistorySettings,
        is_gone: impl Fn(&String) -> bool,
    ) -> Option<usize> {
        let all = || self.parameters.iter().enumerate().filter_map(|(at, names)| Some((at, names.as_ref()?)));
        let fewest = all().min_by_key(|(_, names)| names.len());
        let has_room = fewest.filter(|(_, names)| names.len() < settings.records).map(|(at, _)| at);
        let is_free = self.parameters.len() < settings.parameters;
        has_room
            .or(is_free.then_some(self.parameters.len()))
            .or_else(|| all().find(|(_, names)| names.iter().any(&is_gone)).map(|(at, _)| at))
    }

    pub(super) fn note(&mut self, at: usize, names: Vec<String>) {
        match self.parameters.get_mut(at) {
            Some(known) => *known = Some(names),
            None => self.parameters.push(Some(names)),
        }
    }
}

/// Each target's share of the hour.
#[derive(Debug, Default)]
pub(super) struct Shares(pub(super) Vec<(String, ClosedHour)>);

impl Shares {
    pub(super) fn of(&self, name: &str) -> Option<&ClosedHour> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, share)| share)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.of(name).is_some()
    }
}
