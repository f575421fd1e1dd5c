//! Renders notifications as messages for people: a title and a body, read on a phone, perhaps at night.
//!
//! [`single`] renders one notification, [`several`] a batch of them: [`started`] when monitoring begins, [`place`] an
//! outage with a common cause, [`apps`] outages without one, [`report`] a week or a month. [`phrases`] and [`list`] are
//! what these share.

mod advice;
mod apps;
mod list;
mod phrases;
mod place;
mod report;
mod several;
mod single;
mod started;

use serde::Serialize;

pub use self::advice::advice;
use self::phrases::label;
pub use self::report::Report;
use crate::contract::notification::{Notification, NotificationKind, NotificationScope};
use crate::contract::settings::{Expect, Protocol, Settings, Severity};
use crate::contract::state::State;
use crate::text::{bare_url, fnv};

/// What a channel sends. Each channel cuts it to its own limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The same for the same notifications, for channels that recognize repeats.
    pub id: String,
    /// The deployment that sends it.
    pub deployment: String,
    /// The line that is read first.
    pub title: String,
    /// What happened, when and why.
    pub body: String,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it may wake people up.
    pub urgent: bool,
    /// When it happened, in Unix seconds.
    pub at: u64,
    /// The target's address without anything that may be secret; empty unless the message is about exactly one target
    /// that is reached over HTTP.
    pub url: String,
    /// The text of the link to that address.
    pub url_title: String,
    /// The notifications in it.
    #[serde(rename = "news")]
    pub items: Vec<MessageItem>,
}

/// One notification, as programs read it from a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageItem {
    /// The target's name; empty for the monitor itself.
    pub target: String,
    /// What the notification says.
    pub kind: NotificationKind,
    /// Whether it is the first notification about the target.
    pub first: bool,
    /// Which finding it is about, if it is about one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl MessageItem {
    /// Return an item about the monitor itself.
    pub fn about_monitor(kind: NotificationKind) -> Self {
        Self { target: String::new(), kind, first: false, about: None }
    }
}

/// The text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    title: String,
    body: String,
}

impl Text {
    fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { title: title.into(), body: body.into() }
    }
}

/// Take the next notification from the queue, and with it those that belong in the same message: of the same kind and
/// about the same place. No notification overtakes another one about its target.
pub fn batch(queue: &mut Vec<Notification>, settings: &Settings) -> Vec<Notification> {
    let Some(first) = queue.first() else { return Vec::new() };
    let Some(key) = key(first, settings) else { return vec![queue.remove(0)] };
    // A message that may have arrived is repeated unchanged: a receiver that ignores repeats would drop what was added.
    let (sent, unproven) = (first.sent, first.unproven);
    let mut queued: Vec<(String, Option<String>)> = Vec::new();
    let belongs = |notification: &mut Notification| {
        // Warnings about different findings of one target may share a message; other notifications about it may not.
        let subject = (notification.target().to_owned(), notification.about.clone());
        let is_next = !queued.contains(&subject);
        queued.push(subject);
        is_next
            && (notification.sent, notification.unproven) == (sent, unproven)
            && self::key(notification, settings).as_ref() == Some(&key)
    };
    queue.extract_if(.., belongs).collect()
}

/// Notifications with the same key share a message.
#[derive(PartialEq)]
enum Key {
    /// The first notifications about targets.
    Started,
    /// Notifications of the same kind, about the same place.
    Alike { kind: NotificationKind, scope: Option<NotificationScope>, place: String, is_exposure: bool },
}

fn key(notification: &Notification, settings: &Settings) -> Option<Key> {
    use NotificationKind::{
        Account, Channel, Down, Identity, MonitorOffline, MonitorOnline, Other, Report, Up, Version,
    };
    let target = settings.target(notification.target());
    let place = target.map(|target| match notification.scope {
        Some(NotificationScope::Group) => {
            format!("{}/{}", target.site, target.group.as_deref().unwrap_or_default())
        }
        _ => target.site.clone(),
    });
    match notification.kind {
        Up | Down if notification.first => Some(Key::Started),
        Identity | Version | MonitorOffline | MonitorOnline | Channel | Account | Report | Other => None,
        kind => Some(Key::Alike {
            kind,
            // Targets that recover later than their site share a message with those that were down by themselves.
            scope: notification.scope.filter(|scope| *scope != NotificationScope::Rest),
            place: place?,
            is_exposure: is_exposure(notification, settings),
        }),
    }
}

