//! Requests to PagerDuty, and the outcomes of its answers.

use std::collections::BTreeMap;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind::{
    self, Certificate, Down, Fast, Flapping, Other, Reminder, Report, Slow, Up, Version, Warning,
    WarningEnded, WasDown,
};
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::{Message, MessageItem};

use super::{Posted, at, busy, deliver, endless, item, later, message, refused, secrets, send, soon};
use crate::server::{Answer, Server, http};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::PagerDuty { url: address.to_owned() }, secrets(&[("key", KEY)]))
}

/// Accepts what the documentation specifies.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    let invalid = |why: &str| {
        let body =
            format!(r#"{{"status":"invalid event","message":"Event object is invalid","errors":["{why}"]}}"#);
        http("400 Bad Request", "", &body)
    };
    if posted.line != "POST /v2/enqueue HTTP/1.1" || !posted.is_json() || posted.text("routing_key") != KEY {
        return invalid("Invalid routing key");
    }
    if !(1..=255).contains(&posted.text("dedup_key").len()) || posted.bytes > 512 * 1024 {
        return invalid("dedup_key or size");
    }
    let payload = &posted.body["payload"];
    let has = |field: &str| payload[field].as_str().is_some_and(|text| !text.is_empty());
    let severities = ["critical", "error", "warning", "info"];
    let is_complete = has("source")
        && payload["summary"].as_str().is_some_and(|text| (1..=1_024).contains(&text.chars().count()))
        && payload["severity"].as_str().is_some_and(|severity| severities.contains(&severity));
    if posted.text("event_action") != "resolve" && !(posted.text("event_action") == "trigger" && is_complete)
    {
        return invalid("payload");
    }
    http("202 Accepted", "", r#"{"status":"success","message":"Event processed","dedup_key":"x"}"#)
}

async fn events(message: &Message) -> Vec<Posted> {
    let server = Server::start(&[Answer::By(service)]).await;
    let (kind, secrets) = setup(&at(&server));
    assert_eq!(deliver(kind, message, &secrets, soon()).await, Delivery::Delivered);
    server.requests().iter().map(|request| Posted::of(request)).collect()
}

fn about(items: &[MessageItem]) -> Message {
    Message { items: items.to_vec(), ..message() }
}

/// The alerts that are open after these messages.
async fn open(messages: &[&MessageItem]) -> usize {
    let mut alerts = BTreeMap::new();
    for item in messages {
        for event in events(&about(&[(*item).clone()])).await {
            let key = event.text("dedup_key").to_owned();
            match event.text("event_action") {
                "trigger" => alerts.insert(key, ()),
                _ => alerts.remove(&key),
            };
        }
    }
    alerts.len()
}

fn finding(kind: NotificationKind, key: &str) -> MessageItem {
    MessageItem { about: Some(key.to_owned()), ..item("plex", kind) }
}

#[tokio::test]
async fn a_report_is_no_alert() {
    assert_eq!(events(&about(&[item("", Report)])).await.len(), 0);
}

#[tokio::test]
async fn a_recovery_resolves_the_alert_of_its_outage_alone() {
    let (down, up) = (item("plex", Down), item("plex", Up));
    assert_eq!(open(&[&down]).await, 1);
    assert_eq!(open(&[&down, &down]).await, 1, "a repeat is folded");
    assert_eq!(open(&[&down, &item("plex", Reminder)]).await, 1);
    assert_eq!(open(&[&down, &up]).await, 0);
    assert_eq!(open(&[&down, &item("plex", WasDown)]).await, 0, "the second of two outages");
    assert_eq!(open(&[&down, &item("sonarr", Up)]).await, 1);
    let warning = finding(Warning, "disk:/data");
    assert_eq!(open(&[&down, &warning, &up]).await, 1, "the warning");
    assert_eq!(open(&[&warning, &finding(WarningEnded, "disk:/")]).await, 1);
    assert_eq!(open(&[&warning, &finding(WarningEnded, "disk:/data")]).await, 0);
}

#[tokio::test]
async fn a_recovery_resolves_that_the_target_was_slow_before() {
    let slow = item("plex", Slow);
    assert_eq!(open(&[&slow, &item("plex", Fast)]).await, 0);
    assert_eq!(open(&[&slow, &item("plex", Down), &item("plex", Up)]).await, 0);
}

