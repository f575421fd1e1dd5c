//! Discord: an incoming webhook. <https://discord.com/developers/docs/resources/webhook#execute-webhook>
//!
//! Discord does not recognize repeats. Ten thousand refusals in ten minutes get an address blocked, and Lambda's
//! addresses are shared: what Discord itself refuses is not sent again. A page of Cloudflare says nothing about the
//! webhook.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{Post, secret, send};
use super::{Channel, Delivery, Sending, wait};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded_by;

// In UTF-16 units, which are never fewer than characters.
const MAX_CONTENT: usize = 2_000;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 500;

const SERVICE: &str = "Discord";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "discord",
    service: SERVICE,
    about: "an incoming webhook of [Discord](https://support.discord.com/hc/articles/228383668)",
    settings: &[Setting::secret("url", "{ env = \"DISCORD_URL\" }", "the address of the webhook")],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"id":"1","content":"as it was"}"#,
            refusal: (404, r#"{"message":"Unknown Webhook","code":10015}"#),
        }),
    },
    ..ChannelDescription::SIMPLE
};

/// The channel.
#[derive(Debug)]
pub struct Discord {
    name: String,
    http: Http,
}

impl Discord {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, http: &Http) -> Self {
        Self { name, http: http.clone() }
    }
}

impl Channel for Discord {
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
    // Without `wait`, Discord answers before it knows whether the message can be posted.
    let url = with_wait(url);
    // A target may be called @everyone.
    let execution = Execution { content: content(message), allowed_mentions: Mentions { parse: [] } };
    Ok(Post::json(SERVICE, &url, &execution, Box::new(read))?.with_secrets())
}

/// Return the address with `wait=true` instead of any other `wait`.
fn with_wait(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("wait="));
    format!("{path}?{}", kept.chain(["wait=true"]).collect::<Vec<_>>().join("&"))
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

/// Return the title in bold, the body, and the address, in brackets so that Discord does not fetch a preview.
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

/// Return the length of a character when it is escaped.
fn length(c: char) -> usize {
    c.len_utf16() + usize::from(is_markdown(c))
}

fn is_markdown(c: char) -> bool {
    matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '#')
}

/// Escape Markdown in names and reasons.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| is_markdown(c).then_some('\\').into_iter().chain([c])).collect()
}

/// The codes of temporary refusals, and of a blocked address, whatever the status.
const TEMPORARY: [u64; 7] = [20_016, 20_022, 20_028, 20_029, 40_062, 40_333, 130_000];

/// Read the message, with its `id`, or `{"message":"Unknown Webhook","code":10015}`; for an address that is not a
/// webhook's, `{"webhook_id":["Value \"x\" is not snowflake."]}`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    // The answer of a relay that does not forward `wait`.
    if status == StatusCode::NO_CONTENT && body.is_empty() {
        return Answer::Accepted;
    }
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = reply["message"].as_str().map(str::to_owned);
    match (message, reply["code"].as_u64()) {
        (Some(text), _) if reply["retry_after"].is_number() => {
            Answer::busy(text).after(wait::seconds(&reply["retry_after"]))
        }
        (Some(text), Some(code)) if TEMPORARY.contains(&code) => Answer::busy(text),
        (Some(text), Some(code)) => {
            let is_credentials =
                matches!(code, 0 | 10_015 | 50_027) && matches!(status.as_u16(), 401 | 403 | 404);
            refusal(status, text, is_credentials)
        }
        // The address is not that of a webhook. In a message, the id is a text.
        (None, None) if reply["webhook_id"].is_array() => {
            refusal(status, reply["webhook_id"][0].as_str().unwrap_or_default().to_owned(), true)
        }
        _ if status.is_success() && reply["id"].as_str().is_some_and(|id| !id.is_empty()) => Answer::Accepted,
        _ => Answer::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_gets_wait() {
        for (url, expected) in [
            ("https://d/1/x", "https://d/1/x?wait=true"),
            ("https://d/1/x?", "https://d/1/x?wait=true"),
            ("https://d/1/x?thread_id=7", "https://d/1/x?thread_id=7&wait=true"),
            ("https://d/1/x?wait=false&thread_id=7", "https://d/1/x?thread_id=7&wait=true"),
        ] {
            assert_eq!(with_wait(url), expected);
        }
    }
}
