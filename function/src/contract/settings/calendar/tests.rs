//! When windows are on, in ordinary nights and in those when the clocks change.

use super::{Change, Clock, Hours, Recurrence, Window};
use crate::contract::settings::Settings;

/// 2026-11-03 10:05:00 UTC, a Tuesday.
const AT: u64 = 1_793_700_300;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

fn berlin() -> Clock {
    Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3")
}

fn weekly(days: &[u8], start: u32, minutes: u32) -> Recurrence {
    Recurrence::Weekly { days: days.to_vec(), start, minutes }
}

#[test]
fn a_single_window_ends_before_its_last_instant() {
    let once = Recurrence::Once { from: AT, until: AT + 60 };
    let on = [AT - 1, AT, AT + 59, AT + 60].map(|now| once.is_on(now, &Clock::default()));
    assert_eq!(on, [false, true, true, false]);
}

#[test]
fn recurring_windows_follow_the_wall_clock() {
    // 10:05 UTC is 11:05 in Berlin, in winter.
    assert!(weekly(&[2], 11 * 60, 10).is_on(AT, &berlin()));
    assert!(!weekly(&[2], 10 * 60, 10).is_on(AT, &berlin()));
    assert!(weekly(&[2], 10 * 60, 10).is_on(AT, &Clock::default()));
    assert!(!weekly(&[1, 3], 11 * 60, 10).is_on(AT, &berlin()));
    // And 12:05 in summer: 2026-07-07 is a Tuesday, too.
    let summer = AT - 119 * 24 * HOUR;
    assert!(weekly(&[2], 12 * 60, 10).is_on(summer, &berlin()));
}

#[test]
fn a_window_may_span_midnight_and_days() {
    let midnight = AT - 10 * HOUR - 5 * MINUTE;
    let night = weekly(&[1], 23 * 60, 120);
    let on = [midnight - HOUR - 1, midnight - HOUR, midnight + HOUR - 1, midnight + HOUR]
        .map(|now| night.is_on(now, &Clock::default()));
    assert_eq!(on, [false, true, true, false]);
    let weekend = weekly(&[5], 18 * 60, 60 * 60);
    assert!(weekend.is_on(midnight - 2 * 24 * HOUR, &Clock::default()), "Sunday morning");
    assert!(!weekend.is_on(AT, &Clock::default()), "Tuesday");
}

#[test]
fn quiet_hours_recur_every_day() {
    let night = Hours { from: 22 * 60, until: 7 * 60 };
    let midnight = AT - 10 * HOUR - 5 * MINUTE;
    let on = [22, 23, 30, 31].map(|hour| night.is_on(midnight - 24 * HOUR + hour * HOUR, &Clock::default()));
    assert_eq!(on, [true, true, true, false]);
    assert!(!night.is_on(AT, &Clock::default()));
}

#[test]
fn the_next_window_is_the_one_that_is_on_or_the_first_that_begins_soon_enough() {
    let utc = Clock::default();
    let midnight = AT - 10 * HOUR - 5 * MINUTE;
    let once = Recurrence::Once { from: AT + 60, until: AT + 120 };
    assert_eq!(once.next(AT, 60, &utc), Some(AT + 60..AT + 120));
    assert_eq!(once.next(AT, 59, &utc), None, "it begins too late");
    assert_eq!(once.next(AT + 119, 0, &utc), Some(AT + 60..AT + 120), "it is on");
    assert_eq!(once.next(AT + 120, 60, &utc), None, "it is over");
    // Mondays at 09:00: the next one is in six days.
    let monday = weekly(&[1], 9 * 60, 30);
    let begin = midnight + 6 * 24 * HOUR + 9 * HOUR;
    assert_eq!(monday.next(AT, 7 * 24 * HOUR, &utc), Some(begin..begin + 30 * MINUTE));
    assert_eq!(monday.next(AT, 5 * 24 * HOUR, &utc), None);
    // Each lasts until the next one has begun: the first that is on counts.
    let long = weekly(&[], 10 * 60, 25 * 60);
    let began = midnight + 10 * HOUR - 24 * HOUR;
    assert_eq!(long.next(AT, 0, &utc), Some(began..began + 25 * HOUR));
    assert_eq!(weekly(&[], 0, 0).next(AT, 7 * 24 * HOUR, &utc), None, "it is never on");
    assert_eq!(weekly(&[9], u32::MAX, u32::MAX).next(u64::MAX, u64::MAX, &utc), None, "of a corrupt file");
    let both = Window { recurrence: once, targets: vec!["plex".to_owned()], clock: None };
    assert_eq!(both.covered("plex", AT + 60, &utc), Some(AT + 60..AT + 120));
    assert_eq!(both.covered("nas", AT + 60, &utc), None);
}

