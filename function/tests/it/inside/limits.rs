//! Answers that are too long, too slow or hostile: nothing is known, and the target stays up.

use std::time::{Duration, Instant};

use plexmon_function::contract::settings::{InsideCheck, Quantity, Target};

use super::{UP, json, listed, observe, target};
use crate::server::{Answer, Server, http};

fn disk() -> InsideCheck {
    InsideCheck::Disk { api: "v1".to_owned(), min: Quantity::parse("50 GB").unwrap(), paths: Vec::new() }
}

/// The finding when Lidarr answers in this way, within a time limit of one second.
async fn of_lidarr(answer: Answer) -> String {
    let server = Server::start(&[http("200 OK", "", UP), answer]).await;
    let started = Instant::now();
    let target = Target { timeout_s: 1, ..target("Lidarr", server.url(), disk()) };
    let observation = observe(&target).await;
    assert!(observation.ok && started.elapsed() < Duration::from_secs(3), "{observation:?}");
    listed(&observation)
}

#[tokio::test]
async fn endless_and_slow_answers_end() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n[".to_vec();
    let long = "disk: unknown: free space: the body is longer than 512 KiB; the rest is not read";
    assert_eq!(of_lidarr(Answer::Endless(head.clone(), b"{},".repeat(1000))).await, long);
    let slow = "disk: unknown: free space: no answer in time";
    assert_eq!(of_lidarr(Answer::Drip(head, b"1,".to_vec())).await, slow);
    assert_eq!(of_lidarr(Answer::Hang(Vec::new())).await, slow);
}

#[tokio::test]
async fn incomplete_and_invalid_answers_are_unknown() {
    for (answer, why) in [
        (
            Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[]".to_vec()),
            "the server closed the connection before the response was complete",
        ),
        (Answer::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec()), "the response is not valid HTTP/1.1"),
        (Answer::Reset, "connection reset by the server"),
        (http("200 OK", "content-encoding: gzip\r\n", "not gzip"), "the body is not JSON"),
        (
            http("200 OK", "content-encoding: br\r\n", "\u{1}\u{2}"),
            "the body is compressed with br, which plexmon cannot decode",
        ),
    ] {
        assert_eq!(of_lidarr(answer).await, format!("disk: unknown: free space: {why}"));
    }
}

/// As many small objects as fit, which take the most memory and time to read.
#[tokio::test]
async fn a_hostile_body_is_read_within_the_time() {
    let many = format!("[{}0]", "{\"\":0},".repeat(70_000));
    assert_eq!(
        of_lidarr(json(&many)).await,
        "disk: unknown: free space: the body has more JSON values, or deeper ones, than are read"
    );
}

#[tokio::test]
async fn a_secret_without_a_value_is_not_sent_empty() {
    let server = Server::start(&[http("200 OK", "", UP)]).await;
    let mut target = target("Lidarr", server.url(), disk());
    target.inside_headers = vec!["X-Api-Key".to_owned()];
    let without = super::probe_without_secrets(&target).await;
    assert_eq!(listed(&without), "disk: unknown: free space: the secret header X-Api-Key has no value");
    assert_eq!(server.requests().len(), 1);
}
