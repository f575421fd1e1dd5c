//! Which notifications are sent now: not those that maintenance, a pause, quiet hours or flapping hold back, and not those
//! whose last attempt was too recent.

use super::hold::is_suppressed;
use crate::outbox::Entry;
use crate::settings::Settings;
use crate::state::State;

/// Return what is to be sent now on one channel, in the order of the outbox.
pub fn outgoing(state: &State, channel: &str, settings: &Settings, now: u64) -> Vec<Entry> {
    if is_quiet(channel, settings, now) {
        return Vec::new();
    }
    let mut ready: Vec<&Entry> = Vec::new();
    for entry in state.outbox.iter().rev().filter(|entry| entry.channel() == channel) {
        // An end must not arrive after the next beginning: what is followed by other news goes with it.
        let is_followed = ready.iter().any(|later| later.is_about_the_same(entry));
        if entry.is_due(is_followed, now) && !is_suppressed(entry, state, settings, now) {
            ready.push(entry);
        }
    }
    ready.into_iter().rev().cloned().collect()
}

fn is_quiet(channel: &str, settings: &Settings, now: u64) -> bool {
    let channel = settings.channels.iter().find(|one| one.name == channel);
    channel.and_then(|channel| channel.quiet).is_some_and(|hours| hours.is_on(now, &settings.clock))
}
