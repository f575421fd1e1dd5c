//! The words about one entry.

use super::capitalised;
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Expect, Settings, Target};
use crate::probe::Cause;
use crate::time::{clock, date, duration, span};

/// Title and body.
pub(super) fn words(entry: &Notification, settings: &Settings) -> (String, String) {
    let target = settings.target(entry.target());
    if target.is_some_and(|target| target.expect == Expect::Refusal)
        && let Some(words) = of_exposure(entry, target)
    {
        return words;
    }
    (title(entry), body(entry))
}

fn title(entry: &Notification) -> String {
    let name = entry.target();
    match (entry.kind, entry.first) {
        (NotificationKind::Down, true) => format!("plexmon is watching: {name} is DOWN"),
        (NotificationKind::Up | NotificationKind::WasDown, true) => {
            format!("plexmon is watching: {name} is up")
        }
        (NotificationKind::Down, false) => format!("{name} is DOWN"),
        (NotificationKind::Up, false) => format!("{name} is UP again"),
        (NotificationKind::WasDown, false) => format!("{name} was DOWN and is UP again"),
        (NotificationKind::Reminder, _) => format!("{name} is still DOWN"),
        (NotificationKind::Flapping, _) => format!("{name} goes up and down"),
        (NotificationKind::Unseen, _) if entry.cause == Some(Cause::Maintenance) => {
            format!("{name} is updating")
        }
        (NotificationKind::Unseen, _) => format!("{name} cannot be seen"),
        (NotificationKind::Seen, _) => format!("{name} can be seen again"),
        (NotificationKind::Slow, _) => format!("{name} is slow"),
        (NotificationKind::Fast, _) => format!("{name} is fast again"),
        (NotificationKind::Certificate, _) => format!("{name}: certificate expires soon"),
        (NotificationKind::Identity, _) => format!("{name} is another server"),
        (NotificationKind::Version, _) => format!("{name} was updated"),
        (NotificationKind::Blind, _) => "plexmon cannot see out".to_owned(),
        (NotificationKind::Sighted, _) => "plexmon can see out again".to_owned(),
        (NotificationKind::Channel, _) => "a channel is broken".to_owned(),
        (NotificationKind::Other, _) => format!("news of {name}"),
    }
}

fn body(entry: &Notification) -> String {
    let why = entry.why.as_deref();
    match entry.kind {
        NotificationKind::Down => {
            let why = why.unwrap_or("It does not answer as it should");
            format!("{}. {}.{}", capitalised(why), capitalised(&since(entry)), earlier(entry))
        }
        NotificationKind::Up if entry.first => {
            "You will be told when it goes down, and when it comes back.".to_owned()
        }
        NotificationKind::Up => format!("Recovered. {}.", outage(entry)),
        NotificationKind::WasDown => {
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            format!("{}{why}. {}", outage(entry), late(entry))
        }
        NotificationKind::Unseen => {
            format!("{}.{}", capitalised(why.unwrap_or_default()), unseen(entry.cause))
        }
        _ => format!("{}.", capitalised(why.unwrap_or_default())),
    }
}

/// What to make of not seeing something.
pub(super) fn unseen(cause: Option<Cause>) -> String {
    format!(" That is neither up nor down. {}", advice(cause))
}

fn advice(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Access) => {
            "Check that the service token is valid and that the app's Access policy has a Service Auth rule for it."
        }
        Some(Cause::Challenge) => {
            "Let the path pass without a challenge: bot protection takes AWS for a robot."
        }
        Some(Cause::Blocked) => {
            "Let the path pass in that firewall: AWS's addresses change, so allow the path."
        }
        Some(Cause::RateLimited) => "Check less often, or exempt the path from the limit.",
        Some(Cause::LoginWall) => {
            "Let the path pass without a login, or check an address that the wall lets through."
        }
        Some(Cause::Unreadable) => {
            "Choose a text near the beginning of the page, or a path with a short, plain answer."
        }
        Some(Cause::Maintenance) => "It should be back by itself.",
        _ => "You will be told when it can be seen again.",
    }
}

/// Outages before this one that could not be reported.
fn earlier(entry: &Notification) -> String {
    match entry.times {
        0 | 1 => String::new(),
        2 => " An outage before this one could not be reported.".to_owned(),
        times => format!(" {} outages before this one could not be reported.", times - 1),
    }
}

/// `since 10:05 UTC (2026-11-03)`
pub(super) fn since(entry: &Notification) -> String {
    format!("since {} UTC ({})", clock(entry.from), date(entry.from))
}

/// Why something is told only now.
pub(super) fn late(entry: &Notification) -> String {
    match &entry.error {
        Some(error) => format!("Could not tell you earlier: {error}."),
        None => "You were not told earlier.".to_owned(),
    }
}

/// `Was down 35 min (10:05-10:40 UTC)`
pub(super) fn outage(entry: &Notification) -> String {
    let until = entry.until.unwrap_or(entry.from);
    let when = span(entry.from, until);
    match entry.times {
        0 => format!("Was up and down ({when})"),
        1 => format!("Was down {} ({when})", duration(until.saturating_sub(entry.from))),
        times => format!("Was down {times} times ({when})"),
    }
}

