//! Free space, as Sonarr and its relatives report it.

use plexmon_function::contract::settings::{InsideCheck, Quantity, Target};

use super::{UP, found, json, observe, target};
use crate::server::{Server, http};

fn disk(min: &str, paths: &[&str]) -> InsideCheck {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    InsideCheck::Disk { api: "v3".to_owned(), min: Quantity::parse(min).unwrap(), paths }
}

/// Sonarr's answer about these disks: path, free and total gigabytes.
fn disks(disks: &[(&str, f64, f64)]) -> String {
    let entry = |(path, free, total): &(&str, f64, f64)| {
        format!(
            r#"{{"path":"{path}","label":"","freeSpace":{:.0},"totalSpace":{:.0}}}"#,
            free * 1e9,
            total * 1e9
        )
    };
    format!("[{}]", disks.iter().map(entry).collect::<Vec<_>>().join(","))
}

const HOME: [(&str, f64, f64); 5] = [
    ("/", 90.0, 120.0),
    ("/config", 90.0, 120.0),
    ("/tv", 38.2, 8000.0),
    ("/data", 38.2, 8000.0),
    ("/downloads", 400.0, 1000.0),
];

async fn of_sonarr(min: &str, paths: &[&str], home: &[(&str, f64, f64)]) -> String {
    found("Sonarr", disk(min, paths), &[json(&disks(home))]).await
}

#[tokio::test]
async fn the_largest_disk_for_data_is_checked() {
    for (min, expected) in [
        ("50 GB", "disk:/data: WARNING: Disk /data: 38.2 GB free, less than 50 GB"),
        ("38 GB", "disk:/data: near: Disk /data: 38.2 GB free, close to its limit of 38 GB"),
        ("30 GB", "disk:/data: ok: Disk /data: 38.2 GB free"),
        ("1 %", "disk:/data: WARNING: Disk /data: 0.477 % free, less than 1 %"),
        ("40 GiB", "disk:/data: WARNING: Disk /data: 35.6 GiB free, less than 40 GiB"),
    ] {
        assert_eq!(of_sonarr(min, &[], &HOME).await, expected, "{min}");
    }
    let bare = [("/", 5.0, 10.0), ("/config", 5.0, 10.0)];
    assert_eq!(of_sonarr("4 GB", &[], &bare).await, "disk:/: ok: Disk /: 5 GB free");
}

#[tokio::test]
async fn named_disks_are_checked_and_a_missing_one_is_a_warning() {
    assert_eq!(
        of_sonarr("50 GB", &["/downloads/", "/tv", "/media"], &HOME).await,
        "disk:/downloads: ok: Disk /downloads: 400 GB free\n\
         disk:/tv: WARNING: Disk /tv: 38.2 GB free, less than 50 GB\n\
         disk:/media: WARNING: Disk /media: missing; Sonarr lists /, /config, /tv, /data, /downloads"
    );
}

#[tokio::test]
async fn an_unusable_list_is_unknown() {
    for (answer, why) in [
        (json("[]"), "Sonarr lists no disk"),
        (json(r#"{"error":"no"}"#), "Sonarr lists no disk"),
        (json(r#"[{"path":"/data","freeSpace":"much","totalSpace":1}]"#), "Sonarr lists no disk"),
        (json(r#"[{"path":"/data","freeSpace":-1,"totalSpace":1}]"#), "Sonarr lists no disk"),
        (json("<!doctype html><title>Sonarr</title>"), "the body is not JSON"),
        (json(&"[".repeat(100_000)), "the body has more JSON values, or deeper ones, than are read"),
        (http("401 Unauthorized", "", ""), "Sonarr refuses the API key"),
        (http("404 Not Found", "", "{}"), "Sonarr answers HTTP 404"),
        (http("502 Bad Gateway", "server: nginx\r\n", ""), "Sonarr is stopped; nginx returns 502"),
        (http("429 Too Many", "retry-after: 60\r\n", ""), "too many requests (HTTP 429, retry after 1 min)"),
        (
            http("302 Found", "location: https://auth.example.com/?rd=https%3A%2F%2Fsonarr&rm=GET\r\n", ""),
            "a login page answers instead of the app (Authelia)",
        ),
        (
            http("403 Forbidden", "cf-mitigated: challenge\r\nserver: cloudflare\r\n", ""),
            "Cloudflare challenges the monitor",
        ),
    ] {
        let expected = format!("disk: unknown: free space: {why}");
        assert_eq!(found("Sonarr", disk("50 GB", &[]), &[answer]).await, expected);
    }
}

#[tokio::test]
async fn names_of_disks_are_cleaned_and_bounded() {
    let long = format!("/{}", "x".repeat(5_000));
    let found = of_sonarr("50 GB", &[], &[("/a\\u001b[31m\\nb", 1.0, 2.0)]).await;
    assert_eq!(found, "disk:/a [31m b: WARNING: Disk /a [31m b: 1 GB free, less than 50 GB");
    let found = of_sonarr("50 GB", &[], &[(&long, 1.0, 2.0)]).await;
    assert!(found.len() < 200 && found.starts_with("disk:/xxx"), "{found}");
}

#[tokio::test]
async fn the_request_has_the_key_below_the_base_path_and_the_main_request_does_not() {
    let server = Server::start(&[http("200 OK", "", UP), json(&disks(&HOME))]).await;
    let target = Target {
        inside_path: "/sonarr".to_owned(),
        inside_headers: vec!["X-Api-Key".to_owned()],
        method: Some("POST".to_owned()),
        body: Some("{}".to_owned()),
        ..target("Sonarr", server.url(), disk("50 GB", &[]))
    };
    let observation = observe(&target).await;
    assert!(observation.ok && observation.findings.len() == 1, "{observation:?}");
    let [main, inside] = server.requests().try_into().unwrap();
    assert!(main.starts_with("POST /identity ") && !main.contains("hush"), "{main}");
    assert!(inside.starts_with("GET /sonarr/api/v3/diskspace HTTP/1.1\r\n"), "{inside}");
    assert!(inside.contains("\r\nx-api-key: hush\r\n") && inside.contains("application/json"), "{inside}");
    assert!(inside.ends_with("\r\n\r\n") && !inside.contains("content-type"), "{inside}");
}

#[tokio::test]
async fn a_target_that_is_down_is_not_asked_further() {
    let server = Server::start(&[http("500 Oh", "", "")]).await;
    let observation = observe(&target("Sonarr", server.url(), disk("50 GB", &[]))).await;
    assert!(!observation.ok && observation.findings.is_empty());
    assert_eq!(server.requests().len(), 1);
}
