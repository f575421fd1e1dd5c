//! PagerDuty: events of the Events API v2. <https://developer.pagerduty.com/docs/events-api-v2-overview>
//!
//! PagerDuty folds events with the key of an open alert into it, and begins another alert after it was resolved. The
//! key of what has an end, such as an outage, depends on the target alone: its recovery always resolves what is open.
//! What has no end, such as a certificate that expires soon, has the key of its message: it stays open until somebody
//! resolves it, and must not hide the next one. A repeat is harmless in both cases.

use std::time::Duration;

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

/// The pause after which PagerDuty accepts events again: it asks for a few minutes.
const BACKOFF: Duration = Duration::from_secs(120);

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
    refusals: &[
        ("400 `Invalid routing key`", "see `key`: it is that of an integration \"Events API v2\""),
        (
            "none, and an alert stays open",
            "nothing ends a certificate's or a domain's warning, flapping, or a new version: resolve it in PagerDuty",
        ),
    ],
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

    /// Send one event for each notification. If one fails for now, all are repeated: PagerDuty recognizes them. One
    /// that is refused for good does not keep the others from being sent, unless the key is at fault.
    async fn deliver(&self, message: &Message, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        let test = [MessageItem::about_monitor(NotificationKind::Other)];
        let items = if message.items.is_empty() { &test[..] } else { &message.items[..] };
        let mut outcome = Delivery::Delivered;
        for item in items {
            for alert in alerts(item) {
                let delivery = match self.post(message, item, &alert, secrets) {
                    Ok(post) => post.deliver(&self.http, secrets, deadline).await,
                    Err(delivery) => delivery,
                };
                match delivery {
                    Delivery::Delivered => {}
                    Delivery::Refused { credentials: false, .. } => outcome = delivery,
                    _ => return delivery,
                }
            }
        }
        outcome
    }

    fn post(
        &self,
        message: &Message,
        item: &MessageItem,
        alert: &Alert<'_>,
        secrets: &ChannelSecrets,
    ) -> Result<Post, Delivery> {
        let key = secret(SERVICE, secrets, "key")?.expose();
        let event = event(message, item, alert, key);
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

/// What an event does to which of a target's alerts.
enum Alert<'a> {
    /// Begin an alert that another notification ends, or add to it.
    Begin(&'a str),
    /// End it.
    End(&'a str),
    /// Begin an alert that nothing ends.
    Single,
}

fn event(message: &Message, item: &MessageItem, alert: &Alert<'_>, key: &str) -> Value {
    let (Message { id, deployment, .. }, target) = (message, &item.target);
    let dedup_key = match alert {
        Alert::Begin(subject) | Alert::End(subject) => {
            fold_key(&format!("{deployment}\n{target}\n{subject}"))
        }
        Alert::Single => fold_key(&format!("{id}\n{target}")),
    };
    if matches!(alert, Alert::End(_)) {
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

/// Return the alerts that a notification begins or ends.
fn alerts(item: &MessageItem) -> Vec<Alert<'_>> {
    use NotificationKind::{
        Account, Certificate, Channel, Domain, Down, Fast, Flapping, Identity, Known, MonitorOffline,
        MonitorOnline, Other, Reminder, Report, Slow, Unknown, Up, Version, Warning, WarningEnded, WasDown,
    };
    let about = item.about.as_deref().unwrap_or("warning");
    vec![match item.kind {
        Down | Reminder => Alert::Begin(""),
        // Nothing else says that a target that went down is no longer slow.
        Up | WasDown => return vec![Alert::End(""), Alert::End("slow")],
        Unknown => Alert::Begin("unknown"),
        Known => Alert::End("unknown"),
        Slow => Alert::Begin("slow"),
        Fast => Alert::End("slow"),
        Warning => Alert::Begin(about),
        WarningEnded => Alert::End(about),
        MonitorOffline => Alert::Begin("offline"),
        MonitorOnline => Alert::End("offline"),
        // There is nothing to do about it.
        Report => return Vec::new(),
        // A target that is up after it was flapping causes no notification if it was up before.
        Flapping | Certificate | Domain | Identity | Version | Channel | Account | Other => Alert::Single,
    }]
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
        (Some("throttle exceeded"), _) => Answer::busy("throttle exceeded").after(Some(BACKOFF)),
        _ => Answer::Foreign,
    }
}
