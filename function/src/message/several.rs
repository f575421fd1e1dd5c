//! Renders several notifications as one message.

use super::list::{MAX_LIST_CHARS, grouped, labels, listed};
use super::{Text, apps, is_exposure, place, single, started};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::text::bounded;

pub(super) fn text(notifications: &[Notification], state: &State, settings: &Settings) -> Text {
    use NotificationKind::{Down, Up, WasDown};
    let Some(one) = notifications.first() else { return Text::new("", "") };
    match one.kind {
        Up | Down if one.first => started::text(notifications, state, settings),
        Up | Down | WasDown if is_exposure(one, settings) => apps::exposure(notifications, settings),
        Up | Down | WasDown if notifications.iter().all(|one| one.scope.is_some()) => {
            place::text(notifications, state, settings)
        }
        Up | Down | WasDown => apps::text(notifications, settings),
        _ => other(one, notifications, settings),
    }
}

/// Render warnings, or ends of them. One target may have several.
fn warnings(one: &Notification, notifications: &[Notification], settings: &Settings) -> Text {
    let mut names = labels(notifications, settings);
    names.dedup();
    let title = match (one.kind, names.len()) {
        (NotificationKind::Warning, 1) => format!("{} is degraded", listed(&names)),
        (NotificationKind::Warning, _) => format!("{} are degraded", listed(&names)),
        _ => format!("{}: warnings ended", listed(&names)),
    };
    if names.len() > 1 {
        return Text::new(title, grouped(notifications, settings, |one| one.why.clone().unwrap_or_default()));
    }
    let each = notifications.iter().map(|one| single::body(one, settings)).collect::<Vec<_>>();
    Text::new(title, bounded(&each.join(" "), MAX_LIST_CHARS))
}

/// Render everything that is neither an outage nor its end.
fn other(one: &Notification, notifications: &[Notification], settings: &Settings) -> Text {
    let names = listed(&labels(notifications, settings));
    let title = match one.kind {
        NotificationKind::Reminder if is_exposure(one, settings) => {
            format!("{names} are still OPEN to the internet")
        }
        NotificationKind::Reminder => format!("{names} are still DOWN"),
        NotificationKind::Flapping => format!("{names} are flapping"),
        NotificationKind::Unknown => format!("{names} cannot be checked"),
        NotificationKind::Known => format!("{names} can be checked again"),
        NotificationKind::Slow => format!("{names} are slow"),
        NotificationKind::Fast => format!("{names} respond in time again"),
        NotificationKind::Warning | NotificationKind::WarningEnded => {
            return warnings(one, notifications, settings);
        }
        NotificationKind::Domain => format!("{names}: domain expires soon"),
        _ => format!("{names}: certificate expires soon"),
    };
    let mut body = grouped(notifications, settings, |one| one.why.clone().unwrap_or_default());
    if one.kind == NotificationKind::Unknown {
        // Where causes differ, no advice fits all.
        let cause = one.cause.filter(|_| notifications.iter().all(|other| other.cause == one.cause));
        body.push_str(&single::unknown(cause));
    }
    Text::new(title, body)
}
