//! A webhook of one's own: JSON to a secret address, as a template has it, or all there is to say.
//!
//! A receiver can fold repeats by the `Idempotency-Key`: it is the message's id. Nobody knows its words, so that it never
//! refuses for good, and any 2xx is a success unless the settings name a text that must be in it.

mod template;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tokio::time::Instant;

pub use self::template::check_template;
use super::answer::{Answer, later};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::page;

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
    /// What the answer to a message that was taken contains.
    success: Option<String>,
    http: Http,
}

impl Webhook {
    /// A channel that posts through `http`: the filled template, or the whole message.
    pub fn new(
        name: String,
        template: Option<String>,
        headers: BTreeMap<String, String>,
        has_token: bool,
        success: Option<String>,
        http: &Http,
    ) -> Self {
        Self { name, template, headers, has_token, success, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let url = secret(SERVICE, secrets, "url")?.expose();
        let success = self.success.clone();
        let read = Box::new(move |status, body: &[u8]| read(status, body, success.as_deref()));
        let mut post = match &self.template {
            None => Post::json(SERVICE, url, message, read)?,
            Some(template) => {
                let body = template::filled(template, message)
                    .map_err(|why| later(format!("the webhook's template: {why}"), false))?;
                Post::new(SERVICE, url, "application/json", body, read)?
            }
        };
        let headers =
            headers(&self.headers).map_err(|why| later(format!("the webhook's headers: {why}"), false))?;
        // The newest word counts: credentials in the address, then a header, then the token.
        post.headers().extend(headers);
        // Visible characters stay as they are; a target's name may have others.
        let key = utf8_percent_encode(&message.id, CONTROLS).to_string();
        if let Ok(key) = HeaderValue::from_str(&key) {
            post.headers().insert(IDEMPOTENCY_KEY, key);
        }
        let post = post.with_secrets();
        if self.has_token { post.with_token(secret(SERVICE, secrets, "token")?) } else { Ok(post) }
    }
}

impl Channel for Webhook {
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

fn read(status: StatusCode, body: &[u8], success: Option<&str>) -> Answer {
    if !status.is_success() {
        return Answer::Busy { text: String::new() };
    }
    match success {
        Some(wanted) if String::from_utf8_lossy(body).contains(wanted) => Answer::Taken,
        Some(_) => Answer::Foreign,
        None if page::is_wall(body) => {
            Answer::Doubtful("with a form or a redirect: `success` can name a text that the right answer has")
        }
        None => Answer::Taken,
    }
}
