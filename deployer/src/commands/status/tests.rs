//! The text of a report.

use plexmon_function::contract::reply::WarningReply;

use super::*;
use crate::resource::ResourceKind;

fn target(name: &str, status: &str, failed: Option<(&str, Cause)>) -> TargetReport {
    let (why, cause) = failed.map(|(why, cause)| (why.to_owned(), cause)).unzip();
    let (name, status, since) = (name.to_owned(), status.to_owned(), Some(1_793_700_300));
    TargetReport { name, status, since, why, cause, warnings: Vec::new() }
}

fn degraded(name: &str, warnings: &[&str]) -> TargetReport {
    let warning = |why: &&str| WarningReply { since: 1_793_700_300, why: (*why).to_owned() };
    TargetReport { warnings: warnings.iter().map(warning).collect(), ..target(name, "degraded", None) }
}

#[test]
fn states_and_problems_have_color() {
    let kept = Kept {
        kind: ResourceKind::Role,
        name: "monitor-role".to_owned(),
        region: "eu-central-1".to_owned(),
        why: "still in use".to_owned(),
    };
    let report = Report {
        deployed: true,
        in_sync: false,
        code: None,
        schedule: Some("rate(5 minutes)".to_owned()),
        enabled: true,
        last_check: Some(1_793_700_300),
        paused_until: None,
        targets: vec![
            target("plex", "up", None),
            target("sonarr", "down", Some(("connection refused", Cause::Connect))),
            target("uptime-kuma", "unknown", None),
            degraded("nas", &["disk /data: 38 GB free, less than 50 GB", "load: 12, more than 8"]),
        ],
        drift: Vec::new(),
        kept: vec![kept],
        problems: vec!["the function cannot run".to_owned()],
        account_plan: None,
        place: "monitor in account 123456789012, region eu-central-1".to_owned(),
        now: 1_793_700_360,
    };
    let text = report.text(Paint::Colored);
    assert_eq!(console::strip_ansi_codes(&text), report.text(Paint::Plain), "only color differs");
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
