//! What runs have sent, or have still to send, that could not read the state: taken over once it can be read again.

use std::collections::BTreeSet;

use crate::contract::notification::{Notification, NotificationKind, add_down, add_up};
use crate::contract::state::{LastNotified, State, Status, TargetState};

/// Takes over what was told, or is still to be told, by runs that could not read the state: otherwise it would be told
/// again, and an end might go untold.
pub(super) fn carry_over(state: &mut State, blind: State) {
    for mut target in blind.targets {
        let pending: Vec<Notification> =
            blind.outbox.iter().filter(|entry| entry.target() == target.name).cloned().collect();
        if target.told.is_empty() && pending.is_empty() {
            continue;
        }
        let known = state.targets.iter().position(|known| known.name == target.name);
        let known = known.map(|at| state.targets.remove(at)).unwrap_or_default();
        target.seq = target.seq.wrapping_add(known.seq);
        if known.check == target.check {
            target.told = known.told.into_iter().chain(target.told).collect();
        } else {
            state.outbox.retain(|entry| entry.target() != target.name);
        }
        let channels: BTreeSet<String> = target
            .told
            .keys()
            .cloned()
            .chain(pending.iter().map(|entry| entry.channel().to_owned()))
            .collect();
        for channel in channels {
            let pending = pending.iter().filter(|entry| entry.channel() == channel).cloned().collect();
            append(&mut state.outbox, pending, &mut target, &channel);
        }
        state.targets.push(target);
    }
}

/// What the store has still to tell goes first. The last word is then said again where it would not be true; it tells
/// that it may repeat.
fn append(
    outbox: &mut Vec<Notification>,
    pending: Vec<Notification>,
    target: &mut TargetState,
    channel: &str,
) {
    let (name, mut seq) = (target.name.clone(), target.seq);
    // Ids that were given blindly may have been used before.
    let mut next = |entry: Notification| {
        seq = seq.wrapping_add(1);
        Notification { id: format!("{name}:{seq}:{channel}"), unread: true, ..entry }
    };
    let own = |entry: &Notification| {
        entry.kind.is_status() && entry.target() == target.name && entry.channel() == channel
    };
    let last = |outbox: &[Notification]| outbox.iter().rfind(|entry| own(entry)).map(|entry| entry.kind);
    let down_was_told = target.told.get(channel) == Some(&LastNotified::Down);
    // As far as anybody can tell, a DOWN that the store has is about the same outage.
    let ends = pending.first().is_some_and(|entry| entry.kind == NotificationKind::Up);
    if (down_was_told || ends)
        && let Some(at) = outbox.iter().rposition(own)
        && outbox[at].kind == NotificationKind::Down
    {
        outbox.remove(at);
    }
    for entry in pending {
        if entry.kind != NotificationKind::Down || last(outbox) != Some(NotificationKind::Down) {
            outbox.push(next(entry));
        }
    }
    match (last(outbox), target.status) {
        (Some(NotificationKind::Up | NotificationKind::WasDown), Status::Down) if down_was_told => {
            add_down(
                outbox,
                next(Notification {
                    why: target.why.clone(),
                    ..Notification::new(NotificationKind::Down, target.since)
                }),
            );
        }
        (Some(NotificationKind::Down), Status::Up) => {
            let until = Some(target.since);
            add_up(
                outbox,
                next(Notification { until, ..Notification::new(NotificationKind::Up, target.since) }),
                false,
            );
        }
        _ => {}
    }
    target.seq = seq;
}
