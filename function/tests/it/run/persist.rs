//! A state that cannot be saved or read, or is invalid.

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::state::{MAX_BYTES, Status};

use super::{QUIET, TestMonitor};
use crate::fixtures::settings;

#[tokio::test]
async fn notifications_are_sent_even_if_the_state_cannot_be_saved() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    monitor.store().failing_saves.set(1);
    let run = monitor.run().await;
    assert!(
        monitor.texts().ends_with("(may be a repeat: the state could not be saved)"),
        "{}",
        monitor.texts()
    );
    assert_eq!(
        run.reply.problems,
        [Problem::new(ProblemKind::StateNotSaved, "the state was not saved: writing was refused")]
    );
    assert_eq!((run.fault, monitor.saved().status), (None, Status::Down), "the second save succeeded");
    monitor.set_down(&[]);
    monitor.store().failing_saves.set(2);
    let run = monitor.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.reply.current), (DeliveryOutcome::Delivered, Status::Up));
    assert_eq!(run.fault.unwrap().kind, ProblemKind::StateNotSaved);
}

#[tokio::test]
async fn a_warm_environment_remembers_a_state_that_could_not_be_saved() {
    for takes_effect in [false, true] {
        let mut monitor = TestMonitor::new(settings(&["plex"]));
        monitor.run().await;
        monitor.store().failing_saves_take_effect.set(takes_effect);
        monitor.set_down(&["plex"]);
        monitor.store().failing_saves.set(2);
        monitor.run().await;
        assert!(monitor.effects().contains(&"send[tok] Plex is DOWN".to_owned()));
        monitor.run().await;
        assert_eq!(monitor.effects(), QUIET, "takes effect: {takes_effect}");
        assert_eq!((monitor.saved().status, monitor.saved().outbox.len()), (Status::Down, 0));
    }
}

#[tokio::test]
async fn a_state_that_another_environment_wrote_overrides_memory() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.store().failing_saves.set(2);
    monitor.set_down(&["plex"]);
    monitor.run().await;
    *monitor.store().state.borrow_mut() = None;
    let run = monitor.run().await;
    assert_eq!(run.reply.previous, Status::Unknown);
}

#[tokio::test]
async fn an_outage_is_notified_and_nothing_overwritten_if_the_state_cannot_be_read() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    let mut monitor = first.cold(settings(&["plex"]));
    let before = monitor.saved();
    monitor.store().failing_loads.set(2);
    let run = monitor.run().await;
    assert_eq!(
        monitor.effects(),
        ["load", "probe plex 10 s"],
        "no first notification: one may have been sent before"
    );
    assert_eq!(run.fault.unwrap().kind, ProblemKind::StateUnavailable);
    monitor.set_down(&["plex"]);
    monitor.run().await;
    assert_eq!(monitor.effects()[2..], ["secrets", "send[tok] Plex is DOWN"]);
    assert!(
        monitor.texts().ends_with("(may be a repeat: the state could not be read)"),
        "{}",
        monitor.texts()
    );
    assert_eq!(monitor.saved(), before);
    // The state can be read again: the outage is not notified again, but its end is.
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET);
    monitor.set_down(&[]);
    monitor.run().await;
    assert!(
        monitor.effects().contains(&"send[tok] Plex RECOVERED after 10 min".to_owned()),
        "{:?}",
        monitor.effects()
    );
}

#[tokio::test]
async fn the_remembered_state_is_used_if_the_stored_one_cannot_be_read() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.store().failing_loads.set(2);
    monitor.set_down(&["plex"]);
    let run = monitor.run().await;
    assert_eq!((run.fault, run.reply.previous), (None, Status::Up));
    assert_eq!(
        run.reply.problems,
        [Problem::new(ProblemKind::StateUnavailable, "the state could not be read: reading was refused")]
    );
    assert_eq!(monitor.effects()[2..], ["save", "send[tok] Plex is DOWN", "save"]);
    monitor.set_down(&[]);
    monitor.run().await;
    assert!(monitor.effects().contains(&"send[tok] Plex RECOVERED after 5 min".to_owned()));
}

#[tokio::test]
async fn an_outage_is_notified_once_if_the_state_can_be_neither_read_nor_saved() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.store().failing_loads.set(3);
    monitor.set_down(&["plex"]);
    let run = monitor.run().await;
    assert!(run.fault.is_some());
    assert_eq!(monitor.effects()[2..], ["secrets", "send[tok] Plex is DOWN"]);
    monitor.run().await;
    assert_eq!(monitor.effects(), ["load", "probe plex 10 s"], "the warm environment remembers it");
    monitor.set_down(&[]);
    monitor.run().await;
    assert_eq!(monitor.effects()[2..], ["send[tok] Plex RECOVERED after 10 min"]);
}

#[tokio::test]
async fn an_invalid_state_is_reported_and_replaced() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    for (text, expected) in [
        ("{broken", "the stored state is invalid: "),
        (r#"{"status":"up","ts":5,"version":9}"#, "the state has version 9, written by a later release; "),
    ] {
        *monitor.store().state.borrow_mut() = Some(text.to_owned());
        let run = monitor.run().await;
        assert!(run.reply.problems[0].detail.starts_with(expected), "{:?}", run.reply.problems);
        assert_eq!(run.reply.problems[0].kind, ProblemKind::StateUnreadable);
        assert_eq!((run.fault, monitor.saved().status, monitor.saved().version), (None, Status::Up, 1));
    }
    *monitor.store().state.borrow_mut() = Some(r#"{"status": "down", "ts": 1793698500}"#.to_owned());
    let run = monitor.run().await;
    assert_eq!((run.reply.previous, run.reply.problems.len()), (Status::Down, 0), "the Python function's");
}

#[tokio::test]
async fn notifications_are_sent_even_if_the_state_is_too_large() {
    let mut monitor = TestMonitor::new(settings(&["x".repeat(MAX_BYTES).as_str()]));
    let run = monitor.run().await;
    assert!(run.fault.unwrap().detail.contains(&format!("and SSM stores at most {MAX_BYTES}")));
    assert_eq!(run.reply.notices.len(), 1);
}
