//! Renders the first notifications: what is monitored from now on, and which targets are down.

use super::list::{count, joined, labels, listed};
use super::phrases::STARTED;
use super::{Text, apps, is_exposure, place};
use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::Settings;
use crate::contract::state::State;

pub(super) fn text(notifications: &[Notification], state: &State, settings: &Settings) -> Text {
    let with = |kind: NotificationKind, exposure: bool| -> Vec<Notification> {
        let is_one = |one: &&Notification| one.kind == kind && is_exposure(one, settings) == exposure;
        notifications.iter().filter(is_one).cloned().collect()
    };
    let (up, down) = (with(NotificationKind::Up, false), with(NotificationKind::Down, false));
    let (closed, open) = (with(NotificationKind::Up, true), with(NotificationKind::Down, true));

    let mut outages = Vec::new();
    let mut body = Vec::new();
    if let Some(one) = down.iter().find(|one| one.scope == Some(NotificationScope::Site)) {
        outages.push(format!("{} DOWN", place::name(one, settings)));
        body.push(place::down(&down, state, settings));
    } else if !down.is_empty() {
        outages.push(format!("{} DOWN", listed(&labels(&down, settings))));
        body.push(apps::reasons(&down, settings));
    }
    if !open.is_empty() {
        let open = labels(&open, settings);
        outages.push(format!("{} OPEN to the internet", listed(&open)));
        body.push(format!("Reachable without a token: {}.", joined(&open)));
    }
    if !up.is_empty() {
        body.push(format!("Up: {}.", joined(&labels(&up, settings))));
    }
    if !closed.is_empty() {
        body.push(format!("Closed to the internet: {}.", joined(&labels(&closed, settings))));
    }
    body.push("You will be notified of changes.".to_owned());
    let (apps, all_good) = match up.len() + down.len() {
        0 => (closed.len() + open.len(), "all closed"),
        apps => (apps, "all up"),
    };
    let status = if outages.is_empty() { all_good.to_owned() } else { outages.join(", ") };
    Text::new(format!("{STARTED}: {}, {status}", count(apps)), body.join(" "))
}
