//! Decides what follows from the previous state and the observations. Pure: values in, values out; the time is a
//! parameter.
//!
//! [`watch`] takes a target from one status to the next, [`suppress`] decides whether a change is notified now,
//! [`scope`] finds what targets have in common, [`warnings`] and [`events`] have everything that is neither up nor
//! down, [`monitor`] everything about the monitor itself, [`account`] the end of its AWS account, [`domain`] the end of
//! domains; [`report`] decides when a report is due, and [`tally`] counts for the history; [`entries`] adds
//! notifications to the outbox. [`outgoing`] selects what is sent now, and [`delivery`] records the result.

mod account;
mod delivery;
mod domain;
mod entries;
mod events;
mod monitor;
mod outgoing;
mod report;
mod scope;
mod suppress;
mod tally;
mod warnings;
mod watch;

pub use self::delivery::{before_sending, record_delivery, retry_refused};
pub use self::domain::due as due_domains;
pub use self::monitor::{pause, resume};
pub use self::outgoing::outgoing;
pub use self::suppress::reconcile;
pub use self::tally::forget_closed;
use crate::contract::notification::Notification;
use crate::contract::schedule::Frequency;
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{LastNotified, State, Status, TargetState, VERSION};
use crate::probe::{Observation, RegistryAnswer};

/// How far the previous state can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// It is what the last run saved, or it is certain that nothing was saved.
    Certain,
    /// A state may exist, but could not be read. Then only outages are notified.
    StateUnavailable,
}

/// What all decisions of a run depend on.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is monitored, and who is notified.
    pub settings: &'a Settings,
    /// Unix seconds.
    pub now: u64,
    /// How far the previous state can be trusted.
    pub knowledge: Knowledge,
    /// What registries answered about domains in this run.
    pub registries: &'a [RegistryAnswer],
}

impl<'a> Context<'a> {
    /// Return the context of a run that could read its state.
    pub fn new(settings: &'a Settings, now: u64) -> Self {
        Self { settings, now, knowledge: Knowledge::Certain, registries: &[] }
    }
}

/// What follows from one run's observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The overall status before.
    pub previous: Status,
    /// The state to save, with everything to send in its outbox.
    pub state: State,
    /// The notifications that are given up because they could not be delivered.
    pub expired: Vec<Notification>,
}

/// One target during a run: its state and settings, and the outbox for notifications about it.
struct Subject<'a> {
    target: &'a mut TargetState,
    settings: &'a Target,
    outbox: &'a mut Vec<Notification>,
    is_paused: bool,
    context: Context<'a>,
}

/// Compare the observations with the previous state, and turn every change into one notification for each channel. A
/// target without an observation keeps its state.
pub fn decide(previous: &State, observations: &[Observation], context: Context<'_>) -> Decision {
    let Context { settings, now, .. } = context;
    let mut state = State {
        version: VERSION,
        ts: now,
        deployment: settings.deployment.clone(),
        paused_until: previous.paused_until.filter(|until| *until > now),
        next: next_run(settings, now),
        commanded: previous.commanded.filter(|at| now.saturating_sub(*at) < monitor::COMMAND_S),
        targets: settings.targets.iter().map(|target| recall(previous, target, context)).collect(),
        ..previous.clone()
    };
    let previous_status = State::overall(&state.targets);

    let channels = settings.channel_names();
    state.outbox.retain(|one| is_current(one, previous, settings) && channels.contains(&one.channel()));
    state.monitor.retain_waits(&channels, now);
    let expired = delivery::expire(&mut state, context);
    let before = scope::Before::of(&state);
    let is_paused = state.paused_until.is_some();
    for (target, settings) in state.targets.iter_mut().zip(&settings.targets) {
        let seen = observations.iter().find(|seen| seen.target == target.name);
        let mut subject = Subject { target, settings, outbox: &mut state.outbox, is_paused, context };
        if let Some(seen) = seen {
            subject.observe_status(seen);
            subject.observe_events(seen);
        }
        subject.release();
        // The last: the ids of all other notifications stay the same when the registry's answer comes after them.
        subject.observe_domain(previous);
    }
    scope::mark(&mut state, &before, observations, settings);
    monitor::observe(&mut state, observations, context);
    account::observe(&mut state, context);
    report::observe(&mut state, previous, context);
    tally::count(previous, &mut state, observations, context);
    state.status = State::overall(&state.targets);
    Decision { previous: previous_status, state, expired }
}

/// Return when the next run is due.
fn next_run(settings: &Settings, now: u64) -> Option<u64> {
    Frequency::parse(settings.schedule.as_deref()?).ok()?.next_after(now)
}

/// Return what is known of a target: from our state, from the Python function's (which had one target), or nothing.
fn recall(previous: &State, target: &Target, context: Context<'_>) -> TargetState {
    let Context { settings, now, .. } = context;
    let check = target.check_id();
    let blank =
        TargetState { name: target.name.clone(), check: check.clone(), since: now, ..TargetState::default() };
    match previous.target(&target.name) {
        Some(known) if known.check == check => known.clone(),
        // Another check under the same name starts with a new state, but no id is used twice, and its history goes on.
        Some(known) => TargetState {
            seq: known.seq,
            tally: known.tally,
            events: known.events.clone(),
            closed: known.closed,
            closed_events: known.closed_events.clone(),
            ..blank
        },
        None if previous.version != VERSION && previous.targets.is_empty() && settings.targets.len() == 1 => {
            let last = match previous.status {
                Status::Up => LastNotified::Up,
                Status::Down => LastNotified::Down,
                Status::Unknown => return blank,
            };
            let notified = settings.channels.iter().map(|channel| (channel.name.clone(), last.clone()));
            let notified = notified.collect();
            TargetState { status: previous.status, since: previous.ts, notified, ..blank }
        }
        None => blank,
    }
}

/// Return whether a notification is about the monitor itself, or about a target that is still checked in the same way.
fn is_current(notification: &Notification, previous: &State, settings: &Settings) -> bool {
    let (target, known) = (settings.target(notification.target()), previous.target(notification.target()));
    notification.target().is_empty()
        || target.zip(known).is_some_and(|(target, known)| known.check == target.check_id())
}

/// Return the last notification about a target's status that is still to be sent on a channel.
fn last_queued<'a>(outbox: &'a [Notification], target: &str, channel: &str) -> Option<&'a Notification> {
    outbox.iter().rfind(|one| one.kind.is_status() && one.target() == target && one.channel() == channel)
}
