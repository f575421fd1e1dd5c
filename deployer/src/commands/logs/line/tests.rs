//! Runs of several releases, platform events of Lambda, and other lines.

use insta::assert_snapshot;

use super::{Layout, is_noise, readable};
use crate::text::{Page, Paint};

const TIME: &str = "2026-11-03T10:05:07Z";
const ID: &str = "8f507cfc-1c1d-4c2e-9d7f-0b6a3c1f5a11";

fn lines(message: &str) -> String {
    lines_within(None, message)
}

fn lines_within(width: Option<usize>, message: &str) -> String {
    let page = match width {
        Some(width) => Page::of_width(width, Paint::Plain),
        None => Page::unbounded(Paint::Plain),
    };
    readable(TIME, message, &layout(page))
}

fn layout(page: Page) -> Layout {
    Layout::new(["plex", "uptime-kuma", "pushover"].into_iter(), page)
}

/// A run as the first release logged it.
const RUN: &str = r#"{"previous":"up","current":"down","http":502,"targets":[
    {"name":"plex","status":"down","since":1793700300,"http":502,"failed":"http","cause":"app","why":"Plex is stopped; nginx returns 502","ms":141.6},
    {"name":"uptime-kuma","status":"up","since":1793000000,"http":200,"ms":38.2},
    {"name":"new","status":"unknown","since":0,"http":0}],
    "notices":[
    {"channel":"pushover","target":"plex","kind":"down","outcome":"delivered"},
    {"channel":"mail","target":"plex","kind":"was_down","outcome":"retry","why":"no answer within 5 s"},
    {"channel":"ntfy","target":"","kind":"blind","outcome":"refused","why":"404"}],
    "problems":["the heartbeat was not delivered: no answer"],
    "dead_letters":1,"phases":{"load_ms":20,"probe_ms":141,"save_ms":30,"notify_ms":400}}"#;

