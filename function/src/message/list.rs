//! Lists targets in messages: bounded, counted if there are many, or grouped by what is said about them.

use super::phrases::{capitalized, label};
use crate::contract::notification::Notification;
use crate::contract::settings::Settings;
use crate::text::bounded;

/// Longer lists are cut: the channel with the shortest messages has room for this many characters.
pub(super) const MAX_LIST_CHARS: usize = 600;

/// More names than these are counted instead, where there is little room.
pub(super) const MAX_NAMED: usize = 3;

/// Return what messages call the targets of these notifications.
pub(super) fn labels<'a>(notifications: &'a [Notification], settings: &'a Settings) -> Vec<&'a str> {
    notifications.iter().map(|one| label(one.target(), settings)).collect()
}

/// List names: `Plex, Sonarr, Wizarr`.
pub(super) fn joined(names: &[&str]) -> String {
    bounded(&names.join(", "), MAX_LIST_CHARS)
}

/// List names, or count more than [`MAX_NAMED`]: `Plex, Sonarr and Wizarr`, `9 apps`.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => capitalized(only),
        [before @ .., last] if names.len() <= MAX_NAMED => {
            capitalized(&format!("{} and {last}", before.join(", ")))
        }
        _ => count(names.len()),
    }
}

/// Format a number of apps: `9 apps`.
pub(super) fn count(apps: usize) -> String {
    format!("{apps} app{}", if apps == 1 { "" } else { "s" })
}

/// Group targets by text: `One reason: Plex, Sonarr. Another: Wizarr.`
pub(super) fn grouped(
    notifications: &[Notification],
    settings: &Settings,
    text: impl Fn(&Notification) -> String,
) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for notification in notifications {
        let (text, name) = (text(notification), label(notification.target(), settings));
        match groups.iter_mut().find(|group| group.0 == text) {
            Some(group) => group.1.push(name),
            None => groups.push((text, vec![name])),
        }
    }
    let groups: Vec<String> =
        groups.iter().map(|(text, names)| format!("{}: {}.", capitalized(text), names.join(", "))).collect();
    bounded(&groups.join(" "), MAX_LIST_CHARS)
}
