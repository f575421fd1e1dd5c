//! The forms of a report.

use plexmon_function::contract::history::{Class, Event, EventKind, Period, TargetHistory};
use plexmon_function::contract::settings::Clock;
use plexmon_function::probe::Cause;

use super::csv::csv;
use super::report::Report;
use crate::cli::Since;
use crate::history::Window;
use crate::history::made::{Made, event};
use crate::text::{Page, Paint};

/// 2026-11-03 10:06 UTC
const NOW: u64 = 1_793_700_360;
const DAY: u64 = 24 * 60;

fn histories(clock: &Clock) -> Vec<(String, TargetHistory)> {
    let of = |kind, before, length, cause| event(kind, NOW, before, length, cause);
    let plex = Made {
        others: vec![
            (0, Class::Down, 12),
            (1, Class::Down, 12),
            (2, Class::Down, 12),
            (20 * 24, Class::Down, 2),
            (60 * 24, Class::Down, 12),
        ],
        events: vec![
            of(EventKind::Outage, 60 * DAY, 65, Some(Cause::RateLimited)),
            of(EventKind::Planned, 30 * DAY, 20, Some(Cause::App)),
            of(EventKind::Outage, 20 * DAY, 11 * 60 + 20, Some(Cause::Home)),
            // The clock was set back in between: 2026-10-25 01:00 UTC.
            of(EventKind::Outage, 9 * DAY + 9 * 60 + 26, 45, None),
            of(EventKind::Interrupted, 3 * DAY, 30, Some(Cause::Condition)),
            of(EventKind::CheckChanged, 3 * DAY - 30, 0, None),
        ],
        outage: Some(of(EventKind::Outage, 126, 126, Some(Cause::Connect))),
        ..Made::up(NOW, 100 * 24)
    };
    vec![
        ("plex".to_owned(), plex.with(|_| None, clock)),
        ("=cmd|'/c calc'!A0, \"nas\"".to_owned(), Made::up(NOW, 3 * 24).with(|_| None, clock)),
        ("new".to_owned(), Made::up(NOW, 0).with(|_| None, clock)),
    ]
}

fn report(since: Since, clock: &Clock) -> Report {
    Report::new(histories(clock).iter(), Window::new(since, clock, NOW), clock, NOW, Vec::new())
}

fn ago(text: &str) -> Since {
    Since::Ago(humantime::parse_duration(text).unwrap())
}

fn berlin() -> Clock {
    Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3")
}

