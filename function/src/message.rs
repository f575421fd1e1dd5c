//! What is in the outbox, in words: what a person reads on the phone, perhaps at night.
//!
//! [`single`] has the words about one target, [`several`] those about more: [`first`] when all begins, [`place`] for what
//! shares a cause, [`apps`] for what does not.

mod apps;
mod first;
mod place;
mod several;
mod single;

use serde::Serialize;

use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::{Expect, Settings, Severity};
use crate::contract::state::State;
use crate::text::{bare_url, fnv};

/// What a channel sends. Each channel cuts it to its own limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The same whenever the same is sent again, for channels that fold repeats.
    pub id: String,
    /// The deployment that it is from.
    pub deployment: String,
    /// The line that is read first.
    pub title: String,
    /// What happened and since when.
    pub body: String,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it may wake somebody.
    pub urgent: bool,
    /// When it happened, in Unix seconds.
    pub at: u64,
    /// The target's address, without what might be secret in it; empty if there is not just one.
    pub url: String,
    /// What to call that address.
    pub url_title: String,
    /// What it consists of.
    pub news: Vec<MessageItem>,
}

/// One entry, as far as programs that read a message may want to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageItem {
    /// The target's name; empty for the monitor itself.
    pub target: String,
    /// What is told.
    pub kind: NotificationKind,
    /// Whether this is the first word about the target.
    pub first: bool,
}

/// Takes the next entry from the queue, and with it those that belong into the same message: words of one kind about
/// one place. No entry overtakes another one about its target.
pub fn batch(queue: &mut Vec<Notification>, settings: &Settings) -> Vec<Notification> {
    let Some(first) = queue.first() else { return Vec::new() };
    let Some(key) = key(first, settings) else { return vec![queue.remove(0)] };
    // What may have arrived is repeated as it was: a receiver that knows it would drop what was added.
    let (sent, unproven) = (first.sent, first.unproven);
    let mut waiting: Vec<String> = Vec::new();
    let belongs = |entry: &mut Notification| {
        let target = entry.target().to_owned();
        let is_next = !waiting.contains(&target);
        waiting.push(target);
        is_next
            && (entry.sent, entry.unproven) == (sent, unproven)
            && self::key(entry, settings).as_ref() == Some(&key)
    };
    queue.extract_if(.., belongs).collect()
}

/// Entries with the same key are told together.
#[derive(PartialEq)]
enum Key {
    /// The first words about targets.
    First,
    /// What they tell, what they share, where they are, and whether it is about being closed to the world.
    Alike(NotificationKind, Option<NotificationScope>, String, bool),
}

fn key(entry: &Notification, settings: &Settings) -> Option<Key> {
    let target = settings.target(entry.target());
    let place = target.map(|target| match entry.scope {
        Some(NotificationScope::Group) => {
            format!("{}/{}", target.site, target.group.as_deref().unwrap_or_default())
        }
        _ => target.site.clone(),
    });
    let is_exposure = target.is_some_and(|target| target.expect == Expect::Refusal);
    match entry.kind {
        NotificationKind::Up | NotificationKind::Down if entry.first => Some(Key::First),
        NotificationKind::Identity
        | NotificationKind::Version
        | NotificationKind::Blind
        | NotificationKind::Sighted
        | NotificationKind::Channel
        | NotificationKind::Other => None,
        kind => {
            // Stragglers and those that were down by themselves come back together.
            let scope = entry.scope.filter(|scope| *scope != NotificationScope::Rest);
            Some(Key::Alike(kind, scope, place?, is_exposure))
        }
    }
}

/// Puts entries into words. `saved` tells whether the state that holds them was kept: if not, the next run may tell
/// them again.
pub fn message(entries: &[Notification], state: &State, settings: &Settings, saved: bool) -> Message {
    let (title, mut body) = match entries {
        [entry] => single::words(entry, settings),
        _ => several::words(entries, state, settings),
    };
    if entries.iter().any(|entry| entry.unread) {
        body.push_str(" (state could not be read; may repeat)");
    } else if !saved {
        body.push_str(" (state not saved; may repeat)");
    } else if entries.iter().any(|entry| entry.unproven) {
        body.push_str(" (may repeat)");
    }
    let first = entries.first();
    let target = first.filter(|_| entries.len() == 1).and_then(|entry| settings.target(entry.target()));
    let is_outage =
        |entry: &Notification| matches!(entry.kind, NotificationKind::Down | NotificationKind::Reminder);
    let severity = |entry: &Notification| {
        if entry.first && entry.kind == NotificationKind::Up { Severity::Info } else { entry.kind.severity() }
    };
    Message {
        id: id(entries, &settings.deployment),
        deployment: settings.deployment.clone(),
        title,
        body,
        severity: entries.iter().map(severity).max().unwrap_or_default(),
        urgent: entries.iter().any(is_outage),
        at: first.map_or(0, |entry| entry.until.unwrap_or(entry.from)),
        url: target.map_or_else(String::new, |target| bare_url(&target.url)),
        url_title: target.map_or_else(String::new, |target| format!("Open {}", target.name)),
        news: entries
            .iter()
            .map(|entry| MessageItem {
                target: entry.target().to_owned(),
                kind: entry.kind,
                first: entry.first,
            })
            .collect(),
    }
}

/// The same for the same entries and no others.
fn id(entries: &[Notification], deployment: &str) -> String {
    match entries {
        [] => String::new(),
        [entry] => format!("{deployment}:{}", entry.id),
        [first, rest @ ..] => {
            let ids: Vec<&str> = rest.iter().map(|entry| entry.id.as_str()).collect();
            format!("{deployment}:{}+{:08x}", first.id, fnv(&ids.join("\n")))
        }
    }
}

/// What `notify-test` sends.
pub fn test_message(deployment: &str, channel: &str, now: u64) -> Message {
    Message {
        id: format!("{deployment}:test:{now}:{channel}"),
        deployment: deployment.to_owned(),
        title: "plexmon: a test".to_owned(),
        body: format!("{channel} works. This is only a test; nothing is wrong."),
        severity: Severity::Info,
        urgent: false,
        at: now,
        url: String::new(),
        url_title: String::new(),
        news: Vec::new(),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