#[test]
fn an_invalid_clock_is_recognized() {
    assert!(Clock::default().is_valid() && berlin().is_valid());
    assert!(!Clock::of_rule("Europe/Berlin").is_valid());
}

/// Parse a time in UTC.
fn utc(text: &str) -> u64 {
    let at: jiff::Timestamp = format!("{text}:00Z").parse().unwrap();
    u64::try_from(at.as_second()).unwrap()
}

/// The instants at which it begins and ends within two days, to the minute. `next` must say the same at each minute.
fn edges(recurrence: &Recurrence, clock: &Clock, from: &str) -> Vec<String> {
    let start = utc(from);
    let mut edges = Vec::new();
    let mut was_on = recurrence.is_on(start, clock);
    let mut next = recurrence.next(start, 48 * HOUR, clock);
    for at in (start..start + 48 * HOUR).step_by(60) {
        let is_on = recurrence.is_on(at, clock);
        if is_on != was_on {
            let edge = next.as_ref().map(|time| if is_on { time.start } else { time.end });
            assert_eq!(edge, Some(at), "{recurrence:?} at {}", crate::time::rfc3339(at));
            edges.push(format!("{} {}", if is_on { "on" } else { "off" }, crate::time::clock(at)));
        }
        was_on = is_on;
        next = recurrence.next(at, 48 * HOUR, clock);
        let contains = next.as_ref().is_some_and(|time| time.contains(&at));
        assert_eq!(contains, is_on, "{recurrence:?} at {}: {next:?}", crate::time::rfc3339(at));
    }
    edges
}

/// Saturday noon before the clocks change in Berlin: forward at 01:00 UTC, and back at 01:00 UTC.
const SPRING: &str = "2026-03-28T12:00";
const AUTUMN: &str = "2026-10-24T12:00";

fn night(days: &[u8], from: u32, until: u32) -> Recurrence {
    weekly(days, from, (until + 24 * 60 - from) % (24 * 60))
}

#[test]
fn windows_end_by_the_wall_clock_in_nights_when_the_clocks_change() {
    let quiet = night(&[], 22 * 60, 7 * 60);
    // 22:00 is 21:00 UTC in winter and 20:00 in summer; 07:00 is 06:00 and 05:00.
    assert_eq!(edges(&quiet, &berlin(), SPRING), ["on 21:00", "off 05:00", "on 20:00", "off 05:00"]);
    assert_eq!(edges(&quiet, &berlin(), AUTUMN), ["on 20:00", "off 06:00", "on 21:00", "off 06:00"]);
    // A window of several days ends by the wall clock, too.
    let weekend = weekly(&[6], 20 * 60, 26 * 60);
    assert_eq!(edges(&weekend, &berlin(), SPRING), ["on 19:00", "off 20:00"]);
}

#[test]
fn windows_that_begin_or_end_in_the_skipped_hour_do_so_at_the_change() {
    // 02:00 to 03:00 does not exist: the change is at 01:00 UTC.
    let of = |from, until| edges(&night(&[7], from, until), &berlin(), SPRING);
    assert_eq!(of(150, 240), ["on 01:00", "off 02:00"], "begins at 02:30");
    assert_eq!(of(60, 150), ["on 00:00", "off 01:00"], "ends at 02:30");
    assert_eq!(of(60, 120), ["on 00:00", "off 01:00"], "ends at 02:00");
    assert_eq!(of(180, 240), ["on 01:00", "off 02:00"], "begins at 03:00");
    assert_eq!(of(135, 165), ["on 01:00", "off 01:30"], "is not lost");
}

#[test]
fn in_the_repeated_hour_windows_begin_the_first_time_and_end_the_second() {
    // 02:00 to 03:00 comes twice: from 00:00 and from 01:00 UTC.
    let of = |from, until| edges(&night(&[7], from, until), &berlin(), AUTUMN);
    assert_eq!(of(150, 240), ["on 00:30", "off 03:00"], "begins at 02:30");
    assert_eq!(of(60, 150), ["on 23:00", "off 01:30"], "ends at 02:30");
    assert_eq!(of(60, 120), ["on 23:00", "off 00:00"], "ends at 02:00, before the hour that is repeated");
    assert_eq!(of(180, 240), ["on 02:00", "off 03:00"], "begins at 03:00, after both");
    assert_eq!(of(135, 165), ["on 00:15", "off 01:45"], "lies in it");
}

