//! Whether a change is told now: not in maintenance, while paused, or as long as a target flaps. What happens then is
//! kept, and afterwards the net difference is told: nothing, if all is as it was.

use super::{Knowledge, Scene, last_entry, notes, watch};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{LastNotified, State, Status, Streak, Suppressed, TargetState};
use crate::time::duration;

/// So many changes within so many seconds are too many: three outages in an hour.
const TOO_MANY: u32 = 6;
const TOO_SOON_S: u64 = 60 * 60;

/// A target that has not changed for so long has settled.
const SETTLED_S: u64 = 30 * 60;

/// Whether the change that was just made is kept back, given how the target was before.
pub(super) fn holds(
    target: &mut TargetState,
    (status, since): (Status, u64),
    wanted: &Target,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) -> bool {
    let begins_to_flap = flaps(target, status, wanted, scene.now);
    // What was held back until now is told by `release`, with this change.
    if !is_closed(target, scene) && target.held.is_none() {
        return false;
    }
    target.held.get_or_insert(Suppressed { status, since });
    if begins_to_flap {
        tell_of_flapping(target, outbox, scene);
    }
    true
}

/// Counts a change; whether it is the one too many.
fn flaps(target: &mut TargetState, before: Status, wanted: &Target, now: u64) -> bool {
    if !wanted.damp || before == Status::Unknown {
        return false;
    }
    let recent = target.flips.filter(|flips| now.saturating_sub(flips.since) <= TOO_SOON_S);
    let flips = Streak::longer(recent, now);
    target.flips = Some(flips);
    flips.runs >= TOO_MANY && !std::mem::replace(&mut target.flapping, true)
}

fn tell_of_flapping(target: &mut TargetState, outbox: &mut Vec<Notification>, scene: Scene<'_>) {
    let Some(flips) = target.flips else { return };
    let why = format!(
        "{} changes in {}; you will hear no more of it until it has been steady for {}",
        flips.runs,
        duration(scene.now.saturating_sub(flips.since)),
        duration(SETTLED_S)
    );
    notes::add(target, NotificationKind::Flapping, &why, outbox, scene);
}

fn is_closed(target: &TargetState, scene: Scene<'_>) -> bool {
    let Scene { settings, now, .. } = scene;
    scene.is_paused
        || target.flapping
        || settings.maintenance.iter().any(|window| window.covers(&target.name, now, &settings.clock))
}

/// Whether maintenance, a pause or flapping hold an entry back.
pub(super) fn is_suppressed(entry: &Notification, state: &State, settings: &Settings, now: u64) -> bool {
    let in_window =
        |name: &str| settings.maintenance.iter().any(|window| window.covers(name, now, &settings.clock));
    let is_held = |name: &str| state.target(name).is_some_and(|target| target.held.is_some());
    // Of a target that flaps, everything may be told but whether it is up or down.
    state.paused_until.is_some_and(|until| until > now)
        || (!entry.target().is_empty() && in_window(entry.target()))
        || (entry.kind.is_status() && is_held(entry.target()))
}

/// Opens the door again when nothing keeps it closed any more, and tells what has changed since it was closed.
pub(super) fn release(
    target: &mut TargetState,
    wanted: &Target,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let has_settled =
        target.flapping && (!wanted.damp || scene.now.saturating_sub(target.since) >= SETTLED_S);
    if has_settled {
        target.flapping = false;
        target.flips = None;
    }
    if is_closed(target, scene) {
        // Words that wait from before wait on: the difference is against what was told.
        target.held.get_or_insert(Suppressed { status: target.status, since: target.since });
        return;
    }
    let Some(held) = target.held.take() else { return };
    if target.status == Status::Unknown || scene.knowledge == Knowledge::Blind {
        return;
    }
    let news: Vec<&str> = scene
        .settings
        .channel_names()
        .into_iter()
        .filter(|channel| last_word(target, outbox, channel).is_none_or(|last| last != target.status))
        .collect();
    if news.is_empty() {
        // The last that was heard of it is that it goes up and down.
        if has_settled && target.status == Status::Down {
            notes::remind(target, outbox, scene);
        }
        return;
    }
    target.seq = target.seq.wrapping_add(1);
    let down_since = if held.status == Status::Down { held.since } else { target.since };
    for channel in news {
        let last = last_word(target, outbox, channel);
        let is_first = held.status == Status::Unknown && last.is_none();
        // Nobody was told of an outage that came and went meanwhile, and nobody need be.
        if is_first || target.status == Status::Down || last == Some(Status::Down) {
            watch::tell_on(channel, target, is_first, down_since, outbox, scene);
            if has_settled {
                uncount(&target.name, channel, outbox);
            }
        }
    }
}

/// Tell every channel how each target is, where it heard otherwise last: two runs at the same time may have seen, sent and
/// kept different things.
pub fn reconcile(state: &mut State, settings: &Settings, now: u64) {
    let is_paused = state.paused_until.is_some();
    let scene = Scene { settings, now, knowledge: Knowledge::Certain, is_paused };
    let State { targets, outbox, .. } = state;
    for target in targets.iter_mut().filter(|target| target.status != Status::Unknown) {
        if target.held.is_some() || is_closed(target, scene) {
            continue;
        }
        let heard_otherwise =
            |channel: &&str| last_word(target, outbox, channel).is_some_and(|last| last != target.status);
        let channels: Vec<&str> = settings.channel_names().into_iter().filter(heard_otherwise).collect();
        if !channels.is_empty() {
            target.seq = target.seq.wrapping_add(1);
        }
        for channel in channels {
            watch::tell_on(channel, target, false, target.since, outbox, scene);
        }
    }
}

/// The outages of a target that flapped were neither told nor counted.
fn uncount(target: &str, channel: &str, outbox: &mut [Notification]) {
    let is_end = |entry: &&mut Notification| {
        entry.kind == NotificationKind::Up && entry.target() == target && entry.channel() == channel
    };
    if let Some(end) = outbox.iter_mut().rev().find(is_end) {
        end.times = 0;
    }
}

/// How the target is, as far as this channel was or will be told.
fn last_word(target: &TargetState, outbox: &[Notification], channel: &str) -> Option<Status> {
    match (last_entry(outbox, &target.name, channel), target.told.get(channel)) {
        (Some(entry), _) if entry.kind == NotificationKind::Down => Some(Status::Down),
        (Some(_), _) | (None, Some(LastNotified::Up)) => Some(Status::Up),
        (None, Some(LastNotified::Down)) => Some(Status::Down),
        (None, Some(LastNotified::Failed(_)) | None) => None,
    }
}
