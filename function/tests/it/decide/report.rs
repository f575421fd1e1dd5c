//! When a report is queued: once for each period, by the owner's clock, whatever restarts, overlaps or jumps.

mod due;

use plexmon_function::contract::notification::{Notification, NotificationKind};
use plexmon_function::contract::settings::{
    ChannelKind, Clock, Hours, Recurrence, ReportDay, ReportSchedule, Settings, Severity, Window,
};
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, Knowledge, decide, outgoing, pause, resume};

use crate::fixtures::{NOW, pushover, settings, up};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Monday, 2026-11-09 09:00 UTC.
const MONDAY: u64 = NOW - 65 * MINUTE + 6 * DAY;

const WEEKLY: ReportSchedule = ReportSchedule { day: ReportDay::Weekly(0), minute: 9 * 60 };

/// Zones whose clocks skip and repeat half hours, midnights and the last hour of a day.
const ZONES: [&str; 7] = [
    "",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "EST5EDT,M3.2.0,M11.1.0",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "<+0545>-5:45",
];

fn reporting(schedule: ReportSchedule, rule: &str) -> Settings {
    Settings { report: Some(schedule), clock: Clock::of_rule(rule), ..settings(&["plex"]) }
}

fn weekly() -> Settings {
    reporting(WEEKLY, "")
}

/// Run at this time. Return when the report was due that is then queued; it is not sent.
fn run(state: &mut State, settings: &Settings, now: u64) -> Option<u64> {
    *state = decide(state, &[up("plex")], Context::new(settings, now)).state;
    report(state).map(|one| one.from)
}

fn report(state: &State) -> Option<&Notification> {
    state.outbox.iter().find(|one| one.kind == NotificationKind::Report)
}

/// [`run`], and deliver everything.
fn deliver(state: &mut State, settings: &Settings, now: u64) -> Option<u64> {
    let queued = run(state, settings, now);
    state.outbox.clear();
    queued
}

/// A state whose last run was at this time.
fn started(settings: &Settings, now: u64) -> State {
    let mut state = State::default();
    assert_eq!(deliver(&mut state, settings, now), None, "nothing is reported about the time before");
    state
}

#[test]
fn a_report_that_is_late_is_queued_within_a_day() {
    for (late, expected) in [(0, true), (5 * MINUTE, true), (DAY, true), (DAY + 1, false), (3 * DAY, false)] {
        let settings = weekly();
        let mut state = started(&settings, MONDAY - 5 * MINUTE);
        assert_eq!(deliver(&mut state, &settings, MONDAY + late).is_some(), expected, "{late} s late");
        assert_eq!(deliver(&mut state, &settings, MONDAY + late + 5 * MINUTE), None);
        assert_eq!(deliver(&mut state, &settings, MONDAY + 7 * DAY), Some(MONDAY + 7 * DAY), "the next one");
    }
}

#[test]
fn a_report_waits_for_the_end_of_a_pause_or_of_the_maintenance_of_all_targets() {
    let settings = weekly();
    let mut state = started(&settings, MONDAY - HOUR);
    pause(&mut state, MONDAY + 2 * HOUR, MONDAY - HOUR);
    assert_eq!(deliver(&mut state, &settings, MONDAY), None);
    let mut resumed = state.clone();
    resume(&mut resumed, MONDAY + HOUR);
    assert_eq!(deliver(&mut resumed, &settings, MONDAY + HOUR), Some(MONDAY));
    assert_eq!(deliver(&mut state, &settings, MONDAY + 2 * HOUR), Some(MONDAY));

    let recurrence = Recurrence::Once { from: MONDAY - HOUR, until: MONDAY + HOUR };
    for (targets, expected) in [(vec![], None), (vec!["plex".to_owned()], Some(MONDAY))] {
        let window = Window { recurrence: recurrence.clone(), targets, clock: None };
        let settings = Settings {
            maintenance: vec![window],
            targets: weekly().targets.into_iter().chain(weekly_of("sonarr")).collect(),
            ..weekly()
        };
        let mut state = started(&settings, MONDAY - 5 * MINUTE);
        assert_eq!(deliver(&mut state, &settings, MONDAY), expected);
        let afterwards = deliver(&mut state, &settings, MONDAY + HOUR);
        assert_eq!(afterwards, Some(MONDAY).filter(|_| expected.is_none()), "once");
    }
}

fn weekly_of(name: &str) -> Vec<plexmon_function::contract::settings::Target> {
    settings(&[name]).targets
}

/// What is queued is not sent in maintenance that begins afterwards, nor in a channel's quiet hours.
#[test]
fn a_queued_report_is_not_sent_in_quiet_hours_or_maintenance() {
    let mut settings = weekly();
    settings.channels[0].quiet = Some(Hours { from: 8 * 60, until: 10 * 60 });
    let recurrence = Recurrence::Once { from: MONDAY + 2 * HOUR, until: MONDAY + 3 * HOUR };
    settings.maintenance = vec![Window { recurrence, targets: vec![], clock: None }];
    let mut state = started(&settings, MONDAY - 5 * MINUTE);
    run(&mut state, &settings, MONDAY);
    let sent = |minutes| !outgoing(&state, "pushover", &settings, MONDAY + minutes * MINUTE).is_empty();
    assert_eq!([0, 59, 60, 120, 179, 180].map(sent), [false, false, true, false, false, true]);
}

