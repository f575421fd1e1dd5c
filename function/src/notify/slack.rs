//! Slack, and what understands its incoming webhooks.
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//!
//! It answers `ok`, or a status with one word for a reason. There is nothing to fold repeats by. Mattermost, and Discord
//! below `/slack`, say `ok` too; Rocket.Chat and Zulip answer in JSON.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded_by;

// What is longer is still taken, and shown in pieces.
const MAX_TEXT: usize = 4_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;

/// What it says of a webhook that was taken back, or leads where nobody may post.
const LOST: [&str; 10] = [
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "posting_to_general_channel_denied",
    "team_disabled",
];

/// What it says of a message that it cannot take.
const UNFIT: [&str; 9] = [
    "invalid_attachments",
    "invalid_blocks",
    "invalid_payload",
    "missing_text_or_fallback_or_attachments",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
    "user_not_found",
    "user_not_in_channel",
];

/// What it says when it cannot take any.
const PASSING: [&str; 6] = [
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "rate_limited",
    "ratelimited",
    "rollup_error",
];

const SERVICE: &str = "Slack";

/// The channel.
#[derive(Debug)]
pub struct Slack {
    name: String,
    http: Http,
}

impl Slack {
    /// A channel that posts through `http`.
    pub fn new(name: String, http: &Http) -> Self {
        Self { name, http: http.clone() }
    }
}

impl Channel for Slack {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        send(&self.http, post(message, secrets), secrets, deadline)
    }
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    Ok(Post::json(SERVICE, url, &Text { text: text(message) }, Box::new(read))?.with_secrets())
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

fn text(message: &Message) -> String {
    let title = escaped(&bounded_by(&message.title, MAX_TITLE, length)) + "\n";
    let url = Some(&message.url).filter(|url| !url.is_empty() && url.chars().count() <= MAX_URL);
    let url = url.map_or_else(String::new, |url| format!("\n{}", escaped(url)));
    let left = MAX_TEXT.saturating_sub(title.chars().count() + url.chars().count());
    title + &escaped(&bounded_by(&message.body, left, length)) + &url
}

/// The three characters that Slack wants escaped; with them it also loses sight of `<!channel>`.
fn escape(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

/// How much room a character takes once it is escaped.
fn length(c: char) -> usize {
    escape(c).map_or(1, str::len)
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match escape(c) {
            Some(instead) => escaped.push_str(instead),
            None => escaped.push(c),
        }
        escaped
    })
}

fn read(status: StatusCode, body: &[u8]) -> Answer {
    let word = std::str::from_utf8(body).unwrap_or_default().trim();
    if word == "ok" {
        Answer::Taken
    } else if PASSING.contains(&word) {
        Answer::Busy { text: word.to_owned() }
    } else if LOST.contains(&word) || UNFIT.contains(&word) {
        refusal(status, word.to_owned(), LOST.contains(&word))
    } else {
        in_json(status, &serde_json::from_slice(body).unwrap_or_default())
    }
}

/// What those answer that take Slack's messages but do not speak its words: Rocket.Chat `{"success":true}`, Zulip
/// `{"result":"success"}` or `{"ok":true}`, and Mattermost's
/// `{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}`.
fn in_json(status: StatusCode, reply: &Value) -> Answer {
    let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
    let is_taken = reply["success"] == true || reply["ok"] == true || reply["result"] == "success";
    let id = text("id");
    if status.is_success() && is_taken {
        Answer::Taken
    } else if id.ends_with(".app_error") {
        // Also those for a hook that is switched off, which come with a status of 501.
        if id.starts_with("web.incoming_webhook") || status.is_client_error() {
            let is_lost = id.contains("invalid") || id.contains("disabled");
            return Answer::Refused { text: text("message"), credentials: is_lost };
        }
        Answer::Busy { text: text("message") }
    } else if reply["success"] == false && status.is_client_error() {
        refusal(status, text("error"), matches!(status.as_u16(), 401 | 404))
    } else {
        Answer::Foreign
    }
}
