//! Decides what to notify about the monitor itself: that it is offline, or that a channel is failing. Also pauses and
//! resumes notifications.

use std::time::Duration;

use super::Context;
use super::entries::channels_for;
use crate::contract::delivery::Delivery;
use crate::contract::notification::{Notification, NotificationKind, add_event};
use crate::contract::settings::{ChannelSettings, Settings};
use crate::contract::state::State;
use crate::local_time::{clock, span};
use crate::probe::{Cause, Observation};
use crate::time::duration;

/// That the monitor is offline is notified after this time, in seconds.
const OFFLINE_S: u64 = 30 * 60;

/// A channel is reported after this many failures in a row.
const MAX_FAILURES: u32 = 3;

/// A channel whose service asks to wait for so long is reported at once, in seconds.
const LONG_WAIT_S: u64 = 15 * 60;

/// How long the time of a pause or resume command is remembered, in seconds: as long as a run may last.
pub(super) const COMMAND_S: u64 = 15 * 60;

/// Suppress notifications until this time; checks continue.
pub fn pause(state: &mut State, until: u64, now: u64) {
    command(state, Some(until), now);
}

/// End a pause.
pub fn resume(state: &mut State, now: u64) {
    command(state, None, now);
}

/// Apply a command, unless a later one was applied: two commands may be written in either order.
fn command(state: &mut State, paused_until: Option<u64>, now: u64) {
    if state.commanded.is_none_or(|at| at <= now || at - now > COMMAND_S) {
        (state.paused_until, state.commanded) = (paused_until, Some(now));
    }
}

/// Record whether the monitor has a network.
pub(super) fn observe(state: &mut State, observations: &[Observation], context: Context<'_>) {
    let is_offline = !observations.is_empty()
        && observations.iter().all(|seen| seen.cause() == Some(Cause::MonitorOffline));
    let now = context.now;
    if is_offline {
        let since = *state.monitor.offline_since.get_or_insert(now);
        let is_long = now.saturating_sub(since) >= OFFLINE_S;
        if is_long && !std::mem::replace(&mut state.monitor.offline_notified, true) {
            let why = format!(
                "no response since {}, not even from hosts that always respond: the monitor's own network is \
                 failing, not your home",
                clock(since, &context.settings.clock)
            );
            notify(state, &event(NotificationKind::MonitorOffline, why, now), None, context.settings);
        }
        return;
    }
    let Some(since) = state.monitor.offline_since.take() else { return };
    if std::mem::take(&mut state.monitor.offline_notified) {
        let lasted = duration(now.saturating_sub(since));
        let when = span(since, now, &context.settings.clock);
        let why = format!("offline for {lasted} ({when}); what happened in that time is unknown");
        notify(state, &event(NotificationKind::MonitorOnline, why, now), None, context.settings);
    }
}

/// Notify the channels that want notifications of this kind, but not the one to leave out.
pub(super) fn notify(
    state: &mut State,
    notification: &Notification,
    leave_out: Option<&str>,
    settings: &Settings,
) {
    state.monitor.seq = state.monitor.seq.wrapping_add(1);
    let is_wanted = |channel: &&ChannelSettings| leave_out != Some(channel.name.as_str());
    for channel in channels_for(notification.kind, settings).filter(is_wanted) {
        let id = Notification::id("", state.monitor.seq, &channel.name);
        add_event(&mut state.outbox, Notification { id, ..notification.clone() });
    }
}

/// Return a notification about the monitor itself.
pub(super) fn event(kind: NotificationKind, why: String, now: u64) -> Notification {
    Notification { why: Some(why), ..Notification::new(kind, now) }
}

/// Report a channel that refuses notifications, or keeps failing.
pub(super) fn observe_channel(
    state: &mut State,
    notification: &Notification,
    delivery: &Delivery,
    context: Context<'_>,
) {
    match delivery {
        Delivery::Delivered => {
            state.monitor.broken.remove(notification.channel());
            state.monitor.not_before.remove(notification.channel());
        }
        Delivery::Refused { why, .. } => report_channel(state, notification.channel(), why, context),
        Delivery::Retry { why, wait, .. }
            if notification.tries.saturating_add(1) >= MAX_FAILURES || wait.is_some_and(is_long) =>
        {
            report_channel(state, notification.channel(), why, context);
        }
        Delivery::Retry { .. } => {}
    }
}

/// Return whether a wait is so long that the next attempts come too late to report the channel.
fn is_long(wait: Duration) -> bool {
    wait.as_secs() >= LONG_WAIT_S
}

/// Report a failing channel on the others, once until it works again.
pub(super) fn report_channel(state: &mut State, channel: &str, why: &str, context: Context<'_>) {
    // If all channels fail, the fault is not this one's, and none could report it.
    let fails = |name: &str| state.outbox.iter().any(|one| one.channel() == name && one.error.is_some());
    let mut others = context.settings.channels.iter().filter(|other| other.name != channel);
    if others.any(|other| !fails(&other.name)) && state.monitor.broken.insert(channel.to_owned()) {
        let why = format!("notifications through {channel} are not delivered: {why}");
        let event = event(NotificationKind::Channel, why, context.now);
        notify(state, &event, Some(channel), context.settings);
    }
}
