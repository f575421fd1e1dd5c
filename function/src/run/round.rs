//! The second half of a run: decide, save, send, and save again, until nothing is left to do.
//!
//! SSM has no conditional write, and two runs may overlap: an event delivered twice, a run by hand beside the schedule. So
//! the state is read again before a write that comes long after the last read, and the version that a write makes tells
//! whether somebody else has written in between. Then what they wrote is the base, and everything is decided again. Who
//! sends has a lease in the state; others leave the outbox to them.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::deliver::{Context, Queue, notice};
use super::observe::Looked;
use super::persist::{Saved, load_parts};
use super::recall::{Memory, Recollection};
use super::{Monitor, Phases, Prober};
use crate::contract::notification::Notification;
use crate::contract::reply::NotificationReply;
use crate::contract::request::{Request, Trigger};
use crate::contract::settings::Settings;
use crate::contract::state::{Lease, State};
use crate::decide::{
    Decision, before_sending, decide, outgoing, pause, reconcile, record_delivery, resume, retry_refused,
};
use crate::notify::Delivery;
use crate::store::{Store, Stored};

/// A state that was read or written so recently is written without another look. In an ordinary run nothing takes longer.
const FRESH: Duration = Duration::from_secs(1);

/// How often a run decides, saves and sends before it leaves the rest to the next.
const ROUNDS: usize = 8;

/// What a run knows and has done so far.
pub(super) struct Working {
    pub(super) trigger: Trigger,
    now: u64,
    pub(super) base: Recollection,
    /// When the state was last read or written.
    touched: Instant,
    /// What was seen; nothing as long as nothing was probed.
    pub(super) looked: Option<Looked>,
    /// Whether a run that began later, or for the same tick, has written: what this one saw does not count.
    is_superseded: bool,
    /// Whether others have written since the run began.
    is_shared: bool,
    /// Whether others have written what cannot be read any more: what to send is left to them.
    yields: bool,
    /// What the store has of this run.
    written: Option<State>,
    pub(super) is_saved: bool,
    attempts: Vec<(Notification, Delivery)>,
    /// Channels that failed in this run.
    stopped: BTreeSet<String>,
    pub(super) notices: Vec<NotificationReply>,
    pub(super) problems: Vec<String>,
    pub(super) phases: Phases,
}

impl Working {
    pub(super) fn new(trigger: Trigger, now: u64) -> Self {
        Self {
            trigger,
            now,
            base: Recollection::nothing(),
            touched: Instant::now(),
            looked: None,
            is_superseded: false,
            is_shared: false,
            yields: false,
            written: None,
            is_saved: false,
            attempts: Vec::new(),
            stopped: BTreeSet::new(),
            notices: Vec::new(),
            problems: Vec::new(),
            phases: Phases::default(),
        }
    }

    /// Start from what was read.
    pub(super) fn begin(&mut self, base: Recollection, read_at: Instant, owner: &str) {
        let held = base.state.lease.as_ref().is_some_and(|lease| lease.is_held_against(owner, self.now));
        self.is_superseded = held && self.is_same_tick(&base.state);
        self.base = base;
        self.touched = read_at;
    }

    /// What a warm environment remembers of this run; nothing where others know more.
    pub(super) fn remembered(&mut self, after: State) -> Option<Memory> {
        let Recollection { knowledge, holds, surplus, .. } =
            std::mem::replace(&mut self.base, Recollection::nothing());
        (!self.yields).then_some(Memory { state: after, knowledge, holds, surplus })
    }

    fn is_same_tick(&self, state: &State) -> bool {
        let tick = self.trigger.tick.as_ref();
        tick.is_some_and(|tick| state.tick.as_deref() == Some(tick.as_str()))
    }

    /// Others have written: what they know is the base now.
    fn share(&mut self) {
        self.is_shared = true;
        let theirs = &self.base.state;
        self.is_superseded = theirs.ts >= self.now || self.is_same_tick(theirs);
    }

    /// What follows from the base, from what was seen, and from what was sent so far.
    fn conclude(&self, settings: &Settings, owner: &str) -> (Decision, State) {
        let mut base = self.base.state.clone();
        match self.trigger.request {
            Request::Pause(until) => pause(&mut base, until, self.now),
            Request::Resume => resume(&mut base, self.now),
            _ => {}
        }
        let looked = self.looked.as_ref().filter(|_| !self.is_superseded);
        let observations = looked.map_or(&[][..], |looked| &looked.observations);
        let mut decision = decide(&base, observations, self.now, settings, self.base.knowledge);
        let state = &mut decision.state;
        match looked {
            None => state.ts = base.ts,
            Some(looked) => {
                state.begin_at = looked.begin_at;
                state.tick = self.trigger.tick.as_ref().map(|tick| tick.as_str().to_owned());
            }
        }
        state.lease = state.lease.take().filter(|lease| lease.is_held_against(owner, self.now));
        if self.trigger.request == Request::Announce {
            retry_refused(state);
        }
        let mut after = decision.state.clone();
        for (entry, delivery) in &self.attempts {
            let is_it = |other: &&mut Notification| (&other.id, other.kind) == (&entry.id, entry.kind);
            after.outbox.iter_mut().filter(is_it).for_each(|other| {
                // As it was before this run had written ahead.
                (other.unproven, other.sent, other.next, other.tries) =
                    (entry.unproven, entry.sent, entry.next, entry.tries);
            });
            record_delivery(&mut after, entry, delivery, settings, self.now);
        }
        if self.is_shared {
            reconcile(&mut after, settings, self.now);
        }
        (decision, after)
    }

