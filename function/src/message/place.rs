//! The words about what shares a cause: a whole home, or a group within it.

use super::capitalised;
use super::several::{joined, names};
use super::single::{late, outage, since};
use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::{Expect, Settings};
use crate::contract::state::{State, Status};
use crate::probe::Cause;
use crate::time::duration;

/// Title and body.
pub(super) fn words(entries: &[Notification], state: &State, settings: &Settings) -> (String, String) {
    let Some(one) = entries.first() else { return (String::new(), String::new()) };
    let (count, name) = (entries.len(), name(one, settings));
    let up = format!("Up again: {}.{}", joined(&names(entries)), still_down(one, entries, state, settings));
    match one.kind {
        NotificationKind::Down => (format!("{name} is DOWN: {count} apps"), down(entries, state, settings)),
        NotificationKind::WasDown => {
            let why = one.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            (
                format!("{name} was DOWN and is back: {count} apps"),
                format!("{}{why}. {} {up}", outage(one), late(one)),
            )
        }
        _ => (back(entries, one, &name), up),
    }
}

/// `home`, or the group that is meant.
pub(super) fn name(entry: &Notification, settings: &Settings) -> String {
    let target = settings.target(entry.target());
    let group = target
        .filter(|_| entry.scope == Some(NotificationScope::Group))
        .and_then(|target| target.group.clone());
    group.or_else(|| target.map(|target| target.site.clone())).unwrap_or_default()
}

/// Why, since when, and who.
pub(super) fn down(entries: &[Notification], state: &State, settings: &Settings) -> String {
    let Some(one) = entries.iter().min_by_key(|entry| entry.from) else { return String::new() };
    let why = reason(entries, state, one.scope, &name(one, settings));
    format!("{why}. {}. Down: {}.", capitalised(&since(one)), joined(&names(entries)))
}

fn back(entries: &[Notification], one: &Notification, name: &str) -> String {
    let from = entries.iter().map(|entry| entry.from).min().unwrap_or_default();
    let until = entries.iter().filter_map(|entry| entry.until).max().unwrap_or(from);
    let lasted = duration(until.saturating_sub(from));
    match one.scope {
        Some(NotificationScope::Rest) | None => {
            format!("{name}: {} more are back after {lasted}", entries.len())
        }
        Some(_) => format!("{name} is back after {lasted}"),
    }
}

/// What all have in common.
fn reason(entries: &[Notification], state: &State, scope: Option<NotificationScope>, place: &str) -> String {
    let cause = |entry: &Notification| state.target(entry.target()).and_then(|target| target.cause);
    let causes: Vec<Cause> = entries.iter().filter_map(cause).collect();
    if scope == Some(NotificationScope::Group) {
        let why = entries.first().and_then(|entry| entry.why.clone()).unwrap_or_default();
        return format!("All that share {place} fail, so it is likely the cause: {why}");
    }
    if causes.contains(&Cause::Home) {
        return "Your home is offline (Cloudflare: tunnel not connected): power, line or host".to_owned();
    }
    match causes.first() {
        Some(Cause::Connect | Cause::Timeout) => {
            "Nothing answers at your house: power, line, router or host".to_owned()
        }
        Some(Cause::Origin) => "Cloudflare gets no proper answer from your house".to_owned(),
        Some(Cause::App) => "The proxy or tunnel answers, but no app behind it does".to_owned(),
        Some(Cause::Dns) => "Not one host name is found any more".to_owned(),
        _ => capitalised(
            entries.first().and_then(|entry| entry.why.as_deref()).unwrap_or("nothing answers as it should"),
        ),
    }
}

/// Who of the same place is down all the same.
fn still_down(one: &Notification, entries: &[Notification], state: &State, settings: &Settings) -> String {
    let Some(target) = settings.target(one.target()) else { return String::new() };
    let is_beside = |name: &str| {
        settings.target(name).is_some_and(|other| {
            other.site == target.site
                && other.expect == Expect::Answer
                && (one.scope != Some(NotificationScope::Group) || other.group == target.group)
        })
    };
    let others = state.targets.iter().filter(|other| other.status == Status::Down && is_beside(&other.name));
    let others: Vec<&str> = others
        .map(|other| other.name.as_str())
        .filter(|name| entries.iter().all(|entry| entry.target() != *name))
        .collect();
    if others.is_empty() { String::new() } else { format!(" Still down: {}.", joined(&others)) }
}
