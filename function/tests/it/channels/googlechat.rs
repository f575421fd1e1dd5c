//! Requests to Google Chat, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use serde_json::{Value, json};

use super::{Posted, busy as wait, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const PATH: &str = "/v1/spaces/AAAAAAAAAAA/messages?key=AIzaSyKkKkKk&token=tTtTtTtTtT-_%3D";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::GoogleChat, secrets(&[("url", &format!("{address}{PATH}"))]))
}

fn error(code: u16, status: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message, "status": status}}).to_string()
}

/// Accepts what the documentation specifies: an id of the request, and at most 32,000 bytes. Of the tags in a card, only
/// those that the channel needs are accepted, so that a test sees a tag that came with a name.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    let id = posted.line.strip_prefix(&format!("POST {PATH}&requestId="));
    if id.is_none_or(|id| id.len() != 32 + " HTTP/1.1".len()) {
        return http("404 Not Found", "", &error(404, "NOT_FOUND", "Requested entity was not found."));
    }
    let text = paragraph(&posted.body);
    let markup = text.replacen("<b>", "", 1).replacen("</b>", "", 1).replace("<br>", "");
    let is_escaped =
        markup.split('&').skip(1).all(|rest| ["amp;", "lt;", "gt;"].iter().any(|e| rest.starts_with(e)));
    let is_valid = posted.is_json() && is_escaped && !text.is_empty() && !markup.contains(['<', '>']);
    if !is_valid || posted.text("fallbackText").is_empty() || posted.bytes > 32_000 {
        return http("400 Bad Request", "", &error(400, "INVALID_ARGUMENT", "Message cannot be sent."));
    }
    http("200 OK", "", r#"{"name":"spaces/AAAAAAAAAAA/messages/BBB.CCC","fallbackText":"as it was"}"#)
}

fn widgets(body: &Value) -> &Value {
    &body["cardsV2"][0]["card"]["sections"][0]["widgets"]
}

fn paragraph(body: &Value) -> &str {
    widgets(body)[0]["textParagraph"]["text"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_message_is_a_card_with_a_button_and_a_text_for_the_banner() {
    let posted = sent(setup, service, &message()).await;
    let open = json!({"openLink": {"url": "https://plex.example.com/identity"}});
    let button = json!({"text": "Open plex", "onClick": open});
    let widgets = [
        json!({"textParagraph": {"text": "<b>plex is DOWN</b><br>Ünable &amp; co"}}),
        json!({"buttonList": {"buttons": [button]}}),
    ];
    let expected = json!({
        "fallbackText": "plex is DOWN\nÜnable & co",
        "cardsV2": [{"cardId": "plexmon", "card": {"sections": [{"widgets": widgets}]}}],
    });
    assert_eq!(posted.body, expected);
}

/// A message's `text` has markup that cannot be escaped, and rings everybody for `<users/all>`: it is not used.
#[tokio::test]
async fn markup_in_names_is_shown_as_it_is_and_nobody_is_mentioned() {
    let odd = Message {
        title: "*_plex_*".to_owned(),
        body: "<users/all> <b>x</b> &lt;\n`y` ~z~ <https://a|b>".to_owned(),
        url: String::new(),
        ..message()
    };
    let posted = sent(setup, service, &odd).await;
    let expected =
        "<b>*_plex_*</b><br>&lt;users/all&gt; &lt;b&gt;x&lt;/b&gt; &amp;lt;<br>`y` ~z~ &lt;https://a|b&gt;";
    assert_eq!(paragraph(&posted.body), expected);
    assert!(posted.body["text"].is_null() && widgets(&posted.body)[1].is_null());
}

#[tokio::test]
async fn repeats_have_the_same_request_id_and_other_messages_do_not() {
    let first = sent(setup, service, &message()).await.line;
    assert_eq!(sent(setup, service, &Message { body: "repeat".to_owned(), ..message() }).await.line, first);
    assert_ne!(sent(setup, service, &Message { id: "another".to_owned(), ..message() }).await.line, first);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limit() {
    let posted = sent(setup, service, &endless()).await;
    assert!(paragraph(&posted.body).ends_with('…') && posted.bytes > 20_000, "{}", posted.bytes);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refusal = |code: u16, status: &str, hint: &str, credentials: bool| {
        let why = format!("Google Chat answered HTTP {code}: Not so.{hint}");
        (code, error(code, status, "Not so."), refused(&why, credentials))
    };
    let busy = |code: u16, status: &str| {
        let why = format!("Google Chat answered HTTP {code}: Not now.");
        (code, error(code, status, "Not now."), later(&why, false))
    };
    let exhausted = |code: u16| {
        let why = format!("Google Chat answered HTTP {code}: Not now.; try again in 1 min");
        (code, error(code, "RESOURCE_EXHAUSTED", "Not now."), wait(&why, 60.0))
    };
    for (code, body, expected) in [
        refusal(400, "INVALID_ARGUMENT", "", false),
        refusal(401, "UNAUTHENTICATED", "", true),
        refusal(403, "PERMISSION_DENIED", "", true),
        refusal(404, "NOT_FOUND", " (the space or the webhook was deleted)", true),
        exhausted(429),
        busy(500, "INTERNAL"),
        busy(503, "UNAVAILABLE"),
        // Temporary by its reason, whatever a gateway makes of the status.
        exhausted(403),
        (429, String::new(), later("Google Chat answered HTTP 429", false)),
        (
            403,
            r#"{"error":{"code":403,"message":"blocked"}}"#.to_owned(),
            later("something in front of Google Chat answered HTTP 403", false),
        ),
        (200, r#"{"name":"spaces/A/messages/B"}"#.to_owned(), Delivery::Delivered),
        (
            200,
            r#"{"name":"projects/x"}"#.to_owned(),
            later("HTTP 200, but without a confirmation from Google Chat", true),
        ),
    ] {
        assert_eq!(send(setup, http(&format!("{code} Status"), "", &body), &message()).await, expected);
    }
}
