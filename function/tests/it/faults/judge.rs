//! What must hold of all that was told, whatever went wrong. Judged from what the channel and the store saw and from
//! what was true, not from what the handler believes.

use super::follower::Follower;
use super::play::{Bounds, Played};
use super::stage::{Event, Word};
use super::story::Answer;

/// A message that was offered to the channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub env: u32,
    pub word: Word,
    pub target: usize,
    /// The time of the run whose news it is.
    pub at: u64,
    /// It says that it may repeat.
    pub marked: bool,
    /// It says that the state could not be read.
    pub unread: bool,
    pub answer: Answer,
}

#[derive(Default)]
struct Judge {
    bounds: Bounds,
    followers: [Follower; 2],
    /// When the runs were.
    runs: Vec<u64>,
    check_changed: bool,
    /// The run has offered nothing so far.
    is_silent: bool,
}

/// The first thing that is wrong.
pub fn judge(played: &Played) -> Result<(), String> {
    if let Some(broken) = &played.broken {
        return Err(broken.clone());
    }
    let mut judge = Judge { bounds: played.bounds, ..Judge::default() };
    for event in &played.events {
        match event {
            Event::Run { now } => {
                judge.runs.push(*now);
                judge.is_silent = true;
            }
            Event::Ended { env, saved, down, targets } => judge.ended(*env, *saved, *down, *targets)?,
            Event::CheckChanged => judge.check_changed = true,
            Event::Saved { env, down, targets } => judge.saved(*env, *down, *targets),
            Event::Offered(offer) => judge.offered(offer).map_err(|why| format!("{why}: {offer:?}"))?,
        }
    }
    for (index, follower) in
        judge.followers.iter().enumerate().filter(|(index, _)| has(played.targets, *index))
    {
        follower.end(has(played.down, index), played.bounds)?;
    }
    let late = played.events[played.last_run..].iter().find(|event| matches!(event, Event::Offered(_)));
    match late {
        Some(late) if !played.bounds.astray => Err(format!("not quiet at the end: {late:?}")),
        _ => Ok(()),
    }
}

fn has(bits: u8, index: usize) -> bool {
    bits >> index & 1 == 1
}

impl Judge {
    fn saved(&mut self, env: u32, down: u8, targets: u8) {
        self.start_anew_if_changed();
        for (index, follower) in self.followers.iter_mut().enumerate() {
            if has(targets, index) {
                follower.keep(has(down, index), env, self.runs.len());
            } else {
                *follower = Follower::default();
            }
        }
    }

    /// A run that does not die keeps what it knows, and is not silent if something is to be told.
    fn ended(&mut self, env: u32, saved: bool, down: u8, targets: u8) -> Result<(), String> {
        if saved {
            self.followers.iter_mut().for_each(|follower| follower.proven(env));
        }
        for (index, follower) in self.followers.iter().enumerate().filter(|(index, _)| has(targets, *index)) {
            let is_excused = follower.knows_more(env) || follower.waits();
            if self.is_silent && !is_excused && follower.misses(has(down, index), self.bounds) {
                return Err(format!(
                    "a silent run, though the truth is {}: {:?}",
                    has(down, index),
                    self.runs
                ));
            }
        }
        Ok(())
    }

    fn offered(&mut self, offer: &Offer) -> Result<(), String> {
        self.is_silent = false;
        if offer.target == 0 {
            self.start_anew_if_changed();
        }
        let run = self.runs.iter().rposition(|now| *now == offer.at).map_or(0, |run| run + 1);
        self.followers[offer.target].offered(offer, run, self.bounds)
    }

    /// Another check of the first target has nothing to do with the former.
    fn start_anew_if_changed(&mut self) {
        if std::mem::take(&mut self.check_changed) {
            self.followers[0] = Follower::default();
        }
    }
}
