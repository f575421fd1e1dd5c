//! A webhook of one's own: JSON to a secret address, as a template has it, or all there is to say.
//!
//! Whoever wants to fold repeats can do so by the `Idempotency-Key`: it is the message's id.

mod template;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};

pub use self::template::check_template;
use super::answer::{Reason, later};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::http::Http;
use crate::message::Message;
use crate::secrets::ChannelSecrets;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SERVICE: &str = "the webhook";

/// What belongs to the connection rather than to the message.
const OF_THE_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The channel.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    template: Option<String>,
    headers: BTreeMap<String, String>,
    has_token: bool,
    http: Http,
}

impl Webhook {
    /// A channel that posts through `http`: the filled template, or the whole message.
    pub fn new(
        name: String,
        template: Option<String>,
        headers: BTreeMap<String, String>,
        has_token: bool,
        http: &Http,
    ) -> Self {
        Self { name, template, headers, has_token, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let url = secret(SERVICE, secrets, "url")?.expose();
        let mut post = match &self.template {
            None => Post::json(SERVICE, url, message, unread)?,
            Some(template) => {
                let body = template::filled(template, message)
                    .map_err(|why| later(format!("the webhook's template: {why}"), false))?;
                Post::new(SERVICE, url, "application/json", body, unread)?
            }
        };
        let headers =
            headers(&self.headers).map_err(|why| later(format!("the webhook's headers: {why}"), false))?;
        post.headers().extend(headers);
        // Visible characters stay as they are; a target's name may have others.
        let key = utf8_percent_encode(&message.id, CONTROLS).to_string();
        if let Ok(key) = HeaderValue::from_str(&key) {
            post.headers().insert(IDEMPOTENCY_KEY, key);
        }
        let post = post.with_secret_address();
        if self.has_token { post.with_token(secret(SERVICE, secrets, "token")?) } else { Ok(post) }
    }
}

impl Channel for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a> {
        send(&self.http, self.post(message, secrets), secrets)
    }
}

/// Whether these headers can be sent, for whoever reads a configuration.
pub fn check_headers(wanted: &BTreeMap<String, String>) -> Result<(), String> {
    headers(wanted).map(|_| ())
}

fn headers(wanted: &BTreeMap<String, String>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in wanted {
        let known = HeaderName::try_from(name).ok().filter(|name| !OF_THE_CONNECTION.contains(name));
        let known = known.ok_or_else(|| format!("{name:?} is no header that can be set"))?;
        let value = HeaderValue::from_str(value).map_err(|_| format!("{name} cannot have this value"))?;
        headers.insert(known, value);
    }
    Ok(headers)
}

/// Nobody knows what a stranger's answer holds, so that its status must do.
fn unread(_: &[u8]) -> Reason {
    Reason::default()
}
