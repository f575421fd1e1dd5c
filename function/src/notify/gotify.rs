//! Gotify, a server of your own. <https://gotify.net/docs/pushmsg>
//!
//! It has no limits of its own and does not recognize repeats. Texts are shown as they are, without Markdown.

use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, appended, link, secret};
use super::{Channel, Delivery};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Severity;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// Proxies in front of it limit the body, none to less than this.
const MAX_TITLE: usize = 250;
const MAX_MESSAGE: usize = 16_000;
const MAX_URL: usize = 2_000;

const KEY: HeaderName = HeaderName::from_static("x-gotify-key");
const SERVICE: &str = "Gotify";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "gotify",
    service: SERVICE,
    about: "[Gotify](https://gotify.net), a server of your own",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://gotify.example.com\"",
            about: "the server",
        },
        Setting::secret(
            "token",
            "{ env = \"GOTIFY_TOKEN\" }",
            "the token of an application, not of a client",
        ),
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"id":25,"appid":5,"message":"x","title":"y","priority":5}"#,
            refusal: (
                401,
                r#"{"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token or user credentials to access this api"}"#,
            ),
        }),
    },
    refusals: &[
        ("401, 403", "the token is not that of an application: copy it from the page \"Apps\""),
        (
            "400 `appid is required`",
            "the token is that of a client; create an application, and use its token",
        ),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.trim_end_matches('/').ends_with("/message") {
        return Err("`/message` is appended to it; leave it out".to_owned());
    }
    base(url)
}

/// Create a channel that posts through `http`.
pub fn channel(name: String, url: String, http: &Http) -> Box<dyn Channel> {
    let build = move |message: &Message, secrets: &ChannelSecrets| post(&url, message, secrets);
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

fn post(url: &str, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let token = secret(SERVICE, secrets, "token")?;
    let mut extras = json!({"client::display": {"contentType": "text/plain"}});
    if let Some(url) = link(message, MAX_URL) {
        extras["client::notification"] = json!({"click": {"url": url}});
    }
    let body = json!({
        "title": bounded(&message.title, MAX_TITLE),
        "message": bounded(&message.body, MAX_MESSAGE),
        "priority": priority(message),
        "extras": extras,
    });
    Post::json(SERVICE, &appended(url, "/message"), &body, Box::new(read))?.with_secret(KEY, token.expose())
}

/// Return the priority. On Android, 8 to 10 vibrate as well, 4 to 7 have a sound, and 1 to 3 only an icon.
fn priority(message: &Message) -> u8 {
    match message.severity {
        _ if message.urgent => 8,
        Severity::Down | Severity::Warn => 5,
        Severity::Info => 2,
    }
}

/// Read the stored message, with its `id`, or
/// `{"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token"}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    match (reply["errorCode"].as_u64(), reply["errorDescription"].as_str()) {
        (Some(code), Some(text)) => refusal(status, text.to_owned(), matches!(code, 401 | 403)),
        (None, None) if reply["id"].is_u64() && reply["error"].is_null() => Answer::Accepted,
        _ => Answer::Foreign,
    }
}
