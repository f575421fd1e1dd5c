//! Results that are old, missing or unreadable are never shown as current.

use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::State;
use plexmon_function::page::view::{AppStatus, Freshness, Overall};
use plexmon_function::page::{Data, View, data};

use super::fixtures::{NOW, data as with, settings, up};

fn freshness(settings: &Settings, state: State, now: u64) -> Freshness {
    View::new(settings, &with(state), now).freshness
}

#[test]
fn results_are_stale_when_the_next_run_is_overdue_by_half_of_its_interval() {
    let settings = settings(&["plex"]);
    let stored = |ts, next| State { ts, next, ..up(&settings) };
    for (ts, next, last) in [
        // As the state says.
        (NOW, Some(NOW + 300), NOW + 450),
        (NOW, Some(NOW + 86_400), NOW + 129_600),
        (NOW, Some(NOW), NOW),
        // A clock that was set back between both.
        (NOW, Some(NOW - 100), NOW - 100),
        // Of an earlier release: as the schedule says.
        (NOW, None, NOW + 450),
    ] {
        let at = |now| freshness(&settings, stored(ts, next), now);
        assert_eq!(at(last), Freshness::Current, "{next:?}");
        assert_eq!(at(last + 1), Freshness::Stale(ts.min(last + 1)), "{next:?}");
    }
}

#[test]
fn results_of_a_time_to_come_do_not_count() {
    let settings = settings(&["plex"]);
    let at = |ts| freshness(&settings, State { ts, next: Some(u64::MAX), ..up(&settings) }, NOW);
    assert_eq!(at(NOW + 300), Freshness::Current, "clocks may differ a little");
    assert_eq!(at(NOW + 301), Freshness::Stale(NOW));
    assert_eq!(at(u64::MAX), Freshness::Stale(NOW));
    // "Just now" is never beside "not checked since".
    let with_ts = |ts| with(State { ts, next: Some(u64::MAX), ..up(&settings) });
    let checked = |data: &Data| View::new(&settings, data, NOW).checked;
    assert_eq!(checked(&with_ts(NOW + 300)), Some(NOW));
    assert_eq!(checked(&with_ts(NOW + 301)), None);
    assert_eq!(checked(&Data { failing_since: Some(NOW), ..with_ts(NOW + 1) }), None);
}

#[test]
fn without_a_schedule_results_count_for_an_hour() {
    let mut settings = settings(&["plex"]);
    for schedule in [None, Some("rate(x)"), Some("cron(0 0 1 1 ? 2020)")] {
        settings.schedule = schedule.map(str::to_owned);
        let state = || State { ts: NOW, next: None, ..up(&settings) };
        assert_eq!(freshness(&settings, state(), NOW + 3_600), Freshness::Current, "{schedule:?}");
        assert_eq!(freshness(&settings, state(), NOW + 3_601), Freshness::Stale(NOW), "{schedule:?}");
    }
}

#[test]
fn when_stale_everything_is_unknown() {
    let settings = settings(&["plex", "nas"]);
    let state = up(&settings);
    let ts = state.ts;
    let view = View::new(&settings, &with(state), NOW + 3_600);
    assert_eq!((view.overall, view.checked), (Overall::Unknown, Some(ts)));
    for app in view.apps() {
        assert_eq!((app.status, app.since, app.reason), (AppStatus::Unknown, Some(ts), None));
    }
}

#[test]
fn what_cannot_be_read_is_unknown_since_the_last_check() {
    let settings = settings(&["plex"]);
    let state = up(&settings);
    let ts = state.ts;
    let failing = Data { failing_since: Some(NOW), ..with(state) };
    let view = View::new(&settings, &failing, NOW);
    assert_eq!((view.freshness, view.overall), (Freshness::Stale(ts), Overall::Unknown));
    let nothing = Data { failing_since: Some(NOW - 5), ..Data::default() };
    let view = View::new(&settings, &nothing, NOW);
    assert_eq!((view.freshness, view.checked), (Freshness::Stale(NOW - 5), None));
    assert_eq!(view.overall, Overall::Unknown);
}

#[test]
fn before_the_first_run_nothing_is_known() {
    let settings = settings(&["plex"]);
    let python = data::state([Some(r#"{"status": "up", "ts": 1793700240.5}"#)]).unwrap();
    let empty = State { ts: 0, ..up(&settings) };
    for state in [None, python, Some(State::default()), Some(empty)] {
        let view = View::new(&settings, &Data { state: state.clone(), ..Data::default() }, NOW);
        assert_eq!((view.freshness, view.checked), (Freshness::NeverChecked, None), "{state:?}");
        assert_eq!((view.overall, view.outages.len()), (Overall::Unknown, 0));
        assert!(view.apps().all(|app| app.status == AppStatus::Unknown && app.since.is_none()));
    }
}

#[test]
fn a_state_of_any_release_is_shown_as_far_as_it_goes() {
    let settings = settings(&["plex"]);
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz-seeds/state");
    let mut read = 0;
    for seed in std::fs::read_dir(seeds).unwrap() {
        let text = std::fs::read_to_string(seed.unwrap().path()).unwrap();
        let Ok(state) = data::state([Some(text.as_str())]) else { continue };
        let data = Data { state, ..Data::default() };
        for now in [0, NOW, NOW + 600] {
            plexmon_function::page::files(&settings, &data, now);
        }
        let view = View::new(&settings, &data, NOW + 10 * 86_400);
        assert_eq!(view.overall, Overall::Unknown, "{text}");
        read += 1;
    }
    assert!(read > 5, "only {read} of them were read");
}

#[test]
fn the_interval_is_known_if_the_schedule_is_regular() {
    let mut settings = settings(&["plex"]);
    for (schedule, expected) in [
        ("rate(5 minutes)", Some(300)),
        ("cron(0/15 * * * ? *)", Some(900)),
        ("cron(* * * * ? *)", Some(60)),
        ("cron(30 6 * * ? *)", Some(86_400)),
        ("cron(0/15 8-18 * * ? *)", None),
        ("nonsense", None),
    ] {
        settings.schedule = Some(schedule.to_owned());
        assert_eq!(View::new(&settings, &Data::default(), NOW).interval, expected, "{schedule}");
    }
}
