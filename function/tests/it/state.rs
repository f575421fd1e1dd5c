//! What is kept: read back unchanged, small enough, and tolerant of what others have written.

use plexmon_function::decide::{Knowledge, before_sending, decide};
use plexmon_function::state::{MAX_BYTES, State, StateError, Status, TargetState};
use serde_json::Value;

use crate::world::{NOW, down, settings, up};

#[test]
fn it_is_read_back_as_it_was_written() {
    let before = settings(&["plex", "other"]);
    let state =
        decide(&State::default(), &[up("plex"), down("other")], NOW, &before, Knowledge::Certain).state;
    let text = before_sending(&state).encode().unwrap().text;
    assert_eq!(State::parse(&text).unwrap(), before_sending(&state));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["status"], &value["ts"], &value["version"]), (&"down".into(), &NOW.into(), &1.into()));
}

#[test]
fn what_others_have_written_is_understood_or_refused() {
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
    assert!(State::parse(r#"{"status":"up","ts":5,"version":1,"targets":[{"name":5}]}"#).is_err());
}

#[test]
fn ssm_never_sees_two_braces() {
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
fn too_much_is_an_error_and_never_cut() {
    let targets =
        (0..200).map(|n| TargetState { name: format!("target-{n}"), ..TargetState::default() }).collect();
    let state = State { targets, version: 1, ..State::default() };
    assert!(matches!(state.encode(), Err(StateError::TooLarge(bytes)) if bytes > MAX_BYTES));
}
