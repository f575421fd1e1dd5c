//! Warnings before AWS closes the account: once for each step, whatever happens in between.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::settings::{Settings, Severity};
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, Knowledge, decide, pause, resume};
use plexmon_function::message::message;
use serde_json::json;

use crate::fixtures::{NOW, record_result, settings, up};

const DAY_S: u64 = 24 * 60 * 60;
/// 2026-12-08.
const CLOSES: u64 = NOW - NOW % DAY_S + 35 * DAY_S;

/// The settings of a monitor whose account is closed then.
fn closing(at: Option<u64>) -> Settings {
    Settings { account_closes: at, ..settings(&["plex"]) }
}

/// A state in which it was notified that everything is up.
fn started() -> State {
    let settings = closing(None);
    let mut state = decide(&State::default(), &[up("plex")], Context::new(&settings, NOW)).state;
    deliver(&mut state, &settings);
    state
}

fn deliver(state: &mut State, settings: &Settings) {
    for id in ids(state) {
        record_result(state, &id, &Delivery::Delivered, settings, NOW);
    }
}

fn ids(state: &State) -> Vec<String> {
    state.outbox.iter().map(|one| one.id.clone()).collect()
}

fn warnings(state: &State) -> Vec<&str> {
    let about_account = state.outbox.iter().filter(|one| one.kind == NotificationKind::Account);
    about_account.filter_map(|one| one.why.as_deref()).collect()
}

/// Run at this time, and return the warnings that are then queued.
fn run(state: &mut State, settings: &Settings, now: u64) -> Vec<String> {
    *state = decide(state, &[up("plex")], Context::new(settings, now)).state;
    warnings(state).into_iter().map(str::to_owned).collect()
}

/// Run each time with this many days left, and deliver everything. Return the days with a warning.
fn warned(state: &mut State, closes: u64, days: &[u64]) -> Vec<u64> {
    let settings = closing(Some(closes));
    let mut warned = Vec::new();
    for left in days {
        if !run(state, &settings, closes - left * DAY_S).is_empty() {
            warned.push(*left);
        }
        deliver(state, &settings);
    }
    warned
}

#[test]
fn each_step_is_notified_once_even_if_days_are_missed() {
    assert_eq!(warned(&mut started(), CLOSES, &[31, 30, 29, 8, 7, 6, 2, 1, 1, 0, 0]), [30, 7, 1, 0]);
    assert_eq!(warned(&mut started(), CLOSES, &[31, 25, 20, 5, 4, 0]), [25, 5, 0]);
    assert_eq!(warned(&mut started(), CLOSES, &[5, 4, 3]), [5]);
    assert_eq!(warned(&mut started(), CLOSES, &[0, 0]), [0]);
}

#[test]
fn another_date_starts_again_and_replaces_what_is_queued() {
    let mut state = started();
    assert_eq!(warned(&mut state, CLOSES, &[30, 7]), [30, 7]);
    // With less than 30 days to the new date, the first warning is due at once.
    assert_eq!(warned(&mut state, CLOSES + 10 * DAY_S, &[16, 15, 7, 1]), [16, 7, 1]);
    assert_eq!(warned(&mut state, CLOSES + 60 * DAY_S, &[50, 30]), [30]);

    let mut state = started();
    run(&mut state, &closing(Some(CLOSES)), CLOSES - 7 * DAY_S);
    let queued = run(&mut state, &closing(Some(CLOSES + 3 * DAY_S)), CLOSES - 7 * DAY_S + 300);
    assert_eq!(queued, ["the free plan of this AWS account ends in 9 d 23 h, on 2026-12-11"]);
    assert_eq!(run(&mut state, &closing(None), CLOSES - 7 * DAY_S + 600), [""; 0]);
    assert_eq!((state.monitor.account_closes, state.monitor.account_warned), (None, None));
}

#[test]
fn a_monitor_without_a_date_never_warns() {
    let mut state = started();
    for days in 0..400 {
        assert_eq!(run(&mut state, &closing(None), NOW + days * DAY_S), [""; 0]);
    }
}

#[test]
fn a_pause_defers_the_warning() {
    let settings = closing(Some(CLOSES));
    let mut state = started();
    let now = CLOSES - 7 * DAY_S;
    pause(&mut state, now + 2 * DAY_S, now);
    assert_eq!(run(&mut state, &settings, now), [""; 0]);
    resume(&mut state, now + 300);
    assert_eq!(run(&mut state, &settings, now + 300).len(), 1);
}

#[test]
fn without_the_state_nothing_is_warned_of() {
    let settings = closing(Some(CLOSES));
    let context =
        Context { knowledge: Knowledge::StateUnavailable, ..Context::new(&settings, CLOSES - DAY_S) };
    let state = decide(&State::default(), &[up("plex")], context).state;
    assert_eq!(warnings(&state), [""; 0]);
}

#[test]
fn channels_for_outages_alone_get_no_warning() {
    let mut settings = closing(Some(CLOSES));
    settings.channels[0].min = Severity::Down;
    assert_eq!(run(&mut started(), &settings, CLOSES - DAY_S), [""; 0]);
    settings.channels[0].min = Severity::Warn;
    assert_eq!(run(&mut started(), &settings, CLOSES - DAY_S).len(), 1);
}

/// The largest dates, and clocks that have jumped.
#[test]
fn no_date_and_no_clock_is_a_fault() {
    for closes in [0, 1, u64::MAX] {
        for now in [0, 1, NOW, u64::MAX] {
            let queued = run(&mut started(), &closing(Some(closes)), now);
            assert_eq!(queued.len(), usize::from(closes <= now.saturating_add(30 * DAY_S)), "{closes} {now}");
        }
    }
}

#[test]
fn programs_read_in_the_message_that_it_is_about_the_account() {
    let settings = closing(Some(CLOSES));
    let mut state = started();
    run(&mut state, &settings, CLOSES - DAY_S);
    let message = serde_json::to_value(message(&state.outbox, &state, &settings, true)).unwrap();
    assert_eq!(message["news"], json!([{ "target": "", "kind": "account", "first": false }]));
}

/// The settings have the day on which the plan ends, which is not over when it begins.
#[test]
fn on_the_last_day_the_plan_has_not_ended() {
    let on = |now: u64| run(&mut started(), &closing(Some(CLOSES)), now).remove(0);
    assert_eq!(on(CLOSES - 1), "the free plan of this AWS account ends in 1 s, on 2026-12-08");
    for now in [CLOSES, CLOSES + DAY_S - 1] {
        assert_eq!(on(now), "the free plan of this AWS account ends today, on 2026-12-08");
    }
    assert_eq!(on(CLOSES + DAY_S), "the free plan of this AWS account ended on 2026-12-08");
}
