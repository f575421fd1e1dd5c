//! The second half of a run: decide, save, send and save again, until nothing is left to do.
//!
//! SSM has no conditional write, and two runs may overlap: an event delivered twice, a run by hand beside the schedule. So
//! the state is read again before a write that comes long after the last read, and the version that a write returns shows
//! whether another run has written in between. Then its state is the base, and everything is decided again. The run that
//! sends has a lease in the state; others leave the outbox to it.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::deliver::{Queue, Sent, stops};
use super::observe::Observed;
use super::persist::{Saved, load_parts};
use super::recall::{Base, Division, Memory};
use super::{Monitor, Phases, Prober};
use crate::contract::delivery::Delivery;
use crate::contract::notification::Notification;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::reply::NotificationReply;
use crate::contract::request::{Request, Trigger};
use crate::contract::settings::Settings;
use crate::contract::state::{Lease, State};
use crate::decide::{
    Context, Decision, before_sending, decide, outgoing, pause, reconcile, record_delivery, resume,
    retry_refused,
};
use crate::store::{Store, Stored};

/// A state that was read or written within this time is written without another read. In an ordinary run nothing takes
/// longer.
const FRESH: Duration = Duration::from_secs(1);

/// How often a run decides, saves and sends before it leaves the rest to the next run.
const MAX_ROUNDS: usize = 8;

/// What a run knows and has done so far.
pub(super) struct Progress {
    pub(super) trigger: Trigger,
    now: u64,
    pub(super) base: Base,
    /// When the state was last read or written.
    touched: Instant,
    /// What was observed; nothing until the targets were probed.
    pub(super) observed: Option<Observed>,
    /// Whether a run that began later, or for the same tick, has written: this run's observations do not count.
    is_superseded: bool,
    /// Whether other runs have written since this run began.
    is_shared: bool,
    /// Whether other runs have written what cannot be read any more: sending is left to them.
    yields: bool,
    /// What the store has of this run.
    written: Option<State>,
    pub(super) is_saved: bool,
    attempts: Vec<(Notification, Delivery)>,
    /// Channels that failed in this run.
    stopped: BTreeSet<String>,
    pub(super) notices: Vec<NotificationReply>,
    pub(super) problems: Vec<Problem>,
    pub(super) phases: Phases,
}

