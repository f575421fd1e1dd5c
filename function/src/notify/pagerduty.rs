//! PagerDuty: events of the Events API v2. <https://developer.pagerduty.com/docs/events-api-v2-overview>
//!
//! Each target has an alert of its own, which its recovery resolves. The key of an alert depends on the target alone:
//! PagerDuty folds events with the key of an open alert into it, and begins another alert after it was resolved. A repeat
//! is therefore harmless, and a recovery always resolves what is open.

use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{Post, appended, fold_key, link, secret};
use super::{Channel, Delivery, Sending};
use crate::contract::description::{Answers, ChannelDescription, Checked, Protocol, Setting, Type, base};
use crate::contract::notification::NotificationKind;
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Severity;
use crate::http::Http;
use crate::message::{Message, MessageItem};
use crate::text::bounded;

// PagerDuty's limits, in characters.
const MAX_SUMMARY: usize = 1_024;
const KEY_CHARS: usize = 32;

const MAX_SOURCE: usize = 250;
const MAX_DETAILS: usize = 8_000;
const MAX_URL: usize = 2_000;

const SERVICE: &str = "PagerDuty";

/// Where events are posted, unless the configuration replaces it.
pub const URL: &str = "https://events.pagerduty.com";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "pagerduty",
    service: SERVICE,
    about: "a service of [PagerDuty](https://www.pagerduty.com); a recovery resolves the alert of its outage",
    settings: &[
        Setting::secret(
            "key",
            "{ env = \"PAGERDUTY_KEY\" }",
            "the integration key of the service, for the Events API v2",
        ),
        Setting {
            kind: Type::Address(base),
            about: "the server; that of accounts in the EU is `https://events.eu.pagerduty.com`",
            ..Setting::service_url(URL, "\"https://events.pagerduty.com\"")
        },
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"status":"success","message":"Event processed","dedup_key":"x"}"#,
            refusal: (
                400,
                r#"{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}"#,
            ),
        }),
    },
    check_secret,
    after_test: Some("resolve the alert of the test in PagerDuty"),
    refusals: &[("400 `Invalid routing key`", "see `key`: it is that of an integration \"Events API v2\"")],
    ..ChannelDescription::SIMPLE
};

fn check_secret(_: &str, key: &str) -> Checked {
    if key.len() == KEY_CHARS && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err("is not an integration key, which has 32 letters and digits".to_owned())
}

/// The channel.
#[derive(Debug)]
pub struct PagerDuty {
    name: String,
    url: String,
    http: Http,
}

impl PagerDuty {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, url: &str, http: &Http) -> Self {
        Self { name, url: appended(url, "/v2/enqueue"), http: http.clone() }
    }

    /// Send one event for each notification. If one fails, all are repeated: PagerDuty recognizes them.
    async fn deliver(&self, message: &Message, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        let test = [MessageItem::about_monitor(NotificationKind::Other)];
        let items = if message.items.is_empty() { &test[..] } else { &message.items[..] };
        for item in items {
            let delivery = match self.post(message, item, secrets) {
                Ok(post) => post.deliver(&self.http, secrets, deadline).await,
                Err(delivery) => delivery,
            };
            if delivery != Delivery::Delivered {
                return delivery;
            }
        }
        Delivery::Delivered
    }

    fn post(
        &self,
        message: &Message,
        item: &MessageItem,
        secrets: &ChannelSecrets,
    ) -> Result<Post, Delivery> {
        let key = secret(SERVICE, secrets, "key")?.expose();
        let event = event(message, item, key);
        Ok(Post::json(SERVICE, &self.url, &event, Box::new(read))?.with_secrets())
    }
}

impl Channel for PagerDuty {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        Box::pin(self.deliver(message, secrets, deadline))
    }
}

fn event(message: &Message, item: &MessageItem, key: &str) -> Value {
    let (subject, is_end) = subject(item);
    let dedup_key = fold_key(&format!("{}\n{}\n{subject}", message.deployment, item.target));
    if is_end {
        return json!({"routing_key": key, "event_action": "resolve", "dedup_key": dedup_key});
    }
    let source = if item.target.is_empty() { &message.deployment } else { &item.target };
    let summary =
        if message.items.len() > 1 { format!("{source}: {}", message.title) } else { message.title.clone() };
    let severity = match message.severity {
        Severity::Down => "critical",
        Severity::Warn => "warning",
        Severity::Info => "info",
    };
    let mut event = json!({
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "client": "plexmon",
        "payload": {
            "summary": bounded(&summary, MAX_SUMMARY),
            "source": bounded(source, MAX_SOURCE),
            "severity": severity,
            "group": bounded(&message.deployment, MAX_SOURCE),
            "custom_details": {"message": bounded(&message.body, MAX_DETAILS)},
        },
    });
    if let Some(url) = link(message, MAX_URL) {
        event["links"] = json!([{"href": url, "text": bounded(&message.url_title, MAX_SOURCE)}]);
    }
    event
}

/// Return which of a target's alerts a notification belongs to, and whether it ends it.
fn subject(item: &MessageItem) -> (&str, bool) {
    use NotificationKind::{
        Account, Certificate, Channel, Domain, Down, Fast, Flapping, Identity, Known, MonitorOffline,
        MonitorOnline, Other, Reminder, Slow, Unknown, Up, Version, Warning, WarningEnded, WasDown,
    };
    match item.kind {
        Down | Reminder | Flapping => ("", false),
        Up | WasDown => ("", true),
        Unknown => ("unknown", false),
        Known => ("unknown", true),
        Slow => ("slow", false),
        Fast => ("slow", true),
        Warning => (item.about.as_deref().unwrap_or("warning"), false),
        WarningEnded => (item.about.as_deref().unwrap_or("warning"), true),
        MonitorOffline => ("offline", false),
        MonitorOnline => ("offline", true),
        Certificate => ("certificate", false),
        Domain => ("domain", false),
        Identity => ("identity", false),
        Version => ("version", false),
        Channel => ("channel", false),
        Account => ("account", false),
        Other => ("other", false),
    }
}

/// Read `{"status":"success","message":"Event processed","dedup_key":"..."}` or
/// `{"status":"invalid event","message":"Event object is invalid","errors":["..."]}`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    match (reply["status"].as_str(), reply["errors"].as_array()) {
        (Some("success"), None) if status.is_success() => Answer::Accepted,
        (Some("invalid event"), errors) => {
            let errors = errors.into_iter().flatten().filter_map(Value::as_str);
            let text = errors.collect::<Vec<_>>().join("; ");
            let is_key = text.to_ascii_lowercase().contains("routing");
            refusal(status, text, is_key)
        }
        (Some("throttle exceeded"), _) => Answer::busy("throttle exceeded"),
        _ => Answer::Foreign,
    }
}