/// A target that must refuse is not up or down, but closed or open.
fn of_exposure(entry: &Notification, target: Option<&Target>) -> Option<(String, String)> {
    let name = target?.app();
    let when = span(entry.from, entry.until.unwrap_or(entry.from));
    let why = entry.why.as_deref().unwrap_or("it answers without a token");
    Some(match (entry.kind, entry.first) {
        (NotificationKind::Down, _) => {
            let since = capitalised(&since(entry));
            (format!("{name} is OPEN to the world"), format!("{}. {since}.", capitalised(why)))
        }
        (NotificationKind::Up, true) => (
            format!("plexmon is watching: {name} is closed to the world"),
            "You will be told when it lets in somebody without a token.".to_owned(),
        ),
        (NotificationKind::Up, false) => {
            (format!("{name} is closed again"), format!("It was open to the world: {when}."))
        }
        (NotificationKind::WasDown, _) => (
            format!("{name} was OPEN to the world and is closed again"),
            format!("{}: {when}. {}", capitalised(why), late(entry)),
        ),
        (NotificationKind::Reminder, _) => {
            (format!("{name} is still OPEN to the world"), format!("{}.", capitalised(why)))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::message;
    use super::*;
    use crate::contract::state::State;

    const AT: u64 = 1_793_700_300; // 2026-11-03 10:05:00 UTC
    const LATER: u64 = AT + 35 * 60;

    fn entry(kind: NotificationKind) -> Notification {
        Notification {
            id: "plex:1:pushover".to_owned(),
            kind,
            from: AT,
            until: (kind != NotificationKind::Down).then_some(LATER),
            times: 1,
            first: false,
            unread: false,
            unproven: false,
            sent: 0,
            next: None,
            tries: 0,
            scope: None,
            why: Some("connection refused (TCP)".to_owned()),
            cause: None,
            error: None,
        }
    }

    fn check(entry: &Notification, saved: bool, title: &str, body: &str) {
        let target = Target { name: "plex".to_owned(), ..Target::default() };
        let settings = Settings { targets: vec![target], ..Settings::default() };
        let message = message(std::slice::from_ref(entry), &State::default(), &settings, saved);
        assert_eq!((message.title.as_str(), message.body.as_str()), (title, body));
        assert_eq!(message.urgent, entry.kind == NotificationKind::Down);
    }

    #[test]
    fn a_message_says_what_and_since_when() {
        let (down, up, late) =
            (entry(NotificationKind::Down), entry(NotificationKind::Up), entry(NotificationKind::WasDown));
        check(&down, true, "plex is DOWN", "Connection refused (TCP). Since 10:05 UTC (2026-11-03).");
        check(&up, true, "plex is UP again", "Recovered. Was down 35 min (10:05-10:40 UTC).");
        let first = Notification { first: true, until: None, ..up };
        let promise = "You will be told when it goes down, and when it comes back.";
        check(&first, true, "plexmon is watching: plex is up", promise);
        let late = Notification { error: Some("Pushover answered HTTP 500".to_owned()), ..late };
        check(
            &late,
            true,
            "plex was DOWN and is UP again",
            "Was down 35 min (10:05-10:40 UTC): connection refused (TCP). \
             Could not tell you earlier: Pushover answered HTTP 500.",
        );
        check(
            &Notification { times: 3, error: None, ..late },
            true,
            "plex was DOWN and is UP again",
            "Was down 3 times (10:05-10:40 UTC): connection refused (TCP). You were not told earlier.",
        );
    }

    #[test]
    fn what_cannot_be_seen_comes_with_advice_by_its_cause() {
        let rendered = |cause: Option<Cause>, why: &str| {
            let entry = Notification { cause, why: Some(why.to_owned()), ..entry(NotificationKind::Unseen) };
            let target = Target { name: "plex".to_owned(), ..Target::default() };
            let settings = Settings { targets: vec![target], ..Settings::default() };
            let message = message(&[entry], &State::default(), &settings, true);
            (message.title, message.body)
        };
        let generic = "You will be told when it can be seen again.";
        for (cause, title, end) in [
            (
                Some(Cause::LoginWall),
                "plex cannot be seen",
                "or check an address that the wall lets through.",
            ),
            (Some(Cause::RateLimited), "plex cannot be seen", "or exempt the path from the limit."),
            (Some(Cause::Maintenance), "plex is updating", "It should be back by itself."),
            (Some(Cause::Other), "plex cannot be seen", generic),
            // As an earlier release has kept it.
            (None, "plex cannot be seen", generic),
        ] {
            let (found, body) = rendered(cause, "Access refused a robot that is updating its database");
            assert!(found == title && body.ends_with(end), "{cause:?}: {found} | {body}");
        }
    }

    #[test]
    fn what_may_come_twice_says_so_once() {
        let down = entry(NotificationKind::Down);
        let text = "Connection refused (TCP). Since 10:05 UTC (2026-11-03).";
        let unproven = Notification { unproven: true, ..down.clone() };
        let unread = Notification { unread: true, ..down.clone() };
        check(&unproven, true, "plex is DOWN", &format!("{text} (may repeat)"));
        check(&down, false, "plex is DOWN", &format!("{text} (state not saved; may repeat)"));
        check(&unread, false, "plex is DOWN", &format!("{text} (state could not be read; may repeat)"));
    }
}
