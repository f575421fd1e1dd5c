//! Lists of targets in messages: bounded, counted where they are long, grouped by what is said of them.

use super::phrases::{capitalised, label};
use crate::contract::notification::Notification;
use crate::contract::settings::Settings;
use crate::text::bounded;

/// The shortest message of all channels has room for this many characters; longer lists are cut.
pub(super) const MAX_LIST_CHARS: usize = 600;

/// More names than these are counted where there is little room.
const MAX_NAMED: usize = 3;

/// Return how the targets of these notifications are called.
pub(super) fn labels<'a>(notifications: &'a [Notification], settings: &'a Settings) -> Vec<&'a str> {
    notifications.iter().map(|one| label(one.target(), settings)).collect()
}

/// `Plex, Sonarr, Wizarr`
pub(super) fn joined(names: &[&str]) -> String {
    bounded(&names.join(", "), MAX_LIST_CHARS)
}

/// `Plex, Sonarr and Wizarr`; of more than [`MAX_NAMED`], their number.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => capitalised(only),
        [before @ .., last] if names.len() <= MAX_NAMED => {
            capitalised(&format!("{} and {last}", before.join(", ")))
        }
        _ => count(names.len()),
    }
}

/// `9 apps`
pub(super) fn count(apps: usize) -> String {
    format!("{apps} app{}", if apps == 1 { "" } else { "s" })
}

/// `One reason: Plex, Sonarr. Another: Wizarr.`
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
        groups.iter().map(|(text, names)| format!("{}: {}.", capitalised(text), names.join(", "))).collect();
    bounded(&groups.join(" "), MAX_LIST_CHARS)
}