impl Progress {
    pub(super) fn new(trigger: Trigger, now: u64) -> Self {
        Self {
            trigger,
            now,
            base: Base::nothing(),
            touched: Instant::now(),
            observed: None,
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
    pub(super) fn begin(&mut self, base: Base, read_at: Instant, owner: &str) {
        let is_leased = base.state.lease.as_ref().is_some_and(|lease| lease.is_held_against(owner, self.now));
        self.is_superseded = is_leased && self.is_same_tick(&base.state);
        self.base = base;
        self.touched = read_at;
    }

    /// Return what a warm environment remembers of this run; nothing where other runs know more.
    pub(super) fn memory(&mut self, after: State) -> Option<Memory> {
        let Base { knowledge, parts, obsolete, .. } = std::mem::replace(&mut self.base, Base::nothing());
        (!self.yields).then_some(Memory { state: after, knowledge, parts, obsolete })
    }

    fn is_same_tick(&self, state: &State) -> bool {
        let tick = self.trigger.tick.as_ref();
        tick.is_some_and(|tick| state.tick.as_deref() == Some(tick.as_str()))
    }

    /// Other runs have written: their state is the base now.
    fn share(&mut self) {
        self.is_shared = true;
        let theirs = &self.base.state;
        self.is_superseded = theirs.ts >= self.now || self.is_same_tick(theirs);
    }

    /// Return what follows from the base, from the observations, and from what was sent so far.
    fn conclude(&self, settings: &Settings, owner: &str) -> (Decision, State) {
        let context = Context { settings, now: self.now, knowledge: self.base.knowledge };
        let mut base = self.base.state.clone();
        match self.trigger.request {
            Request::Pause(until) => pause(&mut base, until, self.now),
            Request::Resume => resume(&mut base, self.now),
            _ => {}
        }
        let observed = self.observed.as_ref().filter(|_| !self.is_superseded);
        let observations = observed.map_or(&[][..], |observed| &observed.observations);
        let mut decision = decide(&base, observations, context);
        let state = &mut decision.state;
        match observed {
            None => state.ts = base.ts,
            Some(observed) => {
                state.begin_at = observed.begin_at;
                state.tick = self.trigger.tick.as_ref().map(|tick| tick.as_str().to_owned());
            }
        }
        state.lease = state.lease.take().filter(|lease| lease.is_held_against(owner, self.now));
        if self.trigger.request == Request::Announce {
            retry_refused(state);
        }
        let mut after = decision.state.clone();
        for (sent, delivery) in &self.attempts {
            let is_it = |other: &&mut Notification| (&other.id, other.kind) == (&sent.id, sent.kind);
            after.outbox.iter_mut().filter(is_it).for_each(|other| {
                // As it was before this run recorded the attempt ahead of it.
                (other.unproven, other.sent, other.next, other.tries) =
                    (sent.unproven, sent.sent, sent.next, sent.tries);
            });
            record_delivery(&mut after, sent, delivery, context);
        }
        if self.is_shared {
            reconcile(&mut after, context);
        }
        (decision, after)
    }

    /// Return what is to be sent now: nothing that was sent in this run, and nothing while another run sends.
    fn queues(&self, state: &State, names: &[&str], settings: &Settings) -> Vec<Queue> {
        if self.yields || state.lease.is_some() {
            return Vec::new();
        }
        // Neither what was tried in this run, nor what would overtake it.
        let is_new = |one: &Notification| {
            self.attempts.iter().all(|(tried, delivery)| {
                tried.id != one.id && (*delivery == Delivery::Delivered || !tried.is_about_the_same(one))
            })
        };
        let channels = names.iter().enumerate().filter(|(_, name)| !self.stopped.contains(**name));
        let queues = channels.map(|(channel, name)| Queue {
            channel,
            notifications: outgoing(state, name, settings, self.now).into_iter().filter(is_new).collect(),
        });
        queues.filter(|queue| !queue.notifications.is_empty()).collect()
    }

    /// Record the results of one channel's queue.
    fn record(&mut self, sent: Sent) {
        let Sent { channel, attempts, is_late } = sent;
        if is_late {
            self.note_lateness();
        }
        if is_late || attempts.iter().any(|(_, delivery)| stops(delivery)) {
            self.stopped.insert(channel);
        }
        for (notifications, delivery) in attempts {
            for notification in notifications {
                self.notices.push(NotificationReply::of(&notification, &delivery));
                self.attempts.push((notification, delivery.clone()));
            }
        }
    }

    fn note_lateness(&mut self) {
        let detail = "no time was left to send all notifications; the next run sends the rest";
        let problem = Problem::new(ProblemKind::NoTime, detail);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Continue until everything is saved, and sent as far as possible. Return the decision, and the state that is saved.
    pub(super) async fn complete(&mut self, progress: &mut Progress, budget: &Budget) -> (Decision, State) {
        for _ in 0..MAX_ROUNDS {
            if progress.touched.elapsed() > FRESH {
                self.reread(progress).await;
            }
            let (decision, after) = progress.conclude(&self.settings, &self.owner);
            let names: Vec<&str> = self.channels.iter().map(|channel| channel.name()).collect();
            let mut queues = progress.queues(&after, &names, &self.settings);
            if !queues.is_empty() && Instant::now() >= budget.messages() {
                progress.note_lateness();
                queues.clear();
            }
            let next = if queues.is_empty() {
                after.clone()
            } else {
                self.ahead(&after, &queues, progress.now, budget)
            };
            if !self.write(progress, next).await {
                if progress.yields {
                    return (decision, after);
                }
                continue;
            }
            if queues.is_empty() {
                return (decision, after);
            }
            self.send(progress, &after, queues, budget).await;
        }
        let detail = "other runs change the state again and again; the next run continues";
        progress.problems.push(Problem::new(ProblemKind::StateContended, detail));
        progress.conclude(&self.settings, &self.owner)
    }

    /// Write the effect of a command, without any observations of this run.
    pub(super) async fn save_command(&mut self, progress: &mut Progress) {
        for _ in 0..MAX_ROUNDS {
            let (_, after) = progress.conclude(&self.settings, &self.owner);
            if self.write(progress, after).await || progress.yields {
                break;
            }
        }
        progress.yields = false;
    }

    /// Return the state to write before sending.
    fn ahead(&self, state: &State, queues: &[Queue], now: u64, budget: &Budget) -> State {
        let notifications: Vec<Notification> =
            queues.iter().flat_map(|queue| queue.notifications.iter().cloned()).collect();
        let left = budget.end().saturating_duration_since(Instant::now()).as_secs() + 1;
        let lease = Lease { by: self.owner.clone(), until: now.saturating_add(left) };
        before_sending(state, &notifications, lease, now)
    }

    /// Write, unless the store has exactly this. Return false where other runs have written, so that everything has to be
    /// decided again.
    async fn write(&mut self, progress: &mut Progress, state: State) -> bool {
        if !progress.base.may_save || progress.written.as_ref() == Some(&state) {
            return true;
        }
        let started = Instant::now();
        let saved = self.save(&state, &mut progress.base.parts, &mut progress.problems).await;
        progress.phases.save_ms += started.elapsed().as_millis();
        progress.touched = Instant::now();
        progress.is_saved = saved != Saved::No;
        progress.written = progress.is_saved.then_some(state);
        match saved {
            Saved::Yes | Saved::No => true,
            Saved::Over(parts) => {
                self.take_over(progress, parts).await;
                false
            }
        }
    }

    /// This run has written over what others wrote: continue from there, if it can still be read.
    async fn take_over(&self, progress: &mut Progress, parts: Vec<(usize, Option<Stored>)>) {
        let is_known = parts.iter().all(|(_, stored)| stored.is_some());
        if progress.base.take_over(parts, self.division(), &mut progress.problems) {
            progress.share();
        } else if !is_known && !self.reread(progress).await {
            progress.yields = true;
        }
    }

    /// Read the state again. Return whether other runs have written.
    async fn reread(&self, progress: &mut Progress) -> bool {
        progress.touched = Instant::now();
        if !progress.base.may_save {
            return false;
        }
        let read = load_parts(&self.store, self.layout.len()).await;
        // What cannot be read now was read before.
        let Ok(parts) = read else { return false };
        let changed = progress.base.refresh(parts, self.division(), &mut progress.problems);
        if changed {
            progress.share();
            progress.written = None;
        }
        changed
    }

    pub(super) fn division(&self) -> Division<'_> {
        Division { settings: &self.settings, layout: &self.layout }
    }

    async fn send(&mut self, progress: &mut Progress, state: &State, queues: Vec<Queue>, budget: &Budget) {
        let started = Instant::now();
        for sent in self.deliver(queues, state, progress.is_saved, budget.messages()).await {
            progress.record(sent);
        }
        progress.phases.notify_ms += started.elapsed().as_millis();
    }
}
