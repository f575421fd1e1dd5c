//! Pushover: one form, posted. <https://pushover.net/api>
//!
//! It has no idempotency key, so a message whose answer was lost may arrive twice. Its rules: never repeat what was
//! answered with 4xx (many of those get an address blocked, and Lambda's addresses are shared), except 429; anything
//! else may be sent again later.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Channel, Delivery, Sending};
use crate::http::Http;
use crate::message::Message;
use crate::secrets::{ChannelSecrets, Secret};
use crate::text::{bounded, single_line};

// Pushover's limits, in characters.
const MAX_TITLE: usize = 250;
const MAX_MESSAGE: usize = 1024;
const MAX_URL: usize = 512;
const MAX_URL_TITLE: usize = 100;

const MAX_ANSWER_BYTES: usize = 8 * 1024;
const MAX_WHY_CHARS: usize = 150;

/// Breaks quiet hours, but is not repeated until someone acknowledges it.
const PRIORITY_HIGH: &str = "1";
const PRIORITY_NORMAL: &str = "0";

/// The channel.
#[derive(Debug)]
pub struct Pushover {
    name: String,
    url: String,
    http: Http,
}

impl Pushover {
    /// A channel that posts through `http`.
    pub fn new(name: String, url: String, http: &Http) -> Self {
        Self { name, url, http: http.clone() }
    }

    async fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Delivery {
        let (Some(token), Some(user)) = (secrets.get("token"), secrets.get("user")) else {
            return later("there are no Pushover token and user key among the secrets".to_owned(), false);
        };
        let Ok(uri) = self.url.parse::<Uri>() else {
            return later("Pushover's address in the settings cannot be understood".to_owned(), false);
        };
        let mut request = Request::new(Full::new(Bytes::from(form(message, token, user))));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("plexmon/", env!("CARGO_PKG_VERSION"))));
        match self.http.send(request).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                judge(head.status, body).await
            }
            Err(why) if why.is_connect() => later("no connection to Pushover".to_owned(), false),
            Err(_) => later("Pushover's answer was lost".to_owned(), true),
        }
    }
}

impl Channel for Pushover {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a> {
        Box::pin(self.post(message, secrets))
    }
}

fn later(why: String, unproven: bool) -> Delivery {
    Delivery::Retry { why, unproven }
}

fn form(message: &Message, token: &Secret, user: &Secret) -> String {
    let priority = if message.urgent { PRIORITY_HIGH } else { PRIORITY_NORMAL };
    let mut fields = vec![
        ("token", token.expose().to_owned()),
        ("user", user.expose().to_owned()),
        ("title", bounded(&message.title, MAX_TITLE)),
        ("message", bounded(&message.body, MAX_MESSAGE)),
        ("priority", priority.to_owned()),
        ("timestamp", message.at.to_string()),
    ];
    // Half an address leads nowhere, so one that is too long is left out.
    if !message.url.is_empty() && message.url.chars().count() <= MAX_URL {
        fields.push(("url", message.url.clone()));
        fields.push(("url_title", bounded(&message.url_title, MAX_URL_TITLE)));
    }
    let encoded =
        |(name, value): (&str, String)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC));
    fields.into_iter().map(encoded).collect::<Vec<_>>().join("&")
}

/// The head of the answer decides; the body is read for its reasons alone.
async fn judge(status: StatusCode, body: Incoming) -> Delivery {
    if status.is_success() {
        return Delivery::Delivered;
    }
    let answer = match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
        Ok(body) => serde_json::from_slice(&body.to_bytes()).unwrap_or_default(),
        Err(_) => Answer::default(),
    };
    let why = answer.why(status);
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        let credentials = matches!(status.as_u16(), 401 | 403) || (status == 400 && answer.blames_secrets());
        return Delivery::Refused { why, credentials };
    }
    later(why, false)
}

/// `{"status":0,"errors":["user key is invalid"],"user":"invalid"}`
#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    token: Option<String>,
}

impl Answer {
    fn why(&self, status: StatusCode) -> String {
        let answered = format!("Pushover answered HTTP {}", status.as_u16());
        if self.errors.is_empty() {
            return answered;
        }
        single_line(&format!("{answered}: {}", self.errors.join("; ")), MAX_WHY_CHARS)
    }

    fn blames_secrets(&self) -> bool {
        self.user.as_deref() == Some("invalid") || self.token.as_deref() == Some("invalid")
    }
}
