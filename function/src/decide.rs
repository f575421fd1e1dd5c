//! What a run concludes from what was kept and what was seen. Pure: values in, values out, and the time is given.
//!
//! [`watch`] takes one target from one status to the next, [`hold`] decides whether that is told now, [`scope`] finds
//! out what targets have in common, [`notes`] has all that is neither up nor down, [`monitor`] what is about ourselves.
//! [`outgoing`] chooses what is sent now, and [`delivery`] records what became of it.

mod delivery;
mod hold;
mod monitor;
mod notes;
mod outgoing;
mod scope;
mod watch;

use std::collections::BTreeSet;

pub use self::delivery::{before_sending, record_delivery, retry_refused};
pub use self::hold::reconcile;
pub use self::monitor::{pause, resume};
pub use self::outgoing::outgoing;
use crate::contract::notification::Notification;
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{LastNotified, State, Status, TargetState, VERSION};
use crate::probe::Observation;

/// How far the previous state can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// It is what the last run kept, or it is certain that nothing was kept.
    Certain,
    /// Something may have been kept, but could not be read. Only an outage is told then.
    Blind,
}

/// What follows from one run's observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The overall status before.
    pub previous: Status,
    /// What to keep, with all that is to be told in its outbox.
    pub state: State,
    /// What could not be delivered for so long that it is given up.
    pub expired: Vec<Notification>,
}

/// What all of a run's conclusions depend on.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    settings: &'a Settings,
    now: u64,
    knowledge: Knowledge,
    is_paused: bool,
}

/// Compares, and turns every change into one outbox entry for each channel. A target without an observation stays
/// as it was.
pub fn decide(
    previous: &State,
    observations: &[Observation],
    now: u64,
    settings: &Settings,
    knowledge: Knowledge,
) -> Decision {
    let mut state = State {
        version: VERSION,
        ts: now,
        deployment: settings.deployment.clone(),
        paused_until: previous.paused_until.filter(|until| *until > now),
        commanded: previous.commanded.filter(|at| now.saturating_sub(*at) < monitor::COMMAND_S),
        targets: settings.targets.iter().map(|target| recall(previous, target, settings, now)).collect(),
        ..previous.clone()
    };
    let previous_status = State::overall(&state.targets);
    let scene = Scene { settings, now, knowledge, is_paused: state.paused_until.is_some() };

    let channels = settings.channel_names();
    state.outbox.retain(|entry| is_current(entry, previous, settings) && channels.contains(&entry.channel()));
    let expired = delivery::expire(&mut state, settings, now);
    let before: Vec<Status> = state.targets.iter().map(|target| target.status).collect();
    let known: BTreeSet<String> = state.outbox.iter().map(|entry| entry.id.clone()).collect();
    for (target, wanted) in state.targets.iter_mut().zip(&settings.targets) {
        if let Some(seen) = observations.iter().find(|seen| seen.target == target.name) {
            watch::observe(target, wanted, seen, &mut state.outbox, scene);
            notes::observe(target, wanted, seen, &mut state.outbox, scene);
        }
        hold::release(target, wanted, &mut state.outbox, scene);
    }
    scope::mark(&mut state, &before, &known, observations, scene);
    monitor::observe(&mut state, observations, scene);
    state.status = State::overall(&state.targets);
    Decision { previous: previous_status, state, expired }
}

/// What is known of a target: kept by us, kept by the Python function (which had one target), or nothing.
fn recall(previous: &State, target: &Target, settings: &Settings, now: u64) -> TargetState {
    let check = target.check_id();
    let blank =
        TargetState { name: target.name.clone(), check: check.clone(), since: now, ..TargetState::default() };
    match previous.target(&target.name) {
        Some(known) if known.check == check => known.clone(),
        // Another check under the same name starts anew, but no id is used twice.
        Some(known) => TargetState { seq: known.seq, ..blank },
        None if previous.version != VERSION && previous.targets.is_empty() && settings.targets.len() == 1 => {
            let told = match previous.status {
                Status::Up => LastNotified::Up,
                Status::Down => LastNotified::Down,
                Status::Unknown => return blank,
            };
            let told = settings.channels.iter().map(|channel| (channel.name.clone(), told.clone())).collect();
            TargetState { status: previous.status, since: previous.ts, told, ..blank }
        }
        None => blank,
    }
}

/// Whether an entry is about something that is still watched, by the same check; or about the monitor itself.
fn is_current(entry: &Notification, previous: &State, settings: &Settings) -> bool {
    let known = previous.target(entry.target());
    entry.target().is_empty()
        || matches!((settings.target(entry.target()), known), (Some(target), Some(known)) if known.check == target.check_id())
}

/// The last word about being up or down that is still to be sent.
fn last_entry<'a>(outbox: &'a [Notification], target: &str, channel: &str) -> Option<&'a Notification> {
    let is_same = |entry: &&Notification| entry.target() == target && entry.channel() == channel;
    outbox.iter().rfind(|entry| entry.kind.is_status() && is_same(entry))
}
