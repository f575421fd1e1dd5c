//! `[report]`: when reports are sent.

use plexmon_function::contract::settings::{ReportDay, ReportSchedule};

use super::{below, parse, refuses};

const CHANNEL: &str = "[notify.slack]\nurl = { env = \"SLACK_URL\" }\n";

fn with(lines: &str) -> String {
    below(&format!("{CHANNEL}\n[report]\n{lines}"))
}

fn read(lines: &str) -> ReportSchedule {
    parse(&with(lines)).unwrap().settings().report.unwrap()
}

#[test]
fn a_report_is_weekly_or_monthly() {
    for (text, day, minute) in [
        ("weekly = \"monday 09:00\"", ReportDay::Weekly(0), 540),
        ("weekly = \"SUN 23:59\"", ReportDay::Weekly(6), 1_439),
        ("weekly = \"  Thursday   0:05 \"", ReportDay::Weekly(3), 5),
        ("monthly = \"1 09:00\"", ReportDay::Monthly(1), 540),
        ("monthly = \"28 00:00\"", ReportDay::Monthly(28), 0),
    ] {
        assert_eq!(read(text), ReportSchedule { day, minute }, "{text}");
    }
    assert_eq!(parse(&below(CHANNEL)).unwrap().settings().report, None);
}

#[test]
fn the_function_reads_what_is_written() {
    let settings = serde_json::to_value(parse(&with("weekly = \"tue 09:30\"")).unwrap().settings()).unwrap();
    assert_eq!(settings["report"], serde_json::json!({ "weekly": 1, "minute": 570 }));
}

#[test]
fn invalid_reports_are_rejected() {
    refuses![
        with(""),
        with("weekly = \"monday 09:00\"\nmonthly = \"1 09:00\""),
        with("weekly = \"monday\""),
        with("weekly = \"09:00\""),
        with("weekly = \"monday at 09:00\""),
        with("weekly = \"mo 09:00\""),
        with("weekly = \"1 09:00\""),
        with("weekly = \"monday 24:00\""),
        with("weekly = \"monday 9 am\""),
        with("weekly = true"),
        with("weekly = [\"monday 09:00\", \"friday 09:00\"]"),
        with("monthly = \"0 09:00\""),
        with("monthly = \"29 09:00\""),
        with("monthly = \"1st 09:00\""),
        with("monthly = \"monday 09:00\""),
        with("monthly = 1"),
        with("monthy = \"1 09:00\""),
        with("daily = \"09:00\""),
        with("weekly = \"monday 09:00\"\ntimezone = \"Europe/Berlin\""),
        with("weekly = \"monday 09:00\"").replace("[report]", "[[report]]"),
    ];
}

#[test]
fn a_report_without_a_channel_is_rejected() {
    let report = "[report]\nweekly = \"monday 09:00\"";
    let channel = |lines: &str| below(&format!("{lines}\n{report}"));
    refuses![
        channel(""),
        channel(&format!("{CHANNEL}min = \"warn\"")),
        channel("[notify.pagerduty]\nkey = { env = \"PAGERDUTY_KEY\" }"),
    ];
    assert!(parse(&channel(&format!("{CHANNEL}min = \"info\""))).is_ok());
}

#[test]
fn a_report_about_more_days_than_are_kept_is_rejected() {
    let keeping = |days: u32, report: &str| format!("{}\n[history]\ndays = {days}\n", with(report));
    refuses![keeping(7, "weekly = \"monday 09:00\""), keeping(31, "monthly = \"1 09:00\"")];
    assert!(parse(&keeping(8, "weekly = \"monday 09:00\"")).is_ok());
    assert!(parse(&keeping(32, "monthly = \"1 09:00\"")).is_ok());
}
