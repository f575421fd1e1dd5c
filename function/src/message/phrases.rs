//! Phrases that all messages share: the name of a target, when an outage began, and how long it was.

use crate::contract::notification::Notification;
use crate::contract::settings::{Settings, Target};
use crate::time::{clock, date, duration, span};

/// How the first message about a target begins.
pub(super) const STARTED: &str = "Monitoring started";

/// The reason of an outage for which none is known.
pub(super) const NO_REASON: &str = "no valid response";

/// Return what messages call a target: its app if no other target has the same one, else its own name.
pub(super) fn label<'a>(name: &'a str, settings: &'a Settings) -> &'a str {
    let Some(target) = settings.target(name) else { return name };
    let is_alike = |other: &&Target| other.expect == target.expect && other.app() == target.app();
    if settings.targets.iter().filter(is_alike).count() == 1 { target.app() } else { name }
}

/// Capitalize the first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Return when an outage began: `since 10:05 UTC (2026-11-03)`.
pub(super) fn since(notification: &Notification) -> String {
    format!("since {} UTC ({})", clock(notification.from), date(notification.from))
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
pub(super) fn outage(notification: &Notification) -> String {
    let when = when(notification);
    match notification.times {
        0 => format!("Flapping ({when})"),
        1 => format!("Down {} ({when})", duration(length(notification))),
        times => format!("Down {times} times ({when})"),
    }
}

/// Return when it was down: `10:05-10:40 UTC`.
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
