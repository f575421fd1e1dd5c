//! Phrases that all messages share: the name of a target, when an outage began, and how long it was.

use crate::contract::notification::Notification;
use crate::contract::settings::{Expect, Settings, Target};
use crate::local_time::{clock, date, span};
use crate::time::duration;

/// How the first message about a target begins.
pub(super) const STARTED: &str = "Monitoring started";

/// The reason of an outage for which none is known.
pub(super) const NO_REASON: &str = "no valid response";

/// Return what messages call a target: its own name, in the app's spelling if it is the app's name.
///
/// A target that must be closed is called by its app, if no other one has the same: it usually stands beside an open one.
pub(super) fn label<'a>(name: &'a str, settings: &'a Settings) -> &'a str {
    let Some(target) = settings.target(name) else { return name };
    let is_alike = |other: &&Target| other.expect == target.expect && other.app() == target.app();
    let is_only_closed_one =
        || target.expect == Expect::Refusal && settings.targets.iter().filter(is_alike).count() == 1;
    if letters(name).eq(letters(target.app())) || is_only_closed_one() { target.app() } else { name }
}

/// Return the letters and digits of a name, in lower case: `uptime-kuma` is `Uptime Kuma`.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Capitalize the first letter, but not in a word with its own spelling, such as `qBittorrent` or `plex.example.com`.
pub(super) fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    let Some(first) = rest.next() else { return String::new() };
    let word = rest.as_str().split(char::is_whitespace).next().unwrap_or_default();
    let is_address = word.trim_end_matches(['.', ':']).contains(['.', '/']);
    let has_own_spelling = is_address || word.contains(char::is_uppercase);
    if has_own_spelling { text.to_owned() } else { first.to_uppercase().chain(rest).collect() }
}

/// Return when an outage began: `since 10:05 UTC (2026-11-03)`.
pub(super) fn since(notification: &Notification, settings: &Settings) -> String {
    let (from, zone) = (notification.from, &settings.clock);
    format!("since {} ({})", clock(from, zone), date(from, zone))
}

/// Return after how long it recovered: ` after 35 min`, or nothing unless it was a single outage.
pub(super) fn after(notification: &Notification) -> String {
    match notification.times {
        1 => format!(" after {}", duration(length(notification))),
        _ => String::new(),
    }
}

/// Return how long or how often it was down: ` for 35 min`, ` 3 times`, or nothing if outages were not counted.
pub(super) fn how_long(notification: &Notification) -> String {
    match notification.times {
        0 => String::new(),
        1 => format!(" for {}", duration(length(notification))),
        times => format!(" {times} times"),
    }
}

/// Describe an outage that has ended: `Down 35 min (10:05-10:40 UTC)`.
pub(super) fn outage(notification: &Notification, settings: &Settings) -> String {
    let when = when(notification, settings);
    match notification.times {
        0 => format!("Flapping ({when})"),
        1 => format!("Down {} ({when})", duration(length(notification))),
        times => format!("Down {times} times ({when})"),
    }
}

/// Return when it was down: `10:05-10:40 UTC`.
pub(super) fn when(notification: &Notification, settings: &Settings) -> String {
    span(notification.from, notification.until.unwrap_or(notification.from), &settings.clock)
}

/// Return why a notification arrives late.
pub(super) fn delay(notification: &Notification) -> String {
    match &notification.error {
        Some(error) => format!("Notification delayed: {error}."),
        None => "Notification delayed.".to_owned(),
    }
}

fn length(notification: &Notification) -> u64 {
    notification.until.unwrap_or(notification.from).saturating_sub(notification.from)
}
