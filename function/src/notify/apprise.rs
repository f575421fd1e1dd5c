//! Apprise API, a server of your own that passes messages on to many services. <https://github.com/caronc/apprise-api>
//!
//! It recognizes no repeats. If one of several services fails, it answers 424 although the others have the message.

use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, later, refusal};
use super::post::{OneRequest, Post, appended, secret, with_login};
use super::{Channel, Delivery};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, any, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Severity;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// It has no limits of its own; the services behind it cut the text.
const MAX_TITLE: usize = 250;
const MAX_BODY: usize = 16_000;
const MAX_URL: usize = 2_000;

const MAX_KEY: usize = 128;
const SERVICE: &str = "Apprise";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "apprise",
    service: SERVICE,
    about: "an [Apprise API](https://github.com/caronc/apprise-api), a server of your own that passes messages on",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://apprise.example.com\"",
            about: "the server",
        },
        Setting::secret("key", "{ env = \"APPRISE_KEY\" }", "the key of a stored configuration"),
        Setting {
            key: "tag",
            kind: Type::Text(any),
            need: Need::Optional,
            example: "\"admin\"",
            about: "the services to use, by their tag. If each channel has one service, no message is repeated because another \
                    service failed",
        },
        Setting {
            key: "user",
            kind: Type::Text(any),
            need: Need::Optional,
            example: "\"me\"",
            about: "the user, if the server or a proxy in front of it asks for one",
        },
        Setting::secret("password", "{ env = \"APPRISE_PASSWORD\" }", "the password of the user")
            .with("user"),
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"details":[],"error":null}"#,
            refusal: (403, r#"{"error":"Access denied"}"#),
        }),
    },
    check_secret,
    refusals: &[
        ("204", "nothing is stored under the key: open `/cfg/KEY` on the server and add a service"),
        ("401, 403", "see `key`, `user` and `password`"),
        ("424", "at least one of the services failed; the server's log says which. See `tag`"),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.contains("/notify") {
        return Err("`/notify` and the key are appended to it; leave them out".to_owned());
    }
    base(url)
}

fn check_secret(name: &str, value: &str) -> Checked {
    if name == "key" && !is_key(value) {
        return Err("has characters that no key has: it is 1 to 128 letters, digits, `-` and `_`".to_owned());
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !key.is_empty() && key.len() <= MAX_KEY && key.bytes().all(is_allowed)
}

/// Create a channel that posts through `http`, to the services with this tag.
pub fn channel(
    name: String,
    url: String,
    tag: Option<String>,
    user: Option<String>,
    http: &Http,
) -> Box<dyn Channel> {
    let build = move |message: &Message, secrets: &ChannelSecrets| {
        let post = post(&url, tag.as_deref(), message, secrets)?;
        with_login(post, SERVICE, user.as_deref(), secrets)
    };
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

fn post(url: &str, tag: Option<&str>, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let key = secret(SERVICE, secrets, "key")?.expose();
    if !is_key(key) {
        return Err(later("the key of Apprise is invalid"));
    }
    let link = super::post::link(message, MAX_URL).map_or_else(String::new, |url| format!("\n{url}"));
    let mut body = json!({
        "title": bounded(&message.title, MAX_TITLE),
        "body": bounded(&message.body, MAX_BODY) + &link,
        "type": kind(message),
        "format": "text",
    });
    if let Some(tag) = tag {
        body["tag"] = tag.into();
    }
    let mut post = Post::json(SERVICE, &appended(url, &format!("/notify/{key}")), &body, Box::new(read))?;
    // Its answers are HTML otherwise.
    post.headers().insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(post.with_secrets())
}

fn kind(message: &Message) -> &'static str {
    match message.severity {
        _ if message.urgent => "failure",
        Severity::Down => "success",
        Severity::Warn => "warning",
        Severity::Info => "info",
    }
}

/// Read `{"error":null,"details":[...]}` or `{"error":"..."}`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    // The status 204 is a failure: nothing was sent.
    if status == StatusCode::NO_CONTENT {
        return Answer::Refused {
            text: "nothing is configured under this key".to_owned(),
            credentials: true,
        };
    }
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(fields) = reply.as_object() else { return Answer::Foreign };
    let is_own = fields.keys().all(|key| matches!(key.as_str(), "error" | "details" | "field"));
    let error = reply["error"].as_str().filter(|error| !error.is_empty());
    match error {
        _ if !is_own || fields.is_empty() => Answer::Foreign,
        None if status.is_success() && (reply["error"].is_null() || reply["error"] == "") => Answer::Accepted,
        Some(_) if status == StatusCode::FAILED_DEPENDENCY => {
            Answer::Ambiguous("at least one of the services behind it failed (see `tag`)")
        }
        Some(text) if !status.is_success() => {
            refusal(status, text.to_owned(), matches!(status.as_u16(), 401 | 403))
        }
        _ => Answer::Foreign,
    }
}
