//! The text of a report.

use plexmon_function::contract::history::{Class, TargetHistory};
use plexmon_function::contract::reply::WarningReply;

use super::*;
use crate::history::made::Made;
use crate::resource::ResourceKind;
use crate::text::Charset;

/// 2026-11-03 10:06 UTC
const NOW: u64 = 1_793_700_360;

fn target(name: &str, status: &str, failed: Option<(&str, Cause)>) -> TargetReport {
    let (why, cause) = failed.map(|(why, cause)| (why.to_owned(), cause)).unzip();
    let (name, status, since) = (name.to_owned(), status.to_owned(), Some(1_793_700_300));
    TargetReport { name, status, since, why, cause, ..TargetReport::default() }
}

fn degraded(name: &str, warnings: &[&str]) -> TargetReport {
    let warning = |why: &&str| WarningReply { since: 1_793_700_300, why: (*why).to_owned() };
    TargetReport { warnings: warnings.iter().map(warning).collect(), ..target(name, "degraded", None) }
}

/// What is deployed, as configured, with these targets.
fn report(targets: Vec<TargetReport>) -> Report {
    Report {
        deployed: true,
        in_sync: true,
        code: None,
        schedule: Some("rate(5 minutes)".to_owned()),
        enabled: true,
        last_check: Some(1_793_700_300),
        paused_until: None,
        page: None,
        targets,
        drift: Vec::new(),
        kept: Vec::new(),
        problems: Vec::new(),
        account_plan: None,
        place: "monitor in account 123456789012, region eu-central-1".to_owned(),
        region: "eu-central-1".to_owned(),
        now: NOW,
        clock: Clock::default(),
    }
}

