//! Bodies that are made to take time or memory, or that lie about their encoding: each ends in a verdict, and memory stays
//! bounded.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use plexmon_function::contract::settings::{Consequence, Target};

use super::{json, metric, observe_server, outcome, texts};
#[cfg(target_os = "linux")]
use crate::peak_memory;
use crate::server::{Answer, Server};

/// How much of an endless response the kernel's buffers may hold, beyond what is read.
const MAX_SENT: u64 = 16 << 20;

/// For a process with all of these servers in it, in the development profile.
const MAX_PEAK_KIB: u64 = 112 << 10;

const MAX_BODY: usize = 512 << 10;

const LONG: &str = "unreadable: the body is longer than 512 KiB; the rest is not read";
const TOO_MANY: &str = "unreadable: the body has more JSON values, or deeper ones, than are read";
const NOT_JSON: &str = "condition: the body is not JSON";
const TOO_LARGE: &str = "unreadable: the body has a number that is too large to be read";
const INCOMPLETE: &str = "condition: the JSON in the body is incomplete";
const NOT_METRICS: &str = "condition: the body is not in Prometheus' text format";

const LONG_LINE: &str = "unreadable: the body has a line that is too long to be read";
const CORRUPT: &str = "condition: the compressed body is corrupt or incomplete";
const BROTLI: &str = "unreadable: the body is compressed with br, which plexmon cannot decode";
const NO_A: &str = "condition: `$..a`: not in the body";
const NO_LOAD: &str = "condition: `load`: not in the body";
const NO_MATCH: &str = "condition: the body does not contain a match of `(a*)*b`";
const HIGH: &str = "limit: `load`: 9, more than 8";

type Row = (&'static str, Answer, fn(&mut Target), &'static str);

fn body(headers: &str, body: &[u8]) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
    Answer::Bytes([head.as_bytes(), body].concat())
}

/// As many repetitions as fit, between a beginning and an end.
fn filled(begin: &str, again: &str, end: &str) -> Answer {
    let count = (MAX_BODY - begin.len() - end.len()) / again.len();
    body("", format!("{begin}{}{end}", again.repeat(count)).as_bytes())
}

