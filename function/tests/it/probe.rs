//! Probes of servers that respond correctly, and of servers that fail in every way.

mod dns;
mod registry;
mod request;
mod secrets;
mod self_reports;
mod tcp;
mod tls;

use std::collections::BTreeMap;

use plexmon_function::contract::secrets::{SecretValue, TargetSecrets};
use plexmon_function::contract::settings::{HeaderValue, Target};
use plexmon_function::probe::{LinkName, Observation, Tls, probe};
use tokio::net::TcpListener;

use crate::fixtures;
use crate::server::{Answer, Server, http};

const GOOD: &str = r#"<MediaContainer size="0" machineIdentifier="abc" version="1"/>"#;

fn target(url: String) -> Target {
    Target { url, timeout_s: 5, ..fixtures::target("plex") }
}

async fn observe(target: &Target) -> Observation {
    probe(target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

/// The secret value of the header `X-Api-Key`.
fn secret_header() -> TargetSecrets {
    let headers = BTreeMap::from([("X-Api-Key".to_owned(), SecretValue::new("hush"))]);
    TargetSecrets { headers, access: None }
}

/// Assert that this response makes the probe fail at this link, for this reason.
async fn check(answer: Answer, link: LinkName, why: &str) {
    let server = Server::start(&[answer]).await;
    let observation = observe(&target(server.url())).await;
    assert_failed(&observation, link, why);
}

fn assert_failed(observation: &Observation, link: LinkName, why: &str) {
    let failed = observation.failed.as_ref().unwrap();
    assert_eq!((failed.link, failed.why.as_str(), observation.ok), (link, why, false));
    let last = observation.links.last().unwrap();
    assert_eq!((last.name, last.ok, last.detail.as_str()), (link, false, why));
    assert!(observation.links.iter().rev().skip(1).all(|link| link.ok), "{:?}", observation.links);
    assert!(observation.links.is_sorted_by_key(|link| link.name), "{:?}", observation.links);
}

#[tokio::test]
async fn a_correct_response_is_up_with_every_link() {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let observation = observe(&target(server.url())).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!((observation.http, observation.address), (Some(200), Some([127, 0, 0, 1].into())));
    let links: Vec<LinkName> = observation.links.iter().map(|link| link.name).collect();
    assert_eq!(links, [LinkName::Dns, LinkName::Tcp, LinkName::Http, LinkName::Body]);
    assert!(observation.total_ms >= observation.links.iter().map(|link| link.ms).sum::<f64>() - 0.5);
    let text = serde_json::to_string(&observation).unwrap();
    assert_eq!(serde_json::from_str::<Observation>(&text).unwrap(), observation);
}

#[tokio::test]
async fn the_request_has_default_headers_that_settings_override() {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let mut target = target(format!("http://user:pass@{}/identity?a=b", server.address));
    observe(&target).await;
    target.secrets_over_http = true;
    target.headers = BTreeMap::from([
        ("User-Agent".to_owned(), HeaderValue::Literal("mine".to_owned())),
        ("X-Api-Key".to_owned(), HeaderValue::Secret),
    ]);
    let secrets = secret_header();
    probe(&target, &secrets, &Tls::new().unwrap()).await;
    let head = |user_agent: &str, more: &str| {
        format!(
            "GET /identity?a=b HTTP/1.1\r\nhost: {}\r\nuser-agent: {user_agent}\r\naccept: */*\r\n\
             accept-encoding: identity\r\ncache-control: no-cache\r\n{more}\r\n",
            server.address
        )
    };
    let ours = concat!("plexmon/", env!("CARGO_PKG_VERSION"));
    assert_eq!(server.requests(), [head(ours, ""), head("mine", "x-api-key: hush\r\n")]);
}

#[tokio::test]
async fn the_status_is_checked() {
    let http_link = LinkName::Http;
    check(http("502 Bad Gateway", "", GOOD), http_link, "plex is stopped; the proxy returns 502").await;
    check(http("401 Unauthorized", "", ""), http_link, "HTTP 401 instead of 200").await;
    check(http("204 No Content", "", ""), http_link, "HTTP 204 instead of 200").await;
    let location = "location: https://user@login.example.com/a?token=hush\r\n";
    check(
        http("302 Found", location, GOOD),
        http_link,
        "redirects to https://login.example.com/a (HTTP 302)",
    )
    .await;
    check(http("301 Moved", "", GOOD), http_link, "HTTP 301 instead of 200").await;
    let mut other = target(Server::start(&[http("302 Found", location, GOOD)]).await.url());
    other.status = vec![200, 302];
    assert!(observe(&other).await.ok, "a redirect may be the expected response, and is not followed");
    other.url = Server::start(&[http("500 Oh", "", GOOD)]).await.url();
    assert_failed(&observe(&other).await, http_link, "HTTP 500 instead of 200 or 302");
}

/// Cloudflare replaces the `Server` header of what it forwards, but not the signature in the pages.
#[tokio::test]
async fn the_server_is_named_even_behind_cloudflare() {
    let page = |name: &str| {
        format!("<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>{name}</center>\r\n</body>\r\n")
    };
    for (server, body, name) in [
        ("nginx/1.22.1", page("nginx/1.22.1"), "nginx"),
        ("Caddy", String::new(), "Caddy"),
        ("cloudflare", page("nginx/1.22.1"), "nginx"),
        ("cloudflare", page("nginx"), "nginx"),
        ("cloudflare", page("openresty"), "openresty"),
        ("cloudflare", page("cloudflare"), "the tunnel"),
        ("cloudflare", page("<b>call 555-0100</b>"), "the tunnel"),
        ("cloudflare", "error code: 502".to_owned(), "the tunnel"),
        ("cloudflare", "<hr><center>".to_owned(), "the tunnel"),
        ("mine of 1999", page("nginx"), "mine"),
        ("(secret)", page("nginx"), "the proxy"),
    ] {
        let answer = http("502 Bad Gateway", &format!("server: {server}\r\n"), &body);
        check(answer, LinkName::Http, &format!("plex is stopped; {name} returns 502")).await;
    }
}

#[tokio::test]
async fn invalid_http_is_reported() {
    let http_link = LinkName::Http;
    let closed = "the server closed the connection before the response was complete";
    check(Answer::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec()), http_link, "the response is not valid HTTP/1.1")
        .await;
    check(Answer::Bytes(Vec::new()), http_link, closed).await;
    check(Answer::Bytes(b"HTTP/1.1 200 OK\r\nconte".to_vec()), http_link, closed).await;
    let too_large = "the response headers are too large";
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), b"xxxxxxxxxxxxxxxx".repeat(64));
    check(endless, http_link, too_large).await;
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(2_000));
    check(Answer::Bytes(many.into()), http_link, too_large).await;
    check(Answer::Reset, http_link, "connection reset by the server").await;
}

