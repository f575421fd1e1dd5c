//! Requests to a webhook: a template, or the message itself.

use std::collections::BTreeMap;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, WebhookSettings};
use plexmon_function::message::Message;
use plexmon_function::notify::webhook::{check_headers, check_template};
use serde_json::json;

use super::{Posted, at, channel, endless, later, message, secrets, soon};
use crate::server::{Server, http};

const TOKEN: &str = "b3arer-t0ken";

fn kind(template: Option<&str>, headers: &[(&str, &str)]) -> ChannelKind {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let template = template.map(str::to_owned);
    ChannelKind::Webhook(WebhookSettings { template, headers, token: true, ..WebhookSettings::default() })
}

pub fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    let url = format!("{address}/hooks/0a1b2c3d4e5f?key=kkkkkkkk");
    (kind(None, &[]), secrets(&[("url", &url), ("token", TOKEN)]))
}

async fn posted(kind: ChannelKind, message: &Message) -> Posted {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let (_, secrets) = setup(&at(&server));
    assert_eq!(channel(kind).send(message, &secrets, soon()).await, Delivery::Delivered);
    Posted::of(&server.requests()[0])
}

#[tokio::test]
async fn without_a_template_the_whole_message_is_sent() {
    for message in [message(), endless()] {
        let posted = posted(kind(None, &[]), &message).await;
        assert_eq!(posted.body, serde_json::to_value(&message).unwrap());
        assert_eq!(posted.line, "POST /hooks/0a1b2c3d4e5f?key=kkkkkkkk HTTP/1.1");
        assert_eq!(posted.header("content-type"), "application/json");
        assert_eq!(posted.header("authorization"), format!("Bearer {TOKEN}"));
    }
    let posted = posted(kind(None, &[]), &message()).await;
    assert_eq!(posted.header("idempotency-key"), message().id);
    assert_eq!((&posted.body["severity"], &posted.body["news"][0]["kind"]), (&json!("down"), &json!("down")));
}

#[tokio::test]
async fn placeholders_are_replaced_and_the_result_is_json() {
    let template = r#"{"embeds": [{"t": "{deployment}: {title}", "d": "{body} {url}"}], "s": "{severity}",
        "at": {at}, "id": "{id}", "when": "at {at}", "news": {news}, "empty": {}, "own": "{ a }"}"#;
    assert_eq!(check_template(template), Ok(()));
    let odd = Message {
        deployment: "home".to_owned(),
        title: "\"{body}\" \\".to_owned(),
        body: "line\nline \u{1}\u{1F980}".to_owned(),
        ..message()
    };
    let posted = posted(kind(Some(template), &[]), &odd).await;
    let expected = json!({
        "embeds": [{"t": "home: \"{body}\" \\", "d": "line\nline \u{1}\u{1F980} https://plex.example.com/identity"}],
        "s": "down",
        "at": 1_793_700_300,
        "id": odd.id,
        "when": "at 1793700300",
        "news": [{"target": "plex", "kind": "down", "first": false}],
        "empty": {},
        "own": "{ a }",
    });
    assert_eq!(posted.body, expected, "a placeholder in a message is no placeholder");
}

#[tokio::test]
async fn names_that_a_header_cannot_have_are_encoded() {
    let odd = Message { id: "häuschen:plex\n:2:phone".to_owned(), ..message() };
    let posted = posted(kind(None, &[]), &odd).await;
    assert_eq!(posted.header("idempotency-key"), "h%C3%A4uschen:plex%0A:2:phone");
}

#[tokio::test]
async fn headers_can_be_added_and_replaced() {
    let headers =
        [("Content-Type", "application/vnd.api+json"), ("X-Room", "kitchen"), ("Authorization", "Basic x")];
    let posted = posted(kind(None, &headers), &message()).await;
    assert_eq!(posted.header("content-type"), "application/vnd.api+json");
    assert_eq!(posted.header("x-room"), "kitchen");
    assert_eq!(posted.header("authorization"), format!("Bearer {TOKEN}"), "the token takes precedence");
}

