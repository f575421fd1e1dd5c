//! What all channels that speak HTTP have in common: what each answer means, and what it means to get none.

use std::time::Duration;

use futures_util::future::join_all;
use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use tokio::time::Instant;

use super::{at, busy, confirming_kinds, deliver, http_kinds, later, message, send, soon, webhook};
use crate::server::{Answer, Server, http, refusing};

pub const LOGIN: &str = "<!doctype html><html><title>Sign in</title><form></form></html>";

/// Answers of gateways between the function and a service.
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
async fn only_the_service_itself_refuses_permanently() {
    for (kind, _) in confirming_kinds() {
        gateways_refuse_nothing(kind.service, |address: &str| kind.setup(address)).await;
    }
}

/// Send through each gateway with each status: the failure is temporary, and the reason names the gateway.
pub async fn gateways_refuse_nothing(
    service: &str,
    setup: impl Fn(&str) -> (ChannelKind, ChannelSecrets) + Copy,
) {
    for body in GATEWAYS {
        for status in
            [301, 302, 307, 400, 401, 403, 404, 407, 408, 410, 413, 422, 425, 429, 451, 500, 502, 503, 511]
        {
            let in_front = format!("something in front of {service} answered HTTP {status}");
            let itself = format!("{service} answered HTTP {status}");
            let is_in_front = (400..500).contains(&status) && ![408, 425, 429].contains(&status);
            let expected = match status {
                429 | 500.. => busy(&itself, 9.0),
                _ if is_in_front => later(&in_front, false),
                _ => later(&itself, false),
            };
            let answer = http(&format!("{status} Bad"), "location: /\r\nretry-after: 9\r\n", body);
            assert_eq!(send(setup, answer, &message()).await, expected, "{body}");
        }
        // A gateway that has forwarded the message.
        for status in [504, 524] {
            let expected = later(&format!("{service} answered HTTP {status}"), true);
            assert_eq!(send(setup, http(&format!("{status} Bad"), "", body), &message()).await, expected);
        }
    }
}

#[tokio::test]
async fn a_service_can_ask_to_wait_for_an_hour_at_most() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let page = format!("{service} answered HTTP 429");
        let date = "date: Thu, 26 Nov 2026 10:00:00 GMT\r\nretry-after: Thu, 26 Nov 2026 10:00:40 GMT\r\n";
        for (header, expected) in [
            ("retry-after: 2\r\n", busy(&page, 2.0)),
            ("Retry-After: 300\r\n", busy(&format!("{page}; try again in 5 min"), 300.0)),
            ("retry-after: 31536000\r\n", busy(&format!("{page}; try again in 1 h"), 3_600.0)),
            (date, busy(&page, 40.0)),
            ("retry-after: -1\r\n", later(&page, false)),
            ("retry-after: never\r\n", later(&page, false)),
        ] {
            let answer = http("429 Too Many Requests", header, "<html>slow down</html>");
            assert_eq!(send(setup, answer, &message()).await, expected, "{service}: {header}");
        }
        // It may have arrived: it is sent again by the rules for such messages.
        let lost = send(setup, http("504 Lost", "retry-after: 300\r\n", ""), &message()).await;
        assert_eq!(lost, later(&format!("{service} answered HTTP 504"), true));
    }
}

#[tokio::test]
async fn a_refusal_of_the_secrets_is_permanent() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let Some((status, body)) = kind.refusal else { continue };
        let delivery = send(setup, http(&format!("{status} Refused"), "", body), &message()).await;
        let is_permanent = matches!(delivery, Delivery::Refused { credentials: true, .. });
        assert!(is_permanent, "{service}: {delivery:?}");
        // In the same form, it may be asked again if its status says so.
        let busy = send(setup, http("503 Busy", "", body), &message()).await;
        assert!(matches!(busy, Delivery::Retry { .. }), "{service}: {busy:?}");
    }
}

#[tokio::test]
async fn only_the_confirmation_of_the_service_is_a_success() {
    for (kind, confirmation) in confirming_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        for status in ["200 OK", "201 Created"] {
            let answer = http(status, "", confirmation);
            assert_eq!(send(setup, answer, &message()).await, Delivery::Delivered, "{service}");
        }
        let page = later(&format!("a web page answered instead of {service} (HTTP 200)"), false);
        assert_eq!(send(setup, http("200 OK", "", LOGIN), &message()).await, page);
        let failure =
            later(&format!("HTTP 200, but the answer reports a failure and is not from {service}"), false);
        for body in [
            "Webhook message delivery failed with error: endpoint returned HTTP error 429",
            r#"{"error":"invalid session","login":"https://sso.example.com"}"#,
        ] {
            assert_eq!(send(setup, http("200 OK", "", body), &message()).await, failure);
        }
        let unclear = later(&format!("HTTP 200, but without a confirmation from {service}"), true);
        let bodies = ["", "1", "thanks", "{}", "[]", r#"{"id":""}"#];
        for body in bodies.into_iter().filter(|body| *body != confirmation) {
            assert_eq!(send(setup, http("200 OK", "", body), &message()).await, unclear, "{body}");
        }
    }
}

