//! Requests to Matrix, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, busy, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const TOKEN: &str = "syt_cGxleG1vbg_KkKkKkKkKkKkKkKkKkKk_0a1B2c";
const ROOM: &str = "%21abc%2Fdef%3Aexample%2Ecom";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    let kind = ChannelKind::Matrix { url: address.to_owned(), room: "!abc/def:example.com".to_owned() };
    (kind, secrets(&[("token", TOKEN)]))
}

fn error(code: &str, error: &str) -> String {
    json!({"errcode": code, "error": error}).to_string()
}

/// Accepts what the specification says: a transaction id, a text, and an event that is not too large.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.header("authorization") != format!("Bearer {TOKEN}") {
        return http("401 Unauthorized", "", &error("M_UNKNOWN_TOKEN", "Invalid access token passed."));
    }
    let path = format!("PUT /_matrix/client/v3/rooms/{ROOM}/send/m.room.message/");
    let transaction = posted.line.strip_prefix(&path).and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
    if !transaction.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return http("404 Not Found", "", &error("M_UNRECOGNIZED", "Unrecognized request"));
    }
    if !posted.is_json() || posted.text("msgtype") != "m.text" || posted.text("body").is_empty() {
        return http("400 Bad Request", "", &error("M_BAD_JSON", "'body' not in content"));
    }
    if posted.bytes > 65_536 {
        return http("413 Too Large", "", &error("M_TOO_LARGE", "event too large"));
    }
    http("200 OK", "", r#"{"event_id":"$YUwRidLecu:example.com"}"#)
}

#[tokio::test]
async fn a_message_is_an_event_that_mentions_nobody() {
    let posted = sent(setup, service, &message()).await;
    let expected = json!({
        "msgtype": "m.text",
        "body": "plex is DOWN\nÜnable & co\nhttps://plex.example.com/identity",
        "m.mentions": {},
    });
    assert_eq!(posted.body, expected);
    let odd = Message { body: "@room <b>*x*</b> _y_".to_owned(), url: String::new(), ..message() };
    assert_eq!(sent(setup, service, &odd).await.text("body"), "plex is DOWN\n@room <b>*x*</b> _y_");
}

#[tokio::test]
async fn repeats_have_the_same_transaction_and_other_messages_do_not() {
    let first = sent(setup, service, &message()).await.line;
    assert_eq!(sent(setup, service, &Message { body: "repeat".to_owned(), ..message() }).await.line, first);
    assert_ne!(sent(setup, service, &Message { id: "another".to_owned(), ..message() }).await.line, first);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limits() {
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("body").ends_with('…') && posted.bytes > 31_000, "{}", posted.bytes);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refusal = |status: &str, code: &str, hint: &str, credentials: bool| {
        let why = format!("Matrix answered HTTP {}: Not so.{hint}", &status[..3]);
        (status.to_owned(), error(code, "Not so."), refused(&why, credentials))
    };
    let login = " (log in again for a new token)";
    let join = " (the account must have joined the room and may have to be allowed to write)";
    for (status, body, expected) in [
        refusal("401 Unauthorized", "M_UNKNOWN_TOKEN", login, true),
        refusal("401 Unauthorized", "M_MISSING_TOKEN", login, true),
        refusal("403 Forbidden", "M_FORBIDDEN", join, false),
        refusal("404 Not Found", "M_NOT_FOUND", "", false),
        refusal("404 Not Found", "M_UNRECOGNIZED", " (`url` is not that of a homeserver)", false),
        refusal("413 Too Large", "M_TOO_LARGE", "", false),
        (
            "429 Too Many".to_owned(),
            json!({"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 4_999})
                .to_string(),
            busy("Matrix answered HTTP 429: Too Many Requests", 4.999),
        ),
        // A gateway that changes the status.
        (
            "400 Bad".to_owned(),
            error("M_LIMIT_EXCEEDED", "Too Many Requests"),
            later("Matrix answered HTTP 400: Too Many Requests", false),
        ),
        (
            "500 Oh".to_owned(),
            error("M_UNKNOWN", "Internal server error"),
            later("Matrix answered HTTP 500: Internal server error", false),
        ),
        (
            "502 Bad Gateway".to_owned(),
            "<html><h1>502</h1></html>".to_owned(),
            later("Matrix answered HTTP 502", false),
        ),
        (
            "404 Not Found".to_owned(),
            r#"{"errcode":404,"error":"no such page"}"#.to_owned(),
            later("something in front of Matrix answered HTTP 404", false),
        ),
        ("200 OK".to_owned(), r#"{"event_id":"$x"}"#.to_owned(), Delivery::Delivered),
    ] {
        assert_eq!(send(setup, http(&status, "", &body), &message()).await, expected);
    }
}
