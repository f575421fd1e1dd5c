//! Adds notifications to the outbox, so that what is still to be sent stays short and true.

use super::{Notification, NotificationKind};

/// Add the notification that a target went down.
pub fn add_down(outbox: &mut Vec<Notification>, notification: Notification) {
    outbox.push(Notification { kind: NotificationKind::Down, ..notification });
}

/// Add the notification that a target recovered, so that it never comes without its DOWN: an outage that could not be
/// notified while it lasted becomes one notification, and so do several of them. Hence an outbox holds at most three
/// notifications of a target's status for each channel: an undelivered one, a late outage, and a new outage.
pub fn add_up(outbox: &mut Vec<Notification>, up: Notification, down_was_notified: bool) {
    let (target, channel) = (up.target().to_owned(), up.channel().to_owned());
    let is_same = |other: &Notification| {
        other.kind.is_status() && other.target() == target && other.channel() == channel
    };
    let late = match outbox.iter().rposition(is_same) {
        Some(last) if outbox[last].kind == NotificationKind::Down => {
            let down = outbox.remove(last);
            let kind = NotificationKind::WasDown;
            // Its content has changed, so its attempts are counted from the beginning.
            Notification { id: up.id, kind, until: up.until, sent: 0, next: None, ..down }
        }
        _ if down_was_notified || up.first => {
            outbox.push(Notification { kind: NotificationKind::Up, ..up });
            return;
        }
        _ => Notification { kind: NotificationKind::WasDown, ..up },
    };
    match outbox.iter_mut().find(|other| is_same(other) && other.kind == NotificationKind::WasDown) {
        Some(earlier) => merge(earlier, late),
        None => outbox.push(late),
    }
}

/// Merge two outages into one notification, in the place of the first.
fn merge(earlier: &mut Notification, late: Notification) {
    earlier.id = late.id;
    earlier.until = late.until;
    earlier.times = earlier.times.saturating_add(late.times);
    earlier.cause = if late.why.is_some() { late.cause } else { earlier.cause };
    earlier.why = late.why.or(earlier.why.take());
    earlier.error = late.error.or(earlier.error.take());
    earlier.unread |= late.unread;
    earlier.unproven |= late.unproven;
    (earlier.sent, earlier.next) = (0, None);
    earlier.tries = earlier.tries.max(late.tries);
}

/// Add a notification that is not about a target's status.
///
/// One that ends an event replaces the queued notification of its beginning, and one that begins an event again replaces
/// that of its last end, so that neither arrives after what has happened since. If the replaced one cannot have arrived,
/// the new one is not needed either.
pub fn add_event(outbox: &mut Vec<Notification>, notification: Notification) {
    let is_replaced = |other: &mut Notification| {
        (other.kind.ends() == Some(notification.kind) || notification.kind.ends() == Some(other.kind))
            && other.about == notification.about
            && other.target() == notification.target()
            && other.channel() == notification.channel()
    };
    // That the monitor was offline is notified afterwards: it explains what was not notified meanwhile.
    let explains = notification.kind == NotificationKind::MonitorOnline;
    if notification.kind != NotificationKind::MonitorOffline {
        let replaced: Vec<Notification> = outbox.extract_if(.., is_replaced).collect();
        if replaced.iter().any(|other| !other.unproven) && !explains {
            return;
        }
    }
    outbox.push(notification);
}
