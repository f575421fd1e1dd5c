//! ntfy, on ntfy.sh or at home: JSON, posted to the server's root. <https://docs.ntfy.sh/publish/#publish-as-json>
//!
//! Since 2.16, a message with a known sequence id replaces the earlier one on the phone; older servers ignore the id.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::answer::{Answer, later, refusal};
use super::post::{Post, fold_key, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::delivery::MAX_WAIT;
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, any,
};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Severity;
use crate::endpoint::Credentials;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, json_bytes};

// A message of more than 4,096 bytes becomes an attachment, and JSON of more than twice that is refused. The bytes are
// counted as in JSON, so that the second limit holds, too.
const MAX_MESSAGE_BYTES: usize = 4_096;
const MAX_TITLE_BYTES: usize = 1_000;
const MAX_URL_BYTES: usize = 1_000;

const MAX_TOPIC_CHARS: usize = 64;

const SEQUENCE_ID: HeaderName = HeaderName::from_static("x-sequence-id");
/// How long an address is left alone after too many wrong logins.
const BLOCKED: Duration = Duration::from_secs(15 * 60);

const SERVICE: &str = "ntfy";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "ntfy",
    service: SERVICE,
    about: "a topic of [ntfy](https://ntfy.sh), on ntfy.sh or on a server of your own",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://ntfy.sh/my-topic\"",
            about: "the server and the topic",
        },
        Setting::secret("token", "{ env = \"NTFY_TOKEN\" }", "an access token, if the topic requires one")
            .optional(),
        Setting {
            key: "user",
            kind: Type::Text(any),
            need: Need::Optional,
            example: "\"me\"",
            about: "a user of the server, instead of a token",
        },
        Setting::secret("password", "{ env = \"NTFY_PASSWORD\" }", "the password of the user").with("user"),
    ],
    exclusive: &[("token", "user")],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"id":"hwQ2YpKdmg","event":"message"}"#,
            refusal: (403, r#"{"code":40301,"http":403,"error":"forbidden"}"#),
        }),
    },
    ..ChannelDescription::SIMPLE
};

/// The channel.
#[derive(Debug)]
pub struct Ntfy {
    name: String,
    url: String,
    login: Login,
    http: Http,
}

/// How it authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Not at all: anyone can write to the topic.
    None,
    /// With the secret `token`.
    Token,
    /// As this user, with the secret `password`.
    User(String),
}

impl Login {
    /// Return the login of the settings.
    pub fn of(has_token: bool, user: Option<&str>) -> Self {
        match user {
            _ if has_token => Self::Token,
            Some(user) => Self::User(user.to_owned()),
            None => Self::None,
        }
    }
}

impl Ntfy {
    /// Create a channel that posts through `http` to the server and the topic in `url`.
    pub fn new(name: String, url: String, login: Login, http: &Http) -> Self {
        Self { name, url, login, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let (root, topic) = split(&self.url).map_err(later)?;
        let (priority, tag) = urgency(message);
        let publication = Publication {
            topic,
            title: bounded_by(&message.title, MAX_TITLE_BYTES, json_bytes),
            message: bounded_by(&message.body, MAX_MESSAGE_BYTES, json_bytes),
            priority,
            tags: [tag],
            click: Some(message.url.as_str()).filter(|url| !url.is_empty() && url.len() <= MAX_URL_BYTES),
        };
        let mut post = Post::json(SERVICE, root, &publication, Box::new(read))?;
        // Sixteen bytes in hexadecimal are always a valid header.
        if let Ok(key) = HeaderValue::from_str(&fold_key(&message.id)) {
            post.headers().insert(SEQUENCE_ID, key);
        }
        match &self.login {
            Login::None => Ok(post),
            Login::Token => post.with_token(secret(SERVICE, secrets, "token")?),
            Login::User(user) => {
                let password = secret(SERVICE, secrets, "password")?;
                post.with_credentials(&Credentials::new(user, password.expose()))
            }
        }
    }
}

impl Channel for Ntfy {
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

/// Check that `url` is a server and a topic on it.
pub fn check_url(url: &str) -> Checked {
    split(url).map(|_| ())
}

/// Split `https://ntfy.sh/my-topic` into `https://ntfy.sh/` and `my-topic`. Errors do not quote it: the topic may be a
/// secret.
fn split(url: &str) -> Result<(&str, &str), String> {
    let topic_at = url.rfind('/').map(|slash| slash + 1).filter(|at| !url[..*at].ends_with("://"));
    let (root, topic) = url.split_at(topic_at.unwrap_or(url.len()));
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if topic.is_empty() || topic.len() > MAX_TOPIC_CHARS || !topic.chars().all(is_allowed) {
        return Err("the address of ntfy does not end in a topic, as in https://ntfy.sh/my-topic".to_owned());
    }
    Ok((root, topic))
}

#[derive(Debug, Serialize)]
struct Publication<'a> {
    topic: &'a str,
    title: String,
    message: String,
    priority: u8,
    tags: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<&'a str>,
}

/// Return the priority (5 bypasses silence, 3 is the default) and the tag, which is shown as an emoji.
fn urgency(message: &Message) -> (u8, &'static str) {
    match message.severity {
        _ if message.urgent => (5, "rotating_light"),
        Severity::Down => (3, "white_check_mark"),
        Severity::Warn => (3, "warning"),
        Severity::Info => (2, "information_source"),
    }
}

/// A response: the message, with its `id` and `"event":"message"`, or
/// `{"code":40301,"http":403,"error":"forbidden","link":"https://ntfy.sh/docs/publish/#authentication"}`
#[derive(Debug, Deserialize)]
struct Reply {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    error: Option<String>,
}

fn read(status: StatusCode, body: &[u8]) -> Answer {
    match serde_json::from_slice(body) {
        Ok(Reply { code: Some(code), error: Some(text), .. }) => refused(status, code, text),
        Ok(Reply { id: Some(id), event: Some(event), .. }) if !id.is_empty() && event == "message" => {
            Answer::Accepted
        }
        _ => Answer::Foreign,
    }
}

/// Interpret a refusal by its code, which begins with the status that ntfy sent; a gateway may have changed the status.
fn refused(status: StatusCode, code: u32, text: String) -> Answer {
    match code {
        // One request is free again every five seconds.
        42_901 => return Answer::busy(text).after(Some(Duration::from_secs(5))),
        // Until the end of the day.
        42_908 => return Answer::busy(text).after(Some(MAX_WAIT)),
        // Each further attempt prolongs the block of the address.
        42_909 => {
            return Answer::busy(format!("{text} (see `token`, or `user` and `password`)"))
                .after(Some(BLOCKED));
        }
        _ => {}
    }
    match code / 100 {
        429 | 500..=599 => Answer::busy(text),
        401 | 403 => refusal(status, format!("{text} (see `token`, or `user` and `password`)"), true),
        _ => refusal(status, text, false),
    }
}