#[test]
fn a_report_that_cannot_be_delivered_is_given_up_after_two_days() {
    let settings = weekly();
    let mut state = started(&settings, MONDAY - 5 * MINUTE);
    assert!(run(&mut state, &settings, MONDAY + DAY).is_some());
    assert!(run(&mut state, &settings, MONDAY + 2 * DAY).is_some());
    assert_eq!(run(&mut state, &settings, MONDAY + 2 * DAY + 1), None);
}

#[test]
fn a_report_is_not_sent_to_channels_for_warnings_or_alerts() {
    let mut settings = weekly();
    let of = |name: &str, min, kind| plexmon_function::contract::settings::ChannelSettings {
        name: name.to_owned(),
        min,
        kind,
        quiet: None,
    };
    let pagerduty = ChannelKind::PagerDuty { url: "https://events.example.com".to_owned() };
    settings.channels = vec![
        of("warnings", Severity::Warn, pushover("x").kind),
        of("outages", Severity::Down, pushover("x").kind),
        of("alerts", Severity::Info, pagerduty),
        of("phone", Severity::Info, pushover("x").kind),
    ];
    let mut state = started(&settings, MONDAY - 5 * MINUTE);
    run(&mut state, &settings, MONDAY);
    let reports = state.outbox.iter().filter(|one| one.kind == NotificationKind::Report);
    assert_eq!(reports.map(|one| one.id.as_str()).collect::<Vec<_>>(), [":1:phone"]);
}

#[test]
fn a_report_that_is_no_longer_configured_is_dropped_and_begins_again_later() {
    let settings = weekly();
    let mut state = started(&settings, MONDAY - 5 * MINUTE);
    assert!(run(&mut state, &settings, MONDAY).is_some());
    let without = Settings { report: None, ..settings.clone() };
    assert_eq!(run(&mut state, &without, MONDAY + 5 * MINUTE), None);
    assert_eq!(state.monitor.reported, None);
    assert_eq!(run(&mut state, &settings, MONDAY + 10 * MINUTE), None, "this week is over");
    assert_eq!(run(&mut state, &settings, MONDAY + 7 * DAY), Some(MONDAY + 7 * DAY));
}

#[test]
fn another_schedule_neither_repeats_nor_blocks() {
    let mut state = started(&weekly(), MONDAY - 5 * MINUTE);
    assert!(deliver(&mut state, &weekly(), MONDAY).is_some());
    // On Wednesday, the reports move to Fridays, and then to the first of the month.
    let fridays = reporting(ReportSchedule { day: ReportDay::Weekly(4), ..WEEKLY }, "");
    assert_eq!(deliver(&mut state, &fridays, MONDAY + 2 * DAY), None);
    assert_eq!(deliver(&mut state, &fridays, MONDAY + 4 * DAY), Some(MONDAY + 4 * DAY));
    let monthly = reporting(ReportSchedule { day: ReportDay::Monthly(1), ..WEEKLY }, "");
    assert_eq!(deliver(&mut state, &monthly, MONDAY + 5 * DAY), None);
    // 2026-12-01.
    assert_eq!(deliver(&mut state, &monthly, MONDAY + 22 * DAY), Some(MONDAY + 22 * DAY));
}

#[test]
fn a_clock_that_jumps_neither_repeats_a_report_nor_blocks_the_next_ones() {
    for jump in [-400, -40, -6, -1, 1, 2, 6, 8, 20, 40, 400] {
        let settings = weekly();
        let mut state = started(&settings, MONDAY - 5 * MINUTE);
        let mut queued = Vec::new();
        let mut tick = |state: &mut State, now: u64| {
            let due = deliver(state, &settings, now);
            queued.extend(due.filter(|due| (MONDAY..=MONDAY + 21 * DAY).contains(due)));
        };
        for minutes in (0..21 * 24 * 60 + 5).step_by(30) {
            let now = MONDAY + minutes * MINUTE;
            // Three hours after the report, one run has another time.
            if minutes == 180 {
                tick(&mut state, now.saturating_add_signed(jump * 24 * 3_600));
            }
            tick(&mut state, now);
        }
        queued.dedup();
        let weeks: Vec<u64> = queued.iter().map(|at| (at - MONDAY) / (7 * DAY)).collect();
        // A jump to the days after the next report may have taken that one's place.
        let expected: &[u64] = if jump == 8 { &[0, 2, 3] } else { &[0, 1, 2, 3] };
        assert_eq!(weeks, expected, "{jump} days");
    }
}

#[test]
fn without_the_state_no_report_is_queued() {
    let settings = weekly();
    let context = Context { knowledge: Knowledge::StateUnavailable, ..Context::new(&settings, MONDAY) };
    let mut state = started(&settings, MONDAY - 5 * MINUTE);
    state = decide(&state, &[up("plex")], context).state;
    assert_eq!(report(&state), None);
    assert!(run(&mut state, &settings, MONDAY + 5 * MINUTE).is_some());
}

#[test]
fn no_time_and_no_clock_is_a_fault() {
    for rule in ZONES.into_iter().chain(["corrupt,"]) {
        for now in [0, 1, 3 * DAY, NOW, u64::MAX / 2, u64::MAX] {
            let mut state = State::default();
            run(&mut state, &reporting(WEEKLY, rule), now);
            run(
                &mut state,
                &reporting(ReportSchedule { day: ReportDay::Monthly(28), minute: 1439 }, rule),
                now,
            );
        }
    }
}
