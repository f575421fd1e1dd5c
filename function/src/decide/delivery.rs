//! Tracks notifications: recorded before they are sent and after each attempt, until each is delivered or given up.

use std::collections::BTreeSet;

use super::{Context, last_queued, monitor};
use crate::contract::delivery::Delivery;
use crate::contract::notification::{MAX_SENT, Notification, NotificationKind};
use crate::contract::state::{LastNotified, Lease, State, Status, TargetState};

/// Return the state to write before sending: if this run dies, the next one knows what may have been sent.
pub fn before_sending(state: &State, notifications: &[Notification], lease: Lease, now: u64) -> State {
    let ids: BTreeSet<&str> = notifications.iter().map(|one| one.id.as_str()).collect();
    let mut state = State { lease: Some(lease), ..state.clone() };
    let sent = state.outbox.iter_mut().filter(|one| ids.contains(one.id.as_str()));
    sent.for_each(|one| one.note_unproven(now));
    state
}

/// Record the result of an attempt: a delivered notification leaves the outbox, others stay for another attempt. A
/// failing channel is reported on the others.
pub fn record_delivery(
    state: &mut State,
    notification: &Notification,
    delivery: &Delivery,
    context: Context<'_>,
) {
    let is_it = |other: &Notification| (&other.id, other.kind) == (&notification.id, notification.kind);
    match state.outbox.iter().position(is_it) {
        Some(at) => record_queued(state, at, delivery, context.now),
        None if *delivery == Delivery::Delivered => record_merged(state, notification),
        None => {}
    }
    monitor::observe_channel(state, notification, delivery, context);
}

fn record_queued(state: &mut State, at: usize, delivery: &Delivery, now: u64) {
    let notification = &mut state.outbox[at];
    match delivery {
        Delivery::Retry { why, unproven: true, .. } => {
            notification.note_unproven(now);
            notification.error = Some(why.clone());
        }
        Delivery::Retry { why, unproven: false, .. } => {
            notification.tries = notification.tries.saturating_add(1);
            notification.error = Some(why.clone());
        }
        Delivery::Refused { why, .. } => {
            let was_refused = notification.was_refused();
            notification.note_refused(now);
            notification.error = Some(why.clone());
            if was_refused {
                fold_into_later(&mut state.outbox, at);
            }
        }
        Delivery::Delivered => {
            let notification = state.outbox.remove(at);
            // Earlier ones about the same target that will not be sent again are out of date.
            let mut earlier = at;
            state.outbox.retain(|other| {
                let is_earlier = earlier.checked_sub(1).inspect(|left| earlier = *left).is_some();
                !(is_earlier && other.sent >= MAX_SENT && other.is_about_the_same(&notification))
            });
            remember_delivered(&mut state.targets, &notification);
        }
    }
}

/// Fold a notification that was refused again into a later one about the same target, so that it does not block that one.
fn fold_into_later(outbox: &mut Vec<Notification>, at: usize) {
    let later = outbox[at + 1..].iter().position(|later| later.is_about_the_same(&outbox[at]));
    if let Some(later) = later {
        let earlier = outbox.remove(at);
        outbox[at + later].fold(&earlier);
    }
}

/// Record that the beginning of an outage was delivered after another run has merged it with the end into one
/// notification: only the end remains to be sent.
fn record_merged(state: &mut State, delivered: &Notification) {
    remember_delivered(&mut state.targets, delivered);
    let is_merged = |other: &&mut Notification| {
        other.kind == NotificationKind::WasDown
            && other.times == 1
            && other.from == delivered.from
            && (other.target(), other.channel()) == (delivered.target(), delivered.channel())
    };
    if delivered.kind == NotificationKind::Down
        && let Some(merged) = state.outbox.iter_mut().find(is_merged)
    {
        (merged.kind, merged.first, merged.unproven) = (NotificationKind::Up, false, false);
    }
}

fn remember_delivered(targets: &mut [TargetState], notification: &Notification) {
    let is_down = notification.kind == NotificationKind::Down;
    remember(targets, notification, if is_down { LastNotified::Down } else { LastNotified::Up });
}

/// Give up notifications that are too old, or were sent as often as is allowed without proof that they arrived.
pub(super) fn expire(state: &mut State, context: Context<'_>) -> Vec<Notification> {
    let expired: Vec<Notification> =
        state.outbox.extract_if(.., |notification| notification.is_expired(context.now)).collect();
    for notification in &expired {
        let why = notification.error.clone().unwrap_or_else(|| "not delivered for a day".to_owned());
        if notification.sent > 0 {
            monitor::report_channel(state, notification.channel(), &why, context);
        }
        remember(&mut state.targets, notification, LastNotified::Failed(why));
    }
    expired
}

/// Make refused notifications due, and queue those that were given up again: the cause may have been corrected. No channel
/// is held back any longer.
pub fn retry_refused(state: &mut State) {
    let State { targets, outbox, monitor, .. } = state;
    monitor.not_before.clear();
    outbox.iter_mut().filter(|one| one.sent == 0).for_each(Notification::make_due);
    for target in targets {
        let kind = match target.status {
            Status::Up => NotificationKind::Up,
            Status::Down => NotificationKind::Down,
            Status::Unknown => continue,
        };
        let failed = target.notified.extract_if(.., |_, last| matches!(last, LastNotified::Failed(_)));
        for (channel, _) in failed {
            if last_queued(outbox, &target.name, &channel).is_some() {
                continue;
            }
            target.seq = target.seq.wrapping_add(1);
            let is_down = kind == NotificationKind::Down;
            outbox.push(Notification {
                id: Notification::id(&target.name, target.seq, &channel),
                why: target.why.clone().filter(|_| is_down),
                cause: target.cause.filter(|_| is_down),
                first: true,
                ..Notification::new(kind, target.since)
            });
        }
    }
}

/// Remember the last notification about a target's status. Other kinds of notifications are ignored.
fn remember(targets: &mut [TargetState], notification: &Notification, last: LastNotified) {
    if !notification.kind.is_status() {
        return;
    }
    if let Some(target) = targets.iter_mut().find(|target| target.name == notification.target()) {
        target.notified.insert(notification.channel().to_owned(), last);
    }
}
