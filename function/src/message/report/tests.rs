//! What reports say, as people read them.

mod week;

use self::week::{DAY, DUE, END, HOUR, Week};
use super::*;
use crate::contract::history::{Class, Event, EventKind};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Expect, ReportSchedule};
use crate::contract::state::{DomainState, Status};
use crate::message::message_with;

#[test]
fn a_quiet_week_is_one_line() {
    let week = Week::of(&["plex", "sonarr", "wizarr"]);
    assert_eq!(week.text(), "A quiet week: 16 to 22 Nov\nAll 3 apps were up, no outage.");
    assert_eq!(Week::of(&["plex"]).text(), "A quiet week: 16 to 22 Nov\nPlex was up, no outage.");
    let mut month = Week::of(&["plex"]);
    month.settings.report = Some(ReportSchedule { day: ReportDay::Monthly(23), minute: 540 });
    assert_eq!(
        month.text(),
        "Month of 23 Oct to 22 Nov: no outage\n\
         Plex was up, no outage.\n\
         The history has 7 of the 31 days.\n\
         Slowest (median response time): plex 99 ms."
    );
}

#[test]
fn targets_that_were_down_have_a_line_each_the_worst_first() {
    let mut week = Week::of(&["plex", "sonarr", "wizarr", "jellyfin"]);
    week.outage("plex", END - 2 * DAY, 35 * 60);
    week.outage("sonarr", END - 4 * DAY, 3 * HOUR);
    week.outage("sonarr", END - 3 * DAY, 20 * 60);
    week.add("jellyfin", END - DAY, 24, Class::Up, 1_500.0);
    week.state.targets[2].app_version = Some("4.1.0".to_owned());
    assert_eq!(
        week.text(),
        "Week of 16 to 22 Nov: 3 outages, 2 of 4 apps were always up\n\
         Sonarr: 98.01 % up. 2 outages, 3 h 20 min in all, the longest 3 h (19 Nov 00:00 CET).\n\
         Plex: 99.65 % up. 1 outage of 35 min (21 Nov 00:00 CET).\n\
         2 apps had no outage.\n\
         Slowest (median response time): plex 99 ms, sonarr 99 ms, wizarr 99 ms.\n\
         Versions: wizarr 4.1.0."
    );
}

#[test]
fn an_outage_that_lasts_or_began_before_the_week_counts_as_far_as_it_is_in_it() {
    let mut week = Week::of(&["plex", "sonarr"]);
    // From Sunday to Monday of the week before, and one after the week.
    week.records.get_mut("plex").unwrap().events = vec![
        Event { kind: EventKind::Outage, begin: END - 8 * DAY, end: END - 7 * DAY + HOUR, cause: None },
        Event { kind: EventKind::Outage, begin: END + HOUR, end: END + 2 * HOUR, cause: None },
        Event { kind: EventKind::Planned, begin: END - DAY, end: END - DAY + HOUR, cause: None },
        Event { kind: EventKind::CheckChanged, begin: END - DAY, end: END - DAY, cause: None },
    ];
    (week.state.targets[1].status, week.state.targets[1].since) = (Status::Down, END - 5 * HOUR);
    assert_eq!(
        week.text(),
        "Week of 16 to 22 Nov: 2 outages\n\
         Plex: 99.95 % up. 1 outage of 1 h (15 Nov 00:00 CET).\n\
         Sonarr: 99.95 % up. Down since 22 Nov 19:00 CET.\n\
         Slowest (median response time): plex 99 ms, sonarr 99 ms."
    );
    // An outage that began after the week is a matter of the next report.
    week.records.get_mut("plex").unwrap().events.clear();
    week.state.targets[1].since = END + HOUR;
    assert_eq!(week.text(), "A quiet week: 16 to 22 Nov\nAll 2 apps were up, no outage.");
}

#[test]
fn a_single_app_has_its_uptime_in_the_title() {
    let mut week = Week::of(&["plex"]);
    week.outage("plex", END - 2 * DAY, 5 * 60);
    assert_eq!(week.text().lines().next(), Some("Week of 16 to 22 Nov: 99.95 % up, 1 outage"));
}

#[test]
fn what_ends_soon_is_listed_even_if_nothing_happened() {
    let mut week = Week::of(&["plex", "sonarr", "wizarr", "nas"]);
    let until = |days: u64, life: u64| (Some(DUE + days * DAY), Some(DUE + days * DAY - life * DAY));
    for (at, (expires, begins)) in
        [until(12, 90), until(12, 90), until(29, 90), until(2, 6)].into_iter().enumerate()
    {
        (week.observations[at].certificate_expires, week.observations[at].certificate_begins) =
            (expires, begins);
    }
    let domain = |name: &str, days| DomainState {
        name: name.to_owned(),
        expires: Some(DUE + days * DAY),
        ..DomainState::default()
    };
    week.state.targets[0].domain = Some(domain("example.com", 20));
    week.state.targets[1].domain = Some(domain("example.org", 300));
    assert_eq!(
        week.text(),
        "Week of 16 to 22 Nov: no outage\n\
         All 4 apps were up, no outage.\n\
         Certificates that end soon: 2026-11-25 (nas), 2026-12-05 (plex, sonarr), 2026-12-22 (wizarr).\n\
         Domains that end soon: 2026-12-13 (example.com).\n\
         Slowest (median response time): plex 99 ms, sonarr 99 ms, wizarr 99 ms."
    );
    // A certificate that has most of its lifetime left is renewed before.
    for seen in &mut week.observations {
        seen.certificate_begins = seen.certificate_expires.map(|expires| expires - 4 * DAY);
    }
    week.state.targets[0].domain = None;
    week.observations[3].certificate_expires = None;
    assert_eq!(week.text(), "A quiet week: 16 to 22 Nov\nAll 4 apps were up, no outage.");
}

