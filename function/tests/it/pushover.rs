//! Requests to Pushover, and the outcomes of its answers.

use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind::{Down, Up, Warning, WasDown};
use plexmon_function::contract::secrets::{SecretValue, Secrets};
use plexmon_function::contract::settings::Severity;
use plexmon_function::http::Http;
use plexmon_function::message::Message;
use plexmon_function::notify::Channel;
use plexmon_function::notify::pushover::{Emergency, Pushover};
use plexmon_function::probe::Tls;

use crate::channels::{item, soon};
use crate::fixtures::NOW;
use crate::server::{Answer, Server, http};

pub fn secrets(token: &str) -> Secrets {
    let pushover = [("token", token), ("user", "u+u")];
    let pushover = pushover.map(|(name, value)| (name.to_owned(), SecretValue::new(value))).into();
    Secrets { channels: [("pushover".to_owned(), pushover)].into(), ..Secrets::default() }
}

pub fn message() -> Message {
    Message {
        id: "plex-remote-health:plex:2:pushover".to_owned(),
        deployment: "plex-remote-health".to_owned(),
        severity: Severity::Down,
        items: Vec::new(),
        title: "plex is DOWN".to_owned(),
        body: "Ünable & co".to_owned(),
        urgent: true,
        at: NOW,
        url: "https://plex.example.com/identity".to_owned(),
        url_title: "Open plex".to_owned(),
    }
}

async fn send(url: String, message: &Message) -> Delivery {
    let http = Http::new(&Tls::new().unwrap());
    let secrets = secrets("tok");
    let channel = Pushover::new("pushover".to_owned(), url, &http);
    channel.send(message, secrets.channel("pushover"), soon()).await
}

