//! Suppresses notifications during maintenance, during a pause, and while a target is flapping. Changes are recorded
//! meanwhile; afterwards the net difference is notified, which is nothing if the target is as it was.

use super::entries::Change;
use super::{Context, Knowledge, Subject, last_queued};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::Settings;
use crate::contract::state::{LastNotified, State, Status, Streak, Suppressed, TargetState};
use crate::time::duration;

/// A target is flapping with this many changes within [`WINDOW_S`]: three outages in an hour.
const MAX_CHANGES: u32 = 6;

const WINDOW_S: u64 = 60 * 60;

/// A target without a change for this long is stable again, in seconds.
pub(super) const STABLE_S: u64 = 30 * 60;

impl Subject<'_> {
    /// Return whether notifications about the change that was just made are suppressed. `before`: the previous status.
    pub(super) fn suppresses(&mut self, before: Suppressed) -> bool {
        let begins_to_flap = self.count_change(before.status);
        // If notifications were suppressed until now, `release` takes this change into account.
        if !self.is_suppressed() && self.target.suppressed.is_none() {
            return false;
        }
        self.target.suppressed.get_or_insert(before);
        if begins_to_flap {
            self.notify_flapping();
        }
        true
    }

    /// Count a change. Return whether the target begins to flap with it.
    fn count_change(&mut self, before: Status) -> bool {
        if !self.settings.damp || before == Status::Unknown {
            return false;
        }
        let now = self.context.now;
        let recent = self.target.changes.filter(|changes| now.saturating_sub(changes.since) <= WINDOW_S);
        let changes = Streak::longer(recent, now);
        self.target.changes = Some(changes);
        changes.runs >= MAX_CHANGES && !std::mem::replace(&mut self.target.flapping, true)
    }

    fn notify_flapping(&mut self) {
        let Some(changes) = self.target.changes else { return };
        let why = format!(
            "{} changes in {}. Notifications are suppressed until the status has been stable for {}",
            changes.runs,
            duration(self.context.now.saturating_sub(changes.since)),
            duration(STABLE_S)
        );
        self.notify(NotificationKind::Flapping, why);
    }

    fn is_suppressed(&self) -> bool {
        let Context { settings, now, .. } = self.context;
        self.is_paused || self.target.flapping || is_in_maintenance(&self.target.name, settings, now)
    }

    /// End the suppression when there is no longer a reason for it, and notify what has changed since it began.
    pub(super) fn release(&mut self) {
        let target = &mut *self.target;
        let is_stable = target.flapping
            && (!self.settings.damp || self.context.now.saturating_sub(target.since) >= STABLE_S);
        if is_stable {
            target.flapping = false;
            target.changes = None;
        }
        if self.is_suppressed() {
            let current = Suppressed { status: self.target.status, since: self.target.since };
            // Notifications that were queued before stay queued: the difference is to what was notified.
            self.target.suppressed.get_or_insert(current);
            return;
        }
        let Some(before) = self.target.suppressed.take() else { return };
        if self.target.status == Status::Unknown || self.context.knowledge == Knowledge::StateUnavailable {
            return;
        }
        self.notify_difference(before, is_stable);
    }

    /// Notify the channels whose last notification contradicts the status. `was_flapping`: outages were neither
    /// notified nor counted.
    fn notify_difference(&mut self, before: Suppressed, was_flapping: bool) {
        let status = self.target.status;
        let channels: Vec<&str> = self.context.settings.channel_names();
        let differs = |channel: &&str| last_status(self.target, self.outbox, channel) != Some(status);
        let channels: Vec<&str> = channels.into_iter().filter(differs).collect();
        if channels.is_empty() {
            // The last notification said that it is flapping.
            if was_flapping && status == Status::Down {
                self.remind();
            }
            return;
        }
        self.target.seq = self.target.seq.wrapping_add(1);
        let down_since = if before.status == Status::Down { before.since } else { self.target.since };
        for channel in channels {
            let last = last_status(self.target, self.outbox, channel);
            let is_first = before.status == Status::Unknown && last.is_none();
            // An outage that began and ended meanwhile was not notified, and need not be.
            if is_first || status == Status::Down || last == Some(Status::Down) {
                self.notify_status_on(channel, Change { is_first, down_since });
                if was_flapping {
                    uncount(&self.target.name, channel, self.outbox);
                }
            }
        }
    }
}

/// Notify the channels whose last notification contradicts a target's status: two runs at the same time may have
/// observed, sent and saved different things.
pub fn reconcile(state: &mut State, context: Context<'_>) {
    let context = Context { knowledge: Knowledge::Certain, ..context };
    let is_paused = state.paused_until.is_some();
    let State { targets, outbox, .. } = state;
    for (target, settings) in targets.iter_mut().zip(&context.settings.targets) {
        let mut subject = Subject { target, settings, outbox, is_paused, context };
        subject.reconcile();
    }
}

impl Subject<'_> {
    fn reconcile(&mut self) {
        let status = self.target.status;
        if status == Status::Unknown || self.target.suppressed.is_some() || self.is_suppressed() {
            return;
        }
        let differs = |channel: &&str| {
            last_status(self.target, self.outbox, channel).is_some_and(|last| last != status)
        };
        let channels: Vec<&str> = self.context.settings.channel_names().into_iter().filter(differs).collect();
        if !channels.is_empty() {
            self.target.seq = self.target.seq.wrapping_add(1);
        }
        for channel in channels {
            self.notify_status_on(channel, Change { is_first: false, down_since: self.target.since });
        }
    }
}

/// Return whether maintenance, a pause or flapping suppress a queued notification.
pub(super) fn is_suppressed(
    notification: &Notification,
    state: &State,
    settings: &Settings,
    now: u64,
) -> bool {
    let target = notification.target();
    let is_target_suppressed =
        |name: &str| state.target(name).is_some_and(|target| target.suppressed.is_some());
    // While a target is flapping, everything but its status is notified.
    state.paused_until.is_some_and(|until| until > now)
        || (notification.kind == NotificationKind::Report && is_all_in_maintenance(settings, now))
        || (!target.is_empty() && is_in_maintenance(target, settings, now))
        || (notification.kind.is_status() && is_target_suppressed(target))
}

/// Return whether a target is in maintenance at a time in Unix seconds.
pub(super) fn is_in_maintenance(target: &str, settings: &Settings, now: u64) -> bool {
    settings.maintenance.iter().any(|window| window.covers(target, now, &settings.clock))
}

/// Return whether all targets are in maintenance.
pub(super) fn is_all_in_maintenance(settings: &Settings, now: u64) -> bool {
    settings.targets.iter().all(|target| is_in_maintenance(&target.name, settings, now))
}

/// Mark the end of flapping, whose outages were neither notified nor counted.
fn uncount(target: &str, channel: &str, outbox: &mut [Notification]) {
    let is_end = |one: &&mut Notification| {
        one.kind == NotificationKind::Up && one.target() == target && one.channel() == channel
    };
    if let Some(end) = outbox.iter_mut().rev().find(is_end) {
        end.times = 0;
    }
}

/// Return the status that the last notification of a channel says, sent or queued.
fn last_status(target: &TargetState, outbox: &[Notification], channel: &str) -> Option<Status> {
    match (last_queued(outbox, &target.name, channel), target.notified.get(channel)) {
        (Some(queued), _) if queued.kind == NotificationKind::Down => Some(Status::Down),
        (Some(_), _) | (None, Some(LastNotified::Up)) => Some(Status::Up),
        (None, Some(LastNotified::Down)) => Some(Status::Down),
        (None, Some(LastNotified::Failed(_)) | None) => None,
    }
}
