//! `json`, with answers in the format of Sonarr, Kopia and others.

use plexmon_function::contract::settings::{Consequence, JsonCondition};
use plexmon_function::probe::{Cause, Level, Verdict};

use super::{finding, json, observe, ok, outcome};
use crate::server::{Answer, http};

/// The format of `/api/v3/diskspace`.
const DISKS: &str = r#"[
  {"path": "/", "label": "", "freeSpace": 11811160064, "totalSpace": 107374182400, "id": 0},
  {"path": "/config", "label": "", "freeSpace": 51539607552, "totalSpace": 107374182400, "id": 0},
  {"path": "/data", "label": "media", "freeSpace": 38000000000, "totalSpace": 7999400000000, "id": 0}
]"#;

async fn judged(body: &str, condition: &JsonCondition) -> String {
    let condition = condition.clone();
    outcome(&observe(ok(body), |target| target.json = vec![condition]).await)
}

#[tokio::test]
async fn values_are_compared_with_limits() {
    for (condition, expected) in [
        (r#"{"path":"$[?@.path=='/data'].freeSpace","label":"Disk /data","limits":{"min":"10 GB"}}"#, "up"),
        (
            r#"{"path":"$[?@.path=='/data'].freeSpace","label":"Disk /data","limits":{"min":"50 GB"}}"#,
            "limit: Disk /data: 38 GB, less than 50 GB",
        ),
        (r#"{"path":"$[?@.path=='/data'].freeSpace","limits":{"min":"37 GB"}}"#, "near"),
        (
            r#"{"path":"$[?@.path=='/data'].freeSpace","limits":{"min":"50 GB"}}"#,
            "limit: `$[?@.path=='/data'].freeSpace`: 38 GB, less than 50 GB",
        ),
        (r#"{"path":"$[*].freeSpace","limits":{"min":"10 GB"}}"#, "up"),
        (
            r#"{"path":"$[*].freeSpace","label":"Disks","limits":{"min":"40 GB"}}"#,
            "limit: Disks: 11.8 GB, less than 40 GB ($[0].freeSpace, the worst of 3)",
        ),
        (r#"{"path":"$[*].freeSpace","label":"Disks","limits":{"min":"11 GB"}}"#, "up"),
        (
            r#"{"path":"$..label","label":"Labels","equals":""}"#,
            "condition: Labels: `media`, not `` ($[2].label, one of 3)",
        ),
        (
            r#"{"path":"$[?@.path=='/media'].freeSpace","label":"Disk","limits":{"min":"1 GB"}}"#,
            "condition: Disk: not in the body",
        ),
        (r#"{"path":"$[?@.path=='/media']","exists":false}"#, "up"),
        (
            r#"{"path":"$[?@.path=='/data']","exists":false}"#,
            "condition: `$[?@.path=='/data']`: present, but must not be",
        ),
        (r#"{"path":"$[?@.path=='/data']","exists":true}"#, "up"),
        (r#"{"path":"$[2].label","equals":"media"}"#, "up"),
        (r#"{"path":"$[2].label","equals":"films"}"#, "condition: `$[2].label`: `media`, not `films`"),
        (r#"{"path":"$[2].id","equals":0}"#, "up"),
        (r#"{"path":"$[2].label","limits":{"min":"1"}}"#, "condition: `$[2].label`: `media` is not a number"),
    ] {
        assert_eq!(judged(DISKS, &json(condition)).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn numbers_may_be_in_strings_and_are_equal_by_value() {
    for (value, condition, expected) in [
        (r#""123""#, r#"{"path":"$.a","limits":{"min":"200"}}"#, "limit: `$.a`: 123, less than 200"),
        (r#""45 %""#, r#"{"path":"$.a","limits":{"max":"90 %"}}"#, "up"),
        ("1.0", r#"{"path":"$.a","equals":1}"#, "up"),
        (r#""1""#, r#"{"path":"$.a","equals":1}"#, "up"),
        ("1", r#"{"path":"$.a","equals":1.0}"#, "up"),
        (
            "9007199254740993",
            r#"{"path":"$.a","equals":9007199254740992}"#,
            "condition: `$.a`: `9007199254740993`, not `9007199254740992`",
        ),
        ("true", r#"{"path":"$.a","equals":true}"#, "up"),
        ("null", r#"{"path":"$.a","exists":true}"#, "up"),
        ("null", r#"{"path":"$.a","limits":{"min":"1"}}"#, "condition: `$.a`: `null` is not a number"),
        ("[1]", r#"{"path":"$.a","equals":1}"#, "condition: `$.a`: a list, not `1`"),
        (r#""a\u001bb""#, r#"{"path":"$.a","equals":"c"}"#, "condition: `$.a`: `a b`, not `c`"),
    ] {
        assert_eq!(
            judged(&format!("{{\"a\":{value}}}"), &json(condition)).await,
            expected,
            "{value} {condition}"
        );
    }
}

#[tokio::test]
async fn times_must_be_new() {
    let now = i64::try_from(unix_now()).unwrap();
    let hours = |hours: i64| now - hours * 3600;
    let condition = json(r#"{"path":"$.end","label":"last snapshot","limits":{"newer_than_s":93600}}"#);
    for (end, expected) in [
        (hours(3).to_string(), "up"),
        (format!("{}000", hours(3)), "up"),
        (format!("\"{}\"", hours(3)), "up"),
        (hours(31).to_string(), "limit: last snapshot: 31 h old, more than 26 h"),
        ("\"2001-01-01T00:00:00.123456789Z\"".to_owned(), "limit: last snapshot"),
        ("\"2001-01-01 00:00:00\"".to_owned(), "limit: last snapshot"),
        ("\"0001-01-01T00:00:00Z\"".to_owned(), "limit: last snapshot: never"),
        ("\"yesterday\"".to_owned(), "condition: last snapshot: `yesterday` is not a time"),
    ] {
        let found = judged(&format!("{{\"end\":{end}}}"), &condition).await;
        assert!(found.starts_with(expected), "{end}: {found}");
    }
}

fn unix_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn warnings_are_findings_with_a_stable_key() {
    let condition = |min: &str, severity| {
        let condition = format!(
            r#"{{"path":"$[?@.path=='/data'].freeSpace","label":"Disk /data","limits":{{"min":"{min}"}}}}"#
        );
        JsonCondition { severity, ..json(&condition) }
    };
    let mut keys = Vec::new();
    for (min, level, why) in [
        ("10 GB", Level::Met, "Disk /data: 38 GB"),
        ("37 GB", Level::NearLimit, "Disk /data: 38 GB, close to its limit of 37 GB"),
        ("50 GB", Level::NotMet, "Disk /data: 38 GB, less than 50 GB"),
    ] {
        let condition = condition(min, Consequence::Warn);
        let observation = observe(ok(DISKS), |target| target.json = vec![condition]).await;
        assert!(observation.ok && !observation.is_near_limit);
        assert_eq!(finding(&observation), (level, why));
        keys.push(observation.findings[0].key.clone());
    }
    assert_eq!(
        keys,
        ["json:67be7341", "json:9555b186", "json:b0a34505"],
        "they are stored, and must stay the same"
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_fails_unless_somebody_else_answered() {
    let condition = || vec![json(r#"{"path":"$.a","exists":true}"#)];
    for body in
        ["", " ", "<html>Welcome</html>", "{\"a\":1}}", "[1 2]", "\u{0}", "{\"a\":NaN}", "{\"a\":Infinity}"]
    {
        let observation = observe(ok(body), |target| target.json = condition()).await;
        assert_eq!(outcome(&observation), "condition: the body is not JSON", "{body}");
    }
    for body in ["{\"a\":1", "{\"a\":1.", "{\"a\":\"\u{fc}", "[", "{\"a\":tr"] {
        let observation = observe(ok(body), |target| target.json = condition()).await;
        assert_eq!(outcome(&observation), "condition: the JSON in the body is incomplete", "{body}");
    }
    for (body, expected) in [
        ("{\"a\":1e400}", "unreadable: the body has a number that is too large to be read"),
        ("{\"a\":1e-400}", "up"),
        ("{\"a\":-0}", "up"),
        ("{\"a\":-0.0}", "up"),
        ("{\"a\":-1,\"a\":1}", "up"),
        ("{\"a\":1,\"a\":-1}", "limit: `$.a`: -1, less than 0"),
    ] {
        assert_eq!(judged(body, &json(r#"{"path":"$.a","limits":{"min":"0"}}"#)).await, expected, "{body}");
    }
    let observation = observe(ok("\u{feff}{\"a\":1}"), |target| target.json = condition()).await;
    assert!(observation.ok, "a byte order mark precedes it");
    let access = "location: https://team.cloudflareaccess.com/cdn-cgi/access/login/app.example.com\r\n";
    let observation = observe(http("302 Found", access, ""), |target| {
        target.status = vec![200, 302];
        target.json = condition();
    })
    .await;
    assert_eq!(observation.cause(), Some(Cause::Access), "{observation:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_is_unknown() {
    let body = |size: usize| format!("{{\"a\":5,\"b\":\"{}\"}}", "x".repeat(size - 14));
    for (condition, cut) in [
        (r#"{"path":"$.a","limits":{"min":"10"}}"#, "limit: `$.a`: 5, less than 10"),
        (r#"{"path":"$.c","exists":false}"#, "up"),
    ] {
        let condition = json(condition);
        assert_eq!(judged(&body(512 * 1024), &condition).await, cut);
        let unknown = "unreadable: the body is longer than 512 KiB; the rest is not read";
        assert_eq!(judged(&body(512 * 1024 + 1), &condition).await, unknown);
        let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n[".to_vec(), b"[],".repeat(1000));
        let warning = JsonCondition { severity: Consequence::Warn, ..condition };
        let observation = observe(endless, |target| target.json = vec![warning]).await;
        assert_eq!((observation.verdict(), finding(&observation).0), (Verdict::Up, Level::Unknown));
    }
}
