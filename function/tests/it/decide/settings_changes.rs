//! How the state follows changes of the settings.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::settings::Target;
use plexmon_function::contract::state::{State, Status};
use plexmon_function::decide::{Context, decide};

use super::story;
use crate::fixtures::{NOW, down, settings, target, up};

#[test]
fn a_changed_check_is_treated_as_a_new_one() {
    let before = settings(&["plex"]);
    let mut state = State::default();
    story(&mut state, &before, NOW, "up ok, down 500");
    let mut after = before.clone();
    after.targets[0].url = "https://other.example.com/".to_owned();
    let decision = decide(&state, &[up("plex")], Context::new(&after, NOW + 600));
    assert_eq!(decision.previous, Status::Unknown);
    let kinds: Vec<_> = decision.state.outbox.iter().map(|e| (e.id.as_str(), e.kind, e.first)).collect();
    assert_eq!(
        kinds,
        [("plex:3:pushover", NotificationKind::Up, true)],
        "nothing about the old check is left"
    );
    for change in
        [|target: &mut Target| target.status = vec![204], |target: &mut Target| target.contains = None]
    {
        let mut other = before.clone();
        change(&mut other.targets[0]);
        assert_ne!(other.targets[0].check_id(), before.targets[0].check_id());
    }
    let mut same = before.clone();
    same.targets[0].timeout_s = 3;
    assert_eq!(
        same.targets[0].check_id(),
        before.targets[0].check_id(),
        "the timeout is not part of the check's identity"
    );
}

#[test]
fn the_check_id_is_the_same_in_every_build() {
    assert_eq!(target("plex").check_id(), "8eb3f458");
}

#[test]
fn a_removed_target_is_dropped_with_its_notifications() {
    let mut state = State::default();
    let both = settings(&["plex", "other"]);
    state = decide(&state, &[up("plex"), down("other")], Context::new(&both, NOW)).state;
    assert_eq!((state.status, state.outbox.len()), (Status::Down, 2));
    state = decide(&state, &[up("plex")], Context::new(&settings(&["plex"]), NOW + 300)).state;
    assert_eq!((state.status, state.targets.len(), state.outbox.len()), (Status::Up, 1, 1));
}

#[test]
fn a_removed_channel_gets_no_notifications() {
    let mut without = settings(&["plex"]);
    let state = decide(&State::default(), &[up("plex")], Context::new(&without, NOW)).state;
    without.channels.clear();
    let state = decide(&state, &[down("plex")], Context::new(&without, NOW + 300)).state;
    assert_eq!((state.status, state.outbox.len()), (Status::Down, 0));
}

#[test]
fn the_python_functions_state_is_adopted_for_a_single_target() {
    let python =
        |status: &str| State::parse(&format!(r#"{{"status": "{status}", "ts": 1700000000}}"#)).unwrap();
    for (status, steps, expected) in [
        ("up", "up ok, up ok", ""),
        ("up", "down ok", "Down=ok"),
        ("down", "down ok", ""),
        ("down", "up ok", "Up=ok"),
        ("unknown", "up ok", "Up!=ok"),
    ] {
        let mut state = python(status);
        assert_eq!(story(&mut state, &settings(&["plex"]), NOW, steps), expected, "{status}: {steps}");
        assert_eq!(state.version, 1);
    }
    let several = settings(&["plex", "other"]);
    let decision = decide(&python("up"), &[up("plex"), up("other")], Context::new(&several, NOW));
    assert_eq!(
        (decision.previous, decision.state.outbox.len()),
        (Status::Unknown, 2),
        "the status may be that of either target"
    );
}
