//! What a warm environment remembers, and when that counts for more than what the store has.

use std::collections::VecDeque;
use std::ops::Range;

use super::carry_over;
use crate::contract::parts::{merge, split};
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
    /// For each part of the state.
    pub(super) holds: Vec<Holds>,
    /// Parts that are no longer needed and still say something.
    pub(super) surplus: Vec<usize>,
}

/// What the store may hold: what was saved last or, where saving failed, what was there before as well. As long as it
/// holds one of these, nobody else has written, and the memory knows as much or more.
#[derive(Default)]
pub(super) struct Holds {
    now: Vec<Option<String>>,
    /// The version of what it holds, if that is certain; 0 where there is nothing.
    version: Option<u64>,
    /// What this environment has replaced. If it is read again, the read lags behind.
    replaced: VecDeque<String>,
}

impl Holds {
    /// The store took it, as this version. Returns the version if it is not the next one: somebody else has written.
    pub(super) fn saved(&mut self, text: String, version: Option<u64>) -> Option<u64> {
        let next = self.version.map(|version| version.saturating_add(1));
        self.certain(Some(text));
        self.version = version;
        version.filter(|version| next.is_some_and(|next| next != *version))
    }

    /// Whether nobody else has written what was read.
    pub(super) fn knows(&self, text: &Option<String>) -> bool {
        self.now.contains(text) || text.as_ref().is_some_and(|text| self.replaced.contains(text))
    }

    /// Whether the store is known to have just this.
    pub(super) fn has(&self, text: &str) -> bool {
        matches!(self.now.as_slice(), [Some(known)] if known == text)
    }

    /// The store has this, and nothing else.
    fn certain(&mut self, text: Option<String>) {
        let mut before = std::mem::take(&mut self.now);
        before.retain(|known| *known != text);
        self.now.push(text);
        self.replaced.extend(before.into_iter().flatten());
        let surplus = self.replaced.len().saturating_sub(MAX_REPLACED);
        self.replaced.drain(..surplus);
    }

    /// The store refused it, or took it and the answer was lost.
    pub(super) fn not_saved(&mut self, text: String) {
        self.now.push(Some(text));
        self.version = None;
    }
}

/// Where a run starts from.
pub(super) struct Recollection {
    pub(super) state: State,
    pub(super) knowledge: Knowledge,
    /// Not if it would replace a state that nobody has read.
    pub(super) may_save: bool,
    pub(super) holds: Vec<Holds>,
    pub(super) surplus: Vec<usize>,
}

/// What was read.
pub(super) struct Texts {
    /// Each part of the state.
    pub(super) parts: Vec<Option<Stored>>,
    /// Those that there are beyond them, by number.
    pub(super) surplus: Vec<(usize, String)>,
}

/// What was read, or why not all could be read.
pub(super) type Loaded = Result<Texts, StoreError>;

/// Where a run starts from, put together from all the parts.
pub(super) fn recollect(
    memory: Option<Memory>,
    loaded: Loaded,
    settings: &Settings,
    layout: &[Range<usize>],
    problems: &mut Vec<String>,
) -> Recollection {
    let texts = match loaded {
        Ok(texts) => texts,
        Err(why) => {
            problems.push(format!("the state could not be read: {why}"));
            let Memory { state, knowledge, holds, surplus } = memory.unwrap_or(Memory {
                state: State::default(),
                knowledge: Knowledge::Blind,
                holds: Vec::new(),
                surplus: Vec::new(),
            });
            let may_save = knowledge == Knowledge::Certain;
            return Recollection { state, knowledge, may_save, holds, surplus };
        }
    };
    let mut surplus = Vec::new();
    let (remembered, blind) = match memory {
        Some(Memory { state, knowledge: Knowledge::Certain, holds, surplus: left }) => {
            surplus = left;
            let mut holds = holds.into_iter();
            let parts = split(&state, settings, layout).into_iter();
            (parts.map(|part| Some((part, holds.next().unwrap_or_default()))).collect(), None)
        }
        other => (Vec::new(), other),
    };
    let mut remembered = remembered.into_iter();
    let (mut states, mut all_holds) = (Vec::new(), Vec::new());
    for stored in texts.parts {
        let (text, version) = apart(stored);
        let (state, holds) = match remembered.next().flatten() {
            Some((state, holds)) => recollect_part(state, holds, text, version, problems),
            None => (read(text.as_deref(), problems), Holds { now: vec![text], version, ..Holds::default() }),
        };
        states.push(state);
        all_holds.push(holds);
    }
    for (part, text) in texts.surplus {
        let state = read(Some(&text), problems);
        if !(state.targets.is_empty() && state.outbox.is_empty()) {
            surplus.push(part);
            states.push(state);
        }
    }
    let mut state = merge(states);
    if let Some(blind) = blind {
        carry_over::carry_over(&mut state, blind.state);
    }
    Recollection { state, knowledge: Knowledge::Certain, may_save: true, holds: all_holds, surplus }
}

