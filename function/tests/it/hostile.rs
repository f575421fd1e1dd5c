//! The real probe against hostile servers: the failure names the right link, and time and memory stay bounded.

use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{LinkName, Observation, Tls, probe};

use crate::fixtures;
#[cfg(target_os = "linux")]
use crate::peak_memory;
use crate::server::{Answer, Server, http};

/// How much of an endless response the kernel's buffers may hold, beyond what is read.
const BUFFERED: u64 = 16 << 20;

/// For a process with all of these servers in it.
const MAX_PEAK_KIB: u64 = 96 << 10;

const TOO_LARGE: &str = "the response headers are too large";
const NOT_HTTP: &str = "the response is not valid HTTP/1.1";
const MISSING: &str = "the body does not contain `machineIdentifier=`";
const TRUNCATED: &str =
    "the first 64 KiB of the body do not contain `machineIdentifier=`; the rest is not read";
const CLOSED: &str = "the server closed the connection before the response was complete";

async fn observe(url: String) -> Observation {
    let target = Target { url, timeout_s: 5, ..fixtures::target("plex") };
    probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

fn bytes(text: &str) -> Answer {
    Answer::Bytes(text.as_bytes().to_vec())
}

fn endless(head: &str, again: &str) -> Answer {
    Answer::Endless(head.as_bytes().to_vec(), again.as_bytes().to_vec())
}

fn ok(rest: &str) -> Answer {
    bytes(&format!("HTTP/1.1 200 OK\r\n{rest}"))
}

/// Endless, or too large to wait for.
fn floods() -> Vec<(&'static str, Answer, LinkName, &'static str)> {
    let full = "x".repeat(4096);
    let chunk = format!("1000\r\n{full}\r\n");
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    // Compressed zeros: a thousand bytes for each byte sent.
    let bomb = Answer::Endless(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\xec\xc1\x01\x01"
            .to_vec(),
        vec![0; 4096],
    );
    let ten_gb = "HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n";
    let (http, body) = (LinkName::Http, LinkName::Body);
    vec![
        ("ten gigabytes", endless(ten_gb, &full), body, TRUNCATED),
        ("chunks", endless(chunked, &chunk), body, TRUNCATED),
        ("a gzip bomb", bomb, body, TRUNCATED),
        ("a chunk's extension", endless(&format!("{chunked}5;"), &full), body, NOT_HTTP),
        ("a chunk's size", endless(&format!("{chunked}1"), &full), body, NOT_HTTP),
        ("trailers", endless(&format!("{chunked}0\r\n"), "x: y\r\n"), body, NOT_HTTP),
        ("headers", endless("HTTP/1.1 200 OK\r\n", "x: y\r\n"), http, TOO_LARGE),
        ("a header's name", endless("HTTP/1.1 200 OK\r\n", &full), http, TOO_LARGE),
        ("a reason phrase", endless("HTTP/1.1 200 ", &full), http, TOO_LARGE),
        ("empty lines", endless("", "\r\n"), http, TOO_LARGE),
        ("100,000 headers", ok(&format!("{}\r\n", "x: y\r\n".repeat(100_000))), http, TOO_LARGE),
        ("2,000 headers", ok(&format!("{}\r\n", "x: y\r\n".repeat(2_000))), http, TOO_LARGE),
        ("a megabyte in a header", ok(&format!("x: {}\r\n\r\n", "y".repeat(1 << 20))), http, TOO_LARGE),
    ]
}

/// Not valid HTTP/1.1.
fn malformed() -> Vec<(&'static str, Answer, LinkName, &'static str)> {
    let (http, body) = (LinkName::Http, LinkName::Body);
    let page = "<MediaContainer machineIdentifier=\"abc\"/>";
    vec![
        ("HTTP/0.9", bytes(page), http, NOT_HTTP),
        ("HTTP/2", bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), http, NOT_HTTP),
        ("Icecast", bytes("ICY 200 OK\r\n\r\n"), http, NOT_HTTP),
        ("a status of four digits", bytes("HTTP/1.1 2000 OK\r\n\r\n"), http, NOT_HTTP),
        ("no status", bytes("HTTP/1.1 OK\r\n\r\n"), http, NOT_HTTP),
        ("null bytes instead of a head", bytes(&"\0".repeat(100)), http, NOT_HTTP),
        ("a null byte in a header", ok("x: a\0b\r\n\r\n"), http, NOT_HTTP),
        ("two lengths", ok("content-length: 1\r\ncontent-length: 2\r\n\r\nab"), http, NOT_HTTP),
        ("a length that is not a number", ok("content-length: many\r\n\r\n"), http, NOT_HTTP),
        ("a negative length", ok("content-length: -1\r\n\r\n"), http, NOT_HTTP),
        ("a length that overflows", ok("content-length: 99999999999999999999\r\n\r\n"), http, NOT_HTTP),
        ("text beyond the length", ok(&format!("content-length: 5\r\n\r\n12345{page}")), body, MISSING),
        ("an incomplete chunk", ok("transfer-encoding: chunked\r\n\r\nff\r\nabc"), body, CLOSED),
        ("a chunk without a size", ok("transfer-encoding: chunked\r\n\r\nzz\r\n"), body, NOT_HTTP),
        ("only 100 Continue", bytes("HTTP/1.1 100 Continue\r\n\r\n"), http, CLOSED),
    ]
}

