//! Every channel against a stand-in of its service, which behaves as documented.

mod apprise;
mod common;
mod discord;
pub mod email;
mod googlechat;
mod gotify;
mod hidden;
mod homeassistant;
mod matrix;
mod mattermost;
mod ntfy;
mod pagerduty;
mod pushbullet;
mod signal;
mod slack;
pub mod smtp;
mod teams;
mod telegram;
mod twilio;
mod webhook;

use std::collections::BTreeMap;
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::description::{ChannelDescription, Need, Protocol, Setting, Type};
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::secrets::{ChannelSecrets, SecretValue};
use plexmon_function::contract::settings::{ChannelKind, ChannelSettings, Severity};
use plexmon_function::http::Http;
use plexmon_function::message::{Message, MessageItem};
use plexmon_function::notify::{Channel, DESCRIPTIONS, channels, description};
use plexmon_function::probe::Tls;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::pushover;
use crate::server::{Answer, Server};

/// A kind of channel that speaks HTTP. All of them are found by their descriptions.
pub struct HttpKind {
    description: &'static ChannelDescription,
    /// What messages call the service.
    pub service: &'static str,
    /// An answer by which the service confirms a message, if only its own answers count.
    pub confirmation: Option<&'static str>,
    /// The status and the body by which it refuses the channel's secrets.
    pub refusal: Option<(u16, &'static str)>,
}

/// Every kind that speaks HTTP: a new one is subject to the common tests without being named here.
pub fn http_kinds() -> Vec<HttpKind> {
    let kind = |description: &'static ChannelDescription| match description.protocol {
        Protocol::Http { answers } => Some(HttpKind {
            description,
            service: description.service,
            confirmation: answers.map(|answers| answers.confirmation),
            refusal: answers.map(|answers| answers.refusal),
        }),
        // Mail servers have tests of their own.
        Protocol::Smtp => None,
    };
    DESCRIPTIONS.iter().filter_map(kind).collect()
}

/// The kinds whose service confirms messages in a way of its own, with a confirmation.
pub fn confirming_kinds() -> impl Iterator<Item = (HttpKind, &'static str)> {
    http_kinds().into_iter().filter_map(|kind| kind.confirmation.map(|confirmation| (kind, confirmation)))
}

impl HttpKind {
    /// The settings and the secrets for a server at this address: every secret that the kind can have, and what it
    /// requires besides.
    pub fn setup(&self, address: &str) -> (ChannelKind, ChannelSecrets) {
        let ChannelDescription { kind, settings, exclusive, complete, .. } = *self.description;
        let mut json = serde_json::Map::from_iter([("kind".to_owned(), Value::from(kind))]);
        let mut secrets = ChannelSecrets::new();
        let is_left_out = |key: &str| exclusive.iter().any(|(_, other)| *other == key);
        for Setting { key, kind: value, need, example, .. } in settings {
            match (value, need) {
                (_, Need::With(other)) if is_left_out(other) => {}
                _ if is_left_out(key) => {}
                (Type::Secret, _) => {
                    let value = match *key {
                        "url" => format!("{address}/hooks/0a1b2c3d4e5f?key=kkkkkkkk"),
                        key => format!("s3cr3t-{key}-of-{kind}"),
                    };
                    secrets.insert((*key).to_owned(), SecretValue::new(value));
                    if let Need::With(other) = need {
                        json.insert((*other).to_owned(), Value::from("me"));
                    }
                    if matches!(need, Need::Optional) {
                        json.insert((*key).to_owned(), Value::from(true));
                    }
                }
                (Type::Address(_), _) => {
                    let example = example.trim_matches('"');
                    let path = example.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
                    let path = path.map_or("", |(_, path)| path);
                    json.insert((*key).to_owned(), Value::from(format!("{address}/{path}")));
                }
                (_, Need::Required) => {
                    let value = serde_json::from_str(example).unwrap_or_else(|_| {
                        panic!("the example of `{key}` of {kind} is not valid as JSON: {example}")
                    });
                    json.insert((*key).to_owned(), value);
                }
                _ => {}
            }
        }
        complete(&mut json);
        let settings = serde_json::from_value(Value::Object(json))
            .unwrap_or_else(|why| panic!("the description of {kind} does not match `ChannelKind`: {why}"));
        (settings, secrets)
    }
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

pub fn item(target: &str, kind: NotificationKind) -> MessageItem {
    MessageItem { target: target.to_owned(), ..MessageItem::about_monitor(kind) }
}

pub fn message() -> Message {
    Message { items: vec![item("plex", NotificationKind::Down)], ..pushover::message() }
}

/// A message of extreme length, full of characters that need escaping.
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

/// A deadline that no test reaches.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// How long after its deadline a channel may return.
const GRACE: Duration = Duration::from_secs(5);

/// Send, and fail if the channel does not return by the deadline: a test would otherwise never end.
pub async fn deliver(
    kind: ChannelKind,
    message: &Message,
    secrets: &ChannelSecrets,
    deadline: Instant,
) -> Delivery {
    let name = description(&kind).kind;
    let channel = channel(kind);
    timeout_at(deadline + GRACE, channel.send(message, secrets, deadline)).await.unwrap_or_else(|_| {
        panic!("{name} does not return by its deadline: pass the deadline to `post::send`")
    })
}

/// Send to a service that gives this answer. No channel repeats a request by itself.
pub async fn send(
    setup: impl Fn(&str) -> (ChannelKind, ChannelSecrets),
    answer: Answer,
    message: &Message,
) -> Delivery {
    let server = Server::start(&[answer]).await;
    let (kind, secrets) = setup(&at(&server));
    let delivery = deliver(kind, message, &secrets, soon()).await;
    assert_eq!(server.requests().len(), 1, "{delivery:?}");
    delivery
}

/// Send to a service that accepts the message, and return the request.
pub async fn sent(
    setup: impl Fn(&str) -> (ChannelKind, ChannelSecrets),
    service: fn(&str) -> Answer,
    message: &Message,
) -> Posted {
    let server = Server::start(&[Answer::By(service)]).await;
    let (kind, secrets) = setup(&at(&server));
    assert_eq!(deliver(kind, message, &secrets, soon()).await, Delivery::Delivered);
    Posted::of(&server.requests()[0])
}

pub fn refused(why: &str, credentials: bool) -> Delivery {
    Delivery::Refused { why: why.to_owned(), credentials }
}

pub fn later(why: &str, unproven: bool) -> Delivery {
    Delivery::Retry { why: why.to_owned(), unproven, wait: None }
}

/// A failure after which the service asks to wait.
pub fn busy(why: &str, seconds: f64) -> Delivery {
    let wait = Some(Duration::from_secs_f64(seconds));
    Delivery::Retry { why: why.to_owned(), unproven: false, wait }
}

/// A request as a service sees it.
pub struct Posted {
    pub line: String,
    /// By their names, in lower case.
    pub headers: BTreeMap<String, String>,
    /// `Null` if it is not JSON.
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
