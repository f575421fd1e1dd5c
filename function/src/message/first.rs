//! The first words: all that is watched from now on, and what of it is not as it should be.

use super::apps::{apps, reasons};
use super::place;
use super::several::{joined, listed, names};
use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::{Expect, Settings};
use crate::contract::state::State;

/// Title and body.
pub(super) fn words(entries: &[Notification], state: &State, settings: &Settings) -> (String, String) {
    let is_exposure = |entry: &Notification| {
        settings.target(entry.target()).is_some_and(|target| target.expect == Expect::Refusal)
    };
    let those = |kind: NotificationKind, exposure: bool| -> Vec<Notification> {
        let is_one = |entry: &&Notification| entry.kind == kind && is_exposure(entry) == exposure;
        entries.iter().filter(is_one).cloned().collect()
    };
    let (up, down) = (those(NotificationKind::Up, false), those(NotificationKind::Down, false));
    let (closed, open) = (those(NotificationKind::Up, true), those(NotificationKind::Down, true));

    let mut bad = Vec::new();
    let mut body = Vec::new();
    if let Some(one) = down.iter().find(|entry| entry.scope == Some(NotificationScope::Site)) {
        bad.push(format!("{} is DOWN", place::name(one, settings)));
        body.push(place::down(&down, state, settings));
    } else if !down.is_empty() {
        let are = if down.len() == 1 { "is" } else { "are" };
        bad.push(format!("{} {are} DOWN", listed(&names(&down))));
        body.push(reasons(&down, settings));
    }
    if !open.is_empty() {
        let are = if open.len() == 1 { "is" } else { "are" };
        bad.push(format!("{} {are} OPEN to the world", listed(&apps(&open, settings))));
        body.push(format!("Without a token, one gets into {}.", joined(&apps(&open, settings))));
    }
    if !up.is_empty() {
        body.push(format!("Up: {}.", joined(&names(&up))));
    }
    if !closed.is_empty() {
        body.push(format!("Closed to the world: {}.", joined(&apps(&closed, settings))));
    }
    body.push("You will be told when that changes.".to_owned());
    let watched = match up.len() + down.len() {
        0 => closed.len() + open.len(),
        count => count,
    };
    let bad = if bad.is_empty() { String::new() } else { format!(": {}", bad.join(", ")) };
    let are = if watched == 1 { "app" } else { "apps" };
    (format!("plexmon is watching {watched} {are}{bad}"), body.join(" "))
}
