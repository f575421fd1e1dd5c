//! What all channels that speak HTTP have in common: what an answer means, and what it means to get none.

use std::time::Duration;

use futures_util::future::join_all;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::notify::Delivery;
use tokio::time::Instant;

use super::{ALL, KNOWN, at, channel, later, message, send, soon, webhook};
use crate::server::{Answer, Server, http, refusing};

const LOGIN: &str = "<!doctype html><html><title>Sign in</title><form></form></html>";

/// Answers of what is between a function and a service.
const GATEWAYS: [&str; 9] = [
    "",
    LOGIN,
    "<html>\r\n<head><title>403 Forbidden</title></head><center>cloudflare</center></html>",
    "error code: 1015",
    "Request blocked. We can't connect to the server for this app or website at this time.",
    r#"{"message":"Forbidden"}"#,
    r#"{"error":{"message":"blocked by policy"}}"#,
    r#"{"error":"access_denied","id":7}"#,
    r#"{"cloudflare_error":true,"status":403,"detail":"The owner has banned your address"}"#,
];

#[tokio::test]
async fn only_a_service_itself_refuses_for_good() {
    for (service, setup, _) in KNOWN {
        for body in GATEWAYS {
            for status in [
                301, 302, 307, 400, 401, 403, 404, 407, 408, 410, 413, 422, 425, 429, 451, 500, 502, 503, 511,
            ] {
                let in_front = format!("something in front of {service} answered HTTP {status}");
                let itself = format!("{service} answered HTTP {status}");
                let is_in_front = (400..500).contains(&status) && ![408, 425, 429].contains(&status);
                let expected = later(if is_in_front { &in_front } else { &itself }, false);
                let answer = http(&format!("{status} Bad"), "location: /\r\nretry-after: 9\r\n", body);
                assert_eq!(send(setup, answer, &message()).await, expected, "{body}");
            }
            // A gateway that has passed the message on.
            for status in [504, 524] {
                let expected = later(&format!("{service} answered HTTP {status}"), true);
                assert_eq!(send(setup, http(&format!("{status} Bad"), "", body), &message()).await, expected);
            }
        }
    }
}

#[tokio::test]
async fn only_its_own_word_is_a_success() {
    for (service, setup, confirmation) in KNOWN {
        for status in ["200 OK", "201 Created"] {
            let answer = http(status, "", confirmation);
            assert_eq!(send(setup, answer, &message()).await, Delivery::Delivered, "{service}");
        }
        let page = later(&format!("a web page came in {service}'s place (HTTP 200)"), false);
        assert_eq!(send(setup, http("200 OK", "", LOGIN), &message()).await, page);
        let failure =
            later(&format!("HTTP 200, but the answer speaks of a failure and is not {service}'s"), false);
        for body in [
            "Webhook message delivery failed with error: endpoint returned HTTP error 429",
            r#"{"error":"invalid session","login":"https://sso.example.com"}"#,
        ] {
            assert_eq!(send(setup, http("200 OK", "", body), &message()).await, failure);
        }
        let unclear = later(&format!("HTTP 200, but without {service}'s own confirmation"), true);
        for body in ["", "1", "thanks", "{}", "[]", r#"{"id":""}"#] {
            assert_eq!(send(setup, http("200 OK", "", body), &message()).await, unclear, "{body}");
        }
    }
}

