//! Every channel against a stand-in of its service, which minds what is documented of it.

mod common;
mod discord;
pub mod email;
mod hidden;
mod ntfy;
mod pushbullet;
mod slack;
pub mod smtp;
mod webhook;

use std::collections::BTreeMap;
use std::time::Duration;

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::secrets::{ChannelSecrets, SecretValue};
use plexmon_function::contract::settings::{ChannelKind, ChannelSettings, Severity};
use plexmon_function::http::Http;
use plexmon_function::message::{Message, MessageItem};
use plexmon_function::notify::{Channel, Delivery, channels};
use plexmon_function::probe::Tls;
use serde_json::Value;
use tokio::time::Instant;

use crate::pushover;
use crate::server::{Answer, Server};

/// What a channel needs to speak to a server at this address.
pub type Setup = fn(&str) -> (ChannelKind, ChannelSecrets);

/// What the service is called in what a person reads, and how to speak to a server in its place.
pub const ALL: [(&str, Setup); 6] = [
    ("Pushover", self::pushover),
    ("Pushbullet", pushbullet::setup),
    ("ntfy", ntfy::setup),
    ("Discord", discord::setup),
    ("Slack", slack::setup),
    ("the webhook", webhook::setup),
];

/// The services whose confirmation is known, and what it looks like.
pub const KNOWN: [(&str, Setup, &str); 5] = [
    ("Pushover", self::pushover, r#"{"status":1,"request":"647d2300"}"#),
    ("Pushbullet", pushbullet::setup, r#"{"active":true,"iden":"ubdpj29aOK0sKG"}"#),
    ("ntfy", ntfy::setup, r#"{"id":"hwQ2YpKdmg","event":"message"}"#),
    ("Discord", discord::setup, r#"{"id":"1","content":"as it was"}"#),
    ("Slack", slack::setup, "ok"),
];

fn pushover(address: &str) -> (ChannelKind, ChannelSecrets) {
    let kind = ChannelKind::Pushover { url: format!("{address}/1/messages.json") };
    (
        kind,
        secrets(&[("token", "azGDORePK8gMaC0QOYAMyEEuzJnyUi"), ("user", "uQiRzpo4DXghDmr9QzzfQu27cmVRsG")]),
    )
}

pub fn secrets(pairs: &[(&str, &str)]) -> ChannelSecrets {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), SecretValue::new(*value))).collect()
}

pub fn channel(kind: ChannelKind) -> Box<dyn Channel> {
    let settings = ChannelSettings { name: "phone".to_owned(), kind, min: Severity::Info, quiet: None };
    let channel = channels(&[settings], &Http::new(&Tls::new().unwrap())).remove(0);
    assert_eq!(channel.name(), "phone");
    channel
}

pub fn message() -> Message {
    Message {
        news: vec![MessageItem { target: "plex".to_owned(), kind: NotificationKind::Down, first: false }],
        ..pushover::message()
    }
}

/// The longest words there are, and all of them hard to write.
pub fn endless() -> Message {
    Message {
        id: "ü:\u{1F980}".repeat(100),
        title: "\u{1F980}\"".repeat(2_000),
        body: "\\<&*_\u{fc}\u{1F980}\u{1}".repeat(5_000),
        url: format!("https://plex.example.com/{}", "x".repeat(5_000)),
        ..message()
    }
}

pub fn at(server: &Server) -> String {
    format!("http://{}", server.address)
}

/// More time than any test needs.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Sends to a service that answers so. No channel repeats by itself.
pub async fn send(setup: Setup, answer: Answer, message: &Message) -> Delivery {
    let server = Server::start(&[answer]).await;
    let (kind, secrets) = setup(&at(&server));
    let delivery = channel(kind).send(message, &secrets, soon()).await;
    assert_eq!(server.requests().len(), 1, "{delivery:?}");
    delivery
}

/// What is sent, to a service that takes it.
pub async fn sent(setup: Setup, service: fn(&str) -> Answer, message: &Message) -> Posted {
    let server = Server::start(&[Answer::By(service)]).await;
    let (kind, secrets) = setup(&at(&server));
    assert_eq!(channel(kind).send(message, &secrets, soon()).await, Delivery::Delivered);
    Posted::of(&server.requests()[0])
}

pub fn refused(why: &str, credentials: bool) -> Delivery {
    Delivery::Refused { why: why.to_owned(), credentials }
}

pub fn later(why: &str, unproven: bool) -> Delivery {
    Delivery::Retry { why: why.to_owned(), unproven }
}

/// A request as a service sees it.
pub struct Posted {
    pub line: String,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `Null` if it is no JSON.
    pub body: Value,
    pub bytes: usize,
}

impl Posted {
    pub fn of(request: &str) -> Self {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let header = |line: &str| {
            line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())).unwrap()
        };
        Self {
            line: line.to_owned(),
            headers: headers.lines().map(header).collect(),
            body: serde_json::from_str(body).unwrap_or_default(),
            bytes: body.len(),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn is_json(&self) -> bool {
        self.header("content-type") == "application/json" && self.body.is_object()
    }

    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}
