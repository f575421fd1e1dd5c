//! Slack, and services with compatible incoming webhooks.
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//!
//! Slack answers `ok`, or a status with a reason of one word. It does not recognize repeats. Mattermost, and Discord at
//! `/slack`, also answer `ok`; Rocket.Chat and Zulip answer in JSON.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending, mattermost};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, entity, escaped};

// Slack accepts longer texts, and shows them in pieces.
const MAX_TEXT: usize = 4_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;

/// The reasons if the webhook was revoked, or its channel does not accept messages.
const REVOKED: [&str; 10] = [
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

/// The reasons if the message is invalid.
const INVALID: [&str; 9] = [
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

/// The reasons if it accepts no messages now.
const TEMPORARY: [&str; 6] = [
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "rate_limited",
    "ratelimited",
    "rollup_error",
];

const SERVICE: &str = "Slack";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "slack",
    service: SERVICE,
    about: "an incoming webhook of [Slack](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks), \
            or of Rocket.Chat or Zulip",
    settings: &[Setting::secret("url", "{ env = \"SLACK_URL\" }", "the address of the webhook")],
    protocol: Protocol::Http {
        answers: Some(Answers { confirmation: "ok", refusal: (403, "invalid_token") }),
    },
    ..ChannelDescription::SIMPLE
};

/// The channel.
#[derive(Debug)]
pub struct Slack {
    name: String,
    http: Http,
}

impl Slack {
    /// Create a channel that posts through `http`.
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
    // This disables `<!channel>` as well.
    let title = escaped(&bounded_by(&message.title, MAX_TITLE, length), entity) + "\n";
    let url = Some(&message.url).filter(|url| !url.is_empty() && url.chars().count() <= MAX_URL);
    let url = url.map_or_else(String::new, |url| format!("\n{}", escaped(url, entity)));
    let left = MAX_TEXT.saturating_sub(title.chars().count() + url.chars().count());
    title + &escaped(&bounded_by(&message.body, left, length), entity) + &url
}

/// Return the length of a character when it is escaped.
fn length(c: char) -> usize {
    entity(c).map_or(1, str::len)
}

fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reason = std::str::from_utf8(body).unwrap_or_default().trim();
    if reason == "ok" {
        Answer::Accepted
    } else if TEMPORARY.contains(&reason) {
        Answer::busy(reason)
    } else if REVOKED.contains(&reason) || INVALID.contains(&reason) {
        refusal(status, reason.to_owned(), REVOKED.contains(&reason))
    } else {
        in_json(status, &serde_json::from_slice(body).unwrap_or_default())
    }
}

/// Read the answers of services that accept Slack's messages and answer in JSON: Rocket.Chat `{"success":true}`, Zulip
/// `{"result":"success"}` or `{"ok":true}`, and Mattermost
/// `{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}`.
fn in_json(status: StatusCode, reply: &Value) -> Answer {
    let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
    let is_accepted = reply["success"] == true || reply["ok"] == true || reply["result"] == "success";
    if status.is_success() && is_accepted {
        Answer::Accepted
    } else if let Some(answer) = mattermost::error(status, reply) {
        answer
    } else if reply["success"] == false && status.is_client_error() {
        refusal(status, text("error"), matches!(status.as_u16(), 401 | 404))
    } else {
        Answer::Foreign
    }
}