#[tokio::test]
async fn a_stranger_is_believed_unless_it_shows_a_form() {
    for status in ["200 OK", "201 Created", "202 Accepted", "204 Nothing"] {
        for body in ["", "ok", "<html>Thanks</html>", r#"{"message":"Workflow was started"}"#] {
            let answer = http(status, "", body);
            assert_eq!(send(webhook::setup, answer, &message()).await, Delivery::Delivered, "{body}");
        }
    }
    let wall = "the webhook answered HTTP 200, but with a form or a redirect: \
                `success` can name a text that the right answer has";
    assert_eq!(send(webhook::setup, http("200 OK", "", LOGIN), &message()).await, later(wall, true));
    for status in [302, 400, 401, 403, 404, 410, 429, 500, 503] {
        let expected = later(&format!("the webhook answered HTTP {status}"), false);
        let unregistered = r#"{"code":404,"message":"The requested webhook is not registered."}"#;
        for body in ["", LOGIN, unregistered] {
            let answer = http(&format!("{status} Bad"), "", body);
            assert_eq!(send(webhook::setup, answer, &message()).await, expected);
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_proves_nothing() {
    for (service, setup, confirmation) in KNOWN {
        let cut = later(&format!("{service}'s answer was cut off (HTTP 200)"), true);
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
        for rest in ["", &confirmation[..confirmation.len() / 2]] {
            let bytes = format!("{head}{rest}").into_bytes();
            assert_eq!(send(setup, Answer::Bytes(bytes.clone()), &message()).await, cut);
        }
        // What arrived says enough.
        let whole = Answer::Bytes(format!("{head}{confirmation}").into_bytes());
        assert_eq!(send(setup, whole, &message()).await, Delivery::Delivered, "{service}");
        let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]);
        assert_eq!(send(setup, endless, &message()).await, cut);
    }
}

#[tokio::test]
async fn a_lost_answer_proves_nothing() {
    for (service, setup) in ALL {
        let lost = later(&format!("{service}'s answer was lost"), true);
        for answer in [Answer::Bytes(Vec::new()), Answer::Reset, Answer::Bytes(b"SSH-2.0\r\n\r\n".to_vec())] {
            assert_eq!(send(setup, answer, &message()).await, lost);
        }
    }
}

#[tokio::test]
async fn a_channel_keeps_its_deadline_and_says_how_far_it_came() {
    let deadline = Instant::now() + Duration::from_secs(1);
    let tries = ALL.iter().flat_map(|(service, setup)| {
        let silent = || Answer::Hang(Vec::new());
        let half = || Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n".to_vec());
        // Over https, the server is as silent, and the message has not left.
        let of = |scheme: &'static str, answer, expected| (*service, *setup, scheme, answer, expected);
        let no_connection = format!("no connection to {service}: no connection within 1 s");
        let cut = later(&format!("{service}'s answer was cut off (HTTP 200)"), true);
        let is_known = *service != "the webhook";
        [
            of("http", silent(), later(&format!("no answer from {service} within 1 s"), true)),
            of("https", silent(), later(&no_connection, false)),
            of("http", half(), if is_known { cut } else { Delivery::Delivered }),
        ]
    });
    let tries = tries.map(async |(service, setup, scheme, answer, expected)| {
        let server = Server::start(&[answer]).await;
        let (kind, secrets) = setup(&format!("{scheme}://{}", server.address));
        assert_eq!(channel(kind).send(&message(), &secrets, deadline).await, expected, "{service}");
    });
    join_all(tries).await;
    assert!(Instant::now() < deadline + Duration::from_secs(5), "nobody waits longer");
}

#[tokio::test]
async fn what_never_left_has_not_arrived() {
    for (service, setup) in ALL {
        let (_reserved, address) = refusing();
        let (kind, secrets) = setup(&format!("http://{address}"));
        let expected = later(&format!("no connection to {service}: connection refused"), false);
        assert_eq!(channel(kind).send(&message(), &secrets, soon()).await, expected);
    }
}

#[tokio::test]
async fn without_secrets_nothing_is_sent_yet() {
    for (service, setup) in ALL {
        let server = Server::start(&[http("200 OK", "", "{}")]).await;
        let (kind, all) = setup(&at(&server));
        let channel = channel(kind);
        for missing in all.keys() {
            let rest: ChannelSecrets = all.clone().into_iter().filter(|(name, _)| name != missing).collect();
            let expected = later(&format!("there is no {missing} for {service} among the secrets"), false);
            assert_eq!(channel.send(&message(), &rest, soon()).await, expected);
        }
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn secrets_are_not_sent_over_plain_http() {
    for (service, setup) in ALL {
        // Nothing is looked up: the name exists nowhere.
        let (kind, secrets) = setup("http://hooks.example.invalid");
        let expected = later(
            &format!("{service}'s address is plain http, over which no secret is sent: use https"),
            false,
        );
        assert_eq!(channel(kind).send(&message(), &secrets, soon()).await, expected);
    }
}

#[tokio::test]
async fn credentials_in_an_address_are_sent_and_not_shown() {
    for (service, setup) in ALL {
        let server = Server::start(&[Answer::By(|request| {
            let body = format!(r#"{{"status":0,"code":0,"errors":["{0}"],"message":"{0}"}}"#, basic(request));
            http("400 Bad", "", &body)
        })])
        .await;
        let (kind, secrets) = setup(&format!("http://plexmon:s3cret%21pass@{}", server.address));
        let delivery = channel(kind).send(&message(), &secrets, soon()).await;
        let request = server.requests().remove(0);
        let sent = basic(&request);
        assert!(!request.contains("s3cret"), "{request}");
        // A token is the newer word: there is one header for both.
        let expected = if ["ntfy", "the webhook"].contains(&service) {
            "Bearer"
        } else {
            "Basic cGxleG1vbjpzM2NyZXQhcGFzcw=="
        };
        assert!(sent.starts_with(expected), "{service}: {sent}");
        let shown = format!("{delivery:?}");
        for secret in ["s3cret", "cGxleG1vbjpzM2NyZXQhcGFzcw"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

/// The header that signs in.
fn basic(request: &str) -> String {
    let header = request.lines().find_map(|line| line.strip_prefix("authorization: "));
    header.unwrap_or_default().to_owned()
}
