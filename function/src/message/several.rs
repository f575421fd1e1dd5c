//! The words about entries that are told together.

use super::{apps, capitalised, first, place, single};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Expect, Settings};
use crate::contract::state::State;
use crate::text::bounded;

/// Longer lists are cut: the shortest message of all channels has room for so much.
pub(super) const MAX_LIST_CHARS: usize = 600;

/// More names than these are counted where there is little room.
const MAX_NAMED: usize = 3;

/// Title and body.
pub(super) fn words(entries: &[Notification], state: &State, settings: &Settings) -> (String, String) {
    let Some(one) = entries.first() else { return (String::new(), String::new()) };
    let is_exposure = settings.target(one.target()).is_some_and(|target| target.expect == Expect::Refusal);
    match one.kind {
        NotificationKind::Up | NotificationKind::Down if one.first => first::words(entries, state, settings),
        NotificationKind::Up | NotificationKind::Down | NotificationKind::WasDown if is_exposure => {
            apps::exposure(entries, settings)
        }
        NotificationKind::Up | NotificationKind::Down | NotificationKind::WasDown
            if entries.iter().all(|entry| entry.scope.is_some()) =>
        {
            place::words(entries, state, settings)
        }
        NotificationKind::Up | NotificationKind::Down | NotificationKind::WasDown => {
            apps::words(entries, settings)
        }
        _ => of_notes(one, entries, is_exposure),
    }
}

fn of_notes(one: &Notification, entries: &[Notification], is_exposure: bool) -> (String, String) {
    let some = listed(&names(entries));
    let title = match one.kind {
        NotificationKind::Reminder if is_exposure => format!("{some} are still OPEN"),
        NotificationKind::Reminder => format!("{some} are still DOWN"),
        NotificationKind::Flapping => format!("{some} go up and down"),
        NotificationKind::Unseen => format!("{some} cannot be seen"),
        NotificationKind::Seen => format!("{some} can be seen again"),
        NotificationKind::Slow => format!("{some} are slow"),
        NotificationKind::Fast => format!("{some} are fast again"),
        _ => format!("certificate expires soon: {some}"),
    };
    // Where causes differ, no advice fits all.
    let cause = one.cause.filter(|_| entries.iter().all(|entry| entry.cause == one.cause));
    let more = if one.kind == NotificationKind::Unseen { single::unseen(cause) } else { String::new() };
    (title, format!("{}{more}", grouped(entries, |entry| entry.why.clone().unwrap_or_default())))
}

/// `One reason: plex, sonarr. Another: wizarr.`
pub(super) fn grouped(entries: &[Notification], text: impl Fn(&Notification) -> String) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for entry in entries {
        let text = text(entry);
        match groups.iter_mut().find(|group| group.0 == text) {
            Some(group) => group.1.push(entry.target()),
            None => groups.push((text, vec![entry.target()])),
        }
    }
    let groups: Vec<String> =
        groups.iter().map(|(text, names)| format!("{}: {}.", capitalised(text), names.join(", "))).collect();
    bounded(&groups.join(" "), MAX_LIST_CHARS)
}

pub(super) fn names(entries: &[Notification]) -> Vec<&str> {
    entries.iter().map(Notification::target).collect()
}

pub(super) fn joined(names: &[&str]) -> String {
    bounded(&names.join(", "), MAX_LIST_CHARS)
}

/// `plex, sonarr and wizarr`, or how many they are.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] if names.len() <= MAX_NAMED => format!("{} and {last}", before.join(", ")),
        _ => format!("{} apps", names.len()),
    }
}
