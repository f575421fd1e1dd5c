//! The monitors on a public page of Uptime Kuma.

use std::fmt::Write as _;

use plexmon_function::contract::settings::InsideCheck;

use super::{ago, found, json};
use crate::server::{Answer, http};

fn kuma() -> InsideCheck {
    InsideCheck::Kuma { slug: "home".to_owned() }
}

/// The page of version 2, with these monitors in one group.
fn page(monitors: &[(u32, &str)]) -> Answer {
    let monitors: Vec<String> = monitors
        .iter()
        .map(|(id, name)| format!(r#"{{"id":{id},"name":"{name}","sendUrl":0,"type":"http"}}"#))
        .collect();
    json(&format!(
        r#"{{"config":{{"slug":"home","title":"Home","published":true}},"incidents":[],"publicGroupList":[{{"id":1,"name":"Services","weight":1,"monitorList":[{}]}}],"maintenanceList":[]}}"#,
        monitors.join(",")
    ))
}

/// The beats of one monitor, oldest first: status and age in seconds.
fn beats(id: u32, list: &[(u32, u64)]) -> String {
    let list: Vec<String> = list
        .iter()
        .map(|(status, age)| {
            let time = ago(*age).replace('T', " ");
            format!(r#"{{"status":{status},"time":"{time}.123","msg":"","ping":null}}"#)
        })
        .collect();
    format!("\"{id}\":[{}]", list.join(","))
}

fn states(monitors: &[String]) -> Answer {
    let list = monitors.join(",");
    json(&format!(r#"{{"heartbeatList":{{{list}}},"uptimeList":{{"1_24":0.998}}}}"#))
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

#[tokio::test]
async fn monitors_that_are_down_are_named_with_their_age() {
    let list = [(1, "Plex"), (2, "NAS"), (3, "Router"), (4, "Printer"), (5, "Pi")];
    let states = states(&[
        beats(1, &[(0, 130), (1, 70), (1, 10)]),
        beats(2, &[(1, 4 * HOUR), (2, 3 * HOUR + 90), (0, 3 * HOUR + 30), (0, 70), (0, 10)]),
        beats(3, &[(0, 100 * MINUTE), (0, 10)]),
        beats(4, &[(1, 70), (2, 10)]),
        beats(5, &[(0, 70), (3, 10)]),
    ]);
    assert_eq!(
        found("Uptime Kuma", kuma(), &[page(&list), states]).await,
        "inner:1: ok: Plex is up inside (Uptime Kuma)\n\
         inner:2: WARNING: NAS is down inside (Uptime Kuma), for 3 h\n\
         inner:3: WARNING: Router is down inside (Uptime Kuma), for at least 1 h 40 min\n\
         inner:4: near: Printer is pending inside (Uptime Kuma)\n\
         inner:5: ok: Pi is under maintenance inside (Uptime Kuma)"
    );
}

/// One that is down is named wherever it is on the page, and the others are bounded.
#[tokio::test]
async fn a_monitor_that_is_down_is_found_on_a_long_page() {
    let names: Vec<String> = (1..=2_500).map(|id| format!("monitor {id} \u{1f4fa}")).collect();
    let list: Vec<(u32, &str)> = (1..).zip(names.iter().map(String::as_str)).collect();
    let all = list.iter().map(|(id, _)| beats(*id, &[(u32::from(*id != 777 && *id != 999), 90)]));
    let found = found("Uptime Kuma", kuma(), &[page(&list), states(&all.collect::<Vec<_>>())]).await;
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "inner:777: WARNING: monitor 777 \u{1f4fa} is down inside (Uptime Kuma), for at least 1 min",
            "inner:999: WARNING: monitor 999 \u{1f4fa} is down inside (Uptime Kuma), for at least 1 min",
            "inner:1: ok: monitor 1 \u{1f4fa} is up inside (Uptime Kuma)",
        ]
    );
    assert_eq!((lines.len(), lines.last()), (201, Some(&"inner:more: ok: no more monitors are down inside")));
}

/// Version 1 has one `incident` in place of the list, which does not matter here; ids may be listed that the page does
/// not name.
#[tokio::test]
async fn the_page_of_version_1_is_read_as_well() {
    let page = json(
        r#"{"config":{"slug":"home"},"incident":null,"publicGroupList":[{"id":1,"name":"A","weight":1,"monitorList":[{"id":7,"name":"NAS","sendUrl":0,"type":"ping"}]},{"id":2,"name":"B","weight":2,"monitorList":[]}],"maintenanceList":[]}"#,
    );
    let states = states(&[beats(7, &[(0, HOUR), (0, 20)]), beats(8, &[(1, 20)])]);
    assert_eq!(
        found("Uptime Kuma", kuma(), &[page, states]).await,
        "inner:7: WARNING: NAS is down inside (Uptime Kuma), for at least 1 h\n\
         inner:8: ok: monitor 8 is up inside (Uptime Kuma)"
    );
}

#[tokio::test]
async fn old_beats_say_nothing() {
    let list = [(1, "Plex"), (2, "NAS"), (3, "Daily")];
    let old = beats(2, &[(0, 90 * MINUTE), (0, 80 * MINUTE)]);
    let daily = beats(3, &[(1, 47 * HOUR), (0, 23 * HOUR)]);
    // One that is paused stays on the page; one with a long interval has its time.
    assert_eq!(
        found("Uptime Kuma", kuma(), &[page(&list), states(&[beats(1, &[(1, 10)]), old.clone(), daily])])
            .await,
        "inner:1: ok: Plex is up inside (Uptime Kuma)\n\
         inner:3: WARNING: Daily is down inside (Uptime Kuma), for 23 h"
    );
    let all = [beats(1, &[(1, 80 * MINUTE), (1, 70 * MINUTE)]), old];
    assert_eq!(
        found("Uptime Kuma", kuma(), &[page(&list), states(&all)]).await,
        "inner: unknown: the view from inside: Uptime Kuma has stopped checking; its last result is 1 h 10 min old"
    );
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_not_taken_for_a_healthy_one() {
    let missing = "Uptime Kuma has no published status page `home`";
    let named = page(&[(1, "Plex")]);
    for (answers, why) in [
        (vec![http("404 Not Found", "", "{}")], missing),
        (vec![named.clone(), json(r#"{"heartbeatList":{},"uptimeList":{}}"#)], missing),
        (
            vec![page(&[]), json(r#"{"heartbeatList":{},"uptimeList":{}}"#)],
            "the status page `home` of Uptime Kuma shows no monitors",
        ),
        (vec![named.clone(), states(&[beats(1, &[])])], "the monitors of Uptime Kuma have no results yet"),
        (vec![http("403 Forbidden", "", r#"{"status":"fail","msg":"no"}"#)], "Uptime Kuma answers HTTP 403"),
        (vec![named.clone(), http("503 Busy", "", "")], "Uptime Kuma is unavailable; the proxy returns 503"),
        (vec![named, json("[]")], missing),
    ] {
        let expected = format!("inner: unknown: the view from inside: {why}");
        assert_eq!(found("Uptime Kuma", kuma(), &answers).await, expected);
    }
}

/// About 150 KB: more than the limit of other bodies.
#[tokio::test]
async fn a_page_of_usual_size_is_read_and_only_ten_monitors_have_warnings_of_their_own() {
    let names: Vec<String> = (1..=17).map(|id| format!("Service {id}")).collect();
    let list: Vec<(u32, &str)> = (1..).zip(names.iter().map(String::as_str)).collect();
    let beats_of = |id: u32, status: u32| {
        beats(id, &(0..100).rev().map(|at| (status, at * MINUTE + 5)).collect::<Vec<_>>())
    };
    let all_down: Vec<String> = (1..=17).map(|id| beats_of(id, u32::from(id > 12))).collect();
    let answer = states(&all_down);
    let Answer::Bytes(bytes) = &answer else { panic!() };
    assert!(bytes.len() > 100 * 1024, "{}", bytes.len());
    let found = found("Uptime Kuma", kuma(), &[page(&list), answer]).await;
    let warnings: Vec<&str> = found.lines().filter(|line| line.contains(": WARNING: ")).collect();
    assert_eq!(warnings.len(), 11, "{found}");
    assert_eq!(warnings.last(), Some(&"inner:more: WARNING: 2 more monitors are down inside"));
    assert_eq!(found.lines().filter(|line| line.contains(": ok: ")).count(), 5, "{found}");
}

#[tokio::test]
async fn names_of_monitors_are_cleaned_and_bounded() {
    let long = "x".repeat(3_000);
    let mut name = "a\\n\\u001b[31m{{".to_owned();
    let _ = write!(name, "{long}");
    let found = found("Uptime Kuma", kuma(), &[page(&[(1, &name)]), states(&[beats(1, &[(0, 10)])])]).await;
    assert!(found.starts_with("inner:1: WARNING: a  [31m{{xx"), "{found}");
    assert!(found.ends_with("… is down inside (Uptime Kuma), for at least 10 s"), "{found}");
    assert!(found.len() < 250, "{found}");
}
