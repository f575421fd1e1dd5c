//! Requests to Pushbullet, and the outcomes of their answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const TOKEN: &str = "o.RmeEZ1sMbTgQ0aFkXyZ";

pub fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::Pushbullet { url: format!("{address}/v2/pushes") }, secrets(&[("token", TOKEN)]))
}

fn failure(code: &str, message: &str) -> String {
    format!(
        r#"{{"error":{{"type":"invalid_request","message":"{message}","cat":"(=^･ω･^=)","code":"{code}"}}}}"#
    )
}

/// Accepts what the documentation specifies.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != "POST /v2/pushes HTTP/1.1" {
        return http("404 Not Found", "", "");
    }
    if posted.header("access-token") != TOKEN {
        let body = failure("invalid_access_token", "Access token is missing or invalid.");
        return http("401 Unauthorized", "", &body);
    }
    let is_url_right = match posted.text("type") {
        "note" => posted.body.get("url").is_none(),
        "link" => posted.text("url").starts_with("http"),
        _ => false,
    };
    let has_words = !posted.text("title").is_empty() && !posted.text("body").is_empty();
    if !posted.is_json() || !is_url_right || !has_words || posted.text("guid").len() > 64 {
        return http("400 Bad Request", "", &failure("invalid_param", "One of the parameters is wrong."));
    }
    http("200 OK", "", r#"{"active":true,"iden":"ubdpj29aOK0sKG"}"#)
}

#[tokio::test]
async fn a_message_with_an_address_is_a_link() {
    let posted = sent(setup, service, &message()).await;
    assert_eq!((posted.text("type"), posted.text("url")), ("link", "https://plex.example.com/identity"));
    assert_eq!((posted.text("title"), posted.text("body")), ("plex is DOWN", "Ünable & co"));
    let note = sent(setup, service, &Message { url: String::new(), ..message() }).await;
    assert_eq!((note.text("type"), note.text("title")), ("note", "plex is DOWN"));
}

#[tokio::test]
async fn repeats_have_the_same_id_and_other_messages_do_not() {
    let guid = async |message: &Message| sent(setup, service, message).await.text("guid").to_owned();
    let first = guid(&message()).await;
    let repeat = Message { body: "Ünable & co (may repeat)".to_owned(), ..message() };
    assert_eq!(guid(&repeat).await, first);
    let other = Message { id: "plex-remote-health:plex:3:pushover".to_owned(), ..message() };
    assert_ne!(guid(&other).await, first);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limits() {
    let posted = sent(setup, service, &endless()).await;
    let length = |field| posted.text(field).chars().count();
    assert_eq!((length("title"), length("body")), (250, 4_000));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for (status, body, expected) in [
        (
            "400 Bad Request",
            failure("pushbullet_pro_required", "Pro is required."),
            later("Pushbullet answered HTTP 400: this month's free pushes are used up", false),
        ),
        (
            "400 Bad Request",
            failure("invalid_param", "The param 'type' is wrong."),
            refused("Pushbullet answered HTTP 400: The param 'type' is wrong.", false),
        ),
        (
            "401 Unauthorized",
            failure("invalid_access_token", "Access token is missing or invalid."),
            refused("Pushbullet answered HTTP 401: Access token is missing or invalid.", true),
        ),
        (
            "400 Bad Request",
            failure("invalid_access_token", "Access token is missing or invalid."),
            refused("Pushbullet answered HTTP 400: Access token is missing or invalid.", true),
        ),
        (
            "403 Forbidden",
            r#"{"error":"odd"}"#.to_owned(),
            later("something in front of Pushbullet answered HTTP 403", false),
        ),
        (
            "429 Too Many Requests",
            failure("ratelimited", "You have been ratelimited."),
            later("Pushbullet answered HTTP 429: You have been ratelimited.", false),
        ),
    ] {
        assert_eq!(send(setup, http(status, "", &body), &message()).await, expected);
    }
    assert_eq!(send(setup, Answer::By(service), &message()).await, Delivery::Delivered);
}
