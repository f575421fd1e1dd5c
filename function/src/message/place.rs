//! Renders an outage with a common cause: of a whole home, or of a group within it.

use super::Text;
use super::list::{count, joined, labels};
use super::phrases::{NO_REASON, capitalized, delay, how_long, label, outage, since};
use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::Settings;
use crate::contract::state::{State, Status};
use crate::probe::Cause;
use crate::time::duration;

pub(super) fn text(notifications: &[Notification], state: &State, settings: &Settings) -> Text {
    let Some(one) = notifications.first() else { return Text::new("", "") };
    let (apps, name) = (count(notifications.len()), name(one, settings));
    let still_down = still_down(one, notifications, state, settings);
    let up = format!("Up: {}.{still_down}", joined(&labels(notifications, settings)));
    match one.kind {
        NotificationKind::Down => {
            Text::new(format!("{name} is DOWN ({apps})"), down(notifications, state, settings))
        }
        NotificationKind::WasDown => {
            let why = one.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            Text::new(
                format!("{name} was DOWN{} and RECOVERED ({apps})", how_long(one)),
                format!("{}{why}. {} {up}", outage(one, settings), delay(one)),
            )
        }
        _ => Text::new(recovered(notifications, one, &name), up),
    }
}

/// Return the name of the place: `Home`, or the group.
pub(super) fn name(notification: &Notification, settings: &Settings) -> String {
    let Some(target) = settings.target(notification.target()) else { return String::new() };
    let group = target.group.as_ref().filter(|_| notification.scope == Some(NotificationScope::Group));
    capitalized(group.unwrap_or(&target.site))
}

/// Return why they are down, since when, and which they are.
pub(super) fn down(notifications: &[Notification], state: &State, settings: &Settings) -> String {
    let Some(one) = notifications.iter().min_by_key(|one| one.from) else { return String::new() };
    let why = reason(notifications, state, settings);
    format!("{why}. Down {}: {}.", since(one, settings), joined(&labels(notifications, settings)))
}

fn recovered(notifications: &[Notification], one: &Notification, name: &str) -> String {
    let from = notifications.iter().map(|one| one.from).min().unwrap_or_default();
    let until = notifications.iter().filter_map(|one| one.until).max().unwrap_or(from);
    let lasted = duration(until.saturating_sub(from));
    match one.scope {
        Some(NotificationScope::Rest) | None => {
            format!("{name}: {} more apps RECOVERED after {lasted}", notifications.len())
        }
        Some(_) => format!("{name} RECOVERED after {lasted}"),
    }
}

/// Return what they have in common.
fn reason(notifications: &[Notification], state: &State, settings: &Settings) -> String {
    let Some(one) = notifications.first() else { return String::new() };
    let why = one.why.as_deref().unwrap_or(NO_REASON);
    if one.scope == Some(NotificationScope::Group) {
        let group = settings.target(one.target()).and_then(|target| target.group.as_deref());
        let group = group.unwrap_or_default();
        return format!("All apps that share {group} fail, so {group} is the likely cause: {why}");
    }
    // Earlier releases kept the cause with the target alone.
    let of_target = |one: &Notification| state.target(one.target()).and_then(|target| target.cause);
    let causes: Vec<Cause> =
        notifications.iter().filter_map(|one| one.cause.or_else(|| of_target(one))).collect();
    // The tunnel is the most telling: with the power or the internet connection, it is lost like everything behind it.
    let cause = causes.iter().find(|cause| **cause == Cause::Home).or(causes.first());
    match cause {
        Some(Cause::Home) => {
            "The Cloudflare tunnel is not connected: check power, internet connection and host".to_owned()
        }
        Some(Cause::Connect | Cause::Timeout) => {
            "Nothing responds: check power, internet connection, router and host".to_owned()
        }
        Some(Cause::Origin) => "Cloudflare gets no valid response from your server".to_owned(),
        Some(Cause::App) => "The proxy or tunnel responds, but none of the apps behind it".to_owned(),
        Some(Cause::Dns) => "None of the host names resolves".to_owned(),
        _ => capitalized(why),
    }
}

/// Return which other targets of the same place are still down.
fn still_down(
    one: &Notification,
    notifications: &[Notification],
    state: &State,
    settings: &Settings,
) -> String {
    let Some(target) = settings.target(one.target()) else { return String::new() };
    let is_beside = |name: &str| {
        settings.target(name).is_some_and(|other| {
            other.site == target.site
                && other.is_at_site()
                && (one.scope != Some(NotificationScope::Group) || other.group == target.group)
        })
    };
    let others = state.targets.iter().filter(|other| other.status == Status::Down && is_beside(&other.name));
    let others: Vec<&str> = others
        .map(|other| other.name.as_str())
        .filter(|name| notifications.iter().all(|one| one.target() != *name))
        .map(|name| label(name, settings))
        .collect();
    if others.is_empty() { String::new() } else { format!(" Still down: {}.", joined(&others)) }
}
