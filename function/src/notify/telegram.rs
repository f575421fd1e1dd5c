//! Telegram: a message of a bot. <https://core.telegram.org/bots/api#sendmessage>
//!
//! Texts are sent without `parse_mode`: with one, a lone `_` or `<` in a name would be refused for good. Telegram does
//! not recognize repeats. If it refuses a message because the group has another id, the topic is gone or the address
//! of the button is invalid, the corrected message is sent at once.

use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::{Answer, later, refusal};
use super::post::{Post, appended, link, secret};
use super::{Channel, Delivery, Sending, wait};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Literal, Need, Protocol, Setting, Type, any_number, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded, bounded_by};

// In UTF-16 units, which are never fewer than characters.
const MAX_TEXT: usize = 4_096;
const MAX_TITLE: usize = 250;
const MAX_URL: usize = 1_000;
const MAX_BUTTON: usize = 60;

/// The topic "General" of every forum. Telegram does not accept its number.
const GENERAL: u32 = 1;

/// The id, the topic and the button.
const MAX_CORRECTIONS: usize = 3;

const SERVICE: &str = "Telegram";

const URL: &str = "https://api.telegram.org";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "telegram",
    service: SERVICE,
    about: "a bot of [Telegram](https://core.telegram.org/bots#how-do-i-create-a-bot)",
    settings: &[
        Setting::secret("token", "{ env = \"TELEGRAM_TOKEN\" }", "the token of the bot, from @BotFather"),
        Setting {
            key: "chat",
            kind: Type::TextOrNumber(check_chat),
            need: Need::Required,
            example: "\"-1001234567890\"",
            about: "the id of the chat, or the name of a public channel: `@name`",
        },
        Setting {
            key: "topic",
            kind: Type::Number { min: 1, max: 2_147_483_647, check: any_number },
            need: Need::Optional,
            example: "7",
            about: "the number of a topic, if the chat is a forum",
        },
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Default(Literal::Text(URL)),
            example: "\"https://api.telegram.org\"",
            about: "the server of the Bot API",
        },
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"ok":true,"result":{"message_id":7,"date":1793700300}}"#,
            refusal: (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#),
        }),
    },
    check_secret,
    refusals: &[
        ("401 `Unauthorized`", "the token was revoked: ask @BotFather for the current one"),
        ("404, 421", "the token is incomplete, or `bot` was written before it"),
        (
            "400 `chat not found`",
            "see `chat`; press Start in a chat with the bot, or add the bot to the group",
        ),
        ("403", "the bot was removed from the group or blocked by the user; add it again"),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.trim_end_matches('/').ends_with("/bot") {
        return Err("`/bot` and the token are appended to it; leave `/bot` out".to_owned());
    }
    base(url)
}

/// Check that this is a number, or `@` and the name of a public channel.
fn check_chat(chat: &str) -> Checked {
    let name = chat.strip_prefix('@');
    let is_name = name
        .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    if is_name || chat.parse::<i64>().is_ok_and(|id| id != 0) {
        return Ok(());
    }
    Err("it is neither a number nor the name of a public channel".to_owned())
}

fn check_secret(_: &str, token: &str) -> Checked {
    if token.strip_prefix("bot").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Err("begins with `bot`, which is not a part of the token".to_owned());
    }
    if !is_token(token) {
        return Err("has characters that no token of a bot has".to_owned());
    }
    Ok(())
}

/// Return whether a token has only characters that are the same in a path.
fn is_token(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_'))
}

/// The channel.
#[derive(Debug)]
pub struct Telegram {
    name: String,
    url: String,
    destination: Destination,
    http: Http,
}

/// Where a message is sent, and what was corrected.
#[derive(Debug, Clone)]
struct Destination {
    /// An integer or a text.
    chat: Value,
    topic: Option<u32>,
    has_button: bool,
    /// What to correct in the configuration, one line for each correction.
    note: String,
}

