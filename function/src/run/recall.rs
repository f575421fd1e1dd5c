//! Combines what a warm environment remembers with what the store returns, and decides which of the two counts.

use std::collections::VecDeque;
use std::ops::Range;

use super::carry_over;
use crate::contract::parts::{merge, split};
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::decide::Knowledge;
use crate::store::{StoreError, Stored};

/// How many replaced values are remembered: a read may lag behind a few writes, not behind many.
const MAX_REPLACED: usize = 8;

/// The state after the last run.
pub(super) struct Memory {
    pub(super) state: State,
    pub(super) knowledge: Knowledge,
    /// One for each part of the state.
    pub(super) parts: Vec<PartMemory>,
    /// Parts that are no longer needed but not yet empty.
    pub(super) obsolete: Vec<usize>,
}

/// What the store may have as a part of the state: what was saved last or, if saving failed, also what was saved
/// before. As long as the store has one of these, no other run has written, and the memory is at least as recent.
#[derive(Default)]
pub(super) struct PartMemory {
    possible: Vec<Option<String>>,
    /// The version in the store, if that is certain; 0 where there is none.
    version: Option<u64>,
    /// What this environment has replaced. If it is read again, the read lags behind.
    replaced: VecDeque<String>,
}

impl PartMemory {
    fn new((text, version): (Option<String>, Option<u64>)) -> Self {
        Self { possible: vec![text], version, ..Self::default() }
    }

    /// Record that the store has accepted it as this version. Return the version if it is not the next one, which means
    /// that another run has written.
    pub(super) fn saved(&mut self, text: String, version: Option<u64>) -> Option<u64> {
        let next = self.version.map(|version| version.saturating_add(1));
        self.set(Some(text), version);
        version.filter(|version| next.is_some_and(|next| next != *version))
    }

    /// Record that the store refused it, or accepted it while the response was lost.
    pub(super) fn not_saved(&mut self, text: String) {
        self.possible.push(Some(text));
        self.version = None;
    }

    /// Return whether this environment has written what was read.
    pub(super) fn knows(&self, text: &Option<String>) -> bool {
        self.possible.contains(text) || text.as_ref().is_some_and(|text| self.is_replaced(text))
    }

    /// Return whether the store has exactly this for certain.
    pub(super) fn is_exactly(&self, text: &str) -> bool {
        matches!(self.possible.as_slice(), [Some(known)] if known == text)
    }

    fn is_replaced(&self, text: &str) -> bool {
        self.replaced.iter().any(|known| known == text)
    }

    /// Record that the store has this and nothing else.
    fn set(&mut self, text: Option<String>, version: Option<u64>) {
        let mut before = std::mem::take(&mut self.possible);
        before.retain(|known| *known != text);
        self.possible.push(text);
        self.version = version;
        self.replaced.extend(before.into_iter().flatten());
        let excess = self.replaced.len().saturating_sub(MAX_REPLACED);
        self.replaced.drain(..excess);
    }

    /// Return why the memory counts instead of this value: the value was replaced, or is invalid.
    fn outranks(&self, text: &str) -> Option<Problem> {
        if self.possible.iter().flatten().any(|known| known == text) {
            return None;
        }
        let detail = if self.is_replaced(text) {
            "the store returned an older state; the remembered one was used".to_owned()
        } else {
            format!("{}; the remembered state replaces it", State::parse(text).err()?)
        };
        Some(Problem::new(ProblemKind::StateUnreadable, detail))
    }
}

/// What a run starts from.
pub(super) struct Base {
    pub(super) state: State,
    pub(super) knowledge: Knowledge,
    /// Whether the state may be saved: not if that would replace a state that could not be read.
    pub(super) may_save: bool,
    pub(super) parts: Vec<PartMemory>,
    pub(super) obsolete: Vec<usize>,
}

/// The stored texts that were read.
pub(super) struct Texts {
    /// Each part of the state.
    pub(super) parts: Vec<Option<Stored>>,
    /// Parts beyond them, by number.
    pub(super) obsolete: Vec<(usize, String)>,
}

/// What was read, or why not all could be read.
pub(super) type Loaded = Result<Texts, StoreError>;

/// How the state is divided into parts.
#[derive(Clone, Copy)]
pub(super) struct Division<'a> {
    pub(super) settings: &'a Settings,
    pub(super) layout: &'a [Range<usize>],
}

impl Division<'_> {
    fn split(self, state: &State) -> Vec<State> {
        split(state, self.settings, self.layout)
    }
}

