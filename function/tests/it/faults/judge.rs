//! The guarantees about notifications under any faults. They are judged by the truth and by the events at the channel and
//! the store, not by what the function believes.

use super::played::{Bounds, Played};
use super::recipient::Recipient;
use super::stage::{Alert, Event};
use super::story::Answer;

/// A message that was offered to the channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub env: u32,
    pub alert: Alert,
    pub target: usize,
    /// The time of the run that found the change.
    pub at: u64,
    /// Whether it is marked as a possible repeat.
    pub marked: bool,
    /// Whether it mentions that the state could not be read.
    pub unread: bool,
    pub answer: Answer,
}

#[derive(Default)]
struct Judge {
    bounds: Bounds,
    recipients: [Recipient; 2],
    /// The times of the runs.
    runs: Vec<u64>,
    check_changed: bool,
    /// Which environment the service asked to wait, and until when.
    asked: Option<(u32, u64)>,
    /// The same, once a state that records it was saved.
    recorded: Option<u64>,
    /// Until when the stored state may hold messages back: a later run that could not read or save it knows nothing of that.
    stored: Option<u64>,
    /// Whether the current run has not offered anything yet.
    is_silent: bool,
}

/// Return the first violation of a guarantee.
pub fn judge(played: &Played) -> Result<(), String> {
    if let Some(broken) = &played.broken {
        return Err(broken.clone());
    }
    let mut judge = Judge { bounds: played.bounds, ..Judge::default() };
    for event in &played.events {
        match event {
            Event::Run { now, announces } => {
                if judge.runs.last().is_some_and(|last| last > now) {
                    judge.recorded = None;
                }
                judge.runs.push(*now);
                if *announces {
                    (judge.asked, judge.recorded, judge.stored) = (None, None, None);
                }
                judge.is_silent = true;
            }
            Event::Ended { env, saved, down, targets } => judge.ended(*env, *saved, *down, *targets)?,
            Event::CheckChanged => judge.check_changed = true,
            Event::Forgotten => judge.recorded = None,
            Event::Saved { env, down, targets } => judge.saved(*env, *down, *targets),
            Event::Offered(offer) => judge.offered(offer).map_err(|why| format!("{why}: {offer:?}"))?,
        }
    }
    for (index, recipient) in
        judge.recipients.iter().enumerate().filter(|(index, _)| has(played.targets, *index))
    {
        recipient.end(has(played.down, index), played.bounds)?;
    }
    let late = played.events[played.last_run..].iter().find(|event| matches!(event, Event::Offered(_)));
    match late {
        Some(late) if !played.bounds.wrong_state => {
            Err(format!("something is sent by the last run: {late:?}"))
        }
        _ => Ok(()),
    }
}

fn has(bits: u8, index: usize) -> bool {
    bits >> index & 1 == 1
}

impl Judge {
    fn saved(&mut self, env: u32, down: u8, targets: u8) {
        self.start_over_if_changed();
        for (index, recipient) in self.recipients.iter_mut().enumerate() {
            if has(targets, index) {
                recipient.keep(has(down, index), env, self.runs.len());
            } else {
                *recipient = Recipient::default();
            }
        }
    }

    /// A run that ends saves what it knows, and sends something if there is something to send.
    fn ended(&mut self, env: u32, saved: bool, down: u8, targets: u8) -> Result<(), String> {
        if saved {
            if let Some((asked, until)) = self.asked
                && asked == env
            {
                self.recorded = Some(until);
            }
            if !self.is_silent {
                self.stored = self.asked.map(|(_, until)| until);
            }
            self.recipients.iter_mut().for_each(|recipient| recipient.proven(env));
        }
        // The function rounds the time up.
        let asked = self.asked.map(|(_, until)| until + 1);
        let stored = self.stored.map(|until| until + 1);
        for (index, recipient) in self.recipients.iter().enumerate().filter(|(index, _)| has(targets, *index))
        {
            let is_excused =
                recipient.knows_more(env) || recipient.waits() || self.is_held(asked) || self.is_held(stored);
            if self.is_silent && !is_excused && recipient.misses(has(down, index), self.bounds) {
                return Err(format!(
                    "nothing was sent, although down is {}: {:?}",
                    has(down, index),
                    self.runs
                ));
            }
        }
        Ok(())
    }

    fn offered(&mut self, offer: &Offer) -> Result<(), String> {
        self.is_silent = false;
        if self.is_held(self.recorded) {
            return Err("sent before the time for which the service asked".to_owned());
        }
        let now = self.runs.last().copied().unwrap_or_default();
        self.asked = offer.answer.wait().map(|wait| (offer.env, now + u64::from(wait)));
        self.stored = self.asked.map(|(_, until)| until).max(self.stored);
        if self.asked.is_none() {
            self.recorded = None;
        }
        if offer.target == 0 {
            self.start_over_if_changed();
        }
        let run = self.runs.iter().rposition(|now| *now == offer.at).map_or(0, |run| run + 1);
        self.recipients[offer.target].offered(offer, run, self.bounds)
    }

    /// Whether it is too early to send something.
    fn is_held(&self, until: Option<u64>) -> bool {
        let (until, now) = (until.unwrap_or_default(), self.runs.last().copied().unwrap_or_default());
        now < until && until - now <= 3_601
    }

    /// A changed check of the first target has no connection with the previous one.
    fn start_over_if_changed(&mut self) {
        if std::mem::take(&mut self.check_changed) {
            self.recipients[0] = Recipient::default();
        }
    }
}
