//! Pushover: one form, posted. <https://pushover.net/api>
//!
//! It has no idempotency key, so that a message whose answer was lost may arrive twice. Its rules: never repeat a request
//! that was answered with 4xx (many of those get an address blocked, and Lambda's addresses are shared), except 429; any
//! other may be sent again later.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{FORM, Post, fold_key, secret};
use super::{Channel, Delivery, Sending};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, any_number,
};
use crate::contract::notification::NotificationKind;
use crate::contract::secrets::{ChannelSecrets, SecretValue};
use crate::contract::settings::ChannelKind;
use crate::http::Http;
use crate::message::{Message, MessageItem};
use crate::text::bounded;

// Pushover's limits, in characters.
const MAX_TITLE: usize = 250;
const MAX_MESSAGE: usize = 1024;
const MAX_URL: usize = 512;
const MAX_URL_TITLE: usize = 100;

/// Bypasses quiet hours, but is not repeated until it is acknowledged.
const PRIORITY_HIGH: &str = "1";
const PRIORITY_NORMAL: &str = "0";

/// Is repeated until it is acknowledged or cancelled, or expires.
const PRIORITY_EMERGENCY: &str = "2";

/// The time limit for ending repeats: it delays the message that the outage is over.
const CANCEL_LIMIT: Duration = Duration::from_secs(2);

const SERVICE: &str = "Pushover";

/// Where messages are posted, unless the configuration replaces it.
pub const URL: &str = "https://api.pushover.net/1/messages.json";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "pushover",
    service: SERVICE,
    about: "[Pushover](https://pushover.net)",
    settings: &[
        Setting::secret("token", "{ env = \"PUSHOVER_TOKEN\" }", "the API token of the application"),
        Setting::secret("user", "{ env = \"PUSHOVER_USER\" }", "the key of the user or the group"),
        Setting::service_url(URL, "\"https://api.pushover.net/1/messages.json\""),
        Setting {
            key: "priority",
            kind: Type::Number { min: 1, max: 2, check: any_number },
            need: Need::Depends("1"),
            example: "2",
            about: "the priority of an outage; 2 repeats it until someone acknowledges it, or the outage ends",
        },
        Setting {
            key: "retry",
            kind: Type::Number { min: 30, max: 10_800, check: any_number },
            need: Need::Depends("60, with `priority = 2`"),
            example: "60",
            about: "the seconds between repeats",
        },
        Setting {
            key: "expire",
            kind: Type::Number { min: 30, max: 10_800, check: any_number },
            need: Need::Depends("3600, with `priority = 2`"),
            example: "3600",
            about: "the seconds after which the repeats end",
        },
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"status":1,"request":"647d2300"}"#,
            refusal: (400, r#"{"status":0,"errors":["application token is invalid"],"token":"invalid"}"#),
        }),
    },
    check,
    ..ChannelDescription::SIMPLE
};

fn check(kind: &ChannelKind) -> Checked {
    match kind {
        ChannelKind::Pushover { priority, retry, expire, .. }
            if *priority != Some(2) && (retry.is_some() || expire.is_some()) =>
        {
            Err("`retry` and `expire` need `priority = 2`".to_owned())
        }
        _ => Ok(()),
    }
}

/// How an outage is repeated until someone acknowledges it, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emergency {
    /// The pause between repeats.
    pub retry: u32,
    /// The time after which they end.
    pub expire: u32,
}

impl Emergency {
    /// Return the repeats of the settings, if there are any.
    pub fn of(priority: Option<u32>, retry: Option<u32>, expire: Option<u32>) -> Option<Self> {
        (priority == Some(2)).then(|| Self { retry: retry.unwrap_or(60), expire: expire.unwrap_or(3_600) })
    }
}

/// The channel.
#[derive(Debug)]
pub struct Pushover {
    name: String,
    url: String,
    emergency: Option<Emergency>,
    http: Http,
}

