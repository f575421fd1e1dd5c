//! Requests to an Apprise API, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    let (tag, user) = (Some("admin".to_owned()), Some("me".to_owned()));
    let kind = ChannelKind::Apprise { url: format!("{address}/apprise/"), tag, user };
    (kind, secrets(&[("key", "my-Key_1"), ("password", "pw")]))
}

/// Accepts what its views accept. Without `Accept`, it answers in HTML.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    // `me:pw`
    if posted.header("authorization") != "Basic bWU6cHc=" {
        return http("401 Unauthorized", "", "<h1>401</h1>");
    }
    if posted.header("accept") != "application/json" {
        return http("200 OK", "content-type: text/html\r\n", "<ul class=\"logs\"></ul>");
    }
    if posted.line != "POST /apprise/notify/my-Key_1 HTTP/1.1" || posted.text("tag") != "admin" {
        return http("204 No Content", "", "");
    }
    let is_type = ["info", "success", "warning", "failure"].contains(&posted.text("type"));
    if !posted.is_json() || posted.text("body").is_empty() || !is_type || posted.text("format") != "text" {
        return http("400 Bad Request", "", r#"{"error":"Payload lacks minimum requirements"}"#);
    }
    http("200 OK", "", r#"{"error":null,"details":[["INFO","2026-11-03","sent"]]}"#)
}

#[tokio::test]
async fn the_severity_is_the_type() {
    for (severity, urgent, expected) in [
        (Severity::Down, true, "failure"),
        (Severity::Down, false, "success"),
        (Severity::Warn, false, "warning"),
        (Severity::Info, false, "info"),
    ] {
        let posted = sent(setup, service, &Message { severity, urgent, ..message() }).await;
        let expected = json!({
            "title": "plex is DOWN",
            "body": "Ünable & co\nhttps://plex.example.com/identity",
            "type": expected,
            "format": "text",
            "tag": "admin",
        });
        assert_eq!(posted.body, expected);
    }
}

#[tokio::test]
async fn long_messages_are_shortened() {
    assert!(sent(setup, service, &endless()).await.text("body").ends_with('…'));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for (status, body, expected) in [
        (
            "204 No Content",
            "",
            refused("Apprise answered HTTP 204: nothing is configured under this key", true),
        ),
        (
            "424 Failed Dependency",
            r#"{"error":"One or more notification could not be sent","details":[]}"#,
            later(
                "Apprise answered HTTP 424, but at least one of the services behind it failed (see `tag`)",
                true,
            ),
        ),
        ("403 Forbidden", r#"{"error":"Locked"}"#, refused("Apprise answered HTTP 403: Locked", true)),
        ("400 Bad Request", r#"{"error":"Bad tag"}"#, refused("Apprise answered HTTP 400: Bad tag", false)),
        ("500 Error", r#"{"error":"Unreadable"}"#, later("Apprise answered HTTP 500: Unreadable", false)),
        ("424 Failed Dependency", "", later("something in front of Apprise answered HTTP 424", false)),
        ("200 OK", r#"{"error":""}"#, Delivery::Delivered),
    ] {
        assert_eq!(send(setup, http(status, "", body), &message()).await, expected, "{status}");
    }
}
