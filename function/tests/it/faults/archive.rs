//! What the history guarantees under any faults: each of its texts can be stored and read, and no check is counted twice.

use plexmon_function::contract::history::{Class, Parameter};
use plexmon_function::contract::state::MAX_BYTES;

use super::stage::Event;

/// Return what is wrong with a text that is written after these events.
pub fn violation(text: &str, events: &[Event]) -> Option<String> {
    if text.len() > MAX_BYTES || text.contains("{{") {
        return Some(format!("it cannot be stored: {text}"));
    }
    let parameter = match Parameter::parse(text) {
        Ok(parameter) => parameter,
        Err(why) => return Some(format!("the history cannot be read: {why}: {text}")),
    };
    let runs = events.iter().filter(|event| matches!(event, Event::Run { .. })).count();
    // A second run for the same tick has no event of its own.
    let most = 2 * runs;
    let checks = |counts: &plexmon_function::contract::history::Counts| -> usize {
        Class::ALL.iter().map(|class| counts.of(*class) as usize).sum()
    };
    parameter.records.iter().find_map(|(name, record)| {
        let counted: usize = record.days.values().map(|day| checks(&day.counts)).sum();
        (counted > most).then(|| format!("{counted} checks of {name} were counted in {runs} runs"))
    })
}
