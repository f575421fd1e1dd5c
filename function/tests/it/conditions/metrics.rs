//! `metrics`, with answers in the format of `node_exporter`.

use std::collections::BTreeMap;

use plexmon_function::contract::settings::{Consequence, HeaderValue, MetricCondition, Target};
use plexmon_function::probe::{Level, Tls, probe};

use super::{finding, metric, observe, ok, outcome};
use crate::fixtures;
use crate::server::{Answer, Server};

/// The format of `node_exporter`.
const NODE: &str = "\
# HELP go_gc_duration_seconds A summary of the wall-time pause duration in garbage collection cycles.
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile=\"0\"} 1.8765e-05
go_gc_duration_seconds{quantile=\"1\"} NaN
# HELP node_filesystem_avail_bytes Filesystem space available to non-root users in bytes.
# TYPE node_filesystem_avail_bytes gauge
node_filesystem_avail_bytes{device=\"/dev/sda1\",device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"} 6.1203906560e+10
node_filesystem_avail_bytes{device=\"/dev/sdb1\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 3.8e+10
node_filesystem_avail_bytes{device=\"tmpfs\",device_error=\"\",fstype=\"tmpfs\",mountpoint=\"/run\"} 3.37e+08
# HELP node_filesystem_readonly Filesystem read-only status.
# TYPE node_filesystem_readonly gauge
node_filesystem_readonly{device=\"/dev/sda1\",device_error=\"\",fstype=\"ext4\",mountpoint=\"/\"} 0
# HELP node_load5 5m load average.
# TYPE node_load5 gauge
node_load5 12.3
# HELP node_time_seconds System time in seconds since epoch (1970).
# TYPE node_time_seconds gauge
node_time_seconds 1.7937003e+09
";

async fn judged(body: &str, condition: &str) -> String {
    outcome(&observe(ok(body), |target| target.metrics = vec![metric(condition)]).await)
}

#[tokio::test]
async fn series_are_compared_with_limits() {
    for (condition, expected) in [
        (r#"{"name":"node_load5","limits":{"max":"20"}}"#, "up"),
        (r#"{"name":"node_load5","limits":{"max":"12.5"}}"#, "near"),
        (r#"{"name":"node_load5","limits":{"max":"8"}}"#, "limit: `node_load5`: 12.3, more than 8"),
        (r#"{"name":"node_load5","label":"Load","limits":{"max":"8"}}"#, "limit: Load: 12.3, more than 8"),
        (
            r#"{"name":"node_filesystem_avail_bytes","labels":{"mountpoint":"/data"},"label":"Disk /data","limits":{"min":"50 GB"}}"#,
            "limit: Disk /data: 38 GB, less than 50 GB",
        ),
        (
            r#"{"name":"node_filesystem_avail_bytes","labels":{"mountpoint":"/","absent":""},"limits":{"min":"50 GB"}}"#,
            "up",
        ),
        (
            r#"{"name":"node_filesystem_avail_bytes","limits":{"min":"50 GB"}}"#,
            "limit: `node_filesystem_avail_bytes` (device=\"tmpfs\", device_error=\"\", fstype=\"tmpfs\", mountpoint=\"/run\"): 337 MB, less than 50 GB",
        ),
        (
            r#"{"name":"node_filesystem_avail_bytes","labels":{"mountpoint":"/media"},"limits":{"min":"50 GB"}}"#,
            "condition: `node_filesystem_avail_bytes`: no series with these labels",
        ),
        (r#"{"name":"node_filesystem_readonly","limits":{"max":"0"}}"#, "up"),
        (r#"{"name":"node_load","limits":{"max":"8"}}"#, "condition: `node_load`: not in the body"),
        (
            r#"{"name":"go_gc_duration_seconds","limits":{"max":"1"}}"#,
            "unreadable: `go_gc_duration_seconds` (quantile=\"1\"): NaN, which is not a number",
        ),
    ] {
        assert_eq!(judged(NODE, condition).await, expected, "{condition}");
    }
    assert!(judged(NODE, r#"{"name":"node_time_seconds","limits":{"newer_than_s":1}}"#).await != "near");
}

#[tokio::test]
async fn other_bodies_fail() {
    for body in ["", "<html>\n<body>Welcome home</body>", "Welcome home\n", "{\"a\": 1}"] {
        let found = judged(body, r#"{"name":"node_load5","limits":{"max":"8"}}"#).await;
        assert_eq!(found, "condition: the body is not in Prometheus' text format", "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_unknown_only_for_what_may_follow() {
    let filler = format!("# HELP filler {}\n", "x".repeat(982)).repeat(1024);
    let before = |text: &str| format!("{text}{filler}");
    let unread = "unreadable: the body is longer than 512 KiB; the rest is not read";
    let low = r#"{"name":"a","limits":{"min":"1"}}"#;
    for (body, expected) in [
        (before("a 2\nb 1\n"), "up"),
        (before("a 2\na{x=\"1\"} 0.5\nb 1\n"), "limit: `a` (x=\"1\"): 0.5, less than 1"),
        (before("b 2\n"), unread),
        // More series of the same metric may follow.
        (format!("a 2\n{}", "a 2\n".repeat(300_000)), unread),
        (format!("a 0\n{}", "a 2\n".repeat(300_000)), "limit: `a`: 0, less than 1"),
        (format!("{filler}a 2\n"), unread),
    ] {
        assert_eq!(judged(&body, low).await, expected, "{}", &body[..10]);
    }
    // All of it is read, with what has no line break at its end.
    let fits = format!("{}a 0", "# 4567890123456\n".repeat(32_767));
    assert_eq!(judged(&fits, low).await, "limit: `a`: 0, less than 1");
}

#[tokio::test]
async fn warnings_are_findings() {
    let condition = || MetricCondition {
        severity: Consequence::Warn,
        ..metric(r#"{"name":"node_load5","limits":{"max":"8"}}"#)
    };
    let observation = observe(ok(NODE), |target| target.metrics = vec![condition()]).await;
    assert!(observation.ok);
    assert_eq!(finding(&observation), (Level::NotMet, "`node_load5`: 12.3, more than 8"));
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"x 1\n".repeat(1000));
    let observation = observe(endless, |target| target.metrics = vec![condition()]).await;
    assert_eq!(finding(&observation).0, Level::Unknown);
}

#[tokio::test]
async fn the_text_format_is_asked_for_unless_the_target_has_a_header_of_its_own() {
    let server = Server::start(&[ok(NODE)]).await;
    let mut target = Target {
        url: server.url(),
        contains: None,
        metrics: vec![metric(r#"{"name":"node_load5","limits":{"max":"20"}}"#)],
        ..fixtures::target("node")
    };
    let tls = Tls::new().unwrap();
    probe(&target, &Default::default(), &tls).await;
    let own = HeaderValue::Literal("text/plain".to_owned());
    target.headers = BTreeMap::from([("accept".to_owned(), own)]);
    probe(&target, &Default::default(), &tls).await;
    let accepted: Vec<String> = server
        .requests()
        .iter()
        .flat_map(|request| {
            request.lines().filter(|line| line.starts_with("accept: ")).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(accepted, ["accept: text/plain;version=0.0.4", "accept: text/plain"]);
}
