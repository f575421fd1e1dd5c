//! Requests to workflows of Microsoft Teams, and the outcomes of their answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::Message;
use serde_json::{Value, json};

use super::common::{LOGIN, gateways_refuse_nothing};
use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const PATH: &str =
    "/workflows/0a1b2c3d/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig=s3cr3t_sig-nature";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::Teams, secrets(&[("url", &format!("{address}{PATH}"))]))
}

fn error(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message}}).to_string()
}

/// Starts for a message with a card. What the flow cannot post is refused here, so that a test sees it.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != format!("POST {PATH} HTTP/1.1") {
        return http(
            "401 Unauthorized",
            "",
            &error("DirectApiAuthorizationRequired", "The signature is wrong."),
        );
    }
    let attachment = &posted.body["attachments"][0];
    let is_card = posted.text("type") == "message"
        && attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        && attachment["content"]["type"] == "AdaptiveCard";
    if !posted.is_json() || !is_card || posted.bytes > 28_000 {
        return http("400 Bad Request", "", &error("TriggerInputSchemaMismatch", "The input is not valid."));
    }
    http("202 Accepted", "", "")
}

/// The card, without the fields that are always the same.
async fn card(message: &Message) -> Value {
    let posted = sent(setup, service, message).await;
    assert_eq!(posted.body["summary"], posted.body["attachments"][0]["content"]["fallbackText"]);
    posted.body["attachments"][0]["content"].clone()
}

fn lines(card: &Value) -> Vec<&str> {
    let blocks = card["body"][0]["items"].as_array().unwrap();
    blocks.iter().map(|block| block["inlines"][0]["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_message_is_a_card_with_a_button() {
    let card = card(&message()).await;
    let run = |text: &str, weight: &str| {
        let run = json!({"type": "TextRun", "text": text, "weight": weight});
        json!({"type": "RichTextBlock", "inlines": [run]})
    };
    let items = [run("plex is DOWN", "Bolder"), run("Ünable & co", "Default")];
    let expected = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": "plex is DOWN",
        "msteams": {"width": "Full"},
        "body": [{"type": "Container", "style": "attention", "bleed": true, "items": items}],
        "actions": [
            {"type": "Action.OpenUrl", "title": "Open plex", "url": "https://plex.example.com/identity"},
        ],
    });
    assert_eq!(card, expected);
}

/// Blocks of this kind show no Markdown, unlike a `TextBlock`, and mentions need a list of entities.
#[tokio::test]
async fn markup_in_names_is_shown_as_it_is() {
    let odd = "*_plex_* [a](b) <at>all</at> @all";
    let odd = Message {
        title: odd.to_owned(),
        body: format!("{odd}\n\n- 1. {odd}"),
        url: "tcp://nas.example.com:22".to_owned(),
        ..message()
    };
    let card = card(&odd).await;
    assert_eq!(lines(&card), [odd.title.clone(), odd.title.clone(), format!("- 1. {}", odd.title)]);
    let blocks = card["body"][0]["items"].as_array().unwrap();
    assert!(blocks.iter().all(|block| block["type"] == "RichTextBlock"));
    assert!(card["msteams"]["entities"].is_null() && card["actions"].is_null());
}

#[tokio::test]
async fn the_severity_determines_the_color() {
    for (severity, urgent, style) in [
        (Severity::Down, true, "attention"),
        (Severity::Down, false, "good"),
        (Severity::Warn, false, "warning"),
        (Severity::Info, false, "default"),
    ] {
        assert_eq!(card(&Message { severity, urgent, ..message() }).await["body"][0]["style"], style);
    }
}

#[tokio::test]
async fn long_messages_stay_below_what_a_workflow_can_post() {
    assert!(lines(&card(&endless()).await)[1].ends_with('…'));
    let many = Message { body: "a\n".repeat(20_000), ..message() };
    let card = card(&many).await;
    assert!(lines(&card).len() > 150 && lines(&card).last().is_some_and(|line| line.ends_with('…')));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refusal = |status: &str, code: &str, credentials: bool| {
        let why = format!("Teams answered HTTP {}: {code}: Not so.", &status[..3]);
        (status.to_owned(), error(code, "Not so."), refused(&why, credentials))
    };
    for (status, body, expected) in [
        refusal("401 Unauthorized", "DirectApiAuthorizationRequired", true),
        refusal("403 Forbidden", "AuthorizationFailed", true),
        refusal("404 Not Found", "WorkflowNotFound", true),
        refusal("400 Bad Request", "TriggerInputSchemaMismatch", false),
        (
            "429 Too Many".to_owned(),
            error("TooManyRequests", "Slow down."),
            later("Teams answered HTTP 429: TooManyRequests: Slow down.", false),
        ),
        (
            "503 Busy".to_owned(),
            error("ServiceUnavailable", "Later."),
            later("Teams answered HTTP 503: ServiceUnavailable: Later.", false),
        ),
        ("202 Accepted".to_owned(), String::new(), Delivery::Delivered),
        // A flow with an answer of its own.
        ("200 OK".to_owned(), r#"{"posted":true}"#.to_owned(), Delivery::Delivered),
        (
            "200 OK".to_owned(),
            LOGIN.to_owned(),
            later("a web page answered instead of Teams (HTTP 200)", false),
        ),
        (
            "200 OK".to_owned(),
            r#"{"error":"invalid session"}"#.to_owned(),
            later("HTTP 200, but the answer reports a failure and is not from Teams", false),
        ),
    ] {
        assert_eq!(send(setup, http(&status, "", &body), &message()).await, expected);
    }
}

#[tokio::test]
async fn a_gateway_is_not_teams() {
    gateways_refuse_nothing("Teams", setup).await;
}