    /// What is to be sent now: not what was sent in this run, and nothing while another run sends.
    fn queues(&self, state: &State, names: &[&str], settings: &Settings) -> Vec<Queue> {
        if self.yields || state.lease.is_some() {
            return Vec::new();
        }
        // Neither what was tried in this run, nor what would overtake it.
        let is_new = |entry: &Notification| {
            self.attempts.iter().all(|(tried, delivery)| {
                tried.id != entry.id && (*delivery == Delivery::Delivered || !tried.is_about_the_same(entry))
            })
        };
        let channels = names.iter().enumerate().filter(|(_, name)| !self.stopped.contains(**name));
        let queues = channels.map(|(channel, name)| Queue {
            channel,
            entries: outgoing(state, name, settings, self.now).into_iter().filter(is_new).collect(),
        });
        queues.filter(|queue| !queue.entries.is_empty()).collect()
    }
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Go on until all is saved, and sent as far as it can be. Returns what was decided and what is kept.
    pub(super) async fn settle(&mut self, working: &mut Working, budget: &Budget) -> (Decision, State) {
        for _ in 0..ROUNDS {
            if working.touched.elapsed() > FRESH {
                self.reread(working).await;
            }
            let (decision, after) = working.conclude(&self.settings, &self.owner);
            let names: Vec<&str> = self.channels.iter().map(|channel| channel.name()).collect();
            let mut queues = working.queues(&after, &names, &self.settings);
            if !queues.is_empty() && Instant::now() >= budget.messages() {
                working.note_lateness();
                queues.clear();
            }
            let next = if queues.is_empty() {
                after.clone()
            } else {
                self.ahead(&after, &queues, working.now, budget)
            };
            if !self.write(working, next).await {
                if working.yields {
                    return (decision, after);
                }
                continue;
            }
            if queues.is_empty() {
                return (decision, after);
            }
            self.send(working, &after, queues, budget).await;
        }
        working.problems.push("other runs change the state again and again; the next run goes on".to_owned());
        working.conclude(&self.settings, &self.owner)
    }

    /// Write a command's effect, with nothing of what this run will see.
    pub(super) async fn save_command(&mut self, working: &mut Working) {
        for _ in 0..ROUNDS {
            let (_, after) = working.conclude(&self.settings, &self.owner);
            if self.write(working, after).await || working.yields {
                break;
            }
        }
        working.yields = false;
    }

    /// The state to write before sending.
    fn ahead(&self, state: &State, queues: &[Queue], now: u64, budget: &Budget) -> State {
        let entries: Vec<Notification> =
            queues.iter().flat_map(|queue| queue.entries.iter().cloned()).collect();
        let left = budget.end().saturating_duration_since(Instant::now()).as_secs() + 1;
        let lease = Lease { by: self.owner.clone(), until: now.saturating_add(left) };
        before_sending(state, &entries, lease, now)
    }

    /// Write, unless the store has just this. Returns false where others have written, and all is to be decided again.
    async fn write(&mut self, working: &mut Working, state: State) -> bool {
        if !working.base.may_save || working.written.as_ref() == Some(&state) {
            return true;
        }
        let started = Instant::now();
        let saved = self.save(&state, &mut working.base.holds, &mut working.problems).await;
        working.phases.save_ms += started.elapsed().as_millis();
        working.touched = Instant::now();
        working.is_saved = saved != Saved::No;
        working.written = working.is_saved.then_some(state);
        match saved {
            Saved::Yes | Saved::No => true,
            Saved::Over(parts) => {
                self.take_over(working, parts).await;
                false
            }
        }
    }

    /// This run has written over what others wrote: go on from there, if it can still be read.
    async fn take_over(&self, working: &mut Working, parts: Vec<(usize, Option<Stored>)>) {
        let is_known = parts.iter().all(|(_, stored)| stored.is_some());
        if working.base.take_over(parts, &self.settings, &self.layout, &mut working.problems) {
            working.share();
        } else if !is_known && !self.reread(working).await {
            working.yields = true;
        }
    }

    /// Read the state again. Returns whether others have written.
    async fn reread(&self, working: &mut Working) -> bool {
        working.touched = Instant::now();
        if !working.base.may_save {
            return false;
        }
        let read = load_parts(&self.store, self.layout.len()).await;
        // What cannot be read now was read before.
        let Ok(parts) = read else { return false };
        let changed = working.base.refresh(parts, &self.settings, &self.layout, &mut working.problems);
        if changed {
            working.share();
            working.written = None;
        }
        changed
    }

    async fn send(&mut self, working: &mut Working, state: &State, queues: Vec<Queue>, budget: &Budget) {
        let started = Instant::now();
        let context = Context { state, is_saved: working.is_saved, until: budget.messages() };
        for sent in self.tell(queues, context).await {
            if sent.is_late {
                working.note_lateness();
            }
            let fails = |delivery: &Delivery| {
                matches!(delivery, Delivery::Retry { .. } | Delivery::Refused { credentials: true, .. })
            };
            if sent.is_late || sent.attempts.iter().any(|(_, delivery)| fails(delivery)) {
                working.stopped.insert(sent.channel);
            }
            for (entries, delivery) in sent.attempts {
                for entry in entries {
                    working.notices.push(notice(&entry, &delivery));
                    working.attempts.push((entry, delivery.clone()));
                }
            }
        }
        working.phases.notify_ms += started.elapsed().as_millis();
    }
}

impl Working {
    fn note_lateness(&mut self) {
        let problem = "no time was left to tell everything; the next run goes on";
        if !self.problems.iter().any(|known| known == problem) {
            self.problems.push(problem.to_owned());
        }
    }
}