impl Telegram {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, url: &str, chat: &str, topic: Option<u32>, http: &Http) -> Self {
        let chat = chat.parse::<i64>().map_or_else(|_| Value::from(chat), Value::from);
        let topic = topic.filter(|topic| *topic != GENERAL);
        let destination = Destination { chat, topic, has_button: true, note: String::new() };
        Self { name, url: url.to_owned(), destination, http: http.clone() }
    }

    fn post(
        &self,
        message: &Message,
        secrets: &ChannelSecrets,
        destination: &Destination,
    ) -> Result<Post, Delivery> {
        let token = secret(SERVICE, secrets, "token")?.expose();
        if !is_token(token) {
            return Err(later("the token of Telegram is invalid"));
        }
        let mut body = json!({
            "chat_id": destination.chat,
            "text": text(message, &destination.note),
            "link_preview_options": {"is_disabled": true},
            "disable_notification": !message.urgent,
        });
        if let Some(topic) = destination.topic {
            body["message_thread_id"] = Value::from(topic);
        }
        if let Some(url) = link(message, MAX_URL).filter(|_| destination.has_button) {
            let button = json!({"text": bounded(&message.url_title, MAX_BUTTON), "url": url});
            body["reply_markup"] = json!({"inline_keyboard": [[button]]});
        }
        let url = appended(&self.url, &format!("/bot{token}/sendMessage"));
        // The part behind the colon is as secret as the whole.
        let key = token.rsplit(':').next().map(str::to_owned);
        Ok(Post::json(SERVICE, &url, &body, Box::new(read))?.with_secrets().hiding(key))
    }

    async fn deliver(&self, message: &Message, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        let mut destination = self.destination.clone();
        let mut left = MAX_CORRECTIONS;
        loop {
            let exchange = match self.post(message, secrets, &destination) {
                Ok(post) => post.exchange(&self.http, deadline).await,
                Err(delivery) => Err(delivery),
            };
            match exchange {
                Ok(exchange) if left > 0 && destination.correct(&exchange.json(), &self.name) => left -= 1,
                Ok(exchange) => return exchange.delivery(secrets),
                Err(delivery) => return delivery,
            }
        }
    }
}

impl Destination {
    /// Correct what Telegram refuses, if the message can be sent in another way.
    fn correct(&mut self, reply: &Value, channel: &str) -> bool {
        let description = reply["description"].as_str().unwrap_or_default();
        if reply["ok"] != false {
            false
        } else if let Some(id) = reply["parameters"]["migrate_to_chat_id"].as_i64() {
            self.chat = Value::from(id);
            self.note += &format!("\nThis group has a new id: set `chat = \"{id}\"` in [notify.{channel}].");
            true
        } else if self.topic.is_some() && description.contains("message thread not found") {
            self.topic = None;
            self.note += &format!("\nThe topic does not exist: correct `topic` in [notify.{channel}].");
            true
        } else {
            let is_of_button = description.contains("BUTTON") || description.contains("inline keyboard");
            is_of_button && std::mem::replace(&mut self.has_button, false)
        }
    }
}

impl Channel for Telegram {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        Box::pin(self.deliver(message, secrets, deadline))
    }
}

fn text(message: &Message, note: &str) -> String {
    let title = bounded_by(&message.title, MAX_TITLE, char::len_utf16) + "\n";
    let units = |text: &str| text.encode_utf16().count();
    let left = MAX_TEXT.saturating_sub(units(&title) + units(note));
    title + &bounded_by(&message.body, left, char::len_utf16) + note
}

/// Read `{"ok":true,"result":{...}}`, or
/// `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    match (reply["ok"].as_bool(), reply["error_code"].as_u64(), reply["description"].as_str()) {
        (Some(true), None, _) if reply["result"].is_object() => Answer::Accepted,
        (Some(false), Some(429 | 500..), Some(text)) => {
            Answer::busy(text).after(wait::seconds(&reply["parameters"]["retry_after"]))
        }
        (Some(false), Some(code), Some(text)) => {
            let hint = hint(code, text);
            refusal(status, format!("{text}{hint}"), matches!(code, 401 | 404 | 421))
        }
        _ => Answer::Foreign,
    }
}

/// Return what to do about a refusal.
fn hint(code: u64, description: &str) -> &'static str {
    match code {
        401 => " (the token was revoked or is wrong)",
        404 | 421 => " (the token is incomplete, or has `bot` before it)",
        403 if description.contains("bot was kicked") || description.contains("not a member") => {
            " (the bot was removed: add it again)"
        }
        403 if description.contains("initiate") => " (press Start in the chat with the bot)",
        400 if description.contains("chat not found") => {
            " (see `chat`; is the bot in the group, was Start pressed?)"
        }
        _ => "",
    }
}