fn endless(again: &str) -> Answer {
    Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), again.repeat(4096 / again.len()).into())
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn every_a(target: &mut Target) {
    target.json = vec![json(r#"{"path":"$..a","limits":{"min":"1"}}"#)];
}

fn every_element(target: &mut Target) {
    target.json = vec![json(r#"{"path":"$[*]","limits":{"max":"1"}}"#)];
}

fn exists(target: &mut Target) {
    target.json = vec![json(r#"{"path":"$[0]","exists":true}"#)];
}

fn load(target: &mut Target) {
    target.metrics = vec![metric(r#"{"name":"load","limits":{"max":"8"}}"#)];
}

fn catastrophic(target: &mut Target) {
    let expressions = ["(a*)*b", "(a|a)*b", "(.*.*.*)=.*", "(x+x+)+y", "^(([a-z])+.)+[A-Z]$"];
    target.matches = expressions.map(|expression| texts::condition(expression, Consequence::Down)).to_vec();
}

fn documents() -> Vec<Row> {
    vec![
        ("open brackets", filled("", "[", ""), every_a, TOO_MANY),
        ("open braces", filled("", "{\"a\":", ""), every_a, TOO_MANY),
        (
            "deep and complete",
            body("", format!("{}{}", "[".repeat(65), "]".repeat(65)).as_bytes()),
            every_a,
            TOO_MANY,
        ),
        (
            "as deep as it may be",
            body("", format!("{}2{}", "[".repeat(64), "]".repeat(64)).as_bytes()),
            every_element,
            "condition: `$[*]`: a list is not a number",
        ),
        ("empty lists", filled("[", "[],", "[]]"), every_a, TOO_MANY),
        ("small objects", filled("[", "{\"\":0},", "{}]"), every_a, TOO_MANY),
        ("small strings", filled("[", "\"x\",", "\"\"]"), every_a, NO_A),
        ("numbers", filled("[", "0,", "0]"), every_element, "up"),
        ("digits", filled("", "1", ""), every_a, TOO_LARGE),
        ("decimals", filled("[0.", "1", "]"), every_element, "up"),
        ("escapes", filled("[\"", "\\\\", "\",\"1\"]"), exists, "up"),
        ("an open string", filled("[\"", "x", ""), every_a, INCOMPLETE),
        ("a key again and again", filled("{", "\"a\":0,", "\"a\":5}"), every_a, "up"),
        ("invalid UTF-8", body("", b"{\"\xff\xfe\":\"\xc3\",\"a\":5}"), every_a, "up"),
        ("null bytes", filled("", "\0", ""), every_a, NOT_JSON),
        ("endless", endless("[[]],"), every_a, LONG),
        ("a bomb", body("content-encoding: gzip\r\n", &gzip(&b"[".repeat(50_000_000))), every_a, LONG),
        ("gzip that is none", body("content-encoding: gzip\r\n", b"{\"a\":5}"), every_a, "up"),
        ("br that is none", body("content-encoding: br\r\n", b"{\"a\":5}"), every_a, "up"),
        ("deflate that is none", body("content-encoding: deflate\r\n", b"{\"a\":5}"), every_a, "up"),
        ("gzip twice", body("content-encoding: gzip, gzip\r\n", &gzip(&gzip(b"{\"a\":5}"))), every_a, "up"),
    ]
}

fn others() -> Vec<Row> {
    let long_line = format!("load{{x=\"{}\"}} 9\nload 1\nb 1\n", "x".repeat(20_000));
    let only_long = format!("load{{x=\"{}\"}} 9\nb 1\n", "x".repeat(20_000));
    let metrics = "a 1\nload 9\n";
    vec![
        ("a million lines", endless("a 1\n"), load, LONG),
        ("a line without an end", endless("x"), load, LONG),
        ("a label without an end", endless("load{x=\""), load, LONG),
        ("series without an end", endless("load 1\n"), load, LONG),
        ("as many series as fit", filled("", "load 1\n", ""), load, "up"),
        ("a long line", body("", long_line.as_bytes()), load, "up"),
        ("only a long line", body("", only_long.as_bytes()), load, LONG_LINE),
        ("labels", filled("a 1\nload{", "x=\"\",", "} 1\n"), load, LONG_LINE),
        ("many labels", body("", format!("load{{{}}} 9\n", "x=\"\",".repeat(3_000)).as_bytes()), load, HIGH),
        (
            "backslashes",
            body("", format!("a 1\nload{{x=\"{}", "\\".repeat(15_000)).as_bytes()),
            load,
            NO_LOAD,
        ),
        ("invalid UTF-8", body("", b"\xff\xfe\nload{x=\"\xff\"} 9\n"), load, HIGH),
        ("null bytes", filled("", "\0", "\n"), load, LONG_LINE),
        ("line breaks", filled("", "\n", ""), load, NOT_METRICS),
        (
            "digits",
            body("", format!("load {}\n", "9".repeat(16_000)).as_bytes()),
            load,
            "limit: `load`: inf, more than 8",
        ),
        ("compressed", body("content-encoding: gzip\r\n", &gzip(metrics.as_bytes())), load, HIGH),
        ("a bomb", body("content-encoding: gzip\r\n", &gzip(&b"a 1\n".repeat(10_000_000))), load, LONG),
        ("gzip that is none", body("content-encoding: gzip\r\n", metrics.as_bytes()), load, HIGH),
        (
            "gzip that is cut",
            body("content-encoding: gzip\r\n", &gzip(metrics.as_bytes())[..12]),
            load,
            CORRUPT,
        ),
        ("an unknown encoding", body("content-encoding: br\r\n", b"\x1b\x03\0\xf8"), load, BROTLI),
        ("catastrophic expressions", body("", &b"a".repeat(64 << 10)), catastrophic, NO_MATCH),
        ("one long word", body("", &b"x".repeat(64 << 10)), catastrophic, NO_MATCH),
    ]
}

#[tokio::test]
async fn hostile_bodies_end_in_a_verdict() {
    let mut wrong = Vec::new();
    for (name, answer, adjust, expected) in documents().into_iter().chain(others()) {
        let server = Server::start(&[answer]).await;
        let found = outcome(&observe_server(&server, adjust).await);
        if found != expected {
            wrong.push(format!("{name}: {found}, not {expected}"));
        }
        assert!(server.sent() < MAX_SENT, "{name}: {} bytes were taken", server.sent());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    #[cfg(target_os = "linux")]
    peak_memory::print_if_asked();
}

/// Runs all of the above in a process of its own, which prints its peak memory.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_bounded() {
    let kib = peak_memory::of_test("conditions::hostile::hostile_bodies_end_in_a_verdict");
    assert!(kib < MAX_PEAK_KIB, "{kib} KiB");
}
