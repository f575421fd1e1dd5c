//! The stored state: it is read as it was written, has a size limit, and tolerates what other releases wrote.

use plexmon_function::contract::history::Class;
use plexmon_function::contract::notification::{Notification, NotificationKind};
use plexmon_function::contract::state::{
    ClosedRuns, LastNotified, MAX_BYTES, State, StateError, Status, Streak, Tally, TargetState, VERSION,
};
use plexmon_function::decide::{Context, decide};
use serde_json::Value;

use crate::fixtures::{NOW, before_sending_all, down, settings, up};

#[test]
fn a_state_is_read_as_it_was_written() {
    let before = settings(&["plex", "other"]);
    let state = decide(&State::default(), &[up("plex"), down("other")], Context::new(&before, NOW)).state;
    let text = before_sending_all(&state, NOW).encode().unwrap().text;
    assert_eq!(State::parse(&text).unwrap(), before_sending_all(&state, NOW));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["status"], &value["ts"], &value["version"]), (&"down".into(), &NOW.into(), &1.into()));
}

#[test]
fn states_of_other_writers_are_read_or_refused() {
    let status = |text: &str| State::parse(text).map(|state| (state.status, state.ts, state.version));
    for (text, expected) in [
        (r#"{"status":"up","ts":1700000000}"#, (Status::Up, 1_700_000_000, 0)),
        (r#"{"status": "down", "ts": 1700000000.7, "http": 0}"#, (Status::Down, 1_700_000_000, 0)),
        (r#"{"status":"unknown"}"#, (Status::Unknown, 0, 0)),
        (r#"{"status":"up","ts":5,"version":2,"targets":"all new"}"#, (Status::Up, 5, 2)),
        (r#"{"status":"up","ts":5,"version":1,"extra":true}"#, (Status::Up, 5, 1)),
    ] {
        assert_eq!(status(text), Ok(expected), "{text}");
    }
    for text in
        ["", "up", "null", "[]", "{}", r#"{"status":"fine"}"#, r#"{"status":"up","version":"1"}"#, "{\"sta"]
    {
        assert!(matches!(State::parse(text), Err(StateError::Unreadable(_))), "{text}");
    }
}

#[test]
fn the_encoded_state_never_contains_two_opening_braces() {
    let mut state = State::default();
    for why in ["{{", "{{{", "a{{b}}{{{{", "\\{{", "{\"{"] {
        state.targets = vec![TargetState { why: Some(why.to_owned()), ..TargetState::default() }];
        state.version = 1;
        let text = state.encode().unwrap().text;
        assert!(!text.contains("{{"), "{text}");
        assert_eq!(State::parse(&text).unwrap(), state);
    }
}

#[test]
fn a_state_that_is_too_large_is_an_error_and_never_cut() {
    let targets =
        (0..200).map(|n| TargetState { name: format!("target-{n}"), ..TargetState::default() }).collect();
    let state = State { targets, version: 1, ..State::default() };
    assert!(matches!(state.encode(), Err(StateError::TooLarge(bytes)) if bytes > MAX_BYTES));
}

/// Otherwise, each run would repeat the last warning about the account.
#[test]
fn a_state_that_loses_marks_keeps_which_warning_was_notified() {
    let mut state = State { version: 1, ..State::default() };
    state.monitor.broken = (0..MAX_BYTES).map(|number| number.to_string()).collect();
    (state.monitor.account_closes, state.monitor.account_warned) = (Some(NOW), Some(7));
    let encoded = state.encode().unwrap();
    let read = State::parse(&encoded.text).unwrap().monitor;
    assert_eq!((encoded.shortened, read.broken.len()), (true, 0));
    assert_eq!((read.account_closes, read.account_warned), (Some(NOW), Some(7)));
}

/// After a rollback, a state of a later release is read. Only the values that this release does not know are lost.
#[test]
fn unknown_values_are_ignored_and_the_rest_is_kept() {
    let text = r#"{"status":"degraded","ts":1793700600,"version":3,"deployment":"d","regions":{"a":1},"paused_until":5,
        "monitor":{"seq":3,"votes":[1]},
        "targets":[
            {"name":"plex","check":"8eb3f458","status":"down","since":1793700600,"seq":2,"cause":"disk_full",
             "scope":{"region":"eu"},"why":"full","told":{"pushover":"down","new":{"half":true}},"doubt":{"since":1,"runs":2}},
            {"name":"sonarr","check":"00000000","status":"degraded","since":7,"told":{"pushover":"up"}},
            {"check":"no name"}, 17],
        "outbox":[
            {"id":"plex:2:pushover","kind":"down","from":1793700600,"scope":"partial","unproven":true,"tries":1},
            {"id":"plex:3:pushover","kind":"degraded","from":1793700700,"why":"slow disk"},
            {"id":"plex:4:pushover"}, null]}"#;
    let state = State::parse(text).unwrap();
    assert_eq!(
        (state.version, state.ts, state.paused_until, state.monitor.seq),
        (3, 1_793_700_600, Some(5), 3)
    );
    let [plex, sonarr] = state.targets.as_slice() else { panic!("{:?}", state.targets) };
    assert_eq!(
        (plex.status, plex.seq, plex.why.as_deref(), plex.scope),
        (Status::Down, 2, Some("full"), None)
    );
    assert_eq!(plex.pending, Some(Streak { since: 1, runs: 2 }));
    assert_eq!((sonarr.status, sonarr.notified["pushover"].clone()), (Status::Up, LastNotified::Up));
    let entries: Vec<_> =
        state.outbox.iter().map(|entry| (entry.id.as_str(), entry.kind, entry.sent)).collect();
    assert_eq!(
        entries,
        [("plex:2:pushover", NotificationKind::Down, 1), ("plex:3:pushover", NotificationKind::Other, 0)]
    );

    // The outage continues, and is not reported as the first observation.
    let settings = settings(&["plex"]);
    let decision = decide(&state, &[down("plex")], Context::new(&settings, NOW + 900));
    assert_eq!((decision.previous, decision.state.version), (Status::Down, 1));
    let kinds: Vec<_> = decision.state.outbox.iter().map(|entry| (entry.kind, entry.first)).collect();
    assert_eq!(kinds, [(NotificationKind::Down, false), (NotificationKind::Other, false)]);
}

/// A part without what all targets have in common, in the hour after an outage: no tally would mean that they were up.
#[test]
fn what_had_no_room_in_a_state_is_unknown_and_not_up() {
    let closed = ClosedRuns { hour: 500_000, runs: 12 };
    let target = |at: usize| TargetState {
        name: format!("app-{at}"),
        closed: Some(Tally::new(closed.hour, Class::Down, 0)),
        ..TargetState::default()
    };
    let notification = |at: usize| Notification {
        id: Notification::id(&format!("app-{at}"), 1, "pushover"),
        ..Notification::new(NotificationKind::Down, NOW)
    };
    let whole = State {
        version: VERSION,
        targets: (0..16).map(target).collect(),
        outbox: (0..44).map(notification).collect(),
        ..State::default()
    };
    let text = whole.encode().unwrap().text;
    let read = State::parse(&text).unwrap();
    assert_eq!(read.outbox.len(), 44, "history goes first");
    let unknown = |target: &TargetState| target.closed_counts(closed).of(Class::Unknown);
    assert_eq!(read.targets.iter().map(unknown).collect::<Vec<_>>(), [12; 16], "{text}");
}
