//! Requests to ntfy, and the outcomes of their answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Severity};
use plexmon_function::message::Message;
use plexmon_function::notify::ntfy::check_url;

use super::{Posted, at, busy, channel, endless, later, message, refused, secrets, send, sent, soon};
use crate::server::{Answer, Server, http};

const TOKEN: &str = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2";

pub fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    let url = format!("{address}/my-Topic_1");
    (ChannelKind::Ntfy { url, token: true, user: None }, secrets(&[("token", TOKEN)]))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn failure(code: u32, text: &str) -> Answer {
    let http_code = code / 100;
    let body =
        format!(r#"{{"code":{code},"http":{http_code},"error":"{text}","link":"https://ntfy.sh/docs"}}"#);
    http(&format!("{http_code} Bad"), "content-type: application/json\r\n", &body)
}

/// Accepts what ntfy's server accepts, in its order of checks (`transformBodyJSON` and `parsePublishParams`).
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != "POST / HTTP/1.1" {
        return failure(40_401, "page not found");
    }
    if posted.header("authorization") != format!("Bearer {TOKEN}") {
        return failure(40_101, "unauthorized");
    }
    if !posted.is_json() || posted.bytes > 8_192 {
        return failure(40_024, "invalid request: request body must be valid JSON");
    }
    if !is_id(posted.text("topic")) {
        return failure(40_009, "invalid request: topic invalid");
    }
    if !(1..=5).contains(&posted.body["priority"].as_u64().unwrap_or_default()) {
        return failure(40_007, "invalid priority parameter");
    }
    if posted.text("message").len() > 4_096 || posted.text("title").len() > 1_024 {
        return failure(41_301, "attachment too large, or bandwidth limit reached");
    }
    if !is_id(posted.header("x-sequence-id")) {
        return failure(40_049, "invalid request: sequence ID invalid");
    }
    http("200 OK", "", r#"{"id":"hwQ2YpKdmg","event":"message"}"#)
}

#[tokio::test]
async fn the_topic_is_the_last_part_of_the_address() {
    let posted = sent(setup, service, &message()).await;
    assert_eq!(posted.text("topic"), "my-Topic_1");
    assert_eq!((posted.text("title"), posted.text("message")), ("plex is DOWN", "Ünable & co"));
    assert_eq!(posted.text("click"), "https://plex.example.com/identity");
    let without = sent(setup, service, &Message { url: String::new(), ..message() }).await;
    assert!(without.body.get("click").is_none());
}

#[tokio::test]
async fn a_server_can_have_a_path_and_need_no_token() {
    let server = Server::start(&[http("200 OK", "", r#"{"id":"x","event":"message"}"#)]).await;
    let kind = ChannelKind::Ntfy { url: format!("{}/push/alerts", at(&server)), token: false, user: None };
    assert_eq!(channel(kind).send(&message(), &ChannelSecrets::new(), soon()).await, Delivery::Delivered);
    let posted = Posted::of(&server.requests()[0]);
    assert_eq!((posted.line.as_str(), posted.text("topic")), ("POST /push/ HTTP/1.1", "alerts"));
    assert_eq!(posted.header("authorization"), "");
}

#[tokio::test]
async fn a_user_authenticates_with_a_password() {
    let server = Server::start(&[Answer::By(|request| {
        // `phil:mypässword:1`
        if Posted::of(request).header("authorization") == "Basic cGhpbDpteXDDpHNzd29yZDox" {
            return http("200 OK", "", r#"{"id":"x","event":"message"}"#);
        }
        failure(40_101, "unauthorized")
    })])
    .await;
    let url = format!("{}/alerts", at(&server));
    let kind = ChannelKind::Ntfy { url, token: false, user: Some("phil".to_owned()) };
    let password = |password| secrets(&[("password", password)]);
    let right = channel(kind.clone()).send(&message(), &password("mypässword:1"), soon()).await;
    assert_eq!(right, Delivery::Delivered);
    let wrong = channel(kind.clone()).send(&message(), &password("wrong"), soon()).await;
    let why = "ntfy answered HTTP 401: unauthorized (see `token`, or `user` and `password`)";
    assert_eq!(wrong, refused(why, true));
    let missing = channel(kind).send(&message(), &ChannelSecrets::new(), soon()).await;
    assert_eq!(missing, later("the secret `password` of ntfy is missing", false));
}

#[tokio::test]
async fn only_an_outage_is_urgent() {
    for (urgent, severity, priority, tag) in [
        (true, Severity::Down, 5, "rotating_light"),
        (false, Severity::Down, 3, "white_check_mark"),
        (false, Severity::Warn, 3, "warning"),
        (false, Severity::Info, 2, "information_source"),
    ] {
        let posted = sent(setup, service, &Message { urgent, severity, ..message() }).await;
        assert_eq!(
            (posted.body["priority"].as_u64(), posted.body["tags"][0].as_str()),
            (Some(priority), Some(tag))
        );
    }
}

#[tokio::test]
async fn repeats_have_the_same_id_and_other_messages_do_not() {
    let id = async |id: &str| {
        let message = Message { id: id.to_owned(), ..message() };
        sent(setup, service, &message).await.header("x-sequence-id").to_owned()
    };
    assert_eq!(id("home:plex:2:phone").await, id("home:plex:2:phone").await);
    assert_ne!(id("home:plex:2:phone").await, id("home:plex:3:phone").await);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limits() {
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("message").ends_with('…') && posted.text("title").ends_with('…'));
    assert!(posted.body.get("click").is_none(), "half an address leads nowhere");
    let quotes = Message { body: "\"".repeat(5_000), title: "\\".repeat(5_000), ..message() };
    assert_eq!(sent(setup, service, &quotes).await.text("message").len(), 2_046 + '…'.len_utf8());
    let fitting = Message { body: "x".repeat(4_096), ..message() };
    assert_eq!(sent(setup, service, &fitting).await.text("message").len(), 4_096);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for (answer, expected) in [
        (
            failure(40_301, "forbidden"),
            refused("ntfy answered HTTP 403: forbidden (see `token`, or `user` and `password`)", true),
        ),
        (failure(40_401, "page not found"), refused("ntfy answered HTTP 404: page not found", false)),
        (failure(40_009, "topic invalid"), refused("ntfy answered HTTP 400: topic invalid", false)),
        (
            failure(42_908, "limit reached: daily message quota reached"),
            busy(
                "ntfy answered HTTP 429: limit reached: daily message quota reached; try again in 1 h",
                3_600.0,
            ),
        ),
        (failure(42_901, "too many requests"), busy("ntfy answered HTTP 429: too many requests", 5.0)),
        (
            failure(42_909, "too many auth failures"),
            busy(
                "ntfy answered HTTP 429: too many auth failures (see `token`, or `user` and `password`); try again in \
                 15 min",
                900.0,
            ),
        ),
        (failure(42_902, "too many emails"), later("ntfy answered HTTP 429: too many emails", false)),
        (failure(50_701, "no subscriber"), later("ntfy answered HTTP 507: no subscriber", false)),
    ] {
        assert_eq!(send(setup, answer, &message()).await, expected);
    }
}

#[tokio::test]
async fn an_address_without_a_topic_is_reported_but_not_quoted() {
    for url in
        ["https://ntfy.sh", "https://h/", "https://h/my%20topic", "mytopic", "https://h/my/topic?b", ""]
    {
        let why = check_url(url).unwrap_err();
        assert_eq!(why, "the address of ntfy does not end in a topic, as in https://ntfy.sh/my-topic");
        let channel = channel(ChannelKind::Ntfy { url: url.to_owned(), token: false, user: None });
        assert_eq!(channel.send(&message(), &ChannelSecrets::new(), soon()).await, later(&why, false));
    }
    assert!(check_url(&format!("https://ntfy.sh/{}", "x".repeat(65))).is_err());
    assert_eq!(check_url(&format!("https://ntfy.sh/{}", "x".repeat(64))), Ok(()));
}
