//! Pushover: one form, posted. <https://pushover.net/api>
//!
//! It has no idempotency key, so that a message whose answer was lost may arrive twice. Its rules: never repeat a request
//! that was answered with 4xx (many of those get an address blocked, and Lambda's addresses are shared), except 429; any
//! other may be sent again later.

use http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{FORM, Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::{ChannelSecrets, SecretValue};
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// Pushover's limits, in characters.
const MAX_TITLE: usize = 250;
const MAX_MESSAGE: usize = 1024;
const MAX_URL: usize = 512;
const MAX_URL_TITLE: usize = 100;

/// Bypasses quiet hours, but is not repeated until it is acknowledged.
const PRIORITY_HIGH: &str = "1";
const PRIORITY_NORMAL: &str = "0";

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
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"status":1,"request":"647d2300"}"#,
            refusal: (400, r#"{"status":0,"errors":["application token is invalid"],"token":"invalid"}"#),
        }),
    },
    ..ChannelDescription::SIMPLE
};

/// The channel.
#[derive(Debug)]
pub struct Pushover {
    name: String,
    url: String,
    http: Http,
}

impl Pushover {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, url: String, http: &Http) -> Self {
        Self { name, url, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let (token, user) = (secret(SERVICE, secrets, "token")?, secret(SERVICE, secrets, "user")?);
        let form = form(message, token, user);
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
        send(&self.http, self.post(message, secrets), secrets, deadline)
    }
}

fn form(message: &Message, token: &SecretValue, user: &SecretValue) -> String {
    let priority = if message.urgent { PRIORITY_HIGH } else { PRIORITY_NORMAL };
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
