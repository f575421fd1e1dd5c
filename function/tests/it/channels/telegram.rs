//! Requests to Telegram, what is corrected and sent again, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::Message;
use serde_json::{Value, json};

use super::{Posted, at, busy, deliver, endless, later, message, refused, secrets, send, sent, soon};
use crate::server::{Answer, Server, http};

const TOKEN: &str = "123456789:AAbcdefghijklmnopqrstuvwxyz_-01234";
const GROUP: i64 = -4_012_345_678;
const SUPERGROUP: i64 = -1_001_234_567_890;

fn setup_of(address: &str, chat: &str, topic: Option<u32>) -> (ChannelKind, ChannelSecrets) {
    let kind = ChannelKind::Telegram { url: address.to_owned(), chat: chat.to_owned(), topic };
    (kind, secrets(&[("token", TOKEN)]))
}

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    setup_of(address, &SUPERGROUP.to_string(), None)
}

fn error(code: u16, description: &str) -> Answer {
    error_with(code, description, &json!(null))
}

fn error_with(code: u16, description: &str, parameters: &Value) -> Answer {
    let mut body = json!({"ok": false, "error_code": code, "description": description});
    if !parameters.is_null() {
        body["parameters"] = parameters.clone();
    }
    http(&format!("{code} Error"), "content-type: application/json\r\n", &body.to_string())
}

/// Behaves as the Bot API server: a group that has moved, a forum with the topics 1 (General) and 7, and two kinds of
/// addresses that a button cannot have.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != format!("POST /bot{TOKEN}/sendMessage HTTP/1.1") {
        return error(404, "Not Found");
    }
    let (text, chat) = (posted.text("text"), &posted.body["chat_id"]);
    if !posted.is_json() || text.trim().is_empty() {
        return error(400, "Bad Request: message text is empty");
    }
    if text.encode_utf16().count() > 4_096 {
        return error(400, "Bad Request: message is too long");
    }
    if !posted.body["parse_mode"].is_null() {
        return error(400, "Bad Request: can't parse entities: Can't find end of the entity");
    }
    if chat.as_i64() == Some(GROUP) {
        let description = "Bad Request: group chat was upgraded to a supergroup chat";
        return error_with(400, description, &json!({"migrate_to_chat_id": SUPERGROUP}));
    }
    if chat.as_i64() != Some(SUPERGROUP) && chat != "@alerts" {
        return error(400, "Bad Request: chat not found");
    }
    if !matches!(posted.body["message_thread_id"].as_u64(), None | Some(7)) {
        return error(400, "Bad Request: message thread not found");
    }
    let button = &posted.body["reply_markup"]["inline_keyboard"][0][0];
    if button["url"].as_str().is_some_and(|url| url.contains("//localhost")) {
        return error(400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL");
    }
    http("200 OK", "", r#"{"ok":true,"result":{"message_id":7,"chat":{"id":1},"text":"x"}}"#)
}

/// Send a message, and return all requests.
async fn all_sent(chat: &str, topic: Option<u32>, message: &Message) -> Vec<Posted> {
    let server = Server::start(&[Answer::By(service)]).await;
    let (kind, secrets) = setup_of(&at(&server), chat, topic);
    assert_eq!(deliver(kind, message, &secrets, soon()).await, Delivery::Delivered);
    server.requests().iter().map(|request| Posted::of(request)).collect()
}

#[tokio::test]
async fn a_message_is_plain_text_with_a_button() {
    let posted = sent(setup, service, &message()).await;
    let button = json!({"text": "Open plex", "url": "https://plex.example.com/identity"});
    let expected = json!({
        "chat_id": SUPERGROUP,
        "text": "plex is DOWN\nÜnable & co",
        "link_preview_options": {"is_disabled": true},
        "disable_notification": false,
        "reply_markup": {"inline_keyboard": [[button]]},
    });
    assert_eq!(posted.body, expected);
    let odd = "*_plex_* [a](b) <b> `c` ~~d~~";
    let odd = Message { title: odd.to_owned(), body: odd.to_owned(), ..message() };
    assert_eq!(sent(setup, service, &odd).await.text("text"), format!("{0}\n{0}", odd.title));
}

#[tokio::test]
async fn only_urgent_messages_have_a_sound() {
    for (severity, urgent) in
        [(Severity::Down, true), (Severity::Down, false), (Severity::Warn, false), (Severity::Info, false)]
    {
        let posted = sent(setup, service, &Message { severity, urgent, ..message() }).await;
        assert_eq!(posted.body["disable_notification"], !urgent);
    }
}

#[tokio::test]
async fn long_messages_are_shortened_to_4096_utf16_units() {
    let units = |posted: &Posted| posted.text("text").encode_utf16().count();
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("text").ends_with('…') && units(&posted) > 4_090, "{}", units(&posted));
    assert!(posted.body["reply_markup"].is_null(), "half an address leads nowhere");
    // What is added after a correction counts as well.
    let corrected = all_sent(&GROUP.to_string(), None, &endless()).await;
    assert!(corrected[1].text("text").contains("…\nThis group") && units(&corrected[1]) > 4_090);
    let title = "plex is DOWN\n".len();
    let exact = Message { body: "a".repeat(4_096 - title), ..message() };
    assert_eq!(units(&sent(setup, service, &exact).await), 4_096);
    let one_more = Message { body: "a".repeat(4_097 - title), ..message() };
    assert!(sent(setup, service, &one_more).await.text("text").ends_with("a…"));
}

