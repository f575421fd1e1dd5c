//! The snapshots of Kopia's sources.

use plexmon_function::contract::settings::{InsideCheck, Target};

use super::{UP, ago, found, json, observe, target};
use crate::server::{Server, http};

const HOUR: u64 = 60 * 60;
const DAILY: InsideCheck = InsideCheck::Backup { max_age_s: 26 * HOUR, control: false };

/// One source: where, its status, and its last snapshot.
fn source(host: &str, path: &str, status: &str, snapshot: &str) -> String {
    let snapshot = if snapshot.is_empty() { String::new() } else { format!(r#","lastSnapshot":{snapshot}"#) };
    format!(
        r#"{{"source":{{"host":"{host}","userName":"root","path":"{path}"}},"status":"{status}","schedule":{{}}{snapshot}}}"#
    )
}

fn snapshot(hours: u64, more: &str) -> String {
    let (start, end) = (ago(hours * HOUR + 90), ago(hours * HOUR + 10));
    format!(
        r#"{{"id":"0a","startTime":"{start}.123456789Z","endTime":"{end}.987654321Z","stats":{{"totalSize":5,"fileCount":3,"errorCount":0}}{more}}}"#
    )
}

fn sources(list: &[String]) -> String {
    format!(r#"{{"localUsername":"root","localHost":"nas","multiUser":true,"sources":[{}]}}"#, list.join(","))
}

async fn of_kopia(list: &[String]) -> String {
    found("Kopia", DAILY, &[json(&sources(list))]).await
}

#[tokio::test]
async fn each_source_has_a_recent_complete_snapshot() {
    let failing = snapshot(2, "").replace(r#""errorCount":0"#, r#""errorCount":3"#);
    let failed = snapshot(2, r#","rootEntry":{"summ":{"size":1,"files":3,"numFailed":1}}"#);
    assert_eq!(
        of_kopia(&[
            source("nas", "/data", "IDLE", &snapshot(31, "")),
            source("nas", "/photos", "IDLE", &snapshot(25, "")),
            source("laptop", "/home/me", "REMOTE", &snapshot(24 * 9, "")),
            source("nas", "/new", "PENDING", ""),
            source("nas", "/null", "IDLE", "null"),
            source("nas", "/errors", "IDLE", &failing),
            source("nas", "/failed", "IDLE", &failed),
            source("nas", "/canceled", "IDLE", &snapshot(1, r#","incomplete":"canceled""#)),
            source("nas", "/odd", "IDLE", r#"{"id":"0a","endTime":"yesterday"}"#),
            source("nas", "/ahead", "IDLE", r#"{"id":"0a","endTime":"2999-01-01T00:00:00Z"}"#),
        ])
        .await,
        "backup:nas:/data: WARNING: Backup of nas:/data: last snapshot 31 h ago, more than 26 h\n\
         backup:nas:/photos: ok: Backup of nas:/photos: last snapshot 25 h ago\n\
         backup:laptop:/home/me: WARNING: Backup of laptop:/home/me: last snapshot 9 d ago, more than 26 h\n\
         backup:nas:/new: WARNING: Backup of nas:/new: there is no snapshot yet\n\
         backup:nas:/null: WARNING: Backup of nas:/null: there is no snapshot yet\n\
         backup:nas:/errors: WARNING: Backup of nas:/errors: the last snapshot has 3 errors\n\
         backup:nas:/failed: WARNING: Backup of nas:/failed: the last snapshot has 1 error\n\
         backup:nas:/canceled: WARNING: Backup of nas:/canceled: the last snapshot is incomplete (canceled)\n\
         backup:nas:/odd: unknown: Backup of nas:/odd: the time of the last snapshot cannot be read\n\
         backup:nas:/ahead: unknown: Backup of nas:/ahead: the time of the last snapshot is in the future"
    );
}

#[tokio::test]
async fn an_upload_has_as_much_time_as_a_snapshot_may_be_old() {
    let checkpoint = |hours| snapshot(hours, r#","incomplete":"checkpoint""#);
    assert_eq!(
        of_kopia(&[
            source("nas", "/a", "UPLOADING", &checkpoint(5)),
            source("nas", "/b", "UPLOADING", &checkpoint(30)),
            source("nas", "/c", "UPLOADING", &snapshot(5, "")),
        ])
        .await,
        "backup:nas:/a: unknown: Backup of nas:/a: in progress for 5 h\n\
         backup:nas:/b: WARNING: Backup of nas:/b: in progress for 30 h, more than 26 h\n\
         backup:nas:/c: ok: Backup of nas:/c: last snapshot 5 h ago"
    );
}

#[tokio::test]
async fn sources_of_several_users_are_distinguished() {
    let of = |user: &str| source("nas", "/data", "IDLE", &snapshot(1, "")).replace("root", user);
    assert_eq!(
        of_kopia(&[of("ann"), of("ben")]).await,
        "backup:ann@nas:/data: ok: Backup of ann@nas:/data: last snapshot 1 h ago\n\
         backup:ben@nas:/data: ok: Backup of ben@nas:/data: last snapshot 1 h ago"
    );
}

#[tokio::test]
async fn many_missed_backups_share_a_key() {
    let list: Vec<String> =
        (10..23).map(|at| source("nas", &format!("/{at}"), "IDLE", &snapshot(50, ""))).collect();
    let found = of_kopia(&list).await;
    assert_eq!(found.lines().count(), 11, "{found}");
    assert!(found.ends_with("backup:more: WARNING: 3 more backups are not as they should be"), "{found}");
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let refused =
        |status: &str, body: &str| http(status, "www-authenticate: Basic realm=\"Kopia\"\r\n", body);
    for (answer, expected) in [
        (
            refused("401 Unauthorized", "Invalid or missing CSRF token.\n"),
            "unknown: backups: Kopia wants a CSRF token: use the user server-control with the password of its control API",
        ),
        (
            refused("401 Unauthorized", "Missing credentials.\n"),
            "unknown: backups: Kopia refuses the user or the password",
        ),
        (refused("403 Forbidden", "forbidden\n"), "unknown: backups: Kopia refuses the user or the password"),
        (
            http("400 Bad Request", "", r#"{"code":"NOT_CONNECTED","error":"not connected"}"#),
            "unknown: backups: Kopia is not connected to its repository",
        ),
        (json("{}"), "unknown: backups: Kopia does not list its sources"),
    ] {
        assert_eq!(found("Kopia", DAILY, &[answer]).await, format!("backup: {expected}"));
    }
    let none = of_kopia(&[]).await;
    assert_eq!(none, "backup:sources: WARNING: Kopia has no sources: nothing is backed up");
}

#[tokio::test]
async fn the_control_api_is_asked_where_its_user_is_configured() {
    for (control, path) in [(false, "/api/v1/sources"), (true, "/api/v1/control/sources")] {
        let server = Server::start(&[http("200 OK", "", UP), json(&sources(&[]))]).await;
        let check = InsideCheck::Backup { max_age_s: 26 * HOUR, control };
        let inside_headers = vec!["Authorization".to_owned()];
        observe(&Target { inside_headers, ..target("Kopia", server.url(), check) }).await;
        let [main, inside] = server.requests().try_into().unwrap();
        assert!(!main.contains("hush"), "{main}");
        assert!(inside.starts_with(&format!("GET {path} ")) && inside.contains("authorization: hush\r\n"));
    }
}
