//! Google Chat: the webhook of a space. <https://developers.google.com/workspace/chat/quickstart/webhooks>
//!
//! The request id is the same for the same message, so Google answers a repeat with the first one. The text is in a card,
//! whose markup can be escaped; that of a message's `text` cannot. Each message is a conversation of its own: a reply in
//! an older one would not ring.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, fold_key, link, secret};
use super::{Channel, Delivery};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, entity, escaped, json_bytes};

// In bytes as JSON. Text and cards may have 32,000 together.
const MAX_BODY: usize = 20_000;
const MAX_TITLE: usize = 1_000;
const MAX_FALLBACK: usize = 2_000;
const MAX_URL: usize = 1_000;

/// Temporary, whatever the HTTP status.
const TEMPORARY: [&str; 4] = ["ABORTED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE"];

/// The least pause after too many messages: the answer does not say how long to wait.
const BACKOFF: Duration = Duration::from_secs(60);

const SERVICE: &str = "Google Chat";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "googlechat",
    service: SERVICE,
    about: "a space of [Google Chat](https://developers.google.com/workspace/chat/quickstart/webhooks)",
    settings: &[Setting::secret(
        "url",
        "{ env = \"GOOGLECHAT_URL\" }",
        "the address of the space's webhook, with `key` and `token`",
    )],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"name":"spaces/AAAAAAAAAAA/messages/BBBBBBBBBBB.CCCC"}"#,
            refusal: (
                403,
                r#"{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}"#,
            ),
        }),
    },
    refusals: &[
        (
            "401, 403 `PERMISSION_DENIED`",
            "the address is incomplete or no longer valid: copy it again from the space",
        ),
        ("404 `NOT_FOUND`", "the space or its webhook was deleted: create a new one"),
        ("429", "too many messages; they are sent later"),
    ],
    ..ChannelDescription::SIMPLE
};

/// Create a channel that posts through `http`.
pub fn channel(name: String, http: &Http) -> Box<dyn Channel> {
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(post) })
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}requestId={}", fold_key(&message.id));
    let title = escaped(&bounded_by(&message.title, MAX_TITLE, length), escape);
    let text = escaped(&bounded_by(&message.body, MAX_BODY, length), escape);
    let mut widgets = vec![json!({"textParagraph": {"text": format!("<b>{title}</b><br>{text}")}})];
    if let Some(url) = link(message, MAX_URL) {
        let label = bounded_by(&message.url_title, MAX_TITLE, json_bytes);
        let button = json!({"text": label, "onClick": {"openLink": {"url": url}}});
        widgets.push(json!({"buttonList": {"buttons": [button]}}));
    }
    let fallback = bounded_by(&format!("{}\n{}", message.title, message.body), MAX_FALLBACK, json_bytes);
    let body = json!({
        "fallbackText": fallback,
        "cardsV2": [{"cardId": "plexmon", "card": {"sections": [{"widgets": widgets}]}}],
    });
    Ok(Post::json(SERVICE, &url, &body, Box::new(read))?.with_secrets())
}

/// Escape the markup of cards, which is that of HTML.
fn escape(c: char) -> Option<&'static str> {
    if c == '\n' { Some("<br>") } else { entity(c) }
}

/// Return the length of a character when it is escaped.
fn length(c: char) -> usize {
    escape(c).map_or_else(|| json_bytes(c), str::len)
}

/// Read the message, with its `name`, or
/// `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &reply["error"];
    match (error["code"].as_u64(), error["message"].as_str(), error["status"].as_str()) {
        (Some(_), Some(text), Some("RESOURCE_EXHAUSTED")) => Answer::busy(text).after(Some(BACKOFF)),
        (Some(_), Some(text), Some(reason)) if TEMPORARY.contains(&reason) => Answer::busy(text),
        (Some(_), Some(text), Some(reason)) => {
            let is_address = matches!(reason, "NOT_FOUND" | "PERMISSION_DENIED" | "UNAUTHENTICATED");
            let hint = if reason == "NOT_FOUND" { " (the space or the webhook was deleted)" } else { "" };
            refusal(status, format!("{text}{hint}"), is_address)
        }
        _ if reply["name"].as_str().is_some_and(|name| name.starts_with("spaces/")) => Answer::Accepted,
        _ => Answer::Foreign,
    }
}
