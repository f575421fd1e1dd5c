//! Slack, and what understands its incoming webhooks.
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//!
//! It answers `ok`, or a status with one word for a reason. There is nothing to fold repeats by.

use serde::Serialize;

use super::answer::Reason;
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::http::Http;
use crate::message::Message;
use crate::secrets::ChannelSecrets;
use crate::text::bounded_by;

// What is longer is still taken, and shown in pieces.
const MAX_TEXT: usize = 4_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;

/// Its words are short; anything else is somebody else's page.
const MAX_WORD: usize = 50;

/// What it says of a webhook that was taken back, or leads where nobody may post.
const LOST: [&str; 7] = [
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "team_disabled",
    "channel_is_archived",
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

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a> {
        send(&self.http, post(message, secrets), secrets)
    }
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    Ok(Post::json(SERVICE, url, &Text { text: text(message) }, reason)?.with_secret_address())
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

fn reason(answer: &[u8]) -> Reason {
    let word = std::str::from_utf8(answer).unwrap_or_default().trim();
    let is_word = word.len() <= MAX_WORD && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let text = if is_word { word.to_owned() } else { String::new() };
    Reason { blames_secrets: LOST.contains(&text.as_str()), text, passes: false }
}