#[test]
fn outages_are_listed_by_the_owners_clock_the_oldest_first() {
    let text = report(ago("90d"), &berlin()).text(Page::of_width(100, Paint::Plain));
    insta::assert_snapshot!(text, @r#"
    plex: 99.80 % up, 5 outages (15 h 46 min down) since 2026-08-06
      2026-09-04 12:06-13:11 CEST                   1 h 5 min    rate limited
      2026-10-04 12:06-12:26 CEST                   20 min       app, in maintenance
      2026-10-14 12:06-23:26 CEST                   11 h 20 min  home
      2026-10-25 02:40 CEST - 2026-10-25 02:25 CET  45 min       cause not known
      2026-10-31 11:06-11:36 CET                    30 min       condition, until the check was changed
      2026-10-31 11:36 CET                          the check was changed
      2026-11-03 09:00 CET - now                    2 h 6 min    connect, ongoing
    =cmd|'/c calc'!A0, "nas": 100 % up, no outages since 2026-10-31
    new: no history yet
    "#);
}

#[test]
fn only_color_differs() {
    let colored = report(ago("90d"), &berlin()).text(Page::of_width(100, Paint::Colored));
    let plain = report(ago("90d"), &berlin()).text(Page::of_width(100, Paint::Plain));
    assert_ne!(colored, plain);
    assert_eq!(console::strip_ansi_codes(&colored), plain);
}

#[test]
fn in_60_columns_no_word_is_cut() {
    let page = Page::of_width(60, Paint::Plain);
    let text = page.wrapped(&report(ago("90d"), &berlin()).text(page));
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    insta::assert_snapshot!(text, @r#"
    plex: 99.80 % up, 5 outages (15 h 46 min down) since
      2026-08-06
      2026-09-04 12:06-13:11 CEST  1 h 5 min    rate limited
      2026-10-04 12:06-12:26 CEST  20 min       app, in
        maintenance
      2026-10-14 12:06-23:26 CEST  11 h 20 min  home
      2026-10-25 02:40 CEST - 2026-10-25 02:25 CET  45 min
        cause not known
      2026-10-31 11:06-11:36 CET   30 min       condition, until
        the check was changed
      2026-10-31 11:36 CET         the check was changed
      2026-11-03 09:00 CET - now   2 h 6 min    connect, ongoing
    =cmd|'/c calc'!A0, "nas": 100 % up, no outages since
      2026-10-31
    new: no history yet
    "#);
}

#[test]
fn an_outage_that_began_earlier_counts_from_the_beginning_of_the_period() {
    let clock = Clock::default();
    for (since, expected) in [("6h", 126 * 60), ("2h", 66 * 60), ("1h", 6 * 60), ("24h", 126 * 60)] {
        let report = report(ago(since), &clock);
        assert_eq!((report.targets[0].outages, report.targets[0].down_seconds), (1, expected), "{since}");
    }
    let text = report(ago("2h"), &clock).text(Page::of_width(100, Paint::Plain));
    insta::assert_snapshot!(text, @r#"
    plex: 0.00 % up, 1 outage (1 h 6 min down) since 2026-11-03 09:00 UTC
      2026-11-03 08:00 UTC - now  2 h 6 min    connect, ongoing
    =cmd|'/c calc'!A0, "nas": 100 % up, no outages since 2026-11-03 09:00 UTC
    new: no history yet
    "#);
}

#[test]
fn the_uptime_is_that_of_status() {
    let clock = berlin();
    let history = &histories(&clock)[0].1;
    for (since, period) in [("24h", Period::Hours24), ("30d", Period::Days(30)), ("90d", Period::Days(90))] {
        let window = Window::new(ago(since), &clock, NOW);
        assert_eq!(window.counts(history), history.counts(period), "{since}");
    }
}

#[test]
fn a_short_history_begins_with_its_first_hour_or_day() {
    let clock = Clock::default();
    let histories = [("nas".to_owned(), Made::up(NOW, 5).with(|_| None, &clock))];
    let summary = |since| {
        let window = Window::new(ago(since), &clock, NOW);
        let report = Report::new(histories.iter(), window, &clock, NOW, Vec::new());
        report.text(Page::of_width(100, Paint::Plain))
    };
    assert_eq!(summary("24h"), "nas: 100 % up, no outages since 2026-11-03 06:00 UTC");
    assert_eq!(summary("2h"), "nas: 100 % up, no outages since 2026-11-03 09:00 UTC");
    assert_eq!(summary("90d"), "nas: 100 % up, no outages since 2026-11-03");
}

#[test]
fn the_document_has_unix_seconds() {
    let json = serde_json::to_string_pretty(&report(ago("2d"), &Clock::default())).unwrap();
    insta::assert_snapshot!(json, @r#"
    {
      "since": 1793577600,
      "until": 1793700360,
      "targets": [
        {
          "name": "plex",
          "since": 1793577600,
          "uptime": 91.42,
          "checks": {
            "known": 420,
            "up": 384,
            "degraded": 0,
            "partial": 0,
            "down": 36,
            "maintenance": 0,
            "unknown": 0
          },
          "outages": 1,
          "down_seconds": 7560,
          "events": [
            {
              "kind": "outage",
              "begin": 1793692800,
              "end": null,
              "seconds": 7560,
              "cause": "connect"
            }
          ]
        },
        {
          "name": "=cmd|'/c calc'!A0, \"nas\"",
          "since": 1793577600,
          "uptime": 100.0,
          "checks": {
            "known": 420,
            "up": 420,
            "degraded": 0,
            "partial": 0,
            "down": 0,
            "maintenance": 0,
            "unknown": 0
          },
          "outages": 0,
          "down_seconds": 0,
          "events": []
        },
        {
          "name": "new",
          "since": null,
          "uptime": null,
          "checks": {
            "known": 0,
            "up": 0,
            "degraded": 0,
            "partial": 0,
            "down": 0,
            "maintenance": 0,
            "unknown": 0
          },
          "outages": 0,
          "down_seconds": 0,
          "events": []
        }
      ],
      "problems": []
    }
    "#);
}

#[test]
fn csv_has_a_line_for_each_event_in_utc() {
    let mut report = report(ago("90d"), &berlin());
    // The hostile name needs an outage.
    report.targets[1].events = report.targets[0].events.split_off(6);
    let csv = csv(&report);
    assert!(csv.split_terminator("\r\n").all(|line| !line.contains(['\r', '\n'])));
    insta::assert_snapshot!(csv.replace("\r\n", "<CRLF>\n"), @r#"
    target,kind,begin,end,seconds,cause<CRLF>
    plex,outage,2026-09-04T10:06:00Z,2026-09-04T11:11:00Z,3900,rate_limited<CRLF>
    plex,planned,2026-10-04T10:06:00Z,2026-10-04T10:26:00Z,1200,app<CRLF>
    plex,outage,2026-10-14T10:06:00Z,2026-10-14T21:26:00Z,40800,home<CRLF>
    plex,outage,2026-10-25T00:40:00Z,2026-10-25T01:25:00Z,2700,<CRLF>
    plex,interrupted,2026-10-31T10:06:00Z,2026-10-31T10:36:00Z,1800,condition<CRLF>
    plex,check_changed,2026-10-31T10:36:00Z,2026-10-31T10:36:00Z,0,<CRLF>
    "'=cmd|'/c calc'!A0, ""nas""",outage,2026-11-03T08:00:00Z,,7560,connect<CRLF>
    "#);
}

#[test]
fn an_event_without_a_cause_and_a_length_of_nothing_has_empty_fields() {
    let outage = Event { kind: EventKind::Outage, begin: NOW, end: NOW, cause: None };
    let clock = Clock::default();
    let history = Made { events: vec![outage], ..Made::up(NOW, 1) }.with(|_| None, &clock);
    let window = Window::new(ago("1h"), &clock, NOW);
    let report = Report::new([("a".to_owned(), history)].iter(), window, &clock, NOW, Vec::new());
    assert!(csv(&report).ends_with("\r\na,outage,2026-11-03T10:06:00Z,2026-11-03T10:06:00Z,0,\r\n"));
}
