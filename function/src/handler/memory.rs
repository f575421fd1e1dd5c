//! What a warm environment remembers, and when that counts for more than what the store has.

use crate::decide::Knowledge;
use crate::state::{State, VERSION};
use crate::store::StoreError;

/// The state after the last run.
pub(super) struct Memory {
    pub(super) state: State,
    pub(super) knowledge: Knowledge,
    /// What the store may hold: what was saved last or, where saving failed, what was there before as well. As long as
    /// it holds one of these, nobody else has written, and the memory knows as much or more.
    pub(super) holds: Vec<Option<String>>,
}

/// Where a run starts from.
pub(super) struct Recollection {
    pub(super) state: State,
    pub(super) knowledge: Knowledge,
    /// Not if it would replace a state that nobody has read.
    pub(super) may_save: bool,
    pub(super) holds: Vec<Option<String>>,
}

pub(super) fn recollect(
    memory: Option<Memory>,
    loaded: Result<Option<String>, StoreError>,
    problems: &mut Vec<String>,
) -> Recollection {
    let certain = |state, holds| Recollection { state, knowledge: Knowledge::Certain, may_save: true, holds };
    match (loaded, memory) {
        (Ok(text), Some(memory))
            if memory.knowledge == Knowledge::Certain && memory.holds.contains(&text) =>
        {
            certain(memory.state, vec![text])
        }
        (Ok(text), memory) => {
            let mut state = read(text.as_deref(), problems);
            if let Some(memory) = memory.filter(|memory| memory.knowledge == Knowledge::Blind) {
                carry_over(&mut state, memory.state);
            }
            certain(state, vec![text])
        }
        (Err(why), memory) => {
            problems.push(format!("the state could not be read: {why}"));
            let Memory { state, knowledge, holds } = memory.unwrap_or(Memory {
                state: State::default(),
                knowledge: Knowledge::Blind,
                holds: Vec::new(),
            });
            Recollection { state, knowledge, may_save: knowledge == Knowledge::Certain, holds }
        }
    }
}

/// A value that makes no sense is reported and will be replaced.
fn read(text: Option<&str>, problems: &mut Vec<String>) -> State {
    let Some(text) = text else { return State::default() };
    match State::parse(text) {
        Ok(state) => {
            if state.version > VERSION {
                problems
                    .push(format!("the state is of version {}, and only its status was used", state.version));
            }
            state
        }
        Err(why) => {
            problems.push(format!("{why}; it is replaced"));
            State::default()
        }
    }
}

/// Takes over what was told, or is still to be told, by runs that could not read the state: otherwise it would be told
/// again, and an end might go untold.
fn carry_over(state: &mut State, blind: State) {
    for mut target in blind.targets {
        let pending: Vec<_> =
            blind.outbox.iter().filter(|entry| entry.target() == target.name).cloned().collect();
        if target.told.is_empty() && pending.is_empty() {
            continue;
        }
        let known = state.targets.iter_mut().find(|known| known.name == target.name);
        state.outbox.retain(|entry| entry.target() != target.name);
        state.outbox.extend(pending);
        match known {
            Some(known) => {
                target.seq = target.seq.max(known.seq);
                *known = target;
            }
            None => state.targets.push(target),
        }
    }
}
