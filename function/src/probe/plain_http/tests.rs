use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::probe::finding::Level;
use crate::probe::response::tests::headers;

fn url() -> TargetUrl {
    TargetUrl::parse("https://plex.example.com:8443/web?token=hush").unwrap()
}

fn judged_as(status: u16, lines: &str) -> (Level, String) {
    let headers = headers(lines);
    let status = http::StatusCode::from_u16(status).unwrap();
    let judgement = judge(&Response { status, headers: &headers, body: &[] }, &url());
    (judgement.level, judgement.why)
}

#[test]
fn only_a_redirect_to_https_on_a_related_host_is_met() {
    for location in [
        "https://plex.example.com/web",
        "HTTPS://PLEX.EXAMPLE.COM",
        "https://plex.example.com:8443/web",
        "https://www.plex.example.com./",
        "https://example.com/",
        "https://me@plex.example.com/",
    ] {
        let (level, why) = judged_as(301, &format!("location: {location}"));
        assert_eq!(
            (level, why.as_str()),
            (Level::Met, "http://plex.example.com/web redirects to https"),
            "{location}"
        );
    }
    for location in [
        "http://plex.example.com/web",
        "/login",
        "//plex.example.com/",
        "https:/plex.example.com",
        "https://com/",
        "https://evil.example.net/",
        "https://notplex.example.com/",
        "https://plex.example.com@evil.example.net/",
    ] {
        let (level, why) = judged_as(302, &format!("location: {location}"));
        assert_eq!(level, Level::NotMet, "{location}");
        assert!(why.ends_with(" instead of https") && !why.contains('@'), "{why}");
    }
    for (status, lines) in [(200, ""), (404, ""), (301, ""), (200, "location: https://plex.example.com/")] {
        let why =
            format!("http://plex.example.com/web answers HTTP {status} instead of redirecting to https");
        assert_eq!(judged_as(status, lines), (Level::NotMet, why), "{status} {lines}");
    }
}

#[test]
fn a_login_over_https_is_met_and_a_challenge_proves_nothing() {
    let login = "location: https://home.cloudflareaccess.com/cdn-cgi/access/login/plex.example.com?kid=1";
    assert_eq!(judged_as(302, login).0, Level::Met);
    assert_eq!(judged_as(403, "cf-mitigated: challenge\nserver: cloudflare").0, Level::Unknown);
}

/// Judge the response of a server that sends these bytes.
async fn served(bytes: &'static [u8]) -> (Level, String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let count = stream.read(&mut request).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        String::from_utf8_lossy(&request[..count]).into_owned()
    });
    let judgement = judged(&[address], &url(), Instant::now() + LIMIT).await;
    (judgement.level, judgement.why, server.await.unwrap())
}

#[tokio::test]
async fn the_request_has_no_secrets_and_a_port_without_http_exposes_nothing() {
    let redirect = b"HTTP/1.1 308 Permanent Redirect\r\nlocation: https://plex.example.com/web\r\n\r\n";
    let (level, _, request) = served(redirect).await;
    assert_eq!(level, Level::Met);
    assert!(request.starts_with("GET /web HTTP/1.1\r\nhost: plex.example.com\r\n"), "{request}");
    let page = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n<html>";
    assert_eq!(served(page).await.0, Level::NotMet, "the body is not needed");
    for nothing in [&b""[..], b"SSH-2.0-OpenSSH\r\n"] {
        let (level, why, _) = served(nothing).await;
        assert_eq!((level, why.as_str()), (Level::Met, "http://plex.example.com/web does not answer"));
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(judged(&[closed], &url(), Instant::now() + LIMIT).await.level, Level::Met);
}