/// Return whether a notification is about a target that must refuse: it is not up or down, but closed or open.
fn is_exposure(notification: &Notification, settings: &Settings) -> bool {
    settings.target(notification.target()).is_some_and(|target| target.expect == Expect::Refusal)
}

/// Render notifications as one message. `saved`: the state with these notifications was saved; if not, the next run may
/// send them again.
pub fn message(notifications: &[Notification], state: &State, settings: &Settings, saved: bool) -> Message {
    message_with(notifications, None, state, settings, saved)
}

/// [`message`] with the text of a report, if there is one to send.
pub fn message_with(
    notifications: &[Notification],
    report: Option<&Text>,
    state: &State,
    settings: &Settings,
    saved: bool,
) -> Message {
    let Text { title, mut body } = match (notifications, report) {
        ([one], Some(report)) if one.kind == NotificationKind::Report => report.clone(),
        ([notification], _) => single::text(notification, state, settings),
        _ => several::text(notifications, state, settings),
    };
    if notifications.iter().any(|one| one.unread) {
        body.push_str(" (may be a repeat: the state could not be read)");
    } else if !saved {
        body.push_str(" (may be a repeat: the state could not be saved)");
    } else if notifications.iter().any(|one| one.unproven) {
        body.push_str(" (may be a repeat)");
    }
    let first = notifications.first();
    let target = first.filter(|_| notifications.len() == 1).and_then(|only| settings.target(only.target()));
    // Phones open nothing else.
    let linked = target.filter(|target| target.protocol == Protocol::Http);
    let is_outage =
        |one: &Notification| matches!(one.kind, NotificationKind::Down | NotificationKind::Reminder);
    let severity = |one: &Notification| {
        if one.first && one.kind == NotificationKind::Up { Severity::Info } else { one.kind.severity() }
    };
    Message {
        id: id(notifications, &settings.deployment),
        deployment: settings.deployment.clone(),
        title,
        body,
        severity: notifications.iter().map(severity).max().unwrap_or_default(),
        urgent: notifications.iter().any(is_outage),
        at: first.map_or(0, |one| one.until.unwrap_or(one.from)),
        url: linked.map_or_else(String::new, |target| bare_url(&target.url)),
        url_title: linked
            .map_or_else(String::new, |target| format!("Open {}", label(&target.name, settings))),
        items: notifications
            .iter()
            .map(|one| MessageItem {
                target: one.target().to_owned(),
                kind: one.kind,
                first: one.first,
                about: one.about.clone(),
            })
            .collect(),
    }
}

/// Return an id that is the same for the same notifications and for no others.
fn id(notifications: &[Notification], deployment: &str) -> String {
    match notifications {
        [] => String::new(),
        [only] => format!("{deployment}:{}", only.id),
        [first, rest @ ..] => {
            let ids: Vec<&str> = rest.iter().map(|one| one.id.as_str()).collect();
            format!("{deployment}:{}+{:08x}", first.id, fnv(&ids.join("\n")))
        }
    }
}

/// Return the message that `notify-test` sends.
pub fn test_message(deployment: &str, channel: &str, now: u64) -> Message {
    Message {
        id: format!("{deployment}:test:{now}:{channel}"),
        deployment: deployment.to_owned(),
        title: "plexmon test notification".to_owned(),
        body: format!("{channel} works. This is only a test; nothing is wrong."),
        severity: Severity::Info,
        urgent: false,
        at: now,
        url: String::new(),
        url_title: String::new(),
        items: Vec::new(),
    }
}

/// Return the message of an announcement, in which the owner's text stands unchanged.
pub fn announcement(settings: &Settings, text: &str, now: u64) -> Message {
    let deployment = &settings.deployment;
    let title = settings.page.as_ref().map_or(deployment, |page| &page.title);
    Message {
        id: format!("{deployment}:announcement:{now}:{:08x}", fnv(text)),
        title: format!("{title}: announcement"),
        body: text.to_owned(),
        ..test_message(deployment, "", now)
    }
}