/// It stays open until somebody resolves it: what is folded into it would page nobody.
#[tokio::test]
async fn what_has_no_end_does_not_hide_the_next_one() {
    for kind in [Certificate, Flapping, Other, Version] {
        let first = about(&[item("plex", kind)]);
        let next = Message { id: "home:plex:9:phone".to_owned(), ..first.clone() };
        let keys = [&first, &first, &next]
            .map(async |message| events(message).await[0].text("dedup_key").to_owned());
        let [one, repeat, other] = keys;
        let (one, repeat, other) = (one.await, repeat.await, other.await);
        assert_eq!(one, repeat, "{kind:?}");
        assert_ne!(one, other, "{kind:?}");
        let both = events(&about(&[item("plex", kind), item("sonarr", kind)])).await;
        assert_ne!(both[0].text("dedup_key"), both[1].text("dedup_key"), "{kind:?}");
    }
}

#[tokio::test]
async fn each_target_has_an_event_of_its_own() {
    let both = events(&about(&[item("plex", Down), item("sonarr", Down)])).await;
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].text("dedup_key"), both[1].text("dedup_key"));
    assert_eq!(both[1].body["payload"]["source"], "sonarr");
    assert_eq!(both[1].body["payload"]["summary"], "sonarr: plex is DOWN");
    let one = &events(&message()).await[0].body;
    assert_eq!(
        (&one["payload"]["summary"], &one["payload"]["severity"]),
        (&"plex is DOWN".into(), &"critical".into())
    );
    assert_eq!(one["links"][0]["href"], "https://plex.example.com/identity");
    events(&endless()).await;
}

#[tokio::test]
async fn a_test_is_an_event_too() {
    let test = Message { items: Vec::new(), severity: Severity::Info, urgent: false, ..message() };
    let events = events(&test).await;
    assert_eq!((events.len(), &events[0].body["payload"]["severity"]), (1, &"info".into()));
}

#[tokio::test]
async fn after_a_failure_the_rest_is_not_sent() {
    let ok = Answer::By(service);
    let server = Server::start(&[ok, http("503 Busy", "", "")]).await;
    let (kind, secrets) = setup(&at(&server));
    let three = about(&[item("a", Down), item("b", Down), item("c", Down)]);
    let delivery = deliver(kind, &three, &secrets, soon()).await;
    assert_eq!(delivery, later("PagerDuty answered HTTP 503", false));
    assert_eq!(server.requests().len(), 2, "all three are repeated later");
}

#[tokio::test]
async fn one_refused_event_does_not_keep_the_others_from_being_sent() {
    let ok = || Answer::By(service);
    let invalid = r#"{"status":"invalid event","message":"x","errors":["Length of 'summary' is too long"]}"#;
    let server = Server::start(&[ok(), http("400 Bad Request", "", invalid), ok()]).await;
    let (kind, secrets) = setup(&at(&server));
    let three = about(&[item("a", Down), item("b", Down), item("c", Down)]);
    let delivery = deliver(kind, &three, &secrets, soon()).await;
    assert_eq!(delivery, refused("PagerDuty answered HTTP 400: Length of 'summary' is too long", false));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let invalid = |why: &str| format!(r#"{{"status":"invalid event","message":"x","errors":["{why}"]}}"#);
    for (status, body, expected) in [
        (
            "400 Bad Request",
            invalid("Invalid routing key"),
            refused("PagerDuty answered HTTP 400: Invalid routing key", true),
        ),
        (
            "400 Bad Request",
            invalid("Length of 'summary' is too long"),
            refused("PagerDuty answered HTTP 400: Length of 'summary' is too long", false),
        ),
        (
            "429 Too Many Requests",
            r#"{"status":"throttle exceeded","message":"x"}"#.to_owned(),
            busy("PagerDuty answered HTTP 429: throttle exceeded; try again in 2 min", 120.0),
        ),
        ("403 Forbidden", String::new(), later("something in front of PagerDuty answered HTTP 403", false)),
    ] {
        assert_eq!(send(setup, http(status, "", &body), &message()).await, expected, "{status}");
    }
}
