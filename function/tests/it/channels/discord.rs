//! Requests to Discord, and the outcomes of their answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, at, busy, channel, endless, later, message, refused, secrets, send, sent, soon};
use crate::server::{Answer, Server, http};

const PATH: &str = "/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726d";

pub fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::Discord, secrets(&[("url", &format!("{address}{PATH}"))]))
}

/// Accepts what the documentation specifies.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != format!("POST {PATH}?wait=true HTTP/1.1") {
        return http("404 Not Found", "", r#"{"message":"Unknown Webhook","code":10015}"#);
    }
    if !posted.is_json() || !(1..=2_000).contains(&posted.text("content").encode_utf16().count()) {
        return http("400 Bad Request", "", r#"{"message":"Invalid Form Body","code":50035}"#);
    }
    http("200 OK", "", r#"{"id":"1","content":"as it was"}"#)
}

async fn content(message: &Message) -> String {
    let posted = sent(setup, service, message).await;
    assert_eq!(posted.body["allowed_mentions"], json!({"parse": []}));
    posted.text("content").to_owned()
}

#[tokio::test]
async fn markdown_is_escaped_and_no_user_is_mentioned() {
    let expected = "**plex is DOWN**\nÜnable & co\n<https://plex.example.com/identity>";
    assert_eq!(content(&message()).await, expected);
    let odd = Message {
        title: "*_plex_* `x`".to_owned(),
        body: "@everyone <@1> # \\ [a](b) ~~c~~ ||d||".to_owned(),
        url: String::new(),
        ..message()
    };
    let expected =
        "**\\*\\_plex\\_\\* \\`x\\`**\n@everyone \\<@1\\> \\# \\\\ \\[a\\](b) \\~\\~c\\~\\~ \\|\\|d\\|\\|";
    assert_eq!(content(&odd).await, expected);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limits() {
    let long = content(&endless()).await;
    assert!(long.ends_with('…') && !long.contains("https:"), "half an address leads nowhere");
    assert!(long.encode_utf16().count() > 1_990);
    let with_url = content(&Message { url: message().url, ..endless() }).await;
    assert!(with_url.ends_with("…\n<https://plex.example.com/identity>"), "{with_url}");
}

#[tokio::test]
async fn an_address_can_name_a_thread() {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let url = format!("{}{PATH}?thread_id=7", at(&server));
    channel(ChannelKind::Discord).send(&message(), &secrets(&[("url", &url)]), soon()).await;
    assert_eq!(Posted::of(&server.requests()[0]).line, format!("POST {PATH}?thread_id=7&wait=true HTTP/1.1"));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let limited = r#"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#;
    for (status, body, expected) in [
        (
            "404 Not Found",
            r#"{"message":"Unknown Webhook","code":10015}"#,
            refused("Discord answered HTTP 404: Unknown Webhook", true),
        ),
        (
            "401 Unauthorized",
            r#"{"message":"Invalid Webhook Token","code":50027}"#,
            refused("Discord answered HTTP 401: Invalid Webhook Token", true),
        ),
        (
            "404 Not Found",
            r#"{"message":"404: Not Found","code":0}"#,
            refused("Discord answered HTTP 404: 404: Not Found", true),
        ),
        (
            "400 Bad Request",
            r#"{"message":"Cannot send an empty message","code":50006}"#,
            refused("Discord answered HTTP 400: Cannot send an empty message", false),
        ),
        (
            "400 Bad Request",
            r#"{"message":"must have a thread_name or thread_id","code":220001}"#,
            refused("Discord answered HTTP 400: must have a thread_name or thread_id", false),
        ),
        (
            "400 Bad Request",
            r#"{"webhook_id":["Value is not snowflake."]}"#,
            refused("Discord answered HTTP 400: Value is not snowflake.", true),
        ),
        (
            "403 Forbidden",
            r#"{"message":"internal network error","code":40333}"#,
            later("Discord answered HTTP 403: internal network error", false),
        ),
        (
            "429 Too Many Requests",
            limited,
            busy("Discord answered HTTP 429: You are being rate limited.; try again in 1 min", 65.0),
        ),
        (
            "500 Internal Server Error",
            r#"{"message":"500: Internal Server Error","code":0}"#,
            later("Discord answered HTTP 500: 500: Internal Server Error", false),
        ),
        (
            "200 OK",
            r#"{"id":"1325","type":0,"content":"x","webhook_id":"2237","channel_id":"9","embeds":[],"tts":false}"#,
            Delivery::Delivered,
        ),
        // A relay that does not pass `wait` on.
        ("204 No Content", "", Delivery::Delivered),
        (
            "200 OK",
            r#"{"message":"Unknown Webhook","code":10015}"#,
            refused("Discord answered HTTP 200: Unknown Webhook", false),
        ),
    ] {
        let headers = if status.starts_with("429") { "retry-after: 65\r\n" } else { "" };
        assert_eq!(send(setup, http(status, headers, body), &message()).await, expected);
    }
    let limited = r#"{"message":"Slow down","retry_after":0.65,"global":false}"#;
    let delivery = send(setup, http("429 Too Many Requests", "", limited), &message()).await;
    assert_eq!(delivery, busy("Discord answered HTTP 429: Slow down", 0.65));
}
