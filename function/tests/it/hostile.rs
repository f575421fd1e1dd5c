//! The real probe against servers that mean harm: the verdict names the right link, and time and memory stay bounded.

use std::process::Command;

use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{LinkName, Observation, Tls, probe};

use crate::server::{Answer, Server, http};
use crate::world;

/// What the kernel's buffers may take of an endless answer besides the little that is read.
const BUFFERED: u64 = 16 << 20;

/// For a whole process with all of these servers in it.
const MAX_PEAK_KIB: u64 = 96 << 10;

const TOO_LARGE: &str = "the answer's headers are too large";
const NOT_HTTP: &str = "the answer is not HTTP/1.1";
const LACKS: &str = "body lacks `machineIdentifier=`";
const CUT: &str = "the first 64 KiB of the body lack `machineIdentifier=`; no more is read";
const CLOSED: &str = "the server closed the connection before the answer was complete";

async fn ask(url: String) -> Observation {
    let target = Target { url, timeout_s: 5, ..world::target("plex") };
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

/// Without end, or so large that nobody may wait for it.
fn floods() -> Vec<(&'static str, Answer, LinkName, &'static str)> {
    let full = "x".repeat(4096);
    let chunk = format!("1000\r\n{full}\r\n");
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    // What deflate makes of zeros: a thousand bytes of them for each of its own.
    let bomb = Answer::Endless(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\xec\xc1\x01\x01"
            .to_vec(),
        vec![0; 4096],
    );
    let ten_gb = "HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n";
    let (http, body) = (LinkName::Http, LinkName::Body);
    vec![
        ("ten gigabytes", endless(ten_gb, &full), body, CUT),
        ("chunks", endless(chunked, &chunk), body, CUT),
        ("a gzip bomb", bomb, body, CUT),
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

/// Not what was agreed upon.
fn nonsense() -> Vec<(&'static str, Answer, LinkName, &'static str)> {
    let (http, body) = (LinkName::Http, LinkName::Body);
    let page = "<MediaContainer machineIdentifier=\"abc\"/>";
    vec![
        ("HTTP/0.9", bytes(page), http, NOT_HTTP),
        ("HTTP/2", bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), http, NOT_HTTP),
        ("a radio", bytes("ICY 200 OK\r\n\r\n"), http, NOT_HTTP),
        ("a status of four digits", bytes("HTTP/1.1 2000 OK\r\n\r\n"), http, NOT_HTTP),
        ("a status of none", bytes("HTTP/1.1 OK\r\n\r\n"), http, NOT_HTTP),
        ("null bytes for a head", bytes(&"\0".repeat(100)), http, NOT_HTTP),
        ("a null byte in a header", ok("x: a\0b\r\n\r\n"), http, NOT_HTTP),
        ("two lengths", ok("content-length: 1\r\ncontent-length: 2\r\n\r\nab"), http, NOT_HTTP),
        ("a length of words", ok("content-length: many\r\n\r\n"), http, NOT_HTTP),
        ("a negative length", ok("content-length: -1\r\n\r\n"), http, NOT_HTTP),
        ("a length beyond numbers", ok("content-length: 99999999999999999999\r\n\r\n"), http, NOT_HTTP),
        ("a text behind the length", ok(&format!("content-length: 5\r\n\r\n12345{page}")), body, LACKS),
        ("a chunk that is cut", ok("transfer-encoding: chunked\r\n\r\nff\r\nabc"), body, CLOSED),
        ("a chunk of no size", ok("transfer-encoding: chunked\r\n\r\nzz\r\n"), body, NOT_HTTP),
        ("only a promise", bytes("HTTP/1.1 100 Continue\r\n\r\n"), http, CLOSED),
    ]
}

#[tokio::test]
async fn what_hostile_servers_send_is_judged() {
    for (name, answer, link, why) in floods().into_iter().chain(nonsense()) {
        let server = Server::start(&[answer]).await;
        let seen = ask(server.url()).await;
        let Some(failed) = seen.failed else { panic!("{name}: is up") };
        assert_eq!((name, failed.link, failed.why.as_str()), (name, link, why));
        assert_eq!(server.requests().len(), 1, "{name}");
        assert!(server.sent() < BUFFERED, "{name}: {} bytes were taken", server.sent());
    }
    if std::env::var_os(SAYS_PEAK).is_some() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
    }
}

const SAYS_PEAK: &str = "PLEXMON_SAYS_PEAK";

/// All of the above again in a process of its own, which tells how much memory it had at most.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_bounded() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hostile::what_hostile_servers_send_is_judged", "--nocapture"])
        .env(SAYS_PEAK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_else(|| panic!("{text}"));
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("at most {} MiB", kib >> 10);
    assert!(kib < MAX_PEAK_KIB, "{kib} KiB");
}

#[tokio::test]
async fn odd_but_right_answers_are_up() {
    let page = "machineIdentifier=";
    let raw = |head: &[u8], body: &[u8]| Answer::Bytes([head, b"\r\n\r\n", body, page.as_bytes()].concat());
    let hints = "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n".repeat(3);
    let lengths = "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n";
    for (name, answer) in [
        ("invalid UTF-8", raw(b"HTTP/1.1 200 OK", b"\xff\xfe\x80\xc0")),
        ("null bytes", raw(b"HTTP/1.1 200 OK", &[0; 1000])),
        ("invalid UTF-8 in a header", raw(b"HTTP/1.1 200 \xff\r\nx: \xff\xfe", b"")),
        ("HTTP/1.0", raw(b"HTTP/1.0 200 OK", b"")),
        ("promises before it", bytes(&format!("{hints}HTTP/1.1 200 OK\r\n\r\n{page}"))),
        ("both lengths: chunks count", ok(&format!("{lengths}12\r\n{page}\r\n0\r\n\r\n"))),
        ("a thousand headers", ok(&format!("{}\r\n{page}", "x: y\r\n".repeat(1_000)))),
        ("100,000 bytes in a header", ok(&format!("x: {}\r\n\r\n{page}", "y".repeat(100_000)))),
        ("no reason", bytes(&format!("HTTP/1.1 200\r\n\r\n{page}"))),
        ("an empty reason", bytes(&format!("HTTP/1.1 200 \r\n\r\n{page}"))),
        ("lines that end in LF alone", bytes(&format!("HTTP/1.1 200 OK\nx: y\n\n{page}"))),
        ("a folded header", ok(&format!("x: a\r\n  b\r\n\tc\r\n\r\n{page}"))),
        ("a blank behind a header's name", ok(&format!("x : y\r\ncontent-length : 18\r\n\r\n{page}more"))),
        ("a blank in a header's name", ok(&format!("x y: z\r\n\r\n{page}"))),
        ("control characters in a header", ok(&format!("x: a\x01b\x7f\r\n\r\n{page}"))),
        ("a header without a name", ok(&format!(": x\r\n\r\n{page}"))),
        ("a header without a colon", ok(&format!("what is this\r\n\r\n{page}"))),
        ("one length twice", ok(&format!("content-length: 18\r\ncontent-length: 18\r\n\r\n{page}more"))),
        ("a list of one length", ok(&format!("content-length: 18, 18\r\n\r\n{page}more"))),
    ] {
        let seen = ask(Server::start(&[answer]).await.url()).await;
        assert!(seen.ok, "{name}: {seen:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_itself_is_not_followed() {
    let server = Server::start(&[http("302 Found", "location: /identity\r\n", "")]).await;
    let failed = ask(server.url()).await.failed.unwrap();
    assert_eq!((failed.link, failed.why.as_str()), (LinkName::Http, "redirects to /identity (HTTP 302)"));
    assert_eq!(server.requests().len(), 1);
}

/// Time stands still but for those who wait: the servers for their next byte, and the probe for its end.
#[tokio::test(start_paused = true)]
async fn who_only_drips_is_left_after_the_targets_time() {
    let (http, body) = (LinkName::Http, LinkName::Body);
    for (head, drop, link) in [
        ("", "HTTP/1.1 200 OK ", http),
        ("HTTP/1.1 200 OK\r\nx: ", "x", http),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", http),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", "x", body),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n", body),
    ] {
        let server = Server::start(&[Answer::Drip(head.into(), drop.into())]).await;
        let seen = ask(server.url()).await;
        let failed = seen.failed.unwrap();
        assert_eq!((failed.link, failed.why.as_str()), (link, "no answer within 5 s"), "{head}{drop}");
        assert!((5_000.0..5_100.0).contains(&seen.total_ms), "{}", seen.total_ms);
    }
}

/// What can go on for ever without growing is bounded by time alone.
#[tokio::test]
async fn an_idle_flood_ends_with_the_targets_time() {
    let promises = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
    let zeros = endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", &"0".repeat(4096));
    let check = async |answer, link| {
        let server = Server::start(&[answer]).await;
        let target = Target { url: server.url(), timeout_s: 1, ..world::target("plex") };
        let failed = probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await.failed.unwrap();
        assert_eq!((failed.link, failed.why.as_str()), (link, "no answer within 1 s"));
    };
    tokio::join!(check(endless("", &promises), LinkName::Http), check(zeros, LinkName::Body));
}
