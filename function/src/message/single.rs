//! Renders a single notification.

use super::advice::advice;
use super::phrases::{NO_REASON, STARTED, after, capitalized, delay, how_long, label, outage, since, when};
use super::{Text, is_exposure};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Protocol, Settings};
use crate::contract::state::State;
use crate::probe::Cause;
use crate::time::duration;

const WEEK_S: u64 = 7 * 24 * 60 * 60;

/// What happens to the account, and what to do about it.
const UPGRADE: &str = "Unless you upgrade it, AWS closes the account, and nothing is monitored any more. Upgrade it in the \
    AWS console under Billing and Cost Management: within the always-free allowances, nothing is charged. Then run \
    `plexmon-deploy up`, which ends these warnings.";

pub(super) fn text(notification: &Notification, state: &State, settings: &Settings) -> Text {
    let name = capitalized(label(notification.target(), settings));
    let exposure =
        is_exposure(notification, settings).then(|| exposure(notification, &name, settings)).flatten();
    let Text { title, body } =
        exposure.unwrap_or_else(|| Text::new(title(notification, &name), body(notification, settings)));
    let is_recovery = notification.kind == NotificationKind::Up
        && !notification.first
        && !is_exposure(notification, settings);
    let body = if is_recovery { body + &recurrence(notification, state) } else { body };
    let title = if notification.first { format!("{STARTED}: {title}") } else { title };
    Text { title, body }
}

fn title(notification: &Notification, name: &str) -> String {
    match notification.kind {
        NotificationKind::Down => format!("{name} is DOWN"),
        NotificationKind::Up if notification.first => format!("{name} is up"),
        NotificationKind::Up => format!("{name} RECOVERED{}", after(notification)),
        NotificationKind::WasDown => format!("{name} was DOWN{} and RECOVERED", how_long(notification)),
        NotificationKind::Reminder => format!("{name} is still DOWN"),
        NotificationKind::Flapping => format!("{name} is flapping"),
        NotificationKind::Unknown if notification.cause == Some(Cause::Maintenance) => {
            format!("{name} is updating")
        }
        NotificationKind::Unknown => format!("{name} cannot be checked"),
        NotificationKind::Known => format!("{name} can be checked again"),
        NotificationKind::Slow => format!("{name} is slow"),
        NotificationKind::Fast => format!("{name} responds in time again"),
        NotificationKind::Warning => format!("{name} is degraded"),
        NotificationKind::WarningEnded => format!("{name}: warning ended"),
        NotificationKind::Domain if notification.about.is_some() => {
            format!("{name}: domain needs attention")
        }
        NotificationKind::Domain => format!("{name}: domain expires soon"),
        NotificationKind::Certificate => format!("{name}: certificate expires soon"),
        NotificationKind::Identity => format!("{name}: a different server responds"),
        NotificationKind::Version => format!("{name} was updated"),
        NotificationKind::MonitorOffline => "plexmon is offline".to_owned(),
        NotificationKind::MonitorOnline => "plexmon is online again".to_owned(),
        NotificationKind::Channel => "A notification channel is failing".to_owned(),
        NotificationKind::Account => "Upgrade the AWS account to keep plexmon running".to_owned(),
        NotificationKind::Report => "Report".to_owned(),
        NotificationKind::Other => format!("{name}: notification of a later release"),
    }
}

pub(super) fn body(notification: &Notification, settings: &Settings) -> String {
    let why = notification.why.as_deref();
    match notification.kind {
        NotificationKind::Down => {
            let why = capitalized(why.unwrap_or(NO_REASON));
            format!("{why}. Down {}.{}", since(notification, settings), earlier(notification))
        }
        NotificationKind::Up if notification.first => {
            "You will be notified when it goes down and when it recovers.".to_owned()
        }
        NotificationKind::Up => format!("{}.", outage(notification, settings)),
        NotificationKind::WasDown => {
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            format!("{}{why}. {}", outage(notification, settings), delay(notification))
        }
        NotificationKind::Unknown => {
            format!("{}.{}", capitalized(why.unwrap_or_default()), unknown(notification.cause))
        }
        NotificationKind::WarningEnded => {
            let until = notification.until.unwrap_or(notification.from);
            let lasted = duration(until.saturating_sub(notification.from));
            format!("{}. The warning lasted {lasted}.", capitalized(why.unwrap_or_default()))
        }
        NotificationKind::Domain => {
            let why = capitalized(why.unwrap_or("the registration of the domain ends"));
            match &notification.about {
                Some(_) => format!("{why}. Contact your registrar."),
                None => format!("{why}. Renew it at your registrar."),
            }
        }
        NotificationKind::Account => {
            format!("{}. {UPGRADE}", capitalized(why.unwrap_or("the free plan of this AWS account ends")))
        }
        _ => format!("{}.", capitalized(why.unwrap_or_default())),
    }
}

/// Return what an unknown status means, and what to do about it.
pub(super) fn unknown(cause: Option<Cause>) -> String {
    let advice = match cause {
        Some(cause) if cause != Cause::Other => capitalized(advice(cause)),
        _ => "You will be notified when it can be checked again".to_owned(),
    };
    format!(" This does not count as an outage. {advice}.")
}

/// Return how many outages there were in the last week, if this was not the first one.
fn recurrence(notification: &Notification, state: &State) -> String {
    let target = state.target(notification.target());
    let until = notification.until.unwrap_or(notification.from);
    let is_recent = |begin: &&u64| **begin <= until && until - **begin <= WEEK_S;
    let ordinal = match target.map_or(0, |target| target.recent.iter().filter(is_recent).count()) {
        0 | 1 => return String::new(),
        2 => "second",
        3 => "third",
        4 => "fourth",
        _ => return " At least five outages in 7 days.".to_owned(),
    };
    format!(" The {ordinal} outage in 7 days.")
}

/// Return how many outages before this one were not reported.
fn earlier(notification: &Notification) -> String {
    match notification.times.saturating_sub(1) {
        0 => String::new(),
        1 => " 1 earlier outage was not reported.".to_owned(),
        times => format!(" {times} earlier outages were not reported."),
    }
}

/// Render a notification about a target that must refuse: it is not up or down, but closed or open.
fn exposure(notification: &Notification, name: &str, settings: &Settings) -> Option<Text> {
    let why = capitalized(notification.why.as_deref().unwrap_or("it answers without a token"));
    let is_port =
        settings.target(notification.target()).is_some_and(|target| target.protocol != Protocol::Http);
    let when = when(notification, settings);
    Some(match notification.kind {
        NotificationKind::Down => Text::new(
            format!("{name} is OPEN to the internet"),
            format!("{why}. Open {}.", since(notification, settings)),
        ),
        NotificationKind::Up if notification.first => Text::new(
            format!("{name} is closed to the internet"),
            if is_port {
                "You will be notified when it accepts connections."
            } else {
                "You will be notified when it can be reached without a token."
            },
        ),
        NotificationKind::Up => Text::new(format!("{name} is closed again"), format!("Was open ({when}).")),
        NotificationKind::WasDown => Text::new(
            format!("{name} was OPEN to the internet and is closed again"),
            format!("{why} ({when}). {}", delay(notification)),
        ),
        NotificationKind::Reminder => {
            Text::new(format!("{name} is still OPEN to the internet"), format!("{why}."))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
