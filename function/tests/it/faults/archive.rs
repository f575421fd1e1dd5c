//! Calls about the history with faults, and what it guarantees under any of them: each of its texts can be stored and
//! read, and no check is counted twice.

use futures_util::FutureExt;
use plexmon_function::contract::history::{Class, Counts, Parameter, Place};
use plexmon_function::contract::state::MAX_BYTES;
use plexmon_function::store::{Store, StoreError, Stored};

use super::stage::{Environment, Event};
use super::story::Archive;

impl Environment {
    pub async fn load_archive(&self, place: Place) -> Result<Option<Stored>, StoreError> {
        self.begin_archiving().await;
        let stage = self.stage();
        match stage.archive {
            Archive::ReadRefused => Err(StoreError::new("reading was refused")),
            _ => stage.store.load_history(place).now_or_never().unwrap(),
        }
    }

    pub async fn save_archive(&self, place: Place, text: &str) -> Result<Option<u64>, StoreError> {
        self.begin_archiving().await;
        let result = {
            let mut stage = self.stage();
            let refused = Err(StoreError::new("writing was refused"));
            if stage.archive == Archive::WriteRefused {
                return refused;
            }
            if stage.reads_back {
                stage.broken = violation(text, &stage.events).or(stage.broken.take());
            }
            let saved = stage.store.save_history(place, text).now_or_never().unwrap();
            if stage.archive == Archive::AnswerLost { refused } else { saved }
        };
        self.pause().await;
        result
    }

    /// Come to a call about the history, which may hang.
    async fn begin_archiving(&self) {
        self.stage().is_archiving = true;
        self.pause().await;
        if self.stage().archive == Archive::Hangs {
            self.hang().await;
        }
    }
}

/// Return what is wrong with a text that is written after these events.
fn violation(text: &str, events: &[Event]) -> Option<String> {
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
    let checks =
        |counts: &Counts| -> usize { Class::ALL.iter().map(|class| counts.of(*class) as usize).sum() };
    parameter.records.iter().find_map(|(name, record)| {
        let counted: usize = record.days.values().map(|day| checks(&day.counts)).sum();
        (counted > most).then(|| format!("{counted} checks of {name} were counted in {runs} runs"))
    })
}
