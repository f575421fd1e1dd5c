//! Requests to signal-cli-rest-api, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use serde_json::json;

use super::{Posted, endless, later, message, refused, send, sent};
use crate::server::{Answer, http};

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    let recipients = vec!["+4915187654321".to_owned(), "group.abc=".to_owned()];
    let number = "+4915112345678".to_owned();
    (ChannelKind::Signal { url: address.to_owned(), number, recipients, user: None }, ChannelSecrets::new())
}

fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    let is_complete = posted.text("number") == "+4915112345678" && posted.body["recipients"].is_array();
    if posted.line != "POST /v2/send HTTP/1.1" || !posted.is_json() || !is_complete {
        return http("400 Bad Request", "", r#"{"error":"Couldn't process request - invalid request"}"#);
    }
    http("201 Created", "", r#"{"timestamp":"1793700300000"}"#)
}

#[tokio::test]
async fn messages_are_plain_text() {
    let expected = json!({
        "message": "plex is DOWN\nÜnable & co\nhttps://plex.example.com/identity",
        "number": "+4915112345678",
        "recipients": ["+4915187654321", "group.abc="],
        "text_mode": "normal",
    });
    assert_eq!(sent(setup, service, &message()).await.body, expected);
    assert!(sent(setup, service, &endless()).await.text("message").ends_with('…'));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let unregistered = r#"{"timestamp":"1","errors":{"recipients":[{"reason":"UNREGISTERED_FAILURE"}]}}"#;
    let network = r#"{"timestamp":"1","errors":{"recipients":[{"reason":"NETWORK_FAILURE"}]}}"#;
    let challenge = r#"{"error":"rate limit","challenge_tokens":["t"],"account":"+49"}"#;
    for (status, body, expected) in [
        (
            "201 Created",
            unregistered,
            refused("Signal answered HTTP 201: a recipient does not use Signal (see `recipients`)", false),
        ),
        ("201 Created", network, later("Signal answered HTTP 201, but a recipient did not get it", true)),
        (
            "400 Bad Request",
            r#"{"error":"Failed to send: UNREGISTERED_FAILURE"}"#,
            refused("Signal answered HTTP 400: Failed to send: UNREGISTERED_FAILURE", true),
        ),
        (
            "400 Bad Request",
            r#"{"error":"network is unreachable"}"#,
            later("Signal answered HTTP 400: network is unreachable", false),
        ),
        (
            "429 Too Many Requests",
            challenge,
            refused(
                "Signal answered HTTP 429: rate limit (Signal demands a captcha; waiting does not help)",
                true,
            ),
        ),
        ("401 Unauthorized", "", later("something in front of Signal answered HTTP 401", false)),
        ("201 Created", r#"{"timestamp":"1"}"#, Delivery::Delivered),
    ] {
        assert_eq!(send(setup, http(status, "", body), &message()).await, expected, "{status}");
    }
}
