//! Mattermost: an incoming webhook. <https://developers.mattermost.com/integrate/webhooks/incoming/>
//!
//! Texts are Markdown, and some sequences of Slack's are translated before that. Repeats are not recognized.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, link, secret};
use super::{Channel, Delivery};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, entity, escaped};

// In characters. Longer texts are split into several posts, with an old database already at this length.
const MAX_TEXT: usize = 4_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;
const MAX_LABEL: usize = 100;

const SERVICE: &str = "Mattermost";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "mattermost",
    service: SERVICE,
    about: "an incoming webhook of [Mattermost](https://developers.mattermost.com/integrate/webhooks/incoming/)",
    settings: &[Setting::secret("url", "{ env = \"MATTERMOST_URL\" }", "the address of the webhook")],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: "ok",
            refusal: (
                400,
                r#"{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}"#,
            ),
        }),
    },
    refusals: &[
        ("400 `Invalid webhook`", "the webhook does not exist: create it again under Integrations"),
        ("403", "the webhook's user was deactivated, or may not write to the channel"),
        ("404", "the channel was deleted"),
        ("501", "incoming webhooks are disabled: enable them in the System Console under Integrations"),
    ],
    ..ChannelDescription::SIMPLE
};

/// Create a channel that posts through `http`.
pub fn channel(name: String, http: &Http) -> Box<dyn Channel> {
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(post) })
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    Ok(Post::json(SERVICE, url, &json!({"text": text(message)}), Box::new(read))?.with_secrets())
}

fn text(message: &Message) -> String {
    let title = format!("**{}**\n", escaped(&bounded_by(&message.title, MAX_TITLE, length), escape));
    let link = link(message, MAX_URL).map_or_else(String::new, |url| {
        let label = escaped(&bounded_by(&message.url_title, MAX_LABEL, length), escape);
        format!("\n[{label}]({})", url.replace('(', "%28").replace(')', "%29"))
    });
    let left = MAX_TEXT.saturating_sub(title.chars().count() + link.chars().count());
    title + &escaped(&bounded_by(&message.body, left, length), escape) + &link
}

/// Escape Markdown and mentions. An angle bracket is not escaped by a backslash: `\<!all>` would ring. A space that is
/// shown as nothing ends what could be a mention.
fn escape(c: char) -> Option<&'static str> {
    Some(match c {
        '@' => "@\u{200b}",
        '\\' => r"\\",
        '*' => r"\*",
        '_' => r"\_",
        '~' => r"\~",
        '`' => r"\`",
        '|' => r"\|",
        '[' => r"\[",
        ']' => r"\]",
        '#' => r"\#",
        '!' => r"\!",
        c => return entity(c),
    })
}

/// Return the length of a character when it is escaped, in characters.
fn length(c: char) -> usize {
    escape(c).map_or(1, |sequence| sequence.chars().count())
}

fn read(status: StatusCode, body: &[u8]) -> Answer {
    if body.trim_ascii() == b"ok" {
        return Answer::Accepted;
    }
    error(status, &serde_json::from_slice(body).unwrap_or_default()).unwrap_or(Answer::Foreign)
}

/// Read `{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}`
pub(super) fn error(status: StatusCode, reply: &Value) -> Option<Answer> {
    let (id, text) = (reply["id"].as_str()?, reply["message"].as_str()?);
    if !reply["status_code"].is_u64() || !id.contains('.') {
        return None;
    }
    let reason = id.strip_prefix("web.incoming_webhook.").unwrap_or_default();
    let (hint, is_address) = match reason {
        "invalid.app_error" => (" (the webhook does not exist)", true),
        "disabled.app_error" => (" (enable them in the System Console)", true),
        "channel_locked.app_error" => (" (the webhook is locked to another channel)", false),
        "channel.app_error" => (" (the channel does not exist)", false),
        _ => ("", false),
    };
    let text = format!("{text}{hint}");
    // A server error in form, but it does not pass by itself.
    if status == StatusCode::NOT_IMPLEMENTED {
        return Some(Answer::Refused { text, credentials: is_address });
    }
    Some(refusal(status, text, is_address))
}