#[tokio::test]
async fn responses_of_hostile_servers_fail_at_the_right_link() {
    for (name, answer, link, why) in floods().into_iter().chain(malformed()) {
        let server = Server::start(&[answer]).await;
        let observation = observe(server.url()).await;
        let Some(failed) = observation.failed else { panic!("{name} is up") };
        assert_eq!((name, failed.link, failed.why.as_str()), (name, link, why));
        assert_eq!(server.requests().len(), 1, "{name}");
        assert!(server.sent() < BUFFERED, "{name}: {} bytes were taken", server.sent());
    }
    #[cfg(target_os = "linux")]
    peak_memory::print_if_asked();
}

/// Runs all of the above in a process of its own, which prints its peak memory.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_bounded() {
    let kib = peak_memory::of_test("hostile::responses_of_hostile_servers_fail_at_the_right_link");
    assert!(kib < MAX_PEAK_KIB, "{kib} KiB");
}

#[tokio::test]
async fn unusual_but_correct_responses_are_up() {
    let page = "machineIdentifier=";
    let raw = |head: &[u8], body: &[u8]| Answer::Bytes([head, b"\r\n\r\n", body, page.as_bytes()].concat());
    let hints = "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n".repeat(3);
    let lengths = "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n";
    for (name, answer) in [
        ("invalid UTF-8", raw(b"HTTP/1.1 200 OK", b"\xff\xfe\x80\xc0")),
        ("null bytes", raw(b"HTTP/1.1 200 OK", &[0; 1000])),
        ("invalid UTF-8 in a header", raw(b"HTTP/1.1 200 \xff\r\nx: \xff\xfe", b"")),
        ("HTTP/1.0", raw(b"HTTP/1.0 200 OK", b"")),
        ("103 Early Hints before it", bytes(&format!("{hints}HTTP/1.1 200 OK\r\n\r\n{page}"))),
        ("both lengths: the chunks count", ok(&format!("{lengths}12\r\n{page}\r\n0\r\n\r\n"))),
        ("a thousand headers", ok(&format!("{}\r\n{page}", "x: y\r\n".repeat(1_000)))),
        ("100,000 bytes in a header", ok(&format!("x: {}\r\n\r\n{page}", "y".repeat(100_000)))),
        ("no reason phrase", bytes(&format!("HTTP/1.1 200\r\n\r\n{page}"))),
        ("an empty reason phrase", bytes(&format!("HTTP/1.1 200 \r\n\r\n{page}"))),
        ("lines that end in LF only", bytes(&format!("HTTP/1.1 200 OK\nx: y\n\n{page}"))),
        ("a folded header", ok(&format!("x: a\r\n  b\r\n\tc\r\n\r\n{page}"))),
        ("a space after a header's name", ok(&format!("x : y\r\ncontent-length : 18\r\n\r\n{page}more"))),
        ("a space in a header's name", ok(&format!("x y: z\r\n\r\n{page}"))),
        ("control characters in a header", ok(&format!("x: a\x01b\x7f\r\n\r\n{page}"))),
        ("a header without a name", ok(&format!(": x\r\n\r\n{page}"))),
        ("a header without a colon", ok(&format!("what is this\r\n\r\n{page}"))),
        ("the same length twice", ok(&format!("content-length: 18\r\ncontent-length: 18\r\n\r\n{page}more"))),
        ("the same length twice in a list", ok(&format!("content-length: 18, 18\r\n\r\n{page}more"))),
    ] {
        let observation = observe(Server::start(&[answer]).await.url()).await;
        assert!(observation.ok, "{name}: {observation:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_itself_is_not_followed() {
    let server = Server::start(&[http("302 Found", "location: /identity\r\n", "")]).await;
    let failed = observe(server.url()).await.failed.unwrap();
    assert_eq!((failed.link, failed.why.as_str()), (LinkName::Http, "redirects to /identity (HTTP 302)"));
    assert_eq!(server.requests().len(), 1);
}

/// The clock is paused: it advances when the servers wait for their next byte, and the probe for its timeout.
#[tokio::test(start_paused = true)]
async fn a_server_that_drips_bytes_fails_after_the_targets_timeout() {
    let (http, body) = (LinkName::Http, LinkName::Body);
    for (head, drop, link) in [
        ("", "HTTP/1.1 200 OK ", http),
        ("HTTP/1.1 200 OK\r\nx: ", "x", http),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", http),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", "x", body),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n", body),
    ] {
        let server = Server::start(&[Answer::Drip(head.into(), drop.into())]).await;
        let observation = observe(server.url()).await;
        let failed = observation.failed.unwrap();
        assert_eq!((failed.link, failed.why.as_str()), (link, "no answer within 5 s"), "{head}{drop}");
        assert!((5_000.0..5_100.0).contains(&observation.total_ms), "{}", observation.total_ms);
    }
}

/// A response that never ends and never grows is bounded by time only.
#[tokio::test]
async fn an_endless_response_without_content_ends_with_the_targets_timeout() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
    let zeros = endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &"0".repeat(4096));
    let check = async |answer, link| {
        let server = Server::start(&[answer]).await;
        let target = Target { url: server.url(), timeout_s: 1, ..fixtures::target("plex") };
        let failed = probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await.failed.unwrap();
        assert_eq!((failed.link, failed.why.as_str()), (link, "no answer within 1 s"));
    };
    tokio::join!(check(endless("", &interim), LinkName::Http), check(zeros, LinkName::Body));
}
