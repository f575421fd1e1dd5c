//! A webhook of your own: JSON to a secret address, by a template, or the whole message.
//!
//! A receiver can recognize repeats by the `Idempotency-Key`, which is the id of the message. The form of its refusals is
//! unknown, so none is permanent. Any 2xx is a success unless the settings name a text that the answer must contain.

mod template;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tokio::time::Instant;

pub use self::template::check_template;
use super::answer::{Answer, later};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::description::{ChannelDescription, Checked, Literal, Need, Setting, Type, any};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::WebhookSettings;
use crate::http::Http;
use crate::message::Message;
use crate::unexpected_body;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SERVICE: &str = "the webhook";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "webhook",
    service: SERVICE,
    about: "a server of your own, which receives JSON",
    settings: &[
        Setting::secret(
            "url",
            "{ env = \"WEBHOOK_URL\" }",
            "the address, which may contain a user and a password",
        ),
        Setting::secret("token", "{ env = \"WEBHOOK_TOKEN\" }", "sent as `Authorization: Bearer ...`")
            .optional(),
        Setting {
            key: "method",
            kind: Type::Choice(&["POST", "PUT", "PATCH"]),
            need: Need::Default(Literal::Text("POST")),
            example: "\"PUT\"",
            about: "the method of the request",
        },
        Setting {
            key: "template",
            kind: Type::Text(check_template),
            need: Need::Depends("the whole message"),
            example: "'{\"text\": \"{title}: {body}\"}'",
            about: "the JSON to send, with `{title}`, `{body}`, `{severity}`, `{at}`, `{url}`, `{deployment}`, `{id}` \
                    and `{news}`; `{level}` is a number (2 for an outage, 1 for a problem or a recovery, else 0), \
                    and `{urgent}` is `true` for an outage, else `false`",
        },
        Setting {
            key: "headers",
            kind: Type::Table(check_headers),
            need: Need::Optional,
            example: "{ X-From = \"plexmon\" }",
            about: "additional headers",
        },
        Setting {
            key: "success",
            kind: Type::Text(any),
            need: Need::Depends("any 2xx is a success"),
            example: "\"queued\"",
            about: "text that the answer must contain",
        },
    ],
    ..ChannelDescription::SIMPLE
};

/// Headers of the connection rather than of the message.
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
    settings: WebhookSettings,
    http: Http,
}

impl Webhook {
    /// Create a channel that posts the filled template, or the whole message, through `http`.
    pub fn new(name: String, settings: WebhookSettings, http: &Http) -> Self {
        Self { name, settings, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let url = secret(SERVICE, secrets, "url")?.expose();
        let WebhookSettings { method, template, headers, token, success } = &self.settings;
        let success = success.clone();
        let read = Box::new(move |status, body: &[u8]| read(status, body, success.as_deref()));
        let mut post = match template {
            None => Post::json(SERVICE, url, message, read)?,
            Some(template) => {
                let body = template::filled(template, message)
                    .map_err(|why| later(format!("the webhook's template: {why}")))?;
                Post::new(SERVICE, url, "application/json", body, read)?
            }
        };
        let headers = self::headers(headers).map_err(|why| later(format!("the webhook's headers: {why}")))?;
        // Later ones replace earlier ones: credentials in the address, then a header, then the token.
        post.headers().extend(headers);
        // Names in the id may have characters that are not allowed in a header.
        let key = utf8_percent_encode(&message.id, CONTROLS).to_string();
        if let Ok(key) = HeaderValue::from_str(&key) {
            post.headers().insert(IDEMPOTENCY_KEY, key);
        }
        let method = method.as_deref().and_then(|method| Method::from_bytes(method.as_bytes()).ok());
        let post = post.with_secrets().with_method(method.unwrap_or(Method::POST));
        if *token { post.with_token(secret(SERVICE, secrets, "token")?) } else { Ok(post) }
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

/// Check that these headers can be sent.
pub fn check_headers(wanted: &BTreeMap<String, String>) -> Checked {
    headers(wanted).map(|_| ())
}

fn headers(wanted: &BTreeMap<String, String>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in wanted {
        let known = HeaderName::try_from(name).ok().filter(|name| !OF_THE_CONNECTION.contains(name));
        let known = known.ok_or_else(|| format!("{name:?} is not a header that can be set"))?;
        let value = HeaderValue::from_str(value).map_err(|_| format!("{name} has an invalid value"))?;
        headers.insert(known, value);
    }
    Ok(headers)
}

fn read(status: StatusCode, body: &[u8], success: Option<&str>) -> Answer {
    if !status.is_success() {
        return Answer::busy("");
    }
    match success {
        Some(wanted) if String::from_utf8_lossy(body).contains(wanted) => Answer::Accepted,
        Some(_) => Answer::Foreign,
        None if unexpected_body::is_login_page(body) => Answer::Ambiguous(
            "with a form or a redirect: set `success` to a text that the correct answer contains",
        ),
        None => Answer::Accepted,
    }
}
