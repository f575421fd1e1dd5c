//! Tracks what a run knows and has done so far, and what follows from it. Pure: the effects are in [`super::round`].

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::Phases;
use super::deliver::{Queue, Sent, stops};
use super::observe::Observed;
use super::recall::{Base, Memory};
use crate::contract::delivery::{Delivery, MAX_WAIT};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::reply::NotificationReply;
use crate::contract::request::{Request, Trigger};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::decide::{
    Context, Decision, decide, outgoing, pause, reconcile, record_delivery, resume, retry_refused,
};
use crate::message::Text;
use crate::probe::RegistryAnswer;

/// What a run knows and has done so far.
pub(super) struct Progress {
    pub(super) trigger: Trigger,
    pub(super) now: u64,
    /// When the run began, which is `now` on the other clock.
    began: Instant,
    pub(super) base: Base,
    /// When the state was last read or written.
    pub(super) touched: Instant,
    /// What was observed; nothing until the targets were probed.
    pub(super) observed: Option<Observed>,
    /// What registries answered; nothing until they were asked.
    pub(super) registries: Vec<RegistryAnswer>,
    /// The text of the report that is due; nothing until it was written.
    pub(super) report: Option<Text>,
    /// Whether a run that began later, or for the same tick, has written: this run's observations do not count.
    is_superseded: bool,
    /// Whether other runs have written since this run began.
    is_contended: bool,
    /// Whether this run has overwritten what can no longer be read: sending is left to the other runs.
    pub(super) yields: bool,
    /// What the store has of this run.
    pub(super) written: Option<State>,
    pub(super) is_saved: bool,
    attempts: Vec<(Notification, Delivery)>,
    /// Channels that failed in this run.
    stopped: BTreeSet<String>,
    /// Channels whose services asked to wait in this run, and until when, in Unix seconds.
    not_before: BTreeMap<String, u64>,
    pub(super) notices: Vec<NotificationReply>,
    pub(super) problems: Vec<Problem>,
    pub(super) phases: Phases,
}

impl Progress {
    pub(super) fn new(trigger: Trigger, now: u64) -> Self {
        Self {
            trigger,
            now,
            began: Instant::now(),
            base: Base::nothing(),
            touched: Instant::now(),
            observed: None,
            registries: Vec::new(),
            report: None,
            is_superseded: false,
            is_contended: false,
            yields: false,
            written: None,
            is_saved: false,
            attempts: Vec::new(),
            stopped: BTreeSet::new(),
            not_before: BTreeMap::new(),
            notices: Vec::new(),
            problems: Vec::new(),
            phases: Phases::default(),
        }
    }

    /// Start from what was read.
    pub(super) fn begin(&mut self, base: Base, read_at: Instant, owner: &str) {
        let is_leased =
            base.state.lease.as_ref().is_some_and(|lease| lease.is_held_by_other_than(owner, self.now));
        self.is_superseded = is_leased && self.is_same_tick(&base.state);
        self.base = base;
        self.touched = read_at;
    }

    /// Return what a warm environment remembers of this run; nothing if other runs know more.
    pub(super) fn memory(&mut self, after: State) -> Option<Memory> {
        let Base { knowledge, parts, obsolete, .. } = std::mem::replace(&mut self.base, Base::nothing());
        (!self.yields).then_some(Memory { state: after, knowledge, parts, obsolete })
    }

    fn is_same_tick(&self, state: &State) -> bool {
        let tick = self.trigger.tick.as_ref();
        tick.is_some_and(|tick| state.tick.as_deref() == Some(tick.as_str()))
    }

    /// Continue from the state of other runs that have written, which is the base now.
    pub(super) fn follow_other_runs(&mut self) {
        self.is_contended = true;
        let theirs = &self.base.state;
        self.is_superseded = theirs.ts >= self.now || self.is_same_tick(theirs);
    }

    /// Return what follows from the base, from the observations, and from what was sent so far.
    pub(super) fn conclude(&self, settings: &Settings, owner: &str) -> (Decision, State) {
        let context =
            Context { settings, now: self.now, knowledge: self.base.knowledge, registries: &self.registries };
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
        state.lease = state.lease.take().filter(|lease| lease.is_held_by_other_than(owner, self.now));
        if self.trigger.request == Request::Announce {
            retry_refused(state);
        }
        let mut after = decision.state.clone();
        for (sent, delivery) in &self.attempts {
            let is_it = |other: &&mut Notification| (&other.id, other.kind) == (&sent.id, sent.kind);
            after.outbox.iter_mut().filter(is_it).for_each(|other| {
                // Undo what this run recorded before the attempt.
                (other.unproven, other.sent, other.next, other.tries) =
                    (sent.unproven, sent.sent, sent.next, sent.tries);
            });
            record_delivery(&mut after, sent, delivery, context);
        }
        after.monitor.not_before.extend(self.not_before.clone());
        if self.is_contended {
            reconcile(&mut after, context);
        }
        (decision, after)
    }

    /// Return whether to do what can wait, such as asking registries: not in a run whose results would be lost, or that
    /// has to be quick.
    pub(super) fn may_take_time(&self) -> bool {
        self.trigger.request == Request::Check && self.is_saved && !self.yields && !self.is_superseded
    }

    /// Return whether to move what is over to the history: not in a run whose state is not the saved one.
    pub(super) fn may_keep_history(&self) -> bool {
        self.is_saved && !self.yields && !self.is_superseded
    }

    /// Return what to send now: nothing that was sent in this run, nothing while another run sends, and no report
    /// before it was written.
    pub(super) fn queues(&self, state: &State, names: &[&str], settings: &Settings) -> Vec<Queue> {
        let mut queues = self.waiting(state, names, settings);
        if self.report.is_none() {
            leave_out_reports(&mut queues);
        }
        queues
    }

    /// Return [`queues`](Self::queues) with reports that were not written yet.
    pub(super) fn waiting(&self, state: &State, names: &[&str], settings: &Settings) -> Vec<Queue> {
        if self.yields || state.lease.is_some() {
            return Vec::new();
        }
        // Neither notifications that were tried in this run, nor later ones that would overtake them.
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
    pub(super) fn record(&mut self, sent: Sent) {
        let Sent { channel, attempts, is_late } = sent;
        if is_late {
            self.note_lateness();
        }
        if let Some((_, Delivery::Retry { wait: Some(wait), .. })) = attempts.last() {
            // Rounded up: the answer may have come in the last part of a second.
            let wait = (self.began.elapsed() + *wait).min(MAX_WAIT).as_secs() + 1;
            self.not_before.insert(channel.clone(), self.now.saturating_add(wait));
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

    pub(super) fn note_lateness(&mut self) {
        let detail = "no time was left to send all notifications; the next run sends the rest";
        let problem = Problem::new(ProblemKind::NoTime, detail);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Leave out reports, and what is then empty.
pub(super) fn leave_out_reports(queues: &mut Vec<Queue>) {
    for queue in &mut *queues {
        queue.notifications.retain(|one| one.kind != NotificationKind::Report);
    }
    queues.retain(|queue| !queue.notifications.is_empty());
}
