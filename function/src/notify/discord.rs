//! Discord: an incoming webhook. <https://discord.com/developers/docs/resources/webhook#execute-webhook>
//!
//! There is nothing to fold repeats by. Ten thousand refusals in ten minutes get an address blocked, and Lambda's are
//! shared, so that a webhook which is gone (404) is not asked again.

use serde::{Deserialize, Serialize};

use super::answer::Reason;
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending};
use crate::http::Http;
use crate::message::Message;
use crate::secrets::ChannelSecrets;
use crate::text::bounded_by;

// In UTF-16 units, which are never fewer than characters.
const MAX_CONTENT: usize = 2_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;

const SERVICE: &str = "Discord";

/// The channel.
#[derive(Debug)]
pub struct Discord {
    name: String,
    http: Http,
}

impl Discord {
    /// A channel that posts through `http`.
    pub fn new(name: String, http: &Http) -> Self {
        Self { name, http: http.clone() }
    }
}

impl Channel for Discord {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a> {
        send(&self.http, post(message, secrets), secrets)
    }
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    // Without this, Discord answers before it knows whether the message can be posted.
    let url = format!("{url}{}wait=true", if url.contains('?') { '&' } else { '?' });
    // A target may be called @everyone.
    let execution = Execution { content: content(message), allowed_mentions: Mentions { parse: [] } };
    Ok(Post::json(SERVICE, &url, &execution, reason)?.with_secret_address())
}

#[derive(Debug, Serialize)]
struct Execution {
    content: String,
    allowed_mentions: Mentions,
}

#[derive(Debug, Serialize)]
struct Mentions {
    parse: [&'static str; 0],
}

/// The title in bold, the body, and the address, in brackets so that Discord does not fetch a preview of it.
fn content(message: &Message) -> String {
    let title = format!("**{}**\n", escaped(&bounded_by(&message.title, MAX_TITLE, length)));
    let url = Some(&message.url).filter(|url| !url.is_empty() && units(url) <= MAX_URL);
    let url = url.map_or_else(String::new, |url| format!("\n<{url}>"));
    let left = MAX_CONTENT.saturating_sub(units(&title) + units(&url));
    title + &escaped(&bounded_by(&message.body, left, length)) + &url
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// How much room a character takes once it is escaped.
fn length(c: char) -> usize {
    c.len_utf16() + usize::from(is_markdown(c))
}

fn is_markdown(c: char) -> bool {
    matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '#')
}

/// Names and reasons are meant as they are.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| is_markdown(c).then_some('\\').into_iter().chain([c])).collect()
}

/// `{"message":"Unknown Webhook","code":10015}`
#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    message: String,
}

fn reason(answer: &[u8]) -> Reason {
    let Answer { message } = serde_json::from_slice(answer).unwrap_or_default();
    Reason { text: message, ..Reason::default() }
}