#[tokio::test]
async fn the_body_is_searched() {
    let body = LinkName::Body;
    let missing = "the body does not contain `machineIdentifier=`";
    check(http("200 OK", "", "<html>Welcome to nginx!</html>"), body, missing).await;
    check(http("200 OK", "", ""), body, missing).await;
    // The text may follow beyond the limit.
    let unread = "the first 64 KiB of the body do not contain `machineIdentifier=`; the rest is not read";
    let late = format!("{}machineIdentifier=", "x".repeat(64 * 1024));
    check(http("200 OK", "", &late), body, unread).await;
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]);
    check(endless, body, unread).await;
    let whole = "x".repeat(64 * 1024);
    check(http("200 OK", "", &whole), body, missing).await;
    let cut = Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec());
    check(cut, body, "the server closed the connection before the response was complete").await;
}

#[tokio::test]
async fn the_text_is_found_anywhere_in_the_body() {
    let spread = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n\xff machin\r\nb\r\neIdentifier\r\n5\r\n=\xff\xfe\xfd\xfc\r\n";
    let unfinished = format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{GOOD}");
    let at_the_end = format!("{}machineIdentifier=", "x".repeat(64 * 1024 - 18));
    for answer in [
        Answer::Bytes(spread.to_vec()),
        Answer::Hang(unfinished.into()),
        http("200 OK", "", &at_the_end),
        Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n machineIdentifier=".to_vec(), vec![b'x'; 4096]),
    ] {
        let server = Server::start(&[answer]).await;
        let observation = observe(&target(server.url())).await;
        assert!(observation.ok, "{observation:?}");
    }
}

#[tokio::test]
async fn without_a_text_the_body_only_has_to_arrive() {
    for (answer, ok) in [
        (http("200 OK", "", ""), true),
        (http("200 OK", "", "anything"), true),
        (Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]), true),
        (Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec()), false),
    ] {
        let server = Server::start(&[answer]).await;
        let observation = observe(&Target { contains: None, ..target(server.url()) }).await;
        assert_eq!(observation.ok, ok, "{observation:?}");
    }
}

#[tokio::test]
async fn a_closed_port_refuses_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let observation = observe(&target(url)).await;
    assert_failed(&observation, LinkName::Tcp, "connection refused");
    assert_eq!(observation.address, Some([127, 0, 0, 1].into()));
}

#[tokio::test]
async fn an_invalid_host_name_is_not_found() {
    // A label of 64 characters is rejected before any DNS query.
    let observation = observe(&target(format!("http://{}.invalid/", "a".repeat(64)))).await;
    assert_eq!(observation.failed.as_ref().unwrap().link, LinkName::Dns);
    assert!(observation.failed.unwrap().why.starts_with("host name not found"));
    let observation = observe(&target("gopher://plex/".to_owned())).await;
    assert_failed(&observation, LinkName::Dns, "the URL must begin with http://, https:// or tcp://");
}

#[tokio::test]
async fn a_server_that_hangs_fails_after_the_targets_timeout() {
    let why = "no answer within 1 s";
    let check = async |answer, link| {
        let server = Server::start(&[answer]).await;
        let observation = observe(&Target { timeout_s: 1, ..target(server.url()) }).await;
        assert_failed(&observation, link, why);
        assert!(observation.total_ms < 2_000.0, "{observation:?}");
    };
    // Concurrently, since this test really waits.
    tokio::join!(
        check(Answer::Hang(Vec::new()), LinkName::Http),
        check(Answer::Hang(b"HTTP/1.1 200 OK\r\nx: y\r\n".to_vec()), LinkName::Http),
        check(Answer::Hang(b"HTTP/1.1 200 OK\r\n\r\nmachine".to_vec()), LinkName::Body),
    );
    // The kernel accepts the connection, and nothing is ever sent.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    assert_failed(&observe(&Target { timeout_s: 1, ..target(url) }).await, LinkName::Tls, why);
}
