//! The subject of a notification, for lists of deliveries.

use plexmon_function::contract::notification::NotificationKind;

/// `plex is DOWN`. Without a target, it is about the monitor itself.
pub fn subject(kind: NotificationKind, target: &str) -> String {
    match kind {
        NotificationKind::Down => format!("{target} is DOWN"),
        NotificationKind::Up => format!("{target} RECOVERED"),
        NotificationKind::WasDown => format!("{target} was DOWN and RECOVERED"),
        NotificationKind::Reminder => format!("{target} is still DOWN"),
        NotificationKind::Flapping => format!("{target} is flapping"),
        NotificationKind::Unknown => format!("{target} cannot be checked"),
        NotificationKind::Known => format!("{target} can be checked again"),
        NotificationKind::Slow => format!("{target} is slow"),
        NotificationKind::Fast => format!("{target} responds in time again"),
        NotificationKind::Warning => format!("{target} is degraded"),
        NotificationKind::WarningEnded => format!("a warning about {target} ended"),
        NotificationKind::Domain => format!("the domain of {target} expires soon"),
        NotificationKind::Certificate => format!("the certificate of {target} expires soon"),
        NotificationKind::Identity => format!("another server answers for {target}"),
        NotificationKind::Version => format!("{target} was updated"),
        NotificationKind::MonitorOffline => "the monitor is offline".to_owned(),
        NotificationKind::MonitorOnline => "the monitor is online again".to_owned(),
        NotificationKind::Channel => "another channel does not work".to_owned(),
        NotificationKind::Account => "AWS is going to close the account".to_owned(),
        NotificationKind::Report => "the report".to_owned(),
        NotificationKind::Other => format!("an event of a later release about {target}"),
    }
}

/// The subject of the first notification about a target: `plex is up`.
pub fn first_subject(kind: NotificationKind, target: &str) -> String {
    match kind {
        NotificationKind::Up => format!("{target} is up"),
        other => subject(other, target),
    }
}
