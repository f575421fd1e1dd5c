//! The words about several apps that share a place and a moment, but no cause.

use super::capitalised;
use super::several::{MAX_LIST_CHARS, grouped, listed, names};
use super::single::{late, outage, since};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Settings, Target};
use crate::text::bounded;

/// Title and body.
pub(super) fn words(entries: &[Notification], settings: &Settings) -> (String, String) {
    let some = listed(&names(entries));
    let kind = entries.first().map(|entry| entry.kind);
    match kind {
        Some(NotificationKind::Down) => (format!("{some} are DOWN"), reasons(entries, settings)),
        Some(NotificationKind::WasDown) => {
            let late = entries.first().map(late).unwrap_or_default();
            (format!("{some} were DOWN and are UP again"), format!("{} {late}", grouped(entries, outage)))
        }
        _ => (format!("{some} are UP again"), grouped(entries, outage)),
    }
}

/// Why each of them is down, and since when.
pub(super) fn reasons(entries: &[Notification], settings: &Settings) -> String {
    let Some(one) = entries.first() else { return String::new() };
    let is_one_moment = entries.iter().all(|entry| entry.from == one.from);
    let text = |entry: &Notification| {
        let why = entry.why.as_deref().unwrap_or("does not answer as it should");
        if is_one_moment { why.to_owned() } else { format!("{why}, {}", since(entry)) }
    };
    let names_itself = |entry: &Notification| {
        let app = settings.target(entry.target()).map(Target::app);
        entry.why.as_deref().zip(app).is_some_and(|(why, app)| why.starts_with(app))
    };
    let mut text = if entries.iter().all(names_itself) {
        let whys: Vec<String> =
            entries.iter().map(|entry| format!("{}.", capitalised(&text(entry)))).collect();
        bounded(&whys.join(" "), MAX_LIST_CHARS)
    } else {
        grouped(entries, text)
    };
    if is_one_moment {
        text.push_str(&format!(" {}.", capitalised(&since(one))));
    }
    text
}

/// Those that must refuse are not up or down, but closed or open.
pub(super) fn exposure(entries: &[Notification], settings: &Settings) -> (String, String) {
    let Some(one) = entries.first() else { return (String::new(), String::new()) };
    let apps: Vec<&str> = apps(entries, settings);
    let some = listed(&apps);
    let all = apps.join(", ");
    match one.kind {
        NotificationKind::Down => (
            format!("{some} are OPEN to the world"),
            format!("They let in whoever comes without a token: {all}. {}.", capitalised(&since(one))),
        ),
        NotificationKind::WasDown => {
            (format!("{some} were OPEN to the world and are closed again"), format!("{all}. {}", late(one)))
        }
        _ => (format!("{some} are closed again"), format!("They were open to the world: {all}.")),
    }
}

/// What the apps are called.
pub(super) fn apps<'a>(entries: &[Notification], settings: &'a Settings) -> Vec<&'a str> {
    entries.iter().filter_map(|entry| settings.target(entry.target())).map(Target::app).collect()
}