#[test]
fn a_run_is_a_line_for_each_target_notification_and_problem() {
    assert_snapshot!(lines(RUN), @"
    2026-11-03T10:05:07Z plex        down        142 ms  app: Plex is stopped; nginx returns 502
    2026-11-03T10:05:07Z uptime-kuma up           38 ms  HTTP 200
    2026-11-03T10:05:07Z new         unknown
    2026-11-03T10:05:07Z pushover    delivered: plex is DOWN
    2026-11-03T10:05:07Z mail        failed, will retry: plex was DOWN and RECOVERED (no answer within 5 s)
    2026-11-03T10:05:07Z ntfy        refused: the monitor is offline (404)
    2026-11-03T10:05:07Z problem     the heartbeat was not delivered: no answer
    2026-11-03T10:05:07Z problem     1 notification given up
    ");
}

#[test]
fn lines_are_wrapped_at_the_width_of_a_terminal() {
    let narrow = lines_within(Some(60), RUN);
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    assert_snapshot!(narrow.lines().take(2).collect::<Vec<_>>().join("\n"), @"
    2026-11-03T10:05:07Z plex        down        142 ms  app:
                         Plex is stopped; nginx returns 502
    ");
}

#[test]
fn states_outcomes_and_failures_have_color() {
    let colored = readable(TIME, RUN, &layout(Page::unbounded(Paint::Colored)));
    assert_eq!(console::strip_ansi_codes(&colored), lines(RUN), "only color differs");
    assert_snapshot!(colored.replace('\u{1b}', "ESC"), @"
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m plex        ESC[31mdownESC[0m        142 ms  app: Plex is stopped; nginx returns 502
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m uptime-kuma ESC[32mupESC[0m           38 ms  HTTP 200
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m new         ESC[38;5;244munknownESC[0m
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m pushover    ESC[32mdeliveredESC[0m: plex is DOWN
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m mail        ESC[33mfailed, will retryESC[0m: plex was DOWN and RECOVERED (no answer within 5 s)
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m ntfy        ESC[31mrefusedESC[0m: the monitor is offline (404)
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m ESC[31mproblemESC[0m     the heartbeat was not delivered: no answer
    ESC[38;5;244m2026-11-03T10:05:07ZESC[0m ESC[31mproblemESC[0m     1 notification given up
    ");
}

#[test]
fn a_failed_run_is_reported_once() {
    let run = r#"{"previous":"up","current":"up","http":200,"targets":[],"notices":[],"problems":["AccessDenied"],"dead_letters":0,"phases":{},"fault":"AccessDenied"}"#;
    assert_snapshot!(lines(run), @"
    2026-11-03T10:05:07Z checked: up
    2026-11-03T10:05:07Z failed      AccessDenied
    ");
    assert_snapshot!(lines(r#"{"error":"plexmon cannot start: there is no target"}"#), @"2026-11-03T10:05:07Z failed      plexmon cannot start: there is no target");
}

#[test]
fn the_exact_kind_of_a_notification_is_shown() {
    let run = r#"{"previous":"up","current":"up","targets":[],"notices":[{"channel":"pushover","target":"","kind":"certificate","detail":"account","outcome":"delivered"}],"problems":[]}"#;
    assert_snapshot!(lines(run).lines().last().unwrap(), @"2026-11-03T10:05:07Z pushover    delivered: AWS is going to close the account");
}

#[test]
fn values_of_later_releases_are_shown_as_they_are() {
    let run = r#"{"previous":"up","current":"degraded","targets":[{"name":"plex","status":"degraded","cause":"blocked","ms":1}],"notices":[{"channel":"x","target":"plex","kind":"blocked","outcome":"deferred"}],"problems":[{"kind":"store","detail":"busy"}]}"#;
    assert_snapshot!(lines(run), @"
    2026-11-03T10:05:07Z plex        degraded      1 ms  blocked
    2026-11-03T10:05:07Z x           deferred: plex blocked
    2026-11-03T10:05:07Z problem     store: busy
    ");
}

#[test]
fn platform_events_of_successful_runs_are_hidden() {
    for noise in [
        format!("START RequestId: {ID} Version: $LATEST"),
        format!("END RequestId: {ID}"),
        format!("REPORT RequestId: {ID}\tDuration: 812.11 ms\tBilled Duration: 900 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\tInit Duration: 45.10 ms\t"),
        "INIT_START Runtime Version: provided:al2023.v87\tRuntime Version ARN: arn:aws:lambda:eu-central-1::runtime:0".to_owned(),
        "XRAY TraceId: 1-5e1b4151\tSegmentId: 1\tSampled: true".to_owned(),
        r#"{"time":"2026-11-03T10:05:07.000Z","type":"platform.start","record":{"requestId":"8f507cfc","version":"$LATEST"}}"#.to_owned(),
        r#"{"time":"2026-11-03T10:05:07.000Z","type":"platform.report","record":{"requestId":"8f507cfc","metrics":{"durationMs":8},"status":"success"}}"#.to_owned(),
    ] {
        assert!(is_noise(&noise), "{noise}");
        assert_eq!(lines(&noise), "");
    }
}

#[test]
fn platform_events_of_failed_runs_are_shown() {
    for (message, shown) in [
        (format!("2026-11-03T10:05:07.000Z {ID} Task timed out after 30.03 seconds\n"), "Task timed out after 30.03 seconds"),
        (
            format!("RequestId: {ID} Error: Runtime exited with error: signal: killed\nRuntime.ExitError"),
            "Error: Runtime exited with error: signal: killed Runtime.ExitError",
        ),
        (
            format!("REPORT RequestId: {ID}\tDuration: 30000.00 ms\tBilled Duration: 30000 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\tStatus: timeout"),
            "Status: timeout",
        ),
        (
            format!("REPORT RequestId: {ID}\tDuration: 12.00 ms\tMemory Size: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory"),
            "Status: error, Error Type: Runtime.OutOfMemory",
        ),
        ("INIT_REPORT Init Duration: 9999.98 ms\tPhase: init\tStatus: timeout".to_owned(), "Status: timeout"),
        ("thread 'main' panicked at src/main.rs:1:1:\nhush".to_owned(), "thread 'main' panicked at src/main.rs:1:1: hush"),
        (
            r#"{"time":"2026-11-03T10:05:07.000Z","type":"platform.report","record":{"requestId":"8f507cfc","status":"timeout"}}"#.to_owned(),
            "report: timeout",
        ),
        (
            r#"{"time":"2026-11-03T10:05:07.000Z","type":"platform.runtimeDone","record":{"requestId":"8f507cfc","status":"error","errorType":"Runtime.ExitError"}}"#.to_owned(),
            "runtimeDone: error, Runtime.ExitError",
        ),
    ] {
        assert!(!is_noise(&message), "{message}");
        assert_eq!(lines(&message), format!("{TIME} failed      {shown}\n"));
    }
}

#[test]
fn unknown_lines_are_shown_without_control_characters() {
    assert_eq!(lines("whatever"), format!("{TIME} whatever\n"));
    assert_eq!(lines(r#"{"message":"hello"}"#), format!("{TIME} {{\"message\":\"hello\"}}\n"));
    assert_eq!(lines("{not json"), format!("{TIME} {{not json\n"));
    let why = r#"{"previous":"up","current":"down","targets":[{"name":"plex","status":"down","why":"a\u001b[2Jb\nc"}]}"#;
    let shown = readable(TIME, why, &layout(Page::unbounded(Paint::Plain)));
    assert!(!shown.contains("\u{1b}[2J") && shown.lines().count() == 1, "{shown:?}");
}

#[test]
fn a_degraded_target_is_up_with_its_warnings() {
    let run = r#"{"previous":"up","current":"up","http":200,"targets":[
        {"name":"sonarr","status":"up","since":1,"http":200,"ms":38.0,
         "warnings":[{"since":1,"why":"disk /data: 38 GB free, less than 50 GB"},{"since":2,"why":"slow\u001b responses"}]}]}"#;
    insta::assert_snapshot!(lines(&run.replace('\n', "")), @"
    2026-11-03T10:05:07Z sonarr      degraded     38 ms  HTTP 200
    2026-11-03T10:05:07Z                      disk /data: 38 GB free, less than 50 GB
    2026-11-03T10:05:07Z                      slow  responses
    ");
}
