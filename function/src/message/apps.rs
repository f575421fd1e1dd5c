//! Renders outages of several apps that begin or end together, without a common cause.

use super::Text;
use super::list::{MAX_LIST_CHARS, grouped, joined, labels, listed};
use super::phrases::{NO_REASON, after, capitalized, delay, outage, since};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::Settings;
use crate::probe::Cause;
use crate::text::bounded;

pub(super) fn text(notifications: &[Notification], settings: &Settings) -> Text {
    let Some(one) = notifications.first() else { return Text::new("", "") };
    let names = listed(&labels(notifications, settings));
    match one.kind {
        NotificationKind::Down => Text::new(format!("{names} are DOWN"), reasons(notifications, settings)),
        NotificationKind::WasDown => Text::new(
            format!("{names} were DOWN and RECOVERED"),
            format!("{} {}", grouped(notifications, settings, |one| outage(one, settings)), delay(one)),
        ),
        _ => {
            let is_alike = notifications.iter().all(|other| after(other) == after(one));
            let after = if is_alike { after(one) } else { String::new() };
            Text::new(
                format!("{names} RECOVERED{after}"),
                grouped(notifications, settings, |one| outage(one, settings)),
            )
        }
    }
}

/// Return why each of them is down, and since when.
pub(super) fn reasons(notifications: &[Notification], settings: &Settings) -> String {
    let Some(one) = notifications.first() else { return String::new() };
    let is_one_moment = notifications.iter().all(|other| other.from == one.from);
    let reason = |one: &Notification| {
        let why = one.why.as_deref().unwrap_or(NO_REASON);
        if is_one_moment { why.to_owned() } else { format!("{why}, {}", since(one, settings)) }
    };
    let names_its_app = |one: &Notification| one.why.is_some() && one.cause.is_some_and(Cause::names_the_app);
    let mut text = if notifications.iter().all(names_its_app) {
        let reasons: Vec<String> =
            notifications.iter().map(|one| format!("{}.", capitalized(&reason(one)))).collect();
        bounded(&reasons.join(" "), MAX_LIST_CHARS)
    } else {
        grouped(notifications, settings, reason)
    };
    if is_one_moment {
        text.push_str(&format!(" Down {}.", since(one, settings)));
    }
    text
}

/// Render notifications about targets that must refuse: they are not up or down, but closed or open.
pub(super) fn exposure(notifications: &[Notification], settings: &Settings) -> Text {
    let Some(one) = notifications.first() else { return Text::new("", "") };
    let names = labels(notifications, settings);
    let (some, all) = (listed(&names), joined(&names));
    match one.kind {
        NotificationKind::Down => Text::new(
            format!("{some} are OPEN to the internet"),
            format!("Reachable without a token: {all}. Open {}.", since(one, settings)),
        ),
        NotificationKind::WasDown => Text::new(
            format!("{some} were OPEN to the internet and are closed again"),
            format!("Were reachable without a token: {all}. {}", delay(one)),
        ),
        _ => Text::new(format!("{some} are closed again"), format!("Were reachable without a token: {all}.")),
    }
}
