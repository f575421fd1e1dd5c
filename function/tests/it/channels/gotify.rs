//! Requests to Gotify, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const TOKEN: &str = "AbCdEf.0123456789";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    // At home, it is often below a path of a proxy.
    (ChannelKind::Gotify { url: format!("{address}/gotify/") }, secrets(&[("token", TOKEN)]))
}

fn error(code: u16, name: &str, description: &str) -> String {
    json!({"error": name, "errorCode": code, "errorDescription": description}).to_string()
}

/// Accepts what the documentation specifies: the priority is a number, and the message is not empty.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != "POST /gotify/message HTTP/1.1" {
        return http("404 Not Found", "", &error(404, "Not Found", "page not found"));
    }
    if posted.header("x-gotify-key") != TOKEN {
        return http("401 Unauthorized", "", &error(401, "Unauthorized", "you need to provide a token"));
    }
    if !posted.is_json() || posted.text("message").is_empty() || !posted.body["priority"].is_i64() {
        return http("400 Bad Request", "", &error(400, "Bad Request", "Field 'message' is required"));
    }
    // The limit of a proxy.
    if posted.bytes > 1_000_000 {
        return http("413 Too Large", "", "<html><h1>413 Request Entity Too Large</h1></html>");
    }
    http("200 OK", "", r#"{"id":25,"appid":5,"message":"x","title":"y","date":"2026-11-03T10:05:00Z"}"#)
}

#[tokio::test]
async fn messages_are_plain_text_with_a_link() {
    let posted = sent(setup, service, &message()).await;
    let expected = json!({
        "title": "plex is DOWN",
        "message": "Ünable & co",
        "priority": 8,
        "extras": {
            "client::display": {"contentType": "text/plain"},
            "client::notification": {"click": {"url": "https://plex.example.com/identity"}},
        },
    });
    assert_eq!(posted.body, expected);
    assert!(!posted.line.contains(TOKEN) && posted.header("authorization").is_empty());
}

#[tokio::test]
async fn the_severity_determines_the_priority() {
    for (severity, urgent, priority) in [
        (Severity::Down, true, 8),
        (Severity::Down, false, 5),
        (Severity::Warn, false, 5),
        (Severity::Info, false, 2),
    ] {
        let message = Message { severity, urgent, ..message() };
        assert_eq!(sent(setup, service, &message).await.body["priority"], priority);
    }
}

#[tokio::test]
async fn long_messages_are_shortened_and_only_web_addresses_are_links() {
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("message").ends_with('…') && posted.text("message").chars().count() == 16_000);
    for url in ["", "tcp://nas.example.com:22", "javascript:alert(1)"] {
        let posted = sent(setup, service, &Message { url: url.to_owned(), ..message() }).await;
        assert_eq!(posted.body["extras"], json!({"client::display": {"contentType": "text/plain"}}));
    }
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let token = "you need to provide a valid access token or user credentials to access this api";
    let appid = "appid is required when authenticated with a client token";
    for (status, body, expected) in [
        (
            "401 Unauthorized",
            error(401, "Unauthorized", token),
            refused(&format!("Gotify answered HTTP 401: {token}"), true),
        ),
        (
            "403 Forbidden",
            error(403, "Forbidden", "you are not allowed to access this api"),
            refused("Gotify answered HTTP 403: you are not allowed to access this api", true),
        ),
        (
            "400 Bad Request",
            error(400, "Bad Request", appid),
            refused(&format!("Gotify answered HTTP 400: {appid}"), false),
        ),
        (
            "500 Internal Server Error",
            error(500, "Internal Server Error", "database is locked"),
            later("Gotify answered HTTP 500: database is locked", false),
        ),
        ("429 Too Many Requests", String::new(), later("Gotify answered HTTP 429", false)),
        // Half of the service's own form.
        (
            "401 Unauthorized",
            r#"{"error":"Unauthorized","errorCode":401}"#.to_owned(),
            later("something in front of Gotify answered HTTP 401", false),
        ),
        (
            "200 OK",
            r#"{"id":7,"error":"x"}"#.to_owned(),
            later("HTTP 200, but the answer reports a failure and is not from Gotify", false),
        ),
        ("200 OK", r#"{"id":1,"appid":1}"#.to_owned(), Delivery::Delivered),
    ] {
        assert_eq!(send(setup, http(status, "", &body), &message()).await, expected);
    }
}
