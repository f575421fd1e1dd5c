//! What is posted to a webhook of one's own: a template, or the message itself.

use std::collections::BTreeMap;

use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use plexmon_function::notify::Delivery;
use plexmon_function::notify::webhook::{check_headers, check_template};
use serde_json::json;

use super::{Posted, at, channel, endless, later, message, secrets, soon};
use crate::server::{Server, http};

const TOKEN: &str = "b3arer-t0ken";

fn kind(template: Option<&str>, headers: &[(&str, &str)]) -> ChannelKind {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ChannelKind::Webhook { template: template.map(str::to_owned), headers, token: true, success: None }
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
async fn without_a_template_everything_is_sent() {
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
async fn a_template_is_filled_and_remains_json() {
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
async fn names_that_no_header_takes_are_still_told_apart() {
    let odd = Message { id: "häuschen:plex\n:2:phone".to_owned(), ..message() };
    let posted = posted(kind(None, &[]), &odd).await;
    assert_eq!(posted.header("idempotency-key"), "h%C3%A4uschen:plex%0A:2:phone");
}

#[tokio::test]
async fn headers_may_be_added_and_changed() {
    let headers =
        [("Content-Type", "application/vnd.api+json"), ("X-Room", "kitchen"), ("Authorization", "Basic x")];
    let posted = posted(kind(None, &headers), &message()).await;
    assert_eq!(posted.header("content-type"), "application/vnd.api+json");
    assert_eq!(posted.header("x-room"), "kitchen");
    assert_eq!(posted.header("authorization"), format!("Bearer {TOKEN}"), "the token is the newer word");
}

#[test]
fn a_template_that_cannot_work_is_told() {
    for (template, told) in [
        (r#"{"text": "{titel}"}"#, "there is no {titel}; there are {title}, {body}"),
        (r#"{"text": {title}}"#, "not JSON once it is filled"),
        (r#"{"text": "{news}"}"#, "not JSON once it is filled"),
        (r#"{"text": "{title}""#, "not JSON once it is filled"),
        ("{title}", "not JSON once it is filled"),
        ("", "not JSON once it is filled"),
    ] {
        let why = check_template(template).unwrap_err();
        assert!(why.contains(told), "{template}: {why}");
    }
    for template in ["{at}", "{news}", "{}", r#""{title}""#, r#"{"a": "} { {}"}"#] {
        assert_eq!(check_template(template), Ok(()), "{template}");
    }
}

#[test]
fn headers_that_cannot_be_sent_are_told() {
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
async fn what_cannot_be_sent_is_told_and_not_sent() {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let (_, secrets) = setup(&at(&server));
    for (kind, told) in [
        (kind(Some("{titel}"), &[]), "the webhook's template: there is no {titel}"),
        (kind(None, &[("host", "h")]), "the webhook's headers: \"host\" is no header that can be set"),
    ] {
        let delivery = channel(kind).send(&message(), &secrets, soon()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.starts_with(told), "{why}");
        assert_eq!(delivery, later(&why, false));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_settings_may_say_what_a_success_is() {
    for (body, expected) in [
        (r#"{"queued":"yes"}"#, Delivery::Delivered),
        ("<html>queued</html>", Delivery::Delivered),
        ("", later("HTTP 200, but without the webhook's own confirmation", true)),
        ("QUEUED", later("HTTP 200, but without the webhook's own confirmation", true)),
        ("<html>Sign in</html>", later("a web page came in the webhook's place (HTTP 200)", false)),
        (
            r#"{"success":false}"#,
            later("HTTP 200, but the answer speaks of a failure and is not the webhook's", false),
        ),
    ] {
        let server = Server::start(&[http("200 OK", "", body)]).await;
        let (_, secrets) = setup(&at(&server));
        let kind = ChannelKind::Webhook {
            template: None,
            headers: BTreeMap::new(),
            token: true,
            success: Some("queued".to_owned()),
        };
        assert_eq!(channel(kind).send(&message(), &secrets, soon()).await, expected, "{body}");
    }
}

#[tokio::test]
async fn an_address_may_sign_in_by_itself() {
    let server = Server::start(&[http("200 OK", "", "")]).await;
    let url = format!("http://us%40er:p%3Ass@{}/hook", server.address);
    let kind = ChannelKind::Webhook { template: None, headers: BTreeMap::new(), token: false, success: None };
    let delivery = channel(kind).send(&message(), &secrets(&[("url", &url)]), soon()).await;
    assert_eq!(delivery, Delivery::Delivered);
    let posted = Posted::of(&server.requests()[0]);
    // `us@er:p:ss`
    assert_eq!(posted.header("authorization"), "Basic dXNAZXI6cDpzcw==");
    assert_eq!(posted.line, "POST /hook HTTP/1.1");
    assert_eq!(posted.header("host"), server.address.to_string());
}
