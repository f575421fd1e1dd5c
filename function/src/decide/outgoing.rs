//! Selects the notifications that are sent now: not those that maintenance, a pause, quiet hours or flapping suppress,
//! not those whose last attempt was too recent, and nothing on a channel whose service asked to wait.

use super::suppress::is_suppressed;
use crate::contract::notification::Notification;
use crate::contract::settings::Settings;
use crate::contract::state::State;

/// Return what is sent now on one channel, in the order of the outbox.
pub fn outgoing(state: &State, channel: &str, settings: &Settings, now: u64) -> Vec<Notification> {
    if state.monitor.is_held_back(channel, now) || is_quiet(channel, settings, now) {
        return Vec::new();
    }
    let all: Vec<&Notification> = state
        .outbox
        .iter()
        .filter(|one| one.channel() == channel && !is_suppressed(one, state, settings, now))
        .collect();
    let mut is_ready = vec![false; all.len()];
    let follows = |ready: &[bool], at: usize, range: std::ops::Range<usize>| {
        range.into_iter().any(|other| ready[other] && all[other].is_about_the_same(all[at]))
    };
    // A recovery must not arrive after the next outage: a notification is sent together with later ones about the same.
    for at in (0..all.len()).rev() {
        is_ready[at] = all[at].is_due(follows(&is_ready, at, at + 1..all.len()), now);
    }
    // The last one to arrive must not be out of date: one that was only refused is sent together with earlier ones.
    for at in 0..all.len() {
        is_ready[at] |= all[at].sent == 0 && follows(&is_ready, at, 0..at);
    }
    all.iter().zip(is_ready).filter(|(_, is_ready)| *is_ready).map(|(one, _)| (*one).clone()).collect()
}

fn is_quiet(channel: &str, settings: &Settings, now: u64) -> bool {
    let channel = settings.channels.iter().find(|one| one.name == channel);
    channel.and_then(|channel| channel.quiet).is_some_and(|hours| hours.is_on(now, &settings.clock))
}