#[test]
fn states_and_problems_have_color() {
    let kept = Kept {
        kind: ResourceKind::Role,
        name: "monitor-role".to_owned(),
        region: "eu-central-1".to_owned(),
        why: "still in use".to_owned(),
    };
    let targets = vec![
        target("plex", "up", None),
        target("sonarr", "down", Some(("connection refused", Cause::Connect))),
        target("uptime-kuma", "unknown", None),
        degraded("nas", &["disk /data: 38 GB free, less than 50 GB", "load: 12, more than 8"]),
    ];
    let report = Report {
        in_sync: false,
        kept: vec![kept],
        problems: vec!["the function cannot run".to_owned()],
        ..report(targets)
    };
    let text = report.text(Page::unbounded(Paint::Colored));
    assert_eq!(
        console::strip_ansi_codes(&text),
        report.text(Page::unbounded(Paint::Plain)),
        "only color differs"
    );
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"), @"
    monitor in account 123456789012, region eu-central-1
      deployed    ESC[33myes, but not as configured (`plexmon-deploy up` updates it)ESC[0m
        would keep role monitor-role (still in use)
      ESC[31mproblemESC[0m     the function cannot run
      schedule    rate(5 minutes)
      last check  1 min ago
      plex        ESC[32mupESC[0m since 2026-11-03 10:05 UTC
      sonarr      ESC[31mdownESC[0m since 2026-11-03 10:05 UTC: connection refused
      uptime-kuma ESC[38;5;244munknownESC[0m since 2026-11-03 10:05 UTC
      nas         ESC[33mdegradedESC[0m since 2026-11-03 10:05 UTC: disk /data: 38 GB free, less than 50 GB
                  load: 12, more than 8
      connect: check the port forwarding, the firewall, and that the proxy or tunnel is running
    ");
}

fn with_history(name: &str, history: &TargetHistory, clock: &Clock) -> TargetReport {
    target(name, "up", None).with_history(history, clock)
}

/// Targets with a long history, one of 40 days, one of 3 days, one of 5 hours, and without any.
fn pasts(clock: &Clock) -> Vec<TargetReport> {
    let wave = |before: u32| (before % 11 != 7).then(|| 60.0 + f64::from((before * 7) % 24) * 10.0);
    let all = Made {
        others: vec![(5, Class::Down, 1), (500, Class::Down, 3), (1_500, Class::Down, 12)],
        ..Made::up(NOW, 100 * 24)
    };
    let some = Made { others: vec![(300, Class::Down, 2)], ..Made::up(NOW, 40 * 24) };
    let in_maintenance =
        Made { others: (0..5).map(|before| (before, Class::Maintenance, 12)).collect(), ..Made::up(NOW, 5) };
    vec![
        with_history("plex", &all.with(wave, clock), clock),
        with_history("sonarr", &some.with(|_| Some(45.0), clock), clock),
        with_history(
            "nas",
            &Made::up(NOW, 3 * 24).with(|before| (before < 2).then_some(1_500.0), clock),
            clock,
        ),
        with_history("new", &in_maintenance.with(|_| None, clock), clock),
        with_history("newest", &Made::up(NOW, 0).with(|_| None, clock), clock),
    ]
}

fn of_targets(text: &str) -> String {
    text.lines().skip(4).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_target_has_its_uptime_and_response_times() {
    let report = report(pasts(&Clock::default()));
    let page = Page::of_width(100, Paint::Plain).in_charset(Charset::Utf8);
    insta::assert_snapshot!(of_targets(&report.text(page)), @"
    plex        up since 2026-11-03 10:05 UTC
      24 h 99.65 %  30 d 99.95 %  90 d 99.93 %          ▇▄▂▇▅ █▆▄▂▇▅▃█▆▄ ▇▄▂█▅▃▁ 59-279 ms
    sonarr      up since 2026-11-03 10:05 UTC
      24 h 100 %    30 d 99.97 %  since 24 Sep 99.98 %  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ 45 ms
    nas         up since 2026-11-03 10:05 UTC
      24 h 100 %    since 31 Oct 100 %                                        ▁▁ 1448 ms
    new         up since 2026-11-03 10:05 UTC
      since 06:00 UTC no data
    newest      up since 2026-11-03 10:05 UTC
      no history yet
    ");
}

#[test]
fn in_60_columns_response_times_have_a_line_of_their_own() {
    let clock = Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
    let report = Report { clock: clock.clone(), ..report(pasts(&clock)) };
    let page = Page::of_width(60, Paint::Plain).in_charset(Charset::Ascii);
    let text = report.text(page);
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 60), "{text}");
    insta::assert_snapshot!(of_targets(&text), @"
    plex        up since 2026-11-03 11:05 CET
      24 h 99.65 %  30 d 99.95 %  90 d 99.93 %
      #=:#+ @*=:#+-@*= #=:@+-. 59-279 ms
    sonarr      up since 2026-11-03 11:05 CET
      24 h 100 %    30 d 99.97 %  since 24 Sep 99.98 %
      ........................ 45 ms
    nas         up since 2026-11-03 11:05 CET
      24 h 100 %    since 31 Oct 100 %
                            .. 1448 ms
    new         up since 2026-11-03 11:05 CET
      since 07:00 CET no data
    newest      up since 2026-11-03 11:05 CET
      no history yet
    ");
}

#[test]
fn the_document_has_numbers_and_null_where_nothing_is_known() {
    let report = report(pasts(&Clock::default()));
    let json = serde_json::to_value(&report).unwrap();
    let uptimes: Vec<String> =
        json["targets"].as_array().unwrap().iter().map(|target| target["uptime"].to_string()).collect();
    insta::assert_snapshot!(uptimes.join("\n"), @r#"
    {"24h":99.65,"30d":99.95,"90d":99.93}
    {"24h":100.0,"30d":99.97,"90d":99.98}
    {"24h":100.0,"30d":100.0,"90d":100.0}
    {"24h":null,"30d":null,"90d":null}
    {"24h":null,"30d":null,"90d":null}
    "#);
    let plex = &json["targets"][0]["history"];
    insta::assert_snapshot!(plex["checks"], @r#"{"24h":{"known":288,"up":287,"degraded":0,"partial":0,"down":1,"maintenance":0,"unknown":0},"30d":{"known":8484,"up":8480,"degraded":0,"partial":0,"down":4,"maintenance":0,"unknown":0},"90d":{"known":25764,"up":25748,"degraded":0,"partial":0,"down":16,"maintenance":0,"unknown":0}}"#);
    assert_eq!(plex["since"], 1_785_974_400);
    let times = &plex["response_times"];
    assert_eq!(times["hours"].as_array().unwrap().len(), 24);
    insta::assert_snapshot!(format!("{} {} {}", times["today"], times["hours"][23], times["hours"][16]), @r#"{"median_ms":166.0,"p95_ms":279.0} {"begin":1793700000,"median_ms":59.0,"p95_ms":59.0} {"begin":1793674800,"median_ms":null,"p95_ms":null}"#);
    assert_eq!(json["targets"][4]["history"]["since"], serde_json::Value::Null);
    let before = target("plex", "up", None);
    let json = serde_json::to_value(&before).unwrap();
    assert_eq!(json["uptime"].to_string(), r#"{"24h":null,"30d":null,"90d":null}"#);
}
