//! Counts each check for the history: in the tally of its target, for the current hour.

use super::suppress::is_in_maintenance;
use super::{Context, Knowledge};
use crate::contract::history::{Class, Event, EventKind, Mark, ResponseTime, hour_of};
use crate::contract::reply::WarningReply;
use crate::contract::settings::Target;
use crate::contract::state::{
    ClosedRuns, HistoryState, MAX_RECENT, State, Status, Tally, TargetState, of_hour,
};
use crate::probe::{Observation, Verdict};

/// More response times than these are not kept of one hour: a run a minute, and as many by hand.
const MAX_TIMES: usize = 120;

const WEEK_S: u64 = 7 * 24 * 60 * 60;

/// Count a run that has observed something.
pub(super) fn count(previous: &State, state: &mut State, observations: &[Observation], context: Context<'_>) {
    let Context { settings, now, knowledge, .. } = context;
    if settings.history.is_none() {
        forget(state);
        return;
    }
    if let Some(history) = &state.history {
        begin_targets(history, &mut state.targets, previous);
    }
    if observations.is_empty() || knowledge == Knowledge::StateUnavailable {
        return;
    }
    let mut history = state.history.take().unwrap_or_else(|| begin(&mut state.targets, now));
    if history.hour != hour_of(now) {
        close(&mut history, &mut state.targets, hour_of(now));
    }
    history.times.retain(|name, _| settings.target(name).is_some());
    for (target, settings) in state.targets.iter_mut().zip(&settings.targets) {
        let seen = observations.iter().find(|seen| seen.target == target.name);
        let class = class(target, settings, seen, context);
        let run = history.runs;
        let known = previous.target(&target.name);
        let mut tally = of_hour(target.tally, history.hour);
        if let Some(known) = known {
            recount(&mut tally, known, target, run);
            note_end(target, known, context);
        }
        tally.turn(class, run);
        let is_counted =
            class != Class::Maintenance && seen.is_some_and(|seen| seen.verdict() != Verdict::Unknown);
        tally.pending = match target.pending {
            Some(_) => tally.pending.saturating_add(is_counted.into()),
            None => 0,
        };
        target.tally = Some(tally).filter(|tally| !tally.says_nothing());
        if let Some(seen) = seen.filter(|seen| seen.ok && history.keeps_times()) {
            let times = history.times.entry(target.name.clone()).or_default();
            if times.0.len() < MAX_TIMES {
                times.0.push(ResponseTime::of_ms(seen.total_ms));
            }
        }
    }
    history.runs = history.runs.saturating_add(1);
    state.history = Some(history);
}

/// Forget an hour that is in the history by now.
pub fn forget_closed(state: &mut State, moved: Mark) {
    let Some(history) = &mut state.history else { return };
    if (history.epoch, history.seq) != (moved.epoch, moved.seq) || history.closed.take().is_none() {
        return;
    }
    history.closed_times.clear();
    for target in &mut state.targets {
        target.closed = None;
        target.closed_events.0.clear();
    }
}

/// Begin to count. What is in the tallies belongs to a state that was lost.
fn begin(targets: &mut [TargetState], now: u64) -> HistoryState {
    targets.iter_mut().for_each(|target| (target.tally, target.closed) = (None, None));
    HistoryState::new(now)
}

/// Keep no history any more.
fn forget(state: &mut State) {
    if state.history.take().is_some() {
        for target in &mut state.targets {
            (target.tally, target.closed) = (None, None);
            target.recent.clear();
            target.events.0.clear();
            target.closed_events.0.clear();
        }
    }
}

/// Note that targets that are new were not checked before: no tally would mean that they were up.
fn begin_targets(history: &HistoryState, targets: &mut [TargetState], previous: &State) {
    for target in targets.iter_mut().filter(|target| previous.target(&target.name).is_none()) {
        target.tally = Some(Tally::new(history.hour, Class::Up, history.runs));
        target.closed = history.closed.map(|closed| Tally::new(closed.hour, Class::Up, closed.runs));
    }
}

/// Close the current hour, and begin another one.
fn close(history: &mut HistoryState, targets: &mut [TargetState], hour: u32) {
    let closed = ClosedRuns { hour: history.hour, runs: history.runs };
    history.seq = history.seq.saturating_add(1);
    history.closed = Some(closed);
    history.closed_times = std::mem::take(&mut history.times);
    (history.hour, history.runs, history.stride) = (hour, 0, 0);
    // A run that did not save the first part of the state may have closed it for targets in other parts.
    let is_open = |target: &&mut TargetState| target.closed.is_none_or(|tally| tally.hour != closed.hour);
    for target in targets.iter_mut().filter(is_open) {
        let tally = of_hour(target.tally.take(), closed.hour);
        target.tally = Some(Tally::new(hour, tally.class, 0)).filter(|tally| !tally.says_nothing());
        target.closed = Some(tally).filter(|tally| !tally.says_nothing());
        target.closed_events = std::mem::take(&mut target.events);
    }
}

fn class(target: &TargetState, settings: &Target, seen: Option<&Observation>, context: Context<'_>) -> Class {
    if is_in_maintenance(&target.name, context.settings, context.now) {
        return Class::Maintenance;
    }
    match (seen.map(Observation::verdict), target.status) {
        (None | Some(Verdict::Unknown), _) => Class::Unknown,
        (_, Status::Down) => Class::Down,
        (_, Status::Unknown) => Class::Unknown,
        // It has failed, but not often enough to be down.
        (Some(Verdict::Down), Status::Up) => Class::Degraded,
        (Some(Verdict::Up), Status::Up) if !WarningReply::all(target, settings).is_empty() => Class::Degraded,
        (Some(Verdict::Up), Status::Up) => Class::Up,
    }
}

/// Count the checks that led to a change as what they turned out to be. Those of an earlier hour stay as they are.
fn recount(tally: &mut Tally, known: &TargetState, target: &TargetState, run: u32) {
    if known.check != target.check {
        tally.pending = 0;
        return;
    }
    match (known.status, target.status) {
        (Status::Up, Status::Down) => tally.recount(Class::Degraded, Class::Down, run),
        (Status::Unknown, Status::Down) => tally.recount(Class::Unknown, Class::Down, run),
        (Status::Down, Status::Up) => tally.recount(Class::Down, Class::Up, run),
        _ => {}
    }
}

/// Note that an outage has ended, or that the check was changed.
fn note_end(target: &mut TargetState, known: &TargetState, context: Context<'_>) {
    let Context { settings, now, .. } = context;
    let is_changed = known.check != target.check;
    if known.status == Status::Down && (is_changed || target.status == Status::Up) {
        let end = if is_changed { now } else { target.since };
        let is_covered = |at| is_in_maintenance(&target.name, settings, at);
        // A later window finds it down.
        let is_same_window = known.suppressed.is_some_and(|before| before.status != Status::Down);
        let kind = match () {
            () if is_changed => EventKind::Interrupted,
            () if is_covered(known.since) && is_covered(end) && is_same_window => EventKind::Planned,
            () => EventKind::Outage,
        };
        target.events.0.push(Event {
            kind,
            begin: known.since,
            end: end.max(known.since),
            cause: known.cause,
        });
        if kind == EventKind::Outage {
            target.recent.retain(|begin| now.saturating_sub(*begin) <= WEEK_S);
            let excess = (target.recent.len() + 1).saturating_sub(MAX_RECENT);
            target.recent.drain(..excess);
            target.recent.push(known.since);
        }
    }
    if is_changed {
        target.events.0.push(Event { kind: EventKind::CheckChanged, begin: now, end: now, cause: None });
    }
}