impl Pushover {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, url: String, http: &Http) -> Self {
        Self { name, url, emergency: None, http: http.clone() }
    }

    /// Return the same, which repeats outages until someone acknowledges them.
    #[must_use]
    pub fn with_emergency(self, emergency: Option<Emergency>) -> Self {
        Self { emergency, ..self }
    }

    async fn deliver(&self, message: &Message, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        let post = match self.post(message, secrets) {
            Ok(post) => post,
            Err(delivery) => return delivery,
        };
        if self.emergency.is_some() {
            let limit = deadline.min(Instant::now() + CANCEL_LIMIT);
            let ended = message.items.iter().filter(|item| ends_outage(item));
            // A failure costs nothing but some repeats: they end by themselves, too.
            join_all(ended.map(|item| self.cancel(message, item, secrets, limit))).await;
        }
        post.deliver(&self.http, secrets, deadline).await
    }

    /// End the repeats of a target's outage.
    async fn cancel(
        &self,
        message: &Message,
        item: &MessageItem,
        secrets: &ChannelSecrets,
        deadline: Instant,
    ) {
        // An address without this path is not Pushover's own.
        let Some(base) = self.url.strip_suffix("messages.json") else { return };
        let Ok(token) = secret(SERVICE, secrets, "token") else { return };
        let url = format!("{base}receipts/cancel_by_tag/{}.json", tag(message, item));
        let form = super::post::form(&[("token", token.expose().to_owned())]);
        if let Ok(post) = Post::new(SERVICE, &url, FORM, form, Box::new(read)) {
            post.with_secrets().deliver(&self.http, secrets, deadline).await;
        }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let (token, user) = (secret(SERVICE, secrets, "token")?, secret(SERVICE, secrets, "user")?);
        let form = form(message, token, user, self.emergency);
        let content_type = FORM;
        Ok(Post::new(SERVICE, &self.url, content_type, form, Box::new(read))?
            .with_reset("x-limit-app-reset")
            .with_secrets())
    }
}

impl Channel for Pushover {
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

/// Return whether a notification ends an outage.
fn ends_outage(item: &MessageItem) -> bool {
    matches!(item.kind, NotificationKind::Up | NotificationKind::WasDown) && !item.first
}

/// Return the tag by which the repeats of a target's outage are ended.
fn tag(message: &Message, item: &MessageItem) -> String {
    fold_key(&format!("{}\n{}", message.deployment, item.target))
}

fn form(message: &Message, token: &SecretValue, user: &SecretValue, emergency: Option<Emergency>) -> String {
    let emergency = emergency.filter(|_| message.urgent);
    let priority = match message.urgent {
        _ if emergency.is_some() => PRIORITY_EMERGENCY,
        true => PRIORITY_HIGH,
        false => PRIORITY_NORMAL,
    };
    let mut fields = vec![
        ("token", token.expose().to_owned()),
        ("user", user.expose().to_owned()),
        ("title", bounded(&message.title, MAX_TITLE)),
        ("message", bounded(&message.body, MAX_MESSAGE)),
        ("priority", priority.to_owned()),
        ("timestamp", message.at.to_string()),
    ];
    // An address that is too long is left out: a part of it is of no use.
    if !message.url.is_empty() && message.url.chars().count() <= MAX_URL {
        fields.push(("url", message.url.clone()));
        fields.push(("url_title", bounded(&message.url_title, MAX_URL_TITLE)));
    }
    if let Some(Emergency { retry, expire }) = emergency {
        let tags: Vec<String> = message.items.iter().map(|item| tag(message, item)).collect();
        fields.push(("retry", retry.to_string()));
        fields.push(("expire", expire.to_string()));
        fields.push(("tags", tags.join(",")));
    }
    super::post::form(&fields)
}

/// Read `{"status":1,"request":"..."}` or `{"status":0,"errors":["user key is invalid"],"user":"invalid"}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = reply["errors"]
        .as_array()
        .map(|errors| errors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "));
    match (reply["status"].as_u64(), errors) {
        (Some(1), None) => Answer::Accepted,
        (Some(0), Some(text)) => {
            refusal(status, text, reply["user"] == "invalid" || reply["token"] == "invalid")
        }
        _ => Answer::Foreign,
    }
}
