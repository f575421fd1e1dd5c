//! Phrases that all messages share: how a target is called, since when it is down, how long it was.

use crate::contract::notification::Notification;
use crate::contract::settings::{Settings, Target};
use crate::time::{clock, date, duration, span};

/// How the first message about a target begins.
pub(super) const STARTED: &str = "Monitoring started";

/// What is said of an outage without a reason.
pub(super) const NO_REASON: &str = "no valid response";

/// Return how messages call a target: by its app where no other target has the same one, else by its own name.
pub(super) fn label<'a>(name: &'a str, settings: &'a Settings) -> &'a str {
    let Some(target) = settings.target(name) else { return name };
    let is_alike = |other: &&Target| other.expect == target.expect && other.app() == target.app();
    if settings.targets.iter().filter(is_alike).count() == 1 { target.app() } else { name }
}

/// Return the text with a capital letter at its beginning.
pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `since 10:05 UTC (2026-11-03)`
pub(super) fn since(notification: &Notification) -> String {
    format!("since {} UTC ({})", clock(notification.from), date(notification.from))
}

/// `after 35 min`; nothing unless it is one outage.
pub(super) fn after(notification: &Notification) -> String {
    match notification.times {
        1 => format!(" after {}", duration(length(notification))),
        _ => String::new(),
    }
}

/// ` for 35 min`, ` 3 times`, or nothing where outages were not counted.
pub(super) fn how_long(notification: &Notification) -> String {
    match notification.times {
        0 => String::new(),
        1 => format!(" for {}", duration(length(notification))),
        times => format!(" {times} times"),
    }
}

/// `Down 35 min (10:05-10:40 UTC)`
pub(super) fn outage(notification: &Notification) -> String {
    let when = when(notification);
    match notification.times {
        0 => format!("Flapping ({when})"),
        1 => format!("Down {} ({when})", duration(length(notification))),
        times => format!("Down {times} times ({when})"),
    }
}

/// `10:05-10:40 UTC`
pub(super) fn when(notification: &Notification) -> String {
    span(notification.from, notification.until.unwrap_or(notification.from))
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
