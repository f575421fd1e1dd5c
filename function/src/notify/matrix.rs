//! Matrix: an event in a room. <https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room>
//!
//! The transaction id is the same for the same message, so a homeserver that still knows it answers a repeat with the
//! first event. The type is `m.text`: phones stay silent for `m.notice`, which is meant for programs.

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, appended, fold_key, link, secret};
use super::{Channel, Delivery, wait};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, json_bytes};

// In bytes as JSON. A whole event may have 65,536, and the homeserver adds to what is sent.
const MAX_BODY: usize = 32_000;
const MAX_TITLE: usize = 1_000;
const MAX_URL: usize = 2_000;

const SERVICE: &str = "Matrix";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "matrix",
    service: SERVICE,
    about: "a room of [Matrix](https://matrix.org), which is not encrypted",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://matrix.example.com\"",
            about: "the homeserver: the address that its `/.well-known/matrix/client` names",
        },
        Setting {
            key: "room",
            kind: Type::Text(check_room),
            need: Need::Required,
            example: "\"!abcdefghijklmnopqr:example.com\"",
            about: "the id of the room, which the account has joined",
        },
        Setting::secret(
            "token",
            "{ env = \"MATRIX_TOKEN\" }",
            "an access token, best of an account of its own: a token that an app uses ends with its session",
        ),
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"event_id":"$YUwRidLecu:example.com"}"#,
            refusal: (401, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid access token passed."}"#),
        }),
    },
    refusals: &[
        ("401 `M_UNKNOWN_TOKEN`", "the session of the token has ended: log in again, and use the new token"),
        ("403 `M_FORBIDDEN`", "the account is not in the room, or may not write there: invite it and join"),
        ("404 `M_UNRECOGNIZED`", "`url` is not a homeserver: see `https://NAME/.well-known/matrix/client`"),
        ("413 `M_TOO_LARGE`", "the homeserver accepts only shorter messages"),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.contains("/_matrix") {
        return Err("the path, which begins with `/_matrix`, is appended to it; leave it out".to_owned());
    }
    base(url)
}

/// Check that this is the id of a room. Not every id has a domain.
fn check_room(room: &str) -> Checked {
    if room.starts_with('#') {
        return Err(
            "it is an alias, and messages are sent to the id, which begins with `!` (in Element: the room's \
                    settings, under Advanced)"
                .to_owned(),
        );
    }
    if room.len() < 2 || !room.starts_with('!') || room.contains(char::is_whitespace) {
        return Err("the id of a room begins with `!`".to_owned());
    }
    Ok(())
}

/// Create a channel that sends through `http`.
pub fn channel(name: String, url: &str, room: &str, http: &Http) -> Box<dyn Channel> {
    let room = utf8_percent_encode(room, NON_ALPHANUMERIC);
    let url = appended(url, &format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/"));
    let build = move |message: &Message, secrets: &ChannelSecrets| put(&url, message, secrets);
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

fn put(url: &str, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let token = secret(SERVICE, secrets, "token")?;
    let title = bounded_by(&message.title, MAX_TITLE, json_bytes);
    let body = bounded_by(&message.body, MAX_BODY, json_bytes);
    let link = link(message, MAX_URL).map_or_else(String::new, |url| format!("\n{url}"));
    // With an empty list of mentions, neither `@room` nor a user's name in the text rings anybody.
    let event = json!({"msgtype": "m.text", "body": format!("{title}\n{body}{link}"), "m.mentions": {}});
    let url = format!("{url}{}", fold_key(&message.id));
    Post::json(SERVICE, &url, &event, Box::new(read))?.with_method(Method::PUT).with_token(token)
}

/// Read `{"event_id":"$..."}` or `{"errcode":"M_FORBIDDEN","error":"..."}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    match (reply["errcode"].as_str(), reply["event_id"].as_str()) {
        (Some(code), _) if code.starts_with("M_") => refused(status, code, &reply),
        (None, Some(id)) if !id.is_empty() => Answer::Accepted,
        _ => Answer::Foreign,
    }
}

fn refused(status: StatusCode, code: &str, reply: &Value) -> Answer {
    let hint = match code {
        "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" => " (log in again for a new token)",
        "M_FORBIDDEN" => " (the account must have joined the room and may have to be allowed to write)",
        "M_UNRECOGNIZED" => " (`url` is not that of a homeserver)",
        _ => "",
    };
    let text = format!("{}{hint}", reply["error"].as_str().unwrap_or(code));
    if code == "M_LIMIT_EXCEEDED" {
        return Answer::busy(text).after(wait::milliseconds(&reply["retry_after_ms"]));
    }
    refusal(status, text, matches!(code, "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN"))
}
