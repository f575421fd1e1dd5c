//! The words about entries that are told together.

use super::{capitalised, single};
use crate::outbox::{Entry, Kind, Scope};
use crate::probe::Cause;
use crate::settings::{Expect, Settings};
use crate::state::{State, Status};
use crate::text::bounded;
use crate::time::{clock, date, duration};

/// Longer lists are cut: the shortest message of all channels has room for so much.
const MAX_LIST_CHARS: usize = 600;

/// Title and body.
pub(super) fn words(entries: &[Entry], state: &State, settings: &Settings) -> (String, String) {
    let Some(first) = entries.first() else { return (String::new(), String::new()) };
    let count = entries.len();
    let names = names(entries.iter().map(Entry::target));
    let place = place(first, settings);
    let still = still_down(first, entries, state, settings);
    match first.kind {
        Kind::Up if first.first => (
            format!("plexmon is watching {count}"),
            format!("Up: {names}. You will be told when one goes down, and when it comes back."),
        ),
        Kind::Down => {
            let since = format!("Since {} UTC ({})", clock(first.from), date(first.from));
            let why = reason(entries, state, first.scope, &place);
            (format!("{place} is DOWN: {count} apps"), format!("{why}. {since}. Down: {names}."))
        }
        Kind::Up => (back(first, count, &place), format!("Up again: {names}.{still}")),
        Kind::WasDown => {
            let why = first.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            (
                format!("{place} was DOWN and is back: {count} apps"),
                format!("{}{why}. {} Up again: {names}.{still}", single::outage(first), single::late(first)),
            )
        }
        _ => of_notes(first, count, &names),
    }
}

fn back(first: &Entry, count: usize, place: &str) -> String {
    let lasted = duration(first.until.unwrap_or(first.from).saturating_sub(first.from));
    match first.scope {
        Some(Scope::Rest) | None => format!("{place}: {count} more are back after {lasted}"),
        Some(_) => format!("{place} is back after {lasted}"),
    }
}

fn of_notes(first: &Entry, count: usize, names: &str) -> (String, String) {
    let why = capitalised(first.why.as_deref().unwrap_or_default());
    let title = match first.kind {
        Kind::Reminder => format!("{count} are still DOWN"),
        Kind::Unseen => format!("{count} cannot be seen"),
        Kind::Seen => format!("{count} can be seen again"),
        Kind::Slow => format!("{count} are slow"),
        Kind::Fast => format!("{count} are fast again"),
        _ => format!("{count} certificates expire soon"),
    };
    (title, format!("{names}. {why}."))
}

/// `home`, or the group that is meant.
fn place(entry: &Entry, settings: &Settings) -> String {
    let target = settings.target(entry.target());
    let group = target.filter(|_| entry.scope == Some(Scope::Group)).and_then(|target| target.group.clone());
    group.or_else(|| target.map(|target| target.site.clone())).unwrap_or_default()
}

/// What all have in common.
fn reason(entries: &[Entry], state: &State, scope: Option<Scope>, place: &str) -> String {
    let cause = |entry: &Entry| state.target(entry.target()).and_then(|target| target.cause);
    let causes: Vec<Cause> = entries.iter().filter_map(cause).collect();
    if scope == Some(Scope::Group) {
        let why = entries.first().and_then(|entry| entry.why.clone()).unwrap_or_default();
        return format!("All that share {place} fail, so it is likely the cause: {why}");
    }
    if causes.contains(&Cause::Home) {
        return "Your house is off the net (Cloudflare: tunnel not connected): power, line or host"
            .to_owned();
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
fn still_down(first: &Entry, entries: &[Entry], state: &State, settings: &Settings) -> String {
    let Some(target) = settings.target(first.target()) else { return String::new() };
    let is_beside = |name: &str| {
        settings.target(name).is_some_and(|other| {
            other.site == target.site
                && other.expect == Expect::Answer
                && (first.scope != Some(Scope::Group) || other.group == target.group)
        })
    };
    let others = state.targets.iter().filter(|other| other.status == Status::Down && is_beside(&other.name));
    let others: Vec<&str> = others
        .map(|other| other.name.as_str())
        .filter(|name| entries.iter().all(|entry| entry.target() != *name))
        .collect();
    if others.is_empty() { String::new() } else { format!(" Still down: {}.", names(others.into_iter())) }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    bounded(&names.collect::<Vec<_>>().join(", "), MAX_LIST_CHARS)
}
