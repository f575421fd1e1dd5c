//! Scenarios: what apps say about themselves, and what Plex's own cloud says about Plex.

use plexmon_function::contract::settings::{CloudStatus, InsideCheck, Quantity, Settings, Target};
use plexmon_function::time::{clock, date, now};

use super::inbox::Sent;
use super::{Home, Route};
use crate::server::{Server, http};

const HOUR_S: u64 = 60 * 60;

/// The time that many seconds ago. What apps say about themselves has real times.
fn ago(seconds: u64) -> String {
    let at = now() - seconds;
    format!("{}T{}:{:02}", date(at), clock(at), at % 60)
}

fn add(settings: &mut Settings, name: &str, check: InsideCheck) {
    let target = settings.targets.iter_mut().find(|target| target.name == name).unwrap();
    target.inside_path = format!("/{name}");
    target.inside.push(check);
}

impl Home {
    /// Let an app answer this below its base path.
    fn says(&self, path: &str, body: String) {
        self.trouble(|trouble| {
            trouble.inside.insert(path.to_owned(), body);
        });
    }
}

pub async fn a_disk_fills() -> Vec<Sent> {
    let mut home = Home::with(Route::Tunnel, |settings| {
        let min = Quantity::parse("50 GB").unwrap();
        add(settings, "sonarr", InsideCheck::Disk { api: "v3".to_owned(), min, paths: Vec::new() });
    })
    .await;
    for gigabytes in [380, 38, 36, 51, 49, 51, 120] {
        home.says(
            "/api/v3/diskspace",
            format!(
                r#"[{{"path":"/","freeSpace":5000000000,"totalSpace":9000000000}},{{"path":"/data","freeSpace":{gigabytes}000000000,"totalSpace":8000000000000}}]"#
            ),
        );
        home.runs(1).await;
    }
    home.assert_sent(&[
        "10:15 phone: Sonarr is degraded | Disk /data: 38 GB free, less than 50 GB.",
        "10:40 phone: Sonarr: warning ended | Disk /data: 120 GB free. The warning lasted 25 min.",
    ])
}

pub async fn a_backup_is_missed() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| {
        let overseerr = settings.target("overseerr").cloned().unwrap();
        settings.targets.push(Target {
            name: "kopia".to_owned(),
            app: "Kopia".to_owned(),
            inside: vec![InsideCheck::Backup { max_age_s: 26 * HOUR_S, control: true }],
            inside_path: "/overseerr".to_owned(),
            ..overseerr
        });
    })
    .await;
    for hours in [25, 31, 32, 1] {
        let end = ago(hours * HOUR_S + 60);
        home.says(
            "/api/v1/control/sources",
            format!(
                r#"{{"sources":[{{"source":{{"host":"nas","userName":"root","path":"/data"}},"status":"IDLE","lastSnapshot":{{"startTime":"{end}Z","endTime":"{end}Z","stats":{{"errorCount":0}}}}}}]}}"#
            ),
        );
        home.runs(1).await;
    }
    home.assert_sent(&[
        "10:15 phone: Kopia is degraded | Backup of nas:/data: last snapshot 31 h ago, more than 26 h.",
        "10:25 phone: Kopia: warning ended | Backup of nas:/data: last snapshot 1 h ago. The warning lasted \
         10 min.",
    ])
}

pub async fn a_monitor_inside_is_down() -> Vec<Sent> {
    let mut home = Home::with(Route::Tunnel, |settings| {
        add(settings, "uptime-kuma", InsideCheck::Kuma { slug: "home".to_owned() });
    })
    .await;
    home.says(
        "/api/status-page/home",
        r#"{"publicGroupList":[{"id":1,"monitorList":[{"id":4,"name":"NAS"},{"id":7,"name":"Printer"}]}]}"#
            .to_owned(),
    );
    for (nas, printer) in [(1, 1), (0, 1), (0, 0), (1, 0), (1, 1)] {
        let beats = |last: u32| {
            let time = |seconds| ago(seconds).replace('T', " ");
            format!(
                r#"[{{"status":1,"time":"{}"}},{{"status":{last},"time":"{}"}},{{"status":{last},"time":"{}"}}]"#,
                time(3 * HOUR_S + 90),
                time(3 * HOUR_S + 30),
                time(20)
            )
        };
        let list = format!(r#"{{"heartbeatList":{{"4":{},"7":{}}}}}"#, beats(nas), beats(printer));
        home.says("/api/status-page/heartbeat/home", list);
        home.runs(1).await;
    }
    home.assert_sent(&[
        "10:15 phone: Uptime Kuma is degraded | NAS is down inside (Uptime Kuma), for 3 h.",
        "10:20 phone: Uptime Kuma is degraded | Printer is down inside (Uptime Kuma), for 3 h.",
        "10:25 phone: Uptime Kuma: warning ended | NAS is up inside (Uptime Kuma). The warning lasted 10 min.",
        "10:30 phone: Uptime Kuma: warning ended | Printer is up inside (Uptime Kuma). The warning lasted \
         10 min.",
    ])
}

pub async fn plexs_cloud_has_an_incident() -> Vec<Sent> {
    let summary = r#"{"page":{"name":"Plex"},"status":{"indicator":"major","description":"Partial System Outage"},"incidents":[{"name":"Sign-in is failing","status":"investigating"}]}"#;
    let page = Server::start(&[http("200 OK", "", summary)]).await;
    let mut home = Home::with(Route::Port, |settings| {
        let plex = settings.targets.iter_mut().find(|target| target.name == "plex").unwrap();
        plex.tries = 2;
        plex.cloud_status = Some(CloudStatus { service: "Plex".to_owned(), url: page.url() });
    })
    .await;
    home.stop("plex").await;
    home.runs(3).await;
    home.start("plex");
    home.runs(1).await;
    assert_eq!(page.requests().len(), 1, "it is asked once for an outage");
    home.assert_sent(&[
        "10:10 both: Plex is DOWN | Plex is stopped; nginx returns 502. Plex itself reports an incident: \
         Sign-in is failing. Down since 10:10 UTC (2026-11-03).",
        "10:25 both: Plex RECOVERED after 15 min | Down 15 min (10:10-10:25 UTC).",
    ])
}