/// What a warm environment makes of what it reads.
fn recollect_part(
    state: State,
    mut holds: Holds,
    text: Option<String>,
    version: Option<u64>,
    problems: &mut Vec<String>,
) -> (State, Holds) {
    if let Some(problem) = text.as_deref().and_then(|text| says_less(text, &holds)) {
        problems.push(problem);
        return (state, holds);
    }
    let is_known = holds.now.contains(&text);
    let state = if is_known { state } else { read(text.as_deref(), problems) };
    holds.certain(text);
    holds.version = version;
    (state, holds)
}

/// Text and version; nothing is version 0.
fn apart(stored: Option<Stored>) -> (Option<String>, Option<u64>) {
    stored.map_or((None, Some(0)), |stored| (Some(stored.text), stored.version))
}

impl Recollection {
    /// Where a run starts from that has read nothing yet.
    pub(super) fn nothing() -> Self {
        let (holds, surplus) = (Vec::new(), Vec::new());
        Self { state: State::default(), knowledge: Knowledge::Certain, may_save: false, holds, surplus }
    }

    /// Take over what was read again later in the run. Returns whether others have written meanwhile: `state` is then
    /// theirs.
    pub(super) fn refresh(
        &mut self,
        parts: Vec<Option<Stored>>,
        settings: &Settings,
        layout: &[Range<usize>],
        problems: &mut Vec<String>,
    ) -> bool {
        let mut foreign = Vec::new();
        for (part, stored) in parts.into_iter().enumerate() {
            let Some(holds) = self.holds.get_mut(part) else { continue };
            let (text, version) = apart(stored);
            // What is suddenly missing was deleted by hand, or by a tear-down that this run outlives.
            if text.is_none() || holds.knows(&text) {
                continue;
            }
            holds.certain(text.clone());
            holds.version = version;
            foreign.push((part, text));
        }
        self.replace(foreign, settings, layout, problems)
    }

    /// Take over what others wrote and this run has written over.
    pub(super) fn take_over(
        &mut self,
        parts: Vec<(usize, Option<Stored>)>,
        settings: &Settings,
        layout: &[Range<usize>],
        problems: &mut Vec<String>,
    ) -> bool {
        let parts = parts.into_iter().filter_map(|(part, stored)| Some((part, Some(stored?.text)))).collect();
        self.replace(parts, settings, layout, problems)
    }

    fn replace(
        &mut self,
        foreign: Vec<(usize, Option<String>)>,
        settings: &Settings,
        layout: &[Range<usize>],
        problems: &mut Vec<String>,
    ) -> bool {
        // A text that makes no sense says nothing of what others know.
        let foreign: Vec<_> = foreign
            .into_iter()
            .filter(|(_, text)| text.as_deref().is_some_and(|text| State::parse(text).is_ok()))
            .collect();
        if foreign.is_empty() {
            return false;
        }
        let mut states = split(&self.state, settings, layout);
        for (part, text) in foreign {
            if let Some(state) = states.get_mut(part) {
                *state = read(text.as_deref(), problems);
            }
        }
        self.state = merge(states);
        true
    }
}

/// Why the value says less than what is remembered: it is one that was replaced, or it makes no sense.
fn says_less(text: &str, holds: &Holds) -> Option<String> {
    if holds.now.iter().flatten().any(|known| known == text) {
        return None;
    }
    if holds.replaced.iter().any(|known| known == text) {
        return Some("the store answered with an older state; what is remembered was used".to_owned());
    }
    State::parse(text).err().map(|why| format!("{why}; what is remembered replaces it"))
}

/// A value that makes no sense is reported and will be replaced.
fn read(text: Option<&str>, problems: &mut Vec<String>) -> State {
    let Some(text) = text else { return State::default() };
    match State::parse(text) {
        Ok(state) => {
            if state.is_of_later_release() {
                problems.push(format!(
                    "the state is of version {}, of a later release: what this one does not know was left out",
                    state.version
                ));
            }
            state
        }
        Err(why) => {
            problems.push(format!("{why}; it is replaced"));
            State::default()
        }
    }
}
