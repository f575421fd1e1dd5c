//! What becomes of notifications: recorded before they are sent, and after each attempt, until each was delivered or is
//! given up.

use std::collections::BTreeSet;

use super::{last_entry, monitor};
use crate::contract::notification::{MAX_SENT, Notification, NotificationKind};
use crate::contract::settings::Settings;
use crate::contract::state::{LastNotified, Lease, State, Status, TargetState};
use crate::notify::Delivery;

/// Return what is written ahead of sending: should this run die, the next one knows what may have been sent.
pub fn before_sending(state: &State, entries: &[Notification], lease: Lease, now: u64) -> State {
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let mut state = State { lease: Some(lease), ..state.clone() };
    let sent = state.outbox.iter_mut().filter(|entry| ids.contains(entry.id.as_str()));
    sent.for_each(|entry| entry.note_unproven(now));
    state
}

/// Record what became of an entry: a delivered one leaves the outbox, others stay for another attempt. Trouble with a
/// channel is reported on the others.
pub fn record_delivery(
    state: &mut State,
    entry: &Notification,
    delivery: &Delivery,
    settings: &Settings,
    now: u64,
) {
    match state.outbox.iter().position(|other| (&other.id, other.kind) == (&entry.id, entry.kind)) {
        Some(at) => settle(state, at, delivery, now),
        None if *delivery == Delivery::Delivered => settle_merged(state, entry),
        None => {}
    }
    monitor::hear_of_channel(state, entry, delivery, settings, now);
}

fn settle(state: &mut State, at: usize, delivery: &Delivery, now: u64) {
    let entry = &mut state.outbox[at];
    match delivery {
        Delivery::Retry { why, unproven: true } => {
            entry.note_unproven(now);
            entry.error = Some(why.clone());
        }
        Delivery::Retry { why, unproven: false } => {
            entry.tries = entry.tries.saturating_add(1);
            entry.error = Some(why.clone());
        }
        Delivery::Refused { why, .. } => {
            let was_refused = entry.was_refused();
            entry.note_refused(now);
            entry.error = Some(why.clone());
            if was_refused {
                fold_into_later(&mut state.outbox, at);
            }
        }
        Delivery::Delivered => {
            let entry = state.outbox.remove(at);
            // Earlier news about the same that is sent no more is out of date.
            let mut earlier = at;
            state.outbox.retain(|other| {
                let is_earlier = earlier.checked_sub(1).inspect(|left| earlier = *left).is_some();
                !(is_earlier && other.sent >= MAX_SENT && other.is_about_the_same(&entry))
            });
            remember_delivered(&mut state.targets, &entry);
        }
    }
}

/// What is refused again does not stand in the way of later news about the same: those say it, too.
fn fold_into_later(outbox: &mut Vec<Notification>, at: usize) {
    let later = outbox[at + 1..].iter().position(|later| later.is_about_the_same(&outbox[at]));
    if let Some(later) = later {
        let earlier = outbox.remove(at);
        outbox[at + later].fold(&earlier);
    }
}

/// A run at the same time has seen the end of the outage whose beginning was just delivered, and folded the two into one
/// entry: only the end is still to be sent.
fn settle_merged(state: &mut State, entry: &Notification) {
    remember_delivered(&mut state.targets, entry);
    let is_merged = |other: &&mut Notification| {
        other.kind == NotificationKind::WasDown
            && other.times == 1
            && other.from == entry.from
            && (other.target(), other.channel()) == (entry.target(), entry.channel())
    };
    if entry.kind == NotificationKind::Down
        && let Some(merged) = state.outbox.iter_mut().find(is_merged)
    {
        (merged.kind, merged.first, merged.unproven) = (NotificationKind::Up, false, false);
    }
}

fn remember_delivered(targets: &mut [TargetState], entry: &Notification) {
    remember(
        targets,
        entry,
        if entry.kind == NotificationKind::Down { LastNotified::Down } else { LastNotified::Up },
    );
}

/// Give up what is too old, and what was sent as often as is right without proof that it arrived.
pub(super) fn expire(state: &mut State, settings: &Settings, now: u64) -> Vec<Notification> {
    let expired: Vec<Notification> = state.outbox.extract_if(.., |entry| entry.is_expired(now)).collect();
    for entry in &expired {
        let why = entry.error.clone().unwrap_or_else(|| "not delivered for a day".to_owned());
        if entry.sent > 0 {
            monitor::report_channel(state, entry.channel(), &why, settings, now);
        }
        remember(&mut state.targets, entry, LastNotified::Failed(why));
    }
    expired
}

/// Make due what was refused or given up: for when what stood in its way was corrected.
pub fn retry_refused(state: &mut State) {
    let State { targets, outbox, .. } = state;
    outbox.iter_mut().filter(|entry| entry.sent == 0).for_each(Notification::hasten);
    for target in targets {
        let kind = match target.status {
            Status::Up => NotificationKind::Up,
            Status::Down => NotificationKind::Down,
            Status::Unknown => continue,
        };
        let unheard = target.told.extract_if(.., |_, told| matches!(told, LastNotified::Failed(_)));
        for (channel, _) in unheard {
            if last_entry(outbox, &target.name, &channel).is_some() {
                continue;
            }
            target.seq = target.seq.wrapping_add(1);
            outbox.push(Notification {
                id: format!("{}:{}:{channel}", target.name, target.seq),
                why: target.why.clone().filter(|_| kind == NotificationKind::Down),
                first: true,
                ..Notification::new(kind, target.since)
            });
        }
    }
}

/// Remember the last word about being up or down; other notifications do not count.
fn remember(targets: &mut [TargetState], entry: &Notification, told: LastNotified) {
    if !entry.kind.is_status() {
        return;
    }
    if let Some(target) = targets.iter_mut().find(|target| target.name == entry.target()) {
        target.told.insert(entry.channel().to_owned(), told);
    }
}
