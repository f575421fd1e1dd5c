use super::super::message;
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Clock, Expect, Settings, Target};
use crate::contract::state::State;
use crate::probe::Cause;

const AT: u64 = 1_793_700_300; // 2026-11-03 10:05:00 UTC
const LATER: u64 = AT + 35 * 60;

fn notification(kind: NotificationKind) -> Notification {
    Notification {
        id: "plex:1:pushover".to_owned(),
        until: (kind != NotificationKind::Down).then_some(LATER),
        why: Some("connection refused (TCP)".to_owned()),
        ..Notification::new(kind, AT)
    }
}

fn check(notification: &Notification, saved: bool, title: &str, body: &str) {
    let target = Target { name: "plex".to_owned(), ..Target::default() };
    let settings = Settings { targets: vec![target], ..Settings::default() };
    let message = message(std::slice::from_ref(notification), &State::default(), &settings, saved);
    assert_eq!((message.title.as_str(), message.body.as_str()), (title, body));
    assert_eq!(message.urgent, notification.kind == NotificationKind::Down);
}

#[test]
fn a_message_says_what_happened_when_and_why() {
    let [down, up, late] =
        [NotificationKind::Down, NotificationKind::Up, NotificationKind::WasDown].map(notification);
    check(&down, true, "Plex is DOWN", "Connection refused (TCP). Down since 10:05 UTC (2026-11-03).");
    check(&up, true, "Plex RECOVERED after 35 min", "Down 35 min (10:05-10:40 UTC).");
    let first = Notification { first: true, until: None, ..up };
    let promise = "You will be notified when it goes down and when it recovers.";
    check(&first, true, "Monitoring started: Plex is up", promise);
    let late = Notification { error: Some("Pushover answered HTTP 500".to_owned()), ..late };
    check(
        &late,
        true,
        "Plex was DOWN for 35 min and RECOVERED",
        "Down 35 min (10:05-10:40 UTC): connection refused (TCP). \
         Notification delayed: Pushover answered HTTP 500.",
    );
    check(
        &Notification { times: 3, error: None, ..late },
        true,
        "Plex was DOWN 3 times and RECOVERED",
        "Down 3 times (10:05-10:40 UTC): connection refused (TCP). Notification delayed.",
    );
    check(
        &Notification { times: 3, ..down },
        true,
        "Plex is DOWN",
        "Connection refused (TCP). Down since 10:05 UTC (2026-11-03). 2 earlier outages were not reported.",
    );
}

#[test]
fn an_app_that_cannot_be_checked_comes_with_advice_by_its_cause() {
    let rendered = |cause: Option<Cause>, why: &str| {
        let why = Some(why.to_owned());
        let notification = Notification { cause, why, ..notification(NotificationKind::Unknown) };
        let target = Target { name: "plex".to_owned(), ..Target::default() };
        let settings = Settings { targets: vec![target], ..Settings::default() };
        let message = message(&[notification], &State::default(), &settings, true);
        (message.title, message.body)
    };
    let (title, generic) = ("Plex cannot be checked", "You will be notified when it can be checked again.");
    for (cause, title, end) in [
        (Some(Cause::LoginWall), title, "checks that the login is required."),
        (Some(Cause::RateLimited), title, "or exempt this path from the limit."),
        (Some(Cause::Maintenance), "Plex is updating", "and should come back by itself."),
        (Some(Cause::Other), title, generic),
        // As an earlier release has kept it.
        (None, title, generic),
    ] {
        let (found, body) = rendered(cause, "Access refused a robot that is updating its database");
        assert!(found == title && body.ends_with(end), "{cause:?}: {found} | {body}");
    }
}

#[test]
fn a_message_that_may_be_a_repeat_says_so_once() {
    let down = notification(NotificationKind::Down);
    let text = "Connection refused (TCP). Down since 10:05 UTC (2026-11-03).";
    let unproven = Notification { unproven: true, ..down.clone() };
    let unread = Notification { unread: true, ..unproven.clone() };
    check(&unproven, true, "Plex is DOWN", &format!("{text} (may be a repeat)"));
    let unsaved = format!("{text} (may be a repeat: the state could not be saved)");
    check(&down, false, "Plex is DOWN", &unsaved);
    let unread_text = format!("{text} (may be a repeat: the state could not be read)");
    check(&unread, false, "Plex is DOWN", &unread_text);
}

#[test]
fn a_target_is_called_by_its_name_in_the_spelling_of_the_app() {
    for (name, app, title) in [
        ("plex", "Plex", "Plex is DOWN"),
        ("uptime-kuma", "Uptime Kuma", "Uptime Kuma is DOWN"),
        ("qbittorrent", "qBittorrent", "qBittorrent is DOWN"),
        ("Movies", "Plex", "Movies is DOWN"),
        ("plex-2", "Plex", "Plex-2 is DOWN"),
        ("nas", "", "Nas is DOWN"),
    ] {
        let target = Target { name: name.to_owned(), app: app.to_owned(), ..Target::default() };
        let settings = Settings { targets: vec![target], ..Settings::default() };
        let down = Notification { id: format!("{name}:1:pushover"), ..notification(NotificationKind::Down) };
        assert_eq!(message(&[down], &State::default(), &settings, true).title, title);
    }
}

#[test]
fn a_closed_target_is_called_by_its_app_unless_another_one_has_the_same() {
    let target = |name: &str, expect| {
        let (name, app) = (name.to_owned(), "Sonarr".to_owned());
        Target { name, app, expect, ..Target::default() }
    };
    let (open, closed) = (target("sonarr", Expect::Answer), target("sonarr (closed)", Expect::Refusal));
    let title = |targets: Vec<Target>| {
        let settings = Settings { targets, ..Settings::default() };
        let id = "sonarr (closed):1:pushover".to_owned();
        let down = Notification { id, ..notification(NotificationKind::Down) };
        message(&[down], &State::default(), &settings, true).title
    };
    assert_eq!(title(vec![open.clone(), closed.clone()]), "Sonarr is OPEN to the internet");
    let another = target("4k (closed)", Expect::Refusal);
    assert_eq!(title(vec![open, closed, another]), "Sonarr (closed) is OPEN to the internet");
}

#[test]
fn times_are_those_of_the_configured_time_zone() {
    let target = Target { name: "plex".to_owned(), ..Target::default() };
    let clock = Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
    let settings = Settings { targets: vec![target], clock, ..Settings::default() };
    let body = |kind| message(&[notification(kind)], &State::default(), &settings, true).body;
    assert_eq!(body(NotificationKind::Down), "Connection refused (TCP). Down since 11:05 CET (2026-11-03).");
    assert_eq!(body(NotificationKind::Up), "Down 35 min (11:05-11:40 CET).");
}
