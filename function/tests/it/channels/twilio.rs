//! Requests to Twilio, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;

use super::{Posted, at, deliver, endless, later, message, refused, secrets, send, soon};
use crate::server::{Answer, Server, http};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    with_sender("+15005550006", address)
}

fn with_sender(from: &str, address: &str) -> (ChannelKind, ChannelSecrets) {
    let (url, account) = (address.to_owned(), ACCOUNT.to_owned());
    let kind = ChannelKind::Twilio { url, account, from: from.to_owned(), to: "+4915112345678".to_owned() };
    (kind, secrets(&[("token", "t0ken")]))
}

fn fields(request: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    body.split('&').filter_map(|field| field.split_once('=')).map(|(n, v)| (decode(n), decode(v))).collect()
}

fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    let path = format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1");
    if posted.line != path || !posted.header("authorization").starts_with("Basic QUMwMTIz") {
        return http("401 Unauthorized", "", r#"{"code":20003,"message":"Authenticate","status":401}"#);
    }
    let fields = fields(request);
    let body = fields.iter().find(|(name, _)| name == "Body").map(|(_, body)| body.chars().count());
    if posted.header("content-type") != "application/x-www-form-urlencoded"
        || !matches!(body, Some(1..=1_600))
    {
        return http("400 Bad Request", "", r#"{"code":21602,"message":"Body is required","status":400}"#);
    }
    http("201 Created", "", r#"{"sid":"SM1","status":"queued","error_code":null,"error_message":null}"#)
}

async fn posted(from: &str, message: &Message) -> Vec<(String, String)> {
    let server = Server::start(&[Answer::By(service)]).await;
    let (kind, secrets) = with_sender(from, &at(&server));
    assert_eq!(deliver(kind, message, &secrets, soon()).await, Delivery::Delivered);
    fields(&server.requests()[0])
}

#[tokio::test]
async fn a_message_is_one_line() {
    let fields = posted("+15005550006", &message()).await;
    let expected =
        [("To", "+4915112345678"), ("From", "+15005550006"), ("Body", "plex is DOWN: Ünable & co")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let service = "MG0123456789abcdef0123456789abcdef";
    let fields = posted(service, &message()).await;
    assert_eq!(fields[1], ("MessagingServiceSid".to_owned(), service.to_owned()));
}

#[tokio::test]
async fn a_message_has_three_segments_at_most() {
    let body = posted("plexmon", &endless()).await.remove(2).1;
    // Each bracket, backslash and the like counts twice.
    let septets: usize = body.chars().map(|c| if r"^{}\[~]|€".contains(c) { 2 } else { 1 }).sum();
    assert!(septets <= 459 && septets > 455, "{septets}");
    assert!(body.ends_with("...") && body.chars().all(|c| c.is_ascii() || "üÜäö".contains(c)), "{body}");
    let odd =
        Message { title: "“Plex” – x’s\n🦀".to_owned(), body: "a…b\tc".to_owned(), ..message() };
    assert_eq!(posted("plexmon", &odd).await[2].1, "\"Plex\" - x's ?: a...b c");
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let error = |code: u32, text: &str, status: u16| {
        format!(r#"{{"code":{code},"message":"{text}","more_info":"x","status":{status}}}"#)
    };
    for (status, body, expected) in [
        (
            "400 Bad Request",
            error(21_211, "Invalid number", 400),
            refused("Twilio answered HTTP 400: Invalid number (21211)", true),
        ),
        (
            "400 Bad Request",
            error(21_610, "Unsubscribed", 400),
            refused("Twilio answered HTTP 400: Unsubscribed (21610)", false),
        ),
        (
            "401 Unauthorized",
            error(20_003, "Authenticate", 401),
            refused("Twilio answered HTTP 401: Authenticate (20003)", true),
        ),
        (
            "429 Too Many Requests",
            error(20_429, "Too Many Requests", 429),
            later("Twilio answered HTTP 429: Too Many Requests (20429)", false),
        ),
        ("403 Forbidden", String::new(), later("something in front of Twilio answered HTTP 403", false)),
    ] {
        assert_eq!(send(setup, http(status, "", &body), &message()).await, expected, "{status}");
    }
}
