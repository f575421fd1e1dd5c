//! An outbox entry in words: what a person reads on the phone, perhaps at night.

use crate::outbox::{Entry, Kind};
use crate::settings::Target;
use crate::text::bare_url;
use crate::time::{clock, date, duration, span};

/// What a channel sends. Each channel cuts it to its own limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The line that is read first.
    pub title: String,
    /// What happened and since when.
    pub body: String,
    /// Whether it may wake somebody.
    pub urgent: bool,
    /// When it happened, in Unix seconds.
    pub at: u64,
    /// The target's address, without what might be secret in it.
    pub url: String,
    /// What to call that address.
    pub url_title: String,
}

/// Puts an entry into words. `saved` tells whether the state that holds it was kept: if not, the next run may tell it
/// again.
pub fn message(entry: &Entry, target: &Target, saved: bool) -> Message {
    let mut body = body(entry);
    if entry.unread {
        body.push_str(" (state could not be read; may repeat)");
    } else if !saved {
        body.push_str(" (state not saved; may repeat)");
    } else if entry.unproven {
        body.push_str(" (may repeat)");
    }
    Message {
        title: title(entry),
        body,
        urgent: entry.kind == Kind::Down,
        at: entry.until.unwrap_or(entry.from),
        url: bare_url(&target.url),
        url_title: format!("Open {}", target.name),
    }
}

fn title(entry: &Entry) -> String {
    let name = entry.target();
    match (entry.kind, entry.first) {
        (Kind::Down, true) => format!("plexmon is watching: {name} is DOWN"),
        (Kind::Up | Kind::WasDown, true) => format!("plexmon is watching: {name} is up"),
        (Kind::Down, false) => format!("{name} is DOWN"),
        (Kind::Up, false) => format!("{name} is UP again"),
        (Kind::WasDown, false) => format!("{name} was DOWN and is UP again"),
    }
}

fn body(entry: &Entry) -> String {
    let why = entry.why.as_deref();
    match entry.kind {
        Kind::Down => {
            let why = why.unwrap_or("It does not answer as it should");
            format!("{}. Since {} UTC ({}).", capitalised(why), clock(entry.from), date(entry.from))
        }
        Kind::Up if entry.first => "You will be told when it goes down, and when it comes back.".to_owned(),
        Kind::Up => format!("Recovered. {}.", outage(entry)),
        Kind::WasDown => {
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let late = match &entry.error {
                Some(error) => format!("Could not tell you earlier: {error}."),
                None => "You were not told earlier.".to_owned(),
            };
            format!("{}{why}. {late}", outage(entry))
        }
    }
}

/// `Was down 35 min (10:05-10:40 UTC)`
fn outage(entry: &Entry) -> String {
    let until = entry.until.unwrap_or(entry.from);
    let when = span(entry.from, until);
    match entry.times {
        0 | 1 => format!("Was down {} ({when})", duration(until.saturating_sub(entry.from))),
        times => format!("Was down {times} times ({when})"),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 1_793_700_300; // 2026-11-03 10:05:00 UTC
    const LATER: u64 = AT + 35 * 60;

    fn entry(kind: Kind) -> Entry {
        Entry {
            id: "plex:1:pushover".to_owned(),
            kind,
            from: AT,
            until: (kind != Kind::Down).then_some(LATER),
            times: 1,
            first: false,
            unread: false,
            unproven: false,
            tries: 0,
            why: Some("connection refused (TCP)".to_owned()),
            error: None,
        }
    }

    fn check(entry: &Entry, saved: bool, title: &str, body: &str) {
        let target = Target {
            name: "plex".to_owned(),
            url: "https://plex.example.com/identity".to_owned(),
            status: vec![200],
            contains: None,
            headers: std::collections::BTreeMap::new(),
            timeout_s: 10,
            ca_pem: None,
            secrets_over_http: false,
        };
        let message = message(entry, &target, saved);
        assert_eq!((message.title.as_str(), message.body.as_str()), (title, body));
        assert_eq!(message.urgent, entry.kind == Kind::Down);
    }

    #[test]
    fn a_message_says_what_and_since_when() {
        let (down, up, late) = (entry(Kind::Down), entry(Kind::Up), entry(Kind::WasDown));
        check(&down, true, "plex is DOWN", "Connection refused (TCP). Since 10:05 UTC (2026-11-03).");
        check(&up, true, "plex is UP again", "Recovered. Was down 35 min (10:05-10:40 UTC).");
        let first = Entry { first: true, until: None, ..up };
        let promise = "You will be told when it goes down, and when it comes back.";
        check(&first, true, "plexmon is watching: plex is up", promise);
        let late = Entry { error: Some("Pushover answered HTTP 500".to_owned()), ..late };
        check(
            &late,
            true,
            "plex was DOWN and is UP again",
            "Was down 35 min (10:05-10:40 UTC): connection refused (TCP). \
             Could not tell you earlier: Pushover answered HTTP 500.",
        );
        check(
            &Entry { times: 3, error: None, ..late },
            true,
            "plex was DOWN and is UP again",
            "Was down 3 times (10:05-10:40 UTC): connection refused (TCP). You were not told earlier.",
        );
    }

    #[test]
    fn what_may_come_twice_says_so_once() {
        let down = entry(Kind::Down);
        let text = "Connection refused (TCP). Since 10:05 UTC (2026-11-03).";
        let unproven = Entry { unproven: true, ..down.clone() };
        let unread = Entry { unread: true, ..down.clone() };
        check(&unproven, true, "plex is DOWN", &format!("{text} (may repeat)"));
        check(&down, false, "plex is DOWN", &format!("{text} (state not saved; may repeat)"));
        check(&unread, false, "plex is DOWN", &format!("{text} (state could not be read; may repeat)"));
    }
}