async fn fields(message: &Message) -> Vec<(String, String)> {
    let server = Server::start(&[http("200 OK", "", r#"{"status":1}"#)]).await;
    assert_eq!(send(server.url(), message).await, Delivery::Delivered);
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /identity HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    body.split('&').map(|field| field.split_once('=').unwrap()).map(|(n, v)| (decode(n), decode(v))).collect()
}

#[tokio::test]
async fn the_form_has_every_field() {
    let expected = [
        ("token", "tok"),
        ("user", "u+u"),
        ("title", "plex is DOWN"),
        ("message", "Ünable & co"),
        ("priority", "1"),
        ("timestamp", "1793700300"),
        ("url", "https://plex.example.com/identity"),
        ("url_title", "Open plex"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(fields(&message()).await, expected);
    let quiet = fields(&Message { urgent: false, ..message() }).await;
    assert_eq!(quiet[4].1, "0");
}

#[tokio::test]
async fn fields_are_shortened_between_characters() {
    let long = Message {
        title: "ü".repeat(251),
        body: "🦀".repeat(1025),
        url: format!("https://{}", "x".repeat(505)),
        url_title: "ß".repeat(101),
        ..message()
    };
    let sent = fields(&long).await;
    let length = |name: &str| sent.iter().find(|field| field.0 == name).map(|field| field.1.chars().count());
    assert_eq!((length("title"), length("message")), (Some(250), Some(1024)));
    assert_eq!((length("url"), length("url_title")), (None, None), "half an address leads nowhere");
    let fitting = fields(&Message { url: "x".repeat(512), ..long }).await;
    let lengths: Vec<usize> = fitting[6..].iter().map(|field| field.1.chars().count()).collect();
    assert_eq!(lengths, [512, 100]);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refused = |why: &str, credentials| Delivery::Refused { why: why.to_owned(), credentials };
    let later = |why: &str, unproven| Delivery::Retry { why: why.to_owned(), unproven, wait: None };
    let bad_user =
        r#"{"user":"invalid","errors":["user key is invalid","see site"],"status":0,"request":"x"}"#;
    let no_message = r#"{"message":"cannot be blank","errors":["message cannot be blank"],"status":0}"#;
    let limited = r#"{"errors":["limit"],"status":0}"#;
    for (answer, expected) in [
        (http("200 OK", "", r#"{"status":1,"request":"x"}"#), Delivery::Delivered),
        (
            http("200 OK", "", r#"{"status":1,"info":"no active devices to send to","request":"x"}"#),
            Delivery::Delivered,
        ),
        (
            http("202 Accepted", "", "nonsense"),
            later("HTTP 202, but without a confirmation from Pushover", true),
        ),
        (
            http("400 Bad Request", "", bad_user),
            refused("Pushover answered HTTP 400: user key is invalid; see site", true),
        ),
        (
            http("400 Bad Request", "", no_message),
            refused("Pushover answered HTTP 400: message cannot be blank", false),
        ),
        (http("401 Unauthorized", "", ""), later("something in front of Pushover answered HTTP 401", false)),
        (
            http("413 Too Large", "", r#"{"errors":"odd"}"#),
            later("something in front of Pushover answered HTTP 413", false),
        ),
        (http("429 Too Many Requests", "", limited), later("Pushover answered HTTP 429: limit", false)),
        (http("500 Oh", "", limited), later("Pushover answered HTTP 500: limit", false)),
        (http("302 Found", "location: /\r\n", ""), later("Pushover answered HTTP 302", false)),
        (Answer::Bytes(Vec::new()), later("Pushover's answer was lost", true)),
        (Answer::Reset, later("Pushover's answer was lost", true)),
    ] {
        let server = Server::start(&[answer]).await;
        assert_eq!(send(server.url(), &message()).await, expected);
        assert_eq!(server.requests().len(), 1, "no channel repeats by itself");
    }
}

#[tokio::test]
async fn a_used_up_month_is_waited_for_as_long_as_is_allowed() {
    let limited = r#"{"errors":["application is over its message limit"],"status":0}"#;
    let headers = "date: Thu, 26 Nov 2026 10:00:00 GMT\r\nx-limit-app-reset: ";
    for (reset, minutes) in [("1796104800", 60), ("1795688400", 20)] {
        let headers = format!("{headers}{reset}\r\n");
        let server = Server::start(&[http("429 Too Many Requests", &headers, limited)]).await;
        let in_words = if minutes == 60 { "1 h".to_owned() } else { format!("{minutes} min") };
        let why = format!(
            "Pushover answered HTTP 429: application is over its message limit; try again in {in_words}"
        );
        let wait = Some(Duration::from_secs(minutes * 60));
        assert_eq!(send(server.url(), &message()).await, Delivery::Retry { why, unproven: false, wait });
    }
}

/// Send with repeats through a service that answers the requests in turn, and return these.
async fn emergency(answers: &[Answer], message: &Message) -> (Delivery, Vec<String>) {
    let server = Server::start(answers).await;
    let http = Http::new(&Tls::new().unwrap());
    let url = format!("http://{}/1/messages.json", server.address);
    let emergency = Emergency::of(Some(2), None, Some(1_800));
    let channel = Pushover::new("pushover".to_owned(), url, &http).with_emergency(emergency);
    let delivery = channel.send(message, secrets("tok").channel("pushover"), soon()).await;
    (delivery, server.requests())
}

#[tokio::test]
async fn an_outage_is_repeated_until_its_end_cancels_the_repeats() {
    let ok = http("200 OK", "", r#"{"status":1,"receipt":"r"}"#);
    let of = |kind| Message { items: vec![item("plex", kind)], urgent: kind == Down, ..message() };
    let (delivery, requests) = emergency(std::slice::from_ref(&ok), &of(Down)).await;
    assert_eq!((delivery, requests.len()), (Delivery::Delivered, 1));
    let outage = &requests[0];
    assert!(outage.contains("&priority=2&") && outage.contains("&retry=60&expire=1800&tags="), "{outage}");
    let tag = outage.rsplit('=').next().unwrap();
    for kind in [Up, WasDown] {
        // Whatever the first request is answered with, the message is sent.
        for first in [ok.clone(), http("404 Not Found", "", "{}"), Answer::Reset] {
            let (delivery, requests) = emergency(&[first, ok.clone()], &of(kind)).await;
            assert_eq!((delivery, requests.len() >= 2), (Delivery::Delivered, true));
            let cancel = format!("POST /1/receipts/cancel_by_tag/{tag}.json HTTP/1.1\r\n");
            assert!(
                requests[0].starts_with(&cancel) && requests[0].ends_with("token=tok"),
                "{}",
                requests[0]
            );
            let last = requests.last().unwrap();
            assert!(last.starts_with("POST /1/messages.json") && last.contains("&priority=0&"), "{last}");
        }
    }
    let (_, other) = emergency(&[ok], &of(Warning)).await;
    assert!(other.len() == 1 && other[0].contains("&priority=0&"), "only an outage is repeated");
}

#[tokio::test]
async fn a_long_reason_is_shortened() {
    let head = b"HTTP/1.1 400 Bad\r\n\r\n{\"status\":0,\"errors\":[\"".to_vec();
    let server = Server::start(&[Answer::Endless(head, vec![b'x'; 4096])]).await;
    let why = "something in front of Pushover answered HTTP 400".to_owned();
    assert_eq!(send(server.url(), &message()).await, Delivery::Retry { why, unproven: false, wait: None });
    let long = format!(r#"{{"status":0,"errors":["{}\u001b"]}}"#, "ü".repeat(1_000));
    let server = Server::start(&[http("400 Bad", "", &long)]).await;
    let Delivery::Refused { why, .. } = send(server.url(), &message()).await else { panic!("not refused") };
    assert_eq!(why.chars().count(), 150);
}
