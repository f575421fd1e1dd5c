//! The method and the body of a target's request.

use plexmon_function::contract::settings::{Consequence, HeaderValue, Redirect, Target};
use plexmon_function::probe::{Cause, Level, LinkName};

use super::{GOOD, observe, target};
use crate::server::{Answer, Server, http};

/// Send the request of this target, and return it as it arrived.
async fn sent(change: impl FnOnce(Target) -> Target) -> String {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let observation = observe(&change(target(server.url()))).await;
    assert!(observation.ok, "{observation:?}");
    server.requests().remove(0).to_ascii_lowercase()
}

#[tokio::test]
async fn a_body_is_sent_with_its_length_and_type() {
    let post = |body: &'static str| {
        move |target| Target { method: Some("POST".to_owned()), body: Some(body.to_owned()), ..target }
    };
    let json = sent(post("{\"query\": \"{ health }\"}")).await;
    assert!(json.starts_with("post /identity http/1.1\r\n"), "{json}");
    assert!(json.contains("content-type: application/json\r\n"), "{json}");
    assert!(json.contains("content-length: 23\r\n") && json.ends_with("\r\n\r\n{\"query\": \"{ health }\"}"));
    let text = sent(post("ping {")).await;
    assert!(text.contains("content-type: text/plain; charset=utf-8\r\n") && text.ends_with("\r\n\r\nping {"));
    let form = sent(|target| {
        let mut target = post("a=b")(target);
        let form = HeaderValue::Literal("application/x-www-form-urlencoded".to_owned());
        target.headers.insert("content-type".to_owned(), form);
        target
    });
    let form = form.await;
    assert_eq!(form.matches("content-type").count(), 1, "{form}");
    assert!(form.contains("content-type: application/x-www-form-urlencoded\r\n"), "{form}");
}

#[tokio::test]
async fn a_request_without_a_body_has_no_type() {
    let plain = |method: &'static str| move |target| Target { method: Some(method.to_owned()), ..target };
    let post = sent(plain("POST")).await;
    assert!(post.contains("content-length: 0\r\n") && !post.contains("content-type"), "{post}");
    let delete = sent(plain("DELETE")).await;
    assert!(delete.starts_with("delete /identity http/1.1\r\n") && !delete.contains("content-"), "{delete}");
}

#[tokio::test]
async fn the_response_to_head_ends_with_its_head() {
    // The length is that of the body which GET would return.
    let answer = Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n".to_vec());
    let server = Server::start(&[answer]).await;
    let target =
        Target { method: Some("HEAD".to_owned()), contains: None, timeout_s: 5, ..target(server.url()) };
    let observation = observe(&target).await;
    assert!(observation.ok, "{observation:?}");
    assert!(server.requests()[0].starts_with("HEAD /identity HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_plain_http_address_may_have_to_redirect_to_https() {
    let of = async |answer: Answer, redirect_severity| {
        let server = Server::start(&[answer]).await;
        let redirect = Some(Redirect::Https);
        observe(&Target { redirect, redirect_severity, ..target(server.url()) }).await
    };
    let location = "location: https://127.0.0.1/identity\r\n";
    let redirects = of(http("301 Moved", location, ""), Consequence::Down).await;
    assert!(redirects.ok && redirects.findings.is_empty(), "{redirects:?}");
    let answers = of(http("200 OK", "", GOOD), Consequence::Down).await;
    let why = answers.failed.as_ref().unwrap();
    assert!(why.why.ends_with("/identity answers HTTP 200 instead of redirecting to https"), "{why}");
    assert_eq!((why.cause, why.link), (Cause::Condition, LinkName::Http));
    let warned = of(http("200 OK", "", GOOD), Consequence::Warn).await;
    assert!(warned.ok, "{warned:?}");
    assert_eq!((warned.findings[0].key.as_str(), warned.findings[0].level), ("redirect", Level::NotMet));
}
