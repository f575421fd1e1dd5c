//! What runs have sent, or have still to send, that could not read the state: taken over once it can be read again.

use std::collections::BTreeSet;

use crate::outbox::{Entry, Kind, add_down, add_up};
use crate::state::{State, Status, TargetState, Told};

/// Takes over what was told, or is still to be told, by runs that could not read the state: otherwise it would be told
/// again, and an end might go untold.
pub(super) fn carry_over(state: &mut State, blind: State) {
    for mut target in blind.targets {
        let pending: Vec<Entry> =
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
fn append(outbox: &mut Vec<Entry>, pending: Vec<Entry>, target: &mut TargetState, channel: &str) {
    let (name, mut seq) = (target.name.clone(), target.seq);
    // Ids that were given blindly may have been used before.
    let mut next = |entry: Entry| {
        seq = seq.wrapping_add(1);
        Entry { id: format!("{name}:{seq}:{channel}"), unread: true, ..entry }
    };
    let own =
        |entry: &Entry| entry.kind.is_status() && entry.target() == target.name && entry.channel() == channel;
    let last = |outbox: &[Entry]| outbox.iter().rfind(|entry| own(entry)).map(|entry| entry.kind);
    let down_was_told = target.told.get(channel) == Some(&Told::Down);
    // As far as anybody can tell, a DOWN that the store has is about the same outage.
    let ends = pending.first().is_some_and(|entry| entry.kind == Kind::Up);
    if (down_was_told || ends)
        && let Some(at) = outbox.iter().rposition(own)
        && outbox[at].kind == Kind::Down
    {
        outbox.remove(at);
    }
    for entry in pending {
        if entry.kind != Kind::Down || last(outbox) != Some(Kind::Down) {
            outbox.push(next(entry));
        }
    }
    match (last(outbox), target.status) {
        (Some(Kind::Up | Kind::WasDown), Status::Down) if down_was_told => {
            add_down(outbox, next(Entry { why: target.why.clone(), ..Entry::new(Kind::Down, target.since) }));
        }
        (Some(Kind::Down), Status::Up) => {
            let until = Some(target.since);
            add_up(outbox, next(Entry { until, ..Entry::new(Kind::Up, target.since) }), false);
        }
        _ => {}
    }
    target.seq = seq;
}
