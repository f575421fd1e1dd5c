//! What a run concludes from what was kept and what was seen. Pure: values in, values out, and the time is given.

use crate::notify::Delivery;
use crate::outbox::{Entry, Kind, add_down, add_up};
use crate::probe::Observation;
use crate::settings::{Settings, Target};
use crate::state::{State, Status, TargetState, Told, VERSION};

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
    pub expired: Vec<Entry>,
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
    let channels = settings.notify.channels();
    let mut targets: Vec<TargetState> =
        settings.targets.iter().map(|target| recall(previous, target, settings, now)).collect();
    let previous_status = State::overall(&targets);

    let mut outbox = previous.outbox.clone();
    outbox.retain(|entry| is_current(entry, previous, settings) && channels.contains(&entry.channel()));
    let expired = expire(&mut outbox, &mut targets, now);
    for target in &mut targets {
        if let Some(observation) = observations.iter().find(|seen| seen.target == target.name) {
            observe(target, observation, &mut outbox, &channels, now, knowledge);
        }
    }
    let deployment = settings.deployment.clone();
    let state =
        State { status: State::overall(&targets), ts: now, version: VERSION, deployment, targets, outbox };
    Decision { previous: previous_status, state, expired }
}

/// How many of the settings' targets, in their order, fit into one parameter even if all go down in one run and
/// none of it can be told at once. Details are left out of a state that is too large; this is without them.
pub fn capacity(settings: &Settings) -> usize {
    let fits = |count: &usize| {
        let settings = Settings { targets: settings.targets[..*count].to_vec(), ..settings.clone() };
        let all = |ok| -> Vec<Observation> {
            settings.targets.iter().map(|target| Observation::bare(&target.name, ok)).collect()
        };
        let now = u64::from(u32::MAX);
        let mut up = decide(&State::default(), &all(true), now, &settings, Knowledge::Certain).state;
        for entry in up.outbox.clone() {
            settle(&mut up, &entry.id, &Delivery::Delivered);
        }
        let down = decide(&up, &all(false), now, &settings, Knowledge::Certain).state;
        before_sending(&down).encode().is_ok()
    };
    (1..=settings.targets.len()).take_while(fits).last().unwrap_or(0)
}

/// Tells anew where the last word was refused or given up: for when what stood in its way was corrected.
pub fn speak_again(state: &mut State) {
    let State { targets, outbox, .. } = state;
    for target in targets {
        let kind = match target.status {
            Status::Up => Kind::Up,
            Status::Down => Kind::Down,
            Status::Unknown => continue,
        };
        let unheard = target.told.extract_if(.., |_, told| matches!(told, Told::Failed(_)));
        for (channel, _) in unheard {
            if outbox.iter().any(|entry| entry.target() == target.name && entry.channel() == channel) {
                continue;
            }
            target.seq = target.seq.wrapping_add(1);
            outbox.push(Entry {
                id: format!("{}:{}:{channel}", target.name, target.seq),
                why: target.why.clone().filter(|_| kind == Kind::Down),
                first: true,
                ..Entry::new(kind, target.since)
            });
        }
    }
}

/// Takes what became of an entry into the state: delivered and refused entries go, others stay for the next run.
pub fn settle(state: &mut State, id: &str, delivery: &Delivery) {
    let Some(at) = state.outbox.iter().position(|entry| entry.id == id) else { return };
    let told = match delivery {
        Delivery::Retry { why, unproven } => {
            let entry = &mut state.outbox[at];
            entry.tries = entry.tries.saturating_add(1);
            entry.unproven |= unproven;
            entry.error = Some(why.clone());
            return;
        }
        Delivery::Refused { why, .. } => Told::Failed(why.clone()),
        Delivery::Delivered => match state.outbox[at].kind {
            Kind::Down => Told::Down,
            Kind::Up | Kind::WasDown => Told::Up,
        },
    };
    let entry = state.outbox.remove(at);
    remember(&mut state.targets, &entry, told);
}

/// What is written ahead of sending: should this run die, the next one knows that each may have been sent.
pub fn before_sending(state: &State) -> State {
    let mut state = state.clone();
    for entry in &mut state.outbox {
        entry.tries = entry.tries.saturating_add(1);
        entry.unproven = true;
    }
    state
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
        None if previous.version != VERSION && settings.targets.len() == 1 => {
            let told = match previous.status {
                Status::Up => Told::Up,
                Status::Down => Told::Down,
                Status::Unknown => return blank,
            };
            let told =
                settings.notify.channels().iter().map(|name| ((*name).to_owned(), told.clone())).collect();
            TargetState { status: previous.status, since: previous.ts, told, ..blank }
        }
        None => blank,
    }
}

/// Whether an entry is about something that is still watched, by the same check.
fn is_current(entry: &Entry, previous: &State, settings: &Settings) -> bool {
    let target = settings.targets.iter().find(|target| target.name == entry.target());
    let known = previous.target(entry.target());
    matches!((target, known), (Some(target), Some(known)) if known.check == target.check_id())
}

fn expire(outbox: &mut Vec<Entry>, targets: &mut [TargetState], now: u64) -> Vec<Entry> {
    let expired: Vec<Entry> = outbox.extract_if(.., |entry| entry.is_expired(now)).collect();
    for entry in &expired {
        let why = entry.error.clone().unwrap_or_else(|| "not delivered for a day".to_owned());
        remember(targets, entry, Told::Failed(why));
    }
    expired
}

fn remember(targets: &mut [TargetState], entry: &Entry, told: Told) {
    if let Some(target) = targets.iter_mut().find(|target| target.name == entry.target()) {
        target.told.insert(entry.channel().to_owned(), told);
    }
}

fn observe(
    target: &mut TargetState,
    seen: &Observation,
    outbox: &mut Vec<Entry>,
    channels: &[&str],
    now: u64,
    knowledge: Knowledge,
) {
    let status = if seen.ok { Status::Up } else { Status::Down };
    let before = std::mem::replace(&mut target.status, status);
    let before_since = target.since;
    target.http = seen.http;
    target.ms = Some(whole(seen.total_ms));
    target.why = seen.failed.as_ref().map(ToString::to_string);
    if status == before {
        return;
    }
    target.since = now;
    target.seq = target.seq.wrapping_add(1);
    let first = before == Status::Unknown;
    let is_blind = knowledge == Knowledge::Blind;
    if is_blind && first && status == Status::Up {
        return;
    }
    for channel in channels {
        let entry = Entry {
            id: format!("{}:{}:{channel}", target.name, target.seq),
            until: (!first).then_some(now),
            // Blind, nobody can say that this is the first word.
            first: first && !is_blind,
            unread: is_blind,
            ..Entry::new(Kind::Up, if first { now } else { before_since })
        };
        match status {
            Status::Down => {
                add_down(outbox, Entry { from: now, until: None, why: target.why.clone(), ..entry })
            }
            _ => {
                let told = target.told.get(*channel);
                let error = match told {
                    Some(Told::Failed(why)) => Some(why.clone()),
                    _ => None,
                };
                add_up(outbox, Entry { error, ..entry }, told == Some(&Told::Down));
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what we want"
)]
fn whole(ms: f64) -> u32 {
    ms.round() as u32
}
