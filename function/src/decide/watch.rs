//! One target, from one status to the next: so many runs in a row decide, and every change is told once.

use super::{Knowledge, Scene, hold};
use crate::contract::notification::{Notification, NotificationKind, add_down, add_up};
use crate::contract::settings::Target;
use crate::contract::state::{LastNotified, Status, Streak, TargetState};
use crate::probe::{Observation, Verdict};

/// Takes one observation into the target's state, and a change into the outbox.
pub(super) fn observe(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let status = match seen.verdict() {
        Verdict::Up => Status::Up,
        Verdict::Down => Status::Down,
        // Neither proof nor doubt.
        Verdict::Unknown => return,
    };
    if status == target.status {
        target.doubt = None;
        if status == Status::Down {
            note_reason(target, seen);
        }
        return;
    }
    let doubt = Streak::longer(target.doubt, scene.now);
    let enough = match (target.status, status) {
        (Status::Unknown, Status::Up) => 1,
        (_, Status::Down) => wanted.down_after,
        _ => wanted.up_after,
    };
    if doubt.runs < enough {
        target.doubt = Some(doubt);
        return;
    }
    target.doubt = None;
    note_reason(target, seen);
    change(target, status, doubt.since, wanted, outbox, scene);
}

fn note_reason(target: &mut TargetState, seen: &Observation) {
    target.why = seen.failed.as_ref().map(ToString::to_string);
    target.cause = seen.cause();
}

fn change(
    target: &mut TargetState,
    status: Status,
    since: u64,
    wanted: &Target,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let before = std::mem::replace(&mut target.status, status);
    let before_since = std::mem::replace(&mut target.since, since);
    target.reminded = None;
    if hold::holds(target, (before, before_since), wanted, outbox, scene) {
        return;
    }
    let is_first = before == Status::Unknown;
    if scene.knowledge == Knowledge::Blind && is_first && status == Status::Up {
        return;
    }
    tell(target, is_first, before_since, outbox, scene);
}

/// One word for each channel about what the target has become.
pub(super) fn tell(
    target: &mut TargetState,
    is_first: bool,
    down_since: u64,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    target.seq = target.seq.wrapping_add(1);
    for channel in scene.settings.channel_names() {
        tell_on(channel, target, is_first, down_since, outbox, scene);
    }
}

/// [`tell`], on one channel.
pub(super) fn tell_on(
    channel: &str,
    target: &TargetState,
    is_first: bool,
    down_since: u64,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let is_blind = scene.knowledge == Knowledge::Blind;
    let entry = Notification {
        id: format!("{}:{}:{channel}", target.name, target.seq),
        until: (!is_first).then_some(target.since),
        // Blind, nobody can say that this is the first word.
        first: is_first && !is_blind,
        unread: is_blind,
        ..Notification::new(NotificationKind::Up, if is_first { target.since } else { down_since })
    };
    if target.status == Status::Down {
        add_down(outbox, Notification { from: target.since, until: None, why: target.why.clone(), ..entry });
        return;
    }
    let told = target.told.get(channel);
    let error = match told {
        Some(LastNotified::Failed(why)) => Some(why.clone()),
        _ => None,
    };
    add_up(outbox, Notification { error, ..entry }, told == Some(&LastNotified::Down));
}