#[tokio::test]
async fn a_chat_is_a_number_or_the_name_of_a_public_channel() {
    assert_eq!(all_sent("@alerts", None, &message()).await[0].body["chat_id"], "@alerts");
    assert_eq!(all_sent("-1001234567890", None, &message()).await[0].body["chat_id"], SUPERGROUP);
}

#[tokio::test]
async fn a_group_that_moved_gets_the_message_and_learns_its_new_id() {
    let posted = all_sent(&GROUP.to_string(), None, &message()).await;
    let chats: Vec<_> = posted.iter().map(|posted| posted.body["chat_id"].clone()).collect();
    assert_eq!(chats, [GROUP, SUPERGROUP]);
    let expected = "plex is DOWN\nÜnable & co\n\
                    This group has a new id: set `chat = \"-1001234567890\"` in [notify.phone].";
    assert_eq!(posted[1].text("text"), expected);
}

#[tokio::test]
async fn the_topic_general_is_left_out() {
    for (topic, expected) in [(None, json!(null)), (Some(1), json!(null)), (Some(7), json!(7))] {
        let posted = all_sent("@alerts", topic, &message()).await;
        assert_eq!((posted.len(), &posted[0].body["message_thread_id"]), (1, &expected));
    }
}

#[tokio::test]
async fn a_message_for_a_deleted_topic_is_sent_to_the_chat() {
    let posted = all_sent("@alerts", Some(8), &message()).await;
    assert_eq!(posted[0].body["message_thread_id"], 8);
    assert!(posted[1].body["message_thread_id"].is_null());
    assert!(
        posted[1].text("text").ends_with("\nThe topic does not exist: correct `topic` in [notify.phone].")
    );
}

#[tokio::test]
async fn a_button_that_telegram_refuses_does_not_cost_the_message() {
    let local = Message { url: "http://localhost:32400/".to_owned(), ..message() };
    // All three corrections, one after another.
    let posted = all_sent(&GROUP.to_string(), Some(8), &local).await;
    assert_eq!(posted.len(), 4);
    assert!(posted[3].body["reply_markup"].is_null() && posted[3].body["message_thread_id"].is_null());
    let tcp = Message { url: "tcp://nas.example.com:22".to_owned(), ..message() };
    assert!(all_sent("@alerts", None, &tcp).await[0].body["reply_markup"].is_null());
}

#[tokio::test]
async fn corrections_come_to_an_end() {
    let moved =
        || error_with(400, "Bad Request: group chat was upgraded", &json!({"migrate_to_chat_id": GROUP}));
    let server = Server::start(&[moved()]).await;
    let (kind, secrets) = setup(&at(&server));
    let delivery = deliver(kind, &message(), &secrets, soon()).await;
    let expected = refused("Telegram answered HTTP 400: Bad Request: group chat was upgraded", false);
    assert_eq!((delivery, server.requests().len()), (expected, 4));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refusal = |code: u16, description: &str, hint: &str, credentials| {
        let why = format!("Telegram answered HTTP {code}: {description}{hint}");
        (error(code, description), refused(&why, credentials))
    };
    let removed = " (the bot was removed: add it again)";
    for (answer, expected) in [
        refusal(401, "Unauthorized", " (the token was revoked or is wrong)", true),
        refusal(404, "Not Found", " (the token is incomplete, or has `bot` before it)", true),
        refusal(421, "Misdirected", " (the token is incomplete, or has `bot` before it)", true),
        refusal(403, "Forbidden: bot was kicked from the supergroup chat", removed, false),
        refusal(403, "Forbidden: bot is not a member of the channel chat", removed, false),
        refusal(403, "Forbidden: bot was blocked by the user", "", false),
        refusal(403, "Forbidden: the group chat was deleted", "", false),
        refusal(403, "Forbidden: user is deactivated", "", false),
        refusal(
            400,
            "Bad Request: chat not found",
            " (see `chat`; is the bot in the group, was Start pressed?)",
            false,
        ),
        refusal(400, "Bad Request: message thread not found", "", false),
        (
            error_with(429, "Too Many Requests: retry after 35", &json!({"retry_after": 35})),
            busy("Telegram answered HTTP 429: Too Many Requests: retry after 35", 35.0),
        ),
        (
            error(500, "Internal Server Error: restart"),
            later("Telegram answered HTTP 500: Internal Server Error: restart", false),
        ),
        (
            http("502 Bad Gateway", "", "<html><h1>502 Bad Gateway</h1></html>"),
            later("Telegram answered HTTP 502", false),
        ),
        (
            http("403 Forbidden", "", r#"{"ok":false,"description":"blocked by policy"}"#),
            later("something in front of Telegram answered HTTP 403", false),
        ),
        (http("200 OK", "", r#"{"ok":true,"result":{"message_id":1}}"#), Delivery::Delivered),
        (
            http("200 OK", "", r#"{"ok":true}"#),
            later("HTTP 200, but without a confirmation from Telegram", true),
        ),
    ] {
        assert_eq!(send(setup, answer, &message()).await, expected);
    }
}
