//! Adds notifications about one target to the outbox.

use super::{Knowledge, Subject};
use crate::contract::notification::{Notification, NotificationKind, add_down, add_event, add_up};
use crate::contract::settings::{ChannelSettings, Settings};
use crate::contract::state::{LastNotified, Status};

/// The change of a target's status that is to be notified.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    /// Whether its status was unknown before.
    pub(super) is_first: bool,
    /// When the outage began that this change ends.
    pub(super) down_since: u64,
}

impl Subject<'_> {
    /// Notify every channel of the target's status.
    pub(super) fn notify_status(&mut self, change: Change) {
        self.target.seq = self.target.seq.wrapping_add(1);
        for channel in self.context.settings.channel_names() {
            self.notify_status_on(channel, change);
        }
    }

    /// Notify one channel of the target's status. The caller has counted the change in `seq`.
    pub(super) fn notify_status_on(&mut self, channel: &str, change: Change) {
        let Change { is_first, down_since } = change;
        let is_state_unavailable = self.context.knowledge == Knowledge::StateUnavailable;
        let target = &*self.target;
        let notification = Notification {
            id: Notification::id(&target.name, target.seq, channel),
            until: (!is_first).then_some(target.since),
            // Without the state, it is unknown whether this is the first notification.
            first: is_first && !is_state_unavailable,
            unread: is_state_unavailable,
            ..Notification::new(NotificationKind::Up, if is_first { target.since } else { down_since })
        };
        if target.status == Status::Down {
            let (why, cause) = (target.why.clone(), target.cause);
            add_down(
                self.outbox,
                Notification { from: target.since, until: None, why, cause, ..notification },
            );
            return;
        }
        let last = target.notified.get(channel);
        let error = match last {
            Some(LastNotified::Failed(why)) => Some(why.clone()),
            _ => None,
        };
        add_up(self.outbox, Notification { error, ..notification }, last == Some(&LastNotified::Down));
    }

    /// Notify the channels that want notifications of this kind.
    pub(super) fn notify(&mut self, kind: NotificationKind, why: impl Into<String>) {
        self.notify_with(&Notification {
            why: Some(why.into()),
            ..Notification::new(kind, self.context.now)
        });
    }

    /// [`notify`](Self::notify) with copies of a notification, which has no id yet.
    pub(super) fn notify_with(&mut self, notification: &Notification) {
        self.target.seq = self.target.seq.wrapping_add(1);
        for channel in channels_for(notification.kind, self.context.settings) {
            let id = Notification::id(&self.target.name, self.target.seq, &channel.name);
            add_event(self.outbox, Notification { id, ..notification.clone() });
        }
    }
}

/// Return the channels that want notifications of this kind.
pub(super) fn channels_for(
    kind: NotificationKind,
    settings: &Settings,
) -> impl Iterator<Item = &ChannelSettings> {
    let takes = move |channel: &&ChannelSettings| match kind {
        NotificationKind::Report => channel.takes_reports(),
        kind => channel.min <= kind.severity(),
    };
    settings.channels.iter().filter(takes)
}
