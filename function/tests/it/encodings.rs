//! Bodies that are compressed, in JSON, or sent over a connection that ends without notice.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{Cause, Observation, Tls, Verdict, probe};
use plexmon_testing::certificates::Authority;

use crate::fixtures;
use crate::server::{Answer, Server, http};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"0\" apiVersion=\"1.1.1\" \
                   claimed=\"1\" machineIdentifier=\"abc\" version=\"1.41.0.1-ab\"></MediaContainer>\n";
const JSON: &str = "{\"MediaContainer\":{\"size\":0,\"claimed\":true,\"machineIdentifier\":\"abc\",\
                    \"version\":\"1.41.0.1-ab\"}}";

async fn observe(answer: Answer, adjust: impl FnOnce(&mut Target)) -> Observation {
    let server = Server::start(&[answer]).await;
    let mut target = Target { url: server.url(), timeout_s: 5, ..fixtures::target("plex") };
    adjust(&mut target);
    probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

fn encoded(encoding: &str, body: &[u8]) -> Answer {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n", body.len());
    Answer::Bytes([head.as_bytes(), body].concat())
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_bodies_are_decoded_and_searched() {
    for (encoding, body) in [
        ("gzip", gzip(XML.as_bytes())),
        ("X-GZIP", gzip(XML.as_bytes())),
        ("deflate", zlib(XML.as_bytes())),
        ("deflate", raw_deflate(XML.as_bytes())),
        ("deflate, gzip", gzip(&zlib(XML.as_bytes()))),
        ("identity", XML.as_bytes().to_vec()),
        ("gzip", XML.as_bytes().to_vec()),
        ("utf-8", XML.as_bytes().to_vec()),
    ] {
        let observation = observe(encoded(encoding, &body), |target| target.pin = true).await;
        assert!(observation.ok, "{encoding}: {observation:?}");
        assert_eq!(observation.server.id.as_deref(), Some("abc"), "{encoding}");
        assert_eq!(observation.server.version.as_deref(), Some("1.41.0.1-ab"), "{encoding}");
    }
}

#[tokio::test]
async fn unreadable_bodies_are_unknown() {
    for (answer, verdict, cause, why) in [
        (
            encoded("x-lzma", b"\x0b\x02\x80"),
            Verdict::Unknown,
            Cause::Unreadable,
            "the body is compressed with x-lzma, which plexmon cannot decode",
        ),
        (
            encoded("gzip", &gzip(&vec![b'x'; 10_000_000])),
            Verdict::Unknown,
            Cause::Unreadable,
            "the first 64 KiB of the body do not contain `machineIdentifier=`; the rest is not read",
        ),
        (
            encoded("gzip", &gzip(b"<html>Welcome</html>")),
            Verdict::Down,
            Cause::Condition,
            "the body does not contain `machineIdentifier=`",
        ),
        (
            encoded("gzip", &gzip(XML.as_bytes())[..30]),
            Verdict::Down,
            Cause::Condition,
            "the compressed body is corrupt or incomplete",
        ),
    ] {
        let observation = observe(answer, |_| {}).await;
        assert_eq!((observation.verdict(), observation.cause()), (verdict, Some(cause)), "{why}");
        assert_eq!(observation.failed.unwrap().why, why);
    }
    let observation = observe(encoded("x-lzma", b"\x0b\x02\x80"), |target| target.contains = None).await;
    assert!(observation.ok, "no text is expected: {observation:?}");
    // A firewall's page is recognized even if it is compressed.
    let page = gzip(b"error code: 1020");
    let head = "HTTP/1.1 403 Forbidden\r\nserver: cloudflare\r\ncontent-encoding: gzip\r\n\r\n";
    let observation = observe(Answer::Bytes([head.as_bytes(), &page].concat()), |_| {}).await;
    assert_eq!(observation.cause(), Some(Cause::Blocked), "{observation:?}");
}

#[tokio::test]
async fn plex_may_respond_in_json() {
    for body in [JSON.to_owned(), JSON.replace(':', " : "), format!("{}{JSON}", " ".repeat(5_000))] {
        let observation = observe(http("200 OK", "content-type: application/json\r\n", &body), |target| {
            target.pin = true;
            target.tell_version = true;
        })
        .await;
        assert!(observation.ok, "{body}: {observation:?}");
        assert_eq!(observation.server.id.as_deref(), Some("abc"));
        assert_eq!(observation.server.version.as_deref(), Some("1.41.0.1-ab"));
    }
    let observation = observe(http("200 OK", "", "{\"machineIdentifier\"}"), |_| {}).await;
    assert_eq!(observation.cause(), Some(Cause::Condition));
}

/// Many servers end TLS without `close_notify`. Where the length was announced, it decides.
#[tokio::test]
async fn a_session_may_end_without_a_close_notify() {
    let authority = Authority::new();
    for (head, ok) in [
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned(), true),
        ("HTTP/1.0 200 OK\r\n\r\n".to_owned(), true),
        (format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", XML.len()), true),
        (format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", XML.len() + 1), false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n".to_owned(), false),
    ] {
        let answer = Answer::Torn(format!("{head}{XML}").into());
        let server = Server::start_tls(&[answer], authority.server("localhost", 2049)).await;
        let target = Target {
            url: server.https("localhost"),
            ca_pem: Some(authority.pem()),
            contains: None,
            timeout_s: 5,
            ..fixtures::target("plex")
        };
        let observation = probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await;
        assert_eq!(observation.ok, ok, "{head}: {observation:?}");
        assert!(ok || observation.verdict() == Verdict::Down, "{observation:?}");
    }
}
