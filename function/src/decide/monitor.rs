//! What is about the monitor itself: that it sees nothing, that a channel is broken, that it was told to be silent.

use super::Scene;
use super::notes::wants;
use crate::contract::notification::{Notification, NotificationKind, add_note};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::notify::Delivery;
use crate::probe::{Cause, Observation};
use crate::time::{clock, duration, span};

/// Seeing nothing for so long is worth a word.
const BLIND_S: u64 = 30 * 60;

/// A channel that fails so often in a row is in trouble.
const TRIES: u32 = 3;

/// How long it is remembered when a pause began or was ended, in seconds: as long as a run may last.
pub(super) const COMMAND_S: u64 = 15 * 60;

/// Nothing is told until then; checks go on.
pub fn pause(state: &mut State, until: u64, now: u64) {
    command(state, Some(until), now);
}

/// Words are told again.
pub fn resume(state: &mut State, now: u64) {
    command(state, None, now);
}

/// The later one of two commands holds, in whatever order their runs write.
fn command(state: &mut State, paused_until: Option<u64>, now: u64) {
    if state.commanded.is_none_or(|at| at <= now || at - now > COMMAND_S) {
        (state.paused_until, state.commanded) = (paused_until, Some(now));
    }
}

/// Notes whether the monitor saw anything.
pub(super) fn observe(state: &mut State, observations: &[Observation], scene: Scene<'_>) {
    let is_blind =
        !observations.is_empty() && observations.iter().all(|seen| seen.cause() == Some(Cause::Blind));
    let now = scene.now;
    if is_blind {
        let since = *state.monitor.blind_since.get_or_insert(now);
        if now.saturating_sub(since) >= BLIND_S && !std::mem::replace(&mut state.monitor.blind_told, true) {
            let why = format!(
                "nothing answers since {} UTC, not even what always does: it is the monitor's own way out that \
                 fails, not your home",
                clock(since)
            );
            add(state, None, NotificationKind::Blind, &why, scene.settings, now);
        }
        return;
    }
    let Some(since) = state.monitor.blind_since.take() else { return };
    if std::mem::take(&mut state.monitor.blind_told) {
        let lasted = duration(now.saturating_sub(since));
        let why = format!("it could not for {lasted} ({}); what happened then is unknown", span(since, now));
        add(state, None, NotificationKind::Sighted, &why, scene.settings, now);
    }
}

/// One word for each channel but `about`.
fn add(
    state: &mut State,
    about: Option<&str>,
    kind: NotificationKind,
    why: &str,
    settings: &Settings,
    now: u64,
) {
    state.monitor.seq = state.monitor.seq.wrapping_add(1);
    let others = settings.channels.iter().filter(|channel| about != Some(channel.name.as_str()));
    for channel in others.filter(|channel| wants(channel.min, kind)) {
        let id = format!(":{}:{}", state.monitor.seq, channel.name);
        add_note(
            &mut state.outbox,
            Notification { id, why: Some(why.to_owned()), ..Notification::new(kind, now) },
        );
    }
}

/// Report a channel that refuses, or fails again and again.
pub(super) fn hear_of_channel(
    state: &mut State,
    entry: &Notification,
    delivery: &Delivery,
    settings: &Settings,
    now: u64,
) {
    match delivery {
        Delivery::Delivered => {
            state.monitor.broken.remove(entry.channel());
        }
        Delivery::Refused { why, .. } => report_channel(state, entry.channel(), why, settings, now),
        Delivery::Retry { why, .. } if entry.tries.saturating_add(1) >= TRIES => {
            report_channel(state, entry.channel(), why, settings, now);
        }
        Delivery::Retry { .. } => {}
    }
}

/// Report a channel's trouble on the others; once, until it works again.
pub(super) fn report_channel(state: &mut State, channel: &str, why: &str, settings: &Settings, now: u64) {
    // Where all fail, it is not this channel's fault; and nobody could be told.
    let fails = |name: &str| state.outbox.iter().any(|one| one.channel() == name && one.error.is_some());
    let mut others = settings.channels.iter().filter(|other| other.name != channel);
    if others.any(|other| !fails(&other.name)) && state.monitor.broken.insert(channel.to_owned()) {
        let why = format!("messages do not get through to {channel}: {why}");
        add(state, Some(channel), NotificationKind::Channel, &why, settings, now);
    }
}
