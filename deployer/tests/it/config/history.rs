//! `[history]`: how long it is kept, and how much has room.

use std::fmt::Write as _;

use plexmon_deploy::config::HistoryRoom;
use plexmon_deploy::text::history_room;

use super::{TARGET, below, parse, refuses, top};

#[test]
fn ninety_days_are_kept_by_default() {
    assert_eq!(parse(TARGET).unwrap().history.days, 90);
    assert_eq!(parse(&below("[history]")).unwrap().history.days, 90);
    assert_eq!(parse(&below("[history]\ndays = 7")).unwrap().history.days, 7);
}

#[test]
fn other_numbers_of_days_and_other_keys_are_refused() {
    refuses![
        below("[history]\ndays = 6"),
        below("[history]\ndays = 91"),
        below("[history]\ndays = \"90\""),
        below("[history]\nday = 30"),
        top("history = 90"),
    ];
}

/// The parameter of the state would have the name of another deployment's history.
#[test]
fn names_that_look_like_a_history_are_refused() {
    refuses![
        top("name = \"home_history\""),
        top("name = \"home_history2\""),
        below("[state]\nparameter = \"/home/plex_history\""),
        below("[state]\nparameter = \"/home/plex_history12\""),
        below("[state]\nparameter = \"/home/plex_history_unreadable\""),
    ];
    assert!(parse(&top("name = \"history\"")).is_ok());
    assert!(parse(&format!("name = \"a_history\"\n{}", below("[state]\nparameter = \"/a\""))).is_ok());
}

/// The settings of the function are part of its code: a changed schedule should not need another upload.
#[test]
fn the_schedule_of_a_home_does_not_change_how_the_history_is_divided() {
    let divided = |schedule: &str| parse(&top(&format!("schedule = \"{schedule}\""))).unwrap().history;
    for schedule in ["rate(1 minute)", "rate(1 hour)", "rate(1 day)", "cron(0/10 * * * ? *)"] {
        assert_eq!(divided(schedule), divided("rate(5 minutes)"), "{schedule}");
    }
}

/// Return what `plan` says about the history of this many targets.
fn said(schedule: &str, targets: usize, days: usize) -> String {
    let mut text = format!("schedule = \"{schedule}\"\n");
    for number in 1..=targets {
        let _ =
            write!(text, "[[target]]\nname = \"app{number:03}\"\nurl = \"https://example.com/{number}\"\n");
    }
    let config = parse(&format!("{text}[history]\ndays = {days}\n")).unwrap();
    history_room(&HistoryRoom::of(&config)).unwrap_or_else(|| "(nothing)".to_owned())
}

#[test]
fn plan_says_what_has_room_only_if_that_is_less_than_configured() {
    let five = "rate(5 minutes)";
    for (schedule, targets) in
        [(five, 1), (five, 17), (five, 250), ("rate(1 minute)", 250), ("rate(1 hour)", 21)]
    {
        assert_eq!(said(schedule, targets, 90), "(nothing)", "{targets}");
    }
    insta::assert_snapshot!(said(five, 251, 90), @"history: 90 days of 251 targets, response times of 48 hours, the last 23 outages of each, in 126 parameters");
    insta::assert_snapshot!(said(five, 500, 90), @"history: 90 days of 500 targets, response times of 48 hours, the last 23 outages of each, in 250 parameters");
    insta::assert_snapshot!(said(five, 501, 90), @"history: only 48 of 90 days of 501 targets, response times of 48 hours, the last 8 outages of each, in 167 parameters");
    insta::assert_snapshot!(said(five, 900, 90), @"history: only 25 of 90 days of 900 targets, response times of 24 hours, the last 8 outages of each, in 225 parameters");
    insta::assert_snapshot!(said(five, 900, 7), @"history: 7 days of 900 targets, response times of 48 hours, the last 23 outages of each, in 225 parameters");
    insta::assert_snapshot!(said("rate(1 hour)", 22, 90), @"history: 90 days of 22 targets, response times of 48 hours, the last 23 outages of each, in 11 parameters");
    insta::assert_snapshot!(said("rate(1 hour)", 85, 90), @"history: only 25 of 90 days of 84 of 85 targets, response times of 24 hours, the last 8 outages of each, in 21 parameters; the other one has none: check more often, or divide the targets among several deployments");
    insta::assert_snapshot!(said("rate(1 hour)", 500, 90), @"history: only 25 of 90 days of 84 of 500 targets, response times of 24 hours, the last 8 outages of each, in 21 parameters; the other 416 have none: check more often, or divide the targets among several deployments");
    insta::assert_snapshot!(said("rate(1 day)", 500, 90), @"history: only 25 of 90 days of 84 of 500 targets, response times of 24 hours, the last 8 outages of each, in 21 parameters; the other 416 have none: check more often, or divide the targets among several deployments");
}