#[test]
fn time_without_a_result_is_not_passed_over() {
    let mut week = Week::of(&["plex", "sonarr", "nas"]);
    week.add("plex", END - 20 * HOUR, 20, Class::Unknown, 100.0);
    // Less than one percent, and maintenance.
    week.add("sonarr", END - HOUR, 1, Class::Unknown, 100.0);
    week.add("sonarr", END - 20 * HOUR, 20, Class::Maintenance, 100.0);
    week.records.remove("nas");
    assert_eq!(
        week.text(),
        "Week of 16 to 22 Nov: no outage\n\
         2 apps had no outage.\n\
         Checks without a result: plex 10 %.\n\
         Slowest (median response time): plex 99 ms, sonarr 99 ms."
    );
    week.records.clear();
    assert_eq!(week.text(), "Week of 16 to 22 Nov: no checks\nThe history has 0 of the 7 days.");
}

#[test]
fn a_target_that_must_be_closed_is_open_not_down() {
    let mut week = Week::of(&["plex", "plex-open"]);
    week.settings.targets[1].expect = Expect::Refusal;
    assert_eq!(week.text(), "A quiet week: 16 to 22 Nov\nPlex was up, no outage.");
    week.outage("plex-open", END - 2 * DAY, 35 * 60);
    assert_eq!(
        week.text(),
        "Week of 16 to 22 Nov: no outage, OPEN to the internet: Plex-open\n\
         Plex-open: 99.65 % closed. Open for 35 min (21 Nov 00:00 CET).\n\
         Plex was up, no outage.\n\
         Slowest (median response time): plex 99 ms."
    );
    week.settings.targets.remove(0);
    week.outage("plex-open", END - DAY, 5 * 60);
    let text = week.text();
    assert!(text.contains("99.60 % closed. 2 times open, 40 min in all, the longest 35 min"), "{text}");
}

#[test]
fn a_report_without_the_history_says_what_is_known() {
    let mut week = Week::of(&["plex", "sonarr"]);
    week.outage("plex", END - 2 * DAY, 35 * 60);
    (week.state.targets[1].status, week.state.targets[1].since) = (Status::Down, END - 5 * HOUR);
    assert_eq!(
        week.report(false),
        "Week of 16 to 22 Nov: the history could not be read\n\
         Sonarr: Down since 22 Nov 19:00 CET.\n\
         This is what is known without the history."
    );
}

#[test]
fn a_report_about_many_targets_is_bounded_and_says_how_many_are_missing() {
    let names: Vec<String> = (0..40).map(|at| format!("a-target-with-a-rather-long-name-{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut week = Week::of(&names);
    for (at, name) in names.iter().enumerate().skip(4) {
        week.outage(name, END - 2 * DAY, 300 * (1 + at as u64));
        week.outage(name, END - DAY, 300);
        week.state.targets[at].app_version = Some("4.1.0.2026-11-20".to_owned());
    }
    week.state.targets[0].domain = Some(DomainState {
        name: "example.com".to_owned(),
        expires: Some(DUE + DAY),
        ..DomainState::default()
    });
    let text = week.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Week of 16 to 22 Nov: 72 outages, 4 of 40 apps were always up");
    assert_eq!(lines[6], "And 31 apps with less time down.");
    assert_eq!(lines[7..9], ["4 apps had no outage.", "Domains that end soon: 2026-11-24 (example.com)."]);
    assert!(lines.last().unwrap().ends_with('…'), "{text}");
}

#[test]
fn periods_across_months_and_years_name_both() {
    for (first, end, expected) in [
        (20_409, 20_416, "17 to 23 Nov"),
        (20_420, 20_427, "28 Nov to 4 Dec"),
        (20_450, 20_457, "28 Dec 2025 to 3 Jan 2026"),
        (20_454, 20_485, "1 to 31 Jan"),
    ] {
        assert_eq!(days(first, end), expected);
    }
}

#[test]
fn programs_and_channels_see_a_report_that_is_not_urgent() {
    let Week { settings, state, .. } = Week::of(&["plex"]);
    let report =
        Notification { id: ":7:phone".to_owned(), ..Notification::new(NotificationKind::Report, DUE) };
    let text = Text::new("A quiet week: 16 to 22 Nov", "Plex was up, no outage.");
    let message = message_with(std::slice::from_ref(&report), Some(&text), &state, &settings, true);
    assert_eq!(
        serde_json::to_value(&message).unwrap(),
        serde_json::json!({
            "id": "::7:phone",
            "deployment": "",
            "title": "A quiet week: 16 to 22 Nov",
            "body": "Plex was up, no outage.",
            "severity": "info",
            "urgent": false,
            "at": DUE,
            "url": "",
            "url_title": "",
            "news": [{ "target": "", "kind": "report", "first": false }],
        })
    );
    let again = Notification { unproven: true, ..report };
    let again = message_with(&[again], Some(&text), &state, &settings, true);
    assert_eq!(again.body, "Plex was up, no outage. (may be a repeat)");
}

#[test]
fn a_target_that_was_never_checked_was_not_always_up() {
    let mut week = Week::of(&["plex", "sonarr", "wizarr"]);
    week.outage("plex", END - 2 * DAY, 35 * 60);
    *week.records.get_mut("wizarr").unwrap() = Record::default();
    let text = week.text();
    assert!(text.starts_with("Week of 16 to 22 Nov: 1 outage, 1 of 3 apps were always up\n"), "{text}");
    assert!(text.contains("\n1 app had no outage.\n"), "{text}");
}