#[test]
fn invalid_templates_are_reported() {
    for (template, expected) in [
        (r#"{"text": "{titel}"}"#, "unknown placeholder {titel}; use {title}, {body}"),
        (r#"{"text": {title}}"#, "not JSON after the placeholders are replaced"),
        (r#"{"text": "{news}"}"#, "not JSON after the placeholders are replaced"),
        (r#"{"text": "{title}""#, "not JSON after the placeholders are replaced"),
        ("{title}", "not JSON after the placeholders are replaced"),
        ("", "not JSON after the placeholders are replaced"),
    ] {
        let why = check_template(template).unwrap_err();
        assert!(why.contains(expected), "{template}: {why}");
    }
    for template in ["{at}", "{news}", "{}", r#""{title}""#, r#"{"a": "} { {}"}"#] {
        assert_eq!(check_template(template), Ok(()), "{template}");
    }
}

#[test]
fn invalid_headers_are_reported() {
    for (name, value) in [
        ("Content-Length", "1"),
        ("host", "h"),
        ("Connection", "close"),
        ("a b", "c"),
        ("", "c"),
        ("a", "b\nc"),
    ] {
        let headers: BTreeMap<String, String> = [(name.to_owned(), value.to_owned())].into();
        assert!(check_headers(&headers).is_err(), "{name}");
    }
}

#[tokio::test]
async fn invalid_settings_are_reported_and_nothing_is_sent() {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let (_, secrets) = setup(&at(&server));
    for (kind, expected) in [
        (kind(Some("{titel}"), &[]), "the webhook's template: unknown placeholder {titel}"),
        (kind(None, &[("host", "h")]), "the webhook's headers: \"host\" is not a header that can be set"),
    ] {
        let delivery = channel(kind).send(&message(), &secrets, soon()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.starts_with(expected), "{why}");
        assert_eq!(delivery, later(&why, false));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_settings_can_name_the_text_of_a_success() {
    for (body, expected) in [
        (r#"{"queued":"yes"}"#, Delivery::Delivered),
        ("<html>queued</html>", Delivery::Delivered),
        ("", later("HTTP 200, but without a confirmation from the webhook", true)),
        ("QUEUED", later("HTTP 200, but without a confirmation from the webhook", true)),
        ("<html>Sign in</html>", later("a web page answered instead of the webhook (HTTP 200)", false)),
        (
            r#"{"success":false}"#,
            later("HTTP 200, but the answer reports a failure and is not from the webhook", false),
        ),
    ] {
        let server = Server::start(&[http("200 OK", "", body)]).await;
        let (_, secrets) = setup(&at(&server));
        let success = Some("queued".to_owned());
        let settings = WebhookSettings { token: true, success, ..WebhookSettings::default() };
        let kind = ChannelKind::Webhook(settings);
        assert_eq!(channel(kind).send(&message(), &secrets, soon()).await, expected, "{body}");
    }
}

#[tokio::test]
async fn an_address_can_have_credentials() {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let url = format!("http://us%40er:p%3Ass@{}/hook", server.address);
    let kind = ChannelKind::Webhook(WebhookSettings::default());
    let delivery = channel(kind).send(&message(), &secrets(&[("url", &url)]), soon()).await;
    assert_eq!(delivery, Delivery::Delivered);
    let posted = Posted::of(&server.requests()[0]);
    // `us@er:p:ss`
    assert_eq!(posted.header("authorization"), "Basic dXNAZXI6cDpzcw==");
    assert_eq!(posted.line, "POST /hook HTTP/1.1");
    assert_eq!(posted.header("host"), server.address.to_string());
}

#[tokio::test]
async fn the_method_can_be_chosen() {
    for method in ["PUT", "PATCH"] {
        let settings =
            WebhookSettings { method: Some(method.to_owned()), token: true, ..WebhookSettings::default() };
        let posted = posted(ChannelKind::Webhook(settings), &message()).await;
        assert_eq!(posted.line, format!("{method} /hooks/0a1b2c3d4e5f?key=kkkkkkkk HTTP/1.1"));
    }
}