#[test]
fn clocks_may_be_set_back_past_midnight() {
    // At 00:00 on Friday the clock is set back to 23:00 on Thursday, 21:00 UTC.
    let cairo = Clock::of_rule("EET-2EEST,M4.5.5/0,M10.5.4/24");
    let of = |days: &[u8], from, until| edges(&night(days, from, until), &cairo, "2026-10-29T12:00");
    assert_eq!(of(&[4], 23 * 60, 30), ["on 20:00", "off 22:30"]);
    assert_eq!(of(&[5], 0, 60), ["on 22:00", "off 23:00"]);
    assert_eq!(of(&[4], 22 * 60, 23 * 60 + 30), ["on 19:00", "off 21:30"]);
    // By half an hour: 02:00 is 01:30 again, at 15:00 UTC.
    let lord_howe = Clock::of_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
    let quiet = night(&[], 22 * 60, 7 * 60);
    assert_eq!(
        edges(&quiet, &lord_howe, "2026-04-04T09:00"),
        ["on 11:00", "off 20:30", "on 11:30", "off 20:30"]
    );
}

/// An hour back for a month, which no yearly rule can express.
fn casablanca() -> Clock {
    let month = [(utc("2027-02-07T02:00"), 0), (utc("2027-03-14T02:00"), 3600)];
    let changes = month.map(|(at, offset)| Change(i64::try_from(at).unwrap(), offset));
    Clock { changes: changes.to_vec(), ..Clock::of_rule("<+01>-1") }
}

#[test]
fn changes_that_no_rule_expresses_apply_and_the_rule_applies_before_and_after() {
    let quiet = night(&[], 22 * 60, 7 * 60);
    let on = |from: &str| edges(&quiet, &casablanca(), from);
    assert_eq!(on("2027-02-06T12:00"), ["on 21:00", "off 07:00", "on 22:00", "off 07:00"]);
    assert_eq!(on("2027-03-13T12:00"), ["on 22:00", "off 06:00", "on 21:00", "off 06:00"]);
    assert_eq!(on("2030-06-01T12:00"), ["on 21:00", "off 06:00", "on 21:00", "off 06:00"]);
}

#[test]
fn settings_of_earlier_releases_are_read_and_written_unchanged() {
    let text = r#"{"deployment":"a","state_parameter":"/a","targets":[],"channels":[],"maintenance":[{"start":60,"minutes":90,"clock":"EST5EDT,M3.2.0,M11.1.0"},{"from":1,"until":2,"clock":""},{"days":[7],"start":0,"minutes":1}],"clock":"CET-1CEST,M3.5.0,M10.5.0/3"}"#;
    let settings: Settings = serde_json::from_str(text).unwrap();
    assert_eq!(settings.clock, berlin());
    let clocks: Vec<Option<Clock>> = settings.maintenance.iter().map(|window| window.clock.clone()).collect();
    assert_eq!(clocks, [Some(Clock::of_rule("EST5EDT,M3.2.0,M11.1.0")), Some(Clock::default()), None]);
    assert_eq!(serde_json::to_string(&settings).unwrap(), text);
    let least = r#"{"deployment":"a","state_parameter":"/a","targets":[]}"#;
    assert_eq!(serde_json::from_str::<Settings>(least).unwrap().clock, Clock::default());
    assert!(serde_json::from_str::<Settings>(&text.replace("\"CET", "3,\"CET")).is_err());
}

/// The settings as the previous release reads them.
#[derive(serde::Deserialize)]
struct Previous {
    maintenance: Vec<PreviousWindow>,
    clock: String,
}

#[derive(serde::Deserialize)]
struct PreviousWindow {
    #[serde(flatten)]
    recurrence: Recurrence,
    clock: Option<String>,
}

#[test]
fn an_earlier_release_reads_the_rule_beside_the_changes() {
    let window = Window { recurrence: weekly(&[1], 60, 90), targets: Vec::new(), clock: Some(casablanca()) };
    let settings = Settings { clock: casablanca(), maintenance: vec![window.clone()], ..Settings::default() };
    let text = serde_json::to_string(&settings).unwrap();
    assert!(
        text.contains(r#""clock":"<+01>-1","clock_changes":[[1801965600,0],[1804989600,3600]]"#),
        "{text}"
    );
    let previous: Previous = serde_json::from_str(&text).unwrap();
    assert_eq!(previous.clock, "<+01>-1");
    assert_eq!(previous.maintenance[0].clock.as_deref(), Some("<+01>-1"));
    assert_eq!(previous.maintenance[0].recurrence, window.recurrence);
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
}