#[tokio::test]
async fn a_webhook_succeeds_with_any_2xx_except_a_login_form() {
    for status in ["200 OK", "201 Created", "202 Accepted", "204 Nothing"] {
        for body in ["", "ok", "<html>Thanks</html>", r#"{"message":"Workflow was started"}"#] {
            let answer = http(status, "", body);
            assert_eq!(send(webhook::setup, answer, &message()).await, Delivery::Delivered, "{body}");
        }
    }
    let wall = "the webhook answered HTTP 200, but with a form or a redirect: \
                set `success` to a text that the correct answer contains";
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
async fn an_interrupted_answer_leaves_the_delivery_open() {
    for (kind, confirmation) in confirming_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let cut = later(&format!("{service}'s answer was cut off (HTTP 200)"), true);
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
        for rest in ["", &confirmation[..confirmation.len() / 2]] {
            let bytes = format!("{head}{rest}").into_bytes();
            assert_eq!(send(setup, Answer::Bytes(bytes.clone()), &message()).await, cut);
        }
        // What has arrived is sufficient.
        let whole = Answer::Bytes(format!("{head}{confirmation}").into_bytes());
        assert_eq!(send(setup, whole, &message()).await, Delivery::Delivered, "{service}");
        let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]);
        assert_eq!(send(setup, endless, &message()).await, cut);
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_the_delivery_open() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let lost = later(&format!("{service}'s answer was lost"), true);
        for answer in [Answer::Bytes(Vec::new()), Answer::Reset, Answer::Bytes(b"SSH-2.0\r\n\r\n".to_vec())] {
            assert_eq!(send(setup, answer, &message()).await, lost);
        }
    }
}

#[tokio::test]
async fn every_channel_returns_by_its_deadline_and_reports_the_step() {
    let deadline = Instant::now() + Duration::from_secs(1);
    let kinds = http_kinds();
    let tries = kinds.iter().flat_map(|kind| {
        let service = kind.service;
        let silent = || Answer::Hang(Vec::new());
        let half = || Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n".to_vec());
        // Over https, the TLS handshake gets no answer, so that the message is not sent.
        let of = |scheme: &'static str, answer, expected| (kind, scheme, answer, expected);
        let no_connection = format!("no connection to {service}: no connection within 1 s");
        let cut = later(&format!("{service}'s answer was cut off (HTTP 200)"), true);
        [
            of("http", silent(), later(&format!("no answer from {service} within 1 s"), true)),
            of("https", silent(), later(&no_connection, false)),
            of("http", half(), if kind.confirmation.is_some() { cut } else { Delivery::Delivered }),
        ]
    });
    let tries = tries.map(async |(kind, scheme, answer, expected)| {
        let server = Server::start(&[answer]).await;
        let (settings, secrets) = kind.setup(&format!("{scheme}://{}", server.address));
        let delivery = deliver(settings, &message(), &secrets, deadline).await;
        assert_eq!(delivery, expected, "{}", kind.service);
    });
    join_all(tries).await;
    assert!(Instant::now() < deadline + Duration::from_secs(5), "all return by the deadline");
}

#[tokio::test]
async fn a_refused_connection_is_reported_as_not_sent() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let (_reserved, address) = refusing();
        let (kind, secrets) = setup(&format!("http://{address}"));
        let expected = later(&format!("no connection to {service}: connection refused"), false);
        assert_eq!(deliver(kind, &message(), &secrets, soon()).await, expected);
    }
}

#[tokio::test]
async fn nothing_is_sent_without_all_secrets() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let server = Server::start(&[http("200 OK", "", "{}")]).await;
        let (kind, all) = setup(&at(&server));
        for missing in all.keys() {
            let rest: ChannelSecrets = all.clone().into_iter().filter(|(name, _)| name != missing).collect();
            let expected = later(&format!("the secret `{missing}` of {service} is missing"), false);
            assert_eq!(deliver(kind.clone(), &message(), &rest, soon()).await, expected);
        }
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn secrets_are_not_sent_over_plain_http() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        // The name does not exist, and is not resolved.
        let (kind, secrets) = setup("http://hooks.example.invalid");
        let expected = later(
            &format!("the address of {service} is plain http, and secrets are sent over https only"),
            false,
        );
        assert_eq!(deliver(kind, &message(), &secrets, soon()).await, expected);
    }
}

#[tokio::test]
async fn credentials_in_an_address_are_sent_and_never_shown() {
    for kind in http_kinds() {
        let (service, setup) = (kind.service, |address: &str| kind.setup(address));
        let server = Server::start(&[Answer::By(|request| {
            let body = format!(
                r#"{{"status":0,"code":0,"errors":["{0}"],"message":"{0}"}}"#,
                authorization(request)
            );
            http("400 Bad", "", &body)
        })])
        .await;
        let (kind, secrets) = setup(&format!("http://plexmon:s3cret%21pass@{}", server.address));
        let delivery = deliver(kind, &message(), &secrets, soon()).await;
        let request = server.requests().remove(0);
        let sent = authorization(&request);
        assert!(!request.contains("s3cret"), "{request}");
        // A token takes precedence: there is one header for both.
        let (settings, secrets) = setup(&at(&server));
        deliver(settings, &message(), &secrets, soon()).await;
        let own = authorization(&server.requests().remove(1));
        let expected = if own.is_empty() { "Basic cGxleG1vbjpzM2NyZXQhcGFzcw==" } else { &own };
        assert_eq!(sent, expected, "{service}");
        let shown = format!("{delivery:?}");
        for secret in ["s3cret", "cGxleG1vbjpzM2NyZXQhcGFzcw"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

/// The value of the header `Authorization`; empty without one.
fn authorization(request: &str) -> String {
    let header = request.lines().find_map(|line| line.strip_prefix("authorization: "));
    header.unwrap_or_default().to_owned()
}