/// Return what a run starts from, put together from all parts and the memory.
pub(super) fn recall(
    memory: Option<Memory>,
    loaded: Loaded,
    division: Division<'_>,
    problems: &mut Vec<Problem>,
) -> Base {
    let texts = match loaded {
        Ok(texts) => texts,
        Err(why) => {
            problems.push(why.problem(ProblemKind::StateUnavailable, "the state could not be read"));
            return Base::without_store(memory);
        }
    };
    let mut obsolete = Vec::new();
    let mut remembered = Vec::new();
    let mut without_state = None;
    match memory {
        Some(Memory { state, knowledge: Knowledge::Certain, parts, obsolete: left }) => {
            obsolete = left;
            let mut parts = parts.into_iter();
            let states = division.split(&state).into_iter();
            remembered = states.map(|state| (state, parts.next().unwrap_or_default())).collect();
        }
        other => without_state = other,
    }
    let mut remembered = remembered.into_iter();
    let (mut states, mut parts) = (Vec::new(), Vec::new());
    for stored in texts.parts {
        let stored = text_and_version(stored);
        let (state, part) = match remembered.next() {
            Some((state, part)) => recall_part(state, part, stored, problems),
            None => (read(stored.0.as_deref(), problems), PartMemory::new(stored)),
        };
        states.push(state);
        parts.push(part);
    }
    for (part, text) in texts.obsolete {
        let state = read(Some(&text), problems);
        if !(state.targets.is_empty() && state.outbox.is_empty()) {
            obsolete.push(part);
            states.push(state);
        }
    }
    let mut state = merge(states);
    if let Some(memory) = without_state {
        carry_over::carry_over(&mut state, memory.state);
    }
    Base { state, knowledge: Knowledge::Certain, may_save: true, parts, obsolete }
}

/// Combine a remembered part with the stored one.
fn recall_part(
    state: State,
    mut part: PartMemory,
    (text, version): (Option<String>, Option<u64>),
    problems: &mut Vec<Problem>,
) -> (State, PartMemory) {
    if let Some(problem) = text.as_deref().and_then(|text| part.outranks(text)) {
        problems.push(problem);
        return (state, part);
    }
    let is_known = part.possible.contains(&text);
    let state = if is_known { state } else { read(text.as_deref(), problems) };
    part.set(text, version);
    (state, part)
}

/// Return text and version; a missing value has version 0.
fn text_and_version(stored: Option<Stored>) -> (Option<String>, Option<u64>) {
    stored.map_or((None, Some(0)), |stored| (Some(stored.text), stored.version))
}

impl Base {
    /// Return what a run starts from that has read nothing yet.
    pub(super) fn nothing() -> Self {
        let (parts, obsolete) = (Vec::new(), Vec::new());
        Self { state: State::default(), knowledge: Knowledge::Certain, may_save: false, parts, obsolete }
    }

    /// Return what a run starts from that could not read the store.
    fn without_store(memory: Option<Memory>) -> Self {
        let Some(Memory { state, knowledge, parts, obsolete }) = memory else {
            return Self { knowledge: Knowledge::StateUnavailable, ..Self::nothing() };
        };
        Self { state, knowledge, may_save: knowledge == Knowledge::Certain, parts, obsolete }
    }

    /// Adopt what was read again later in the run. Return whether other runs have written meanwhile; `state` is then
    /// theirs.
    pub(super) fn refresh(
        &mut self,
        parts: Vec<Option<Stored>>,
        division: Division<'_>,
        problems: &mut Vec<Problem>,
    ) -> bool {
        let mut foreign = Vec::new();
        for (index, stored) in parts.into_iter().enumerate() {
            let Some(part) = self.parts.get_mut(index) else { continue };
            let (text, version) = text_and_version(stored);
            // A value that is suddenly missing was deleted by hand, or by a `down` during this run.
            if text.is_none() || part.knows(&text) {
                continue;
            }
            part.set(text.clone(), version);
            foreign.push((index, text));
        }
        self.replace(foreign, division, problems)
    }

    /// Adopt what other runs wrote and this run has overwritten.
    pub(super) fn adopt_overwritten(
        &mut self,
        parts: Vec<(usize, Option<Stored>)>,
        division: Division<'_>,
        problems: &mut Vec<Problem>,
    ) -> bool {
        let parts = parts.into_iter().filter_map(|(part, stored)| Some((part, Some(stored?.text)))).collect();
        self.replace(parts, division, problems)
    }

    fn replace(
        &mut self,
        foreign: Vec<(usize, Option<String>)>,
        division: Division<'_>,
        problems: &mut Vec<Problem>,
    ) -> bool {
        // An invalid value is ignored: it says nothing about what other runs know.
        let foreign: Vec<_> = foreign
            .into_iter()
            .filter(|(_, text)| text.as_deref().is_some_and(|text| State::parse(text).is_ok()))
            .collect();
        if foreign.is_empty() {
            return false;
        }
        let mut states = division.split(&self.state);
        for (part, text) in foreign {
            if let Some(state) = states.get_mut(part) {
                *state = read(text.as_deref(), problems);
            }
        }
        self.state = merge(states);
        true
    }
}

/// Read a stored value. An invalid one is reported and will be replaced.
fn read(text: Option<&str>, problems: &mut Vec<Problem>) -> State {
    let Some(text) = text else { return State::default() };
    match State::parse(text) {
        Ok(state) => {
            if state.is_of_later_release() {
                let detail = format!(
                    "the state has version {}, written by a later release; its unknown fields were ignored",
                    state.version
                );
                problems.push(Problem::new(ProblemKind::StateUnreadable, detail));
            }
            state
        }
        Err(why) => {
            problems.push(Problem::new(ProblemKind::StateUnreadable, format!("{why}; it is replaced")));
            State::default()
        }
    }
}
