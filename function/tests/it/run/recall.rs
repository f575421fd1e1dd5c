//! Which state is used when the store and the memory of a warm environment differ. These cases were found by the stories
//! in `faults`.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::request::Request;
use plexmon_function::contract::state::Status;
use plexmon_function::store::Store as _;
use tokio::time::{Duration, Instant};

use crate::fixtures::settings;
use crate::pushover::secrets;
use crate::run::{QUIET, TestMonitor, later, refused};

fn replace_stored(monitor: &TestMonitor, text: Option<String>) {
    *monitor.store().state.borrow_mut() = text;
}

fn stored_text(monitor: &TestMonitor) -> Option<String> {
    monitor.store().state.borrow().clone()
}

#[tokio::test]
async fn a_stale_read_loses_nothing() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    let old = stored_text(&monitor);
    monitor.set_down(&["plex"]);
    monitor.run().await;
    // The store returns the state from before the outage, from which there is nothing to recover.
    replace_stored(&monitor, old);
    monitor.set_down(&[]);
    let run = monitor.run().await;
    assert!(
        monitor.effects().contains(&"send[tok] Plex RECOVERED after 5 min".to_owned()),
        "{:?}",
        monitor.effects()
    );
    assert_eq!(
        run.reply.problems,
        [Problem::new(
            ProblemKind::StateUnreadable,
            "the store returned an older state; the remembered one was used"
        )]
    );
    assert_eq!((run.reply.previous, run.fault), (Status::Down, None));
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET);
}

#[tokio::test]
async fn a_warm_environment_loses_nothing_to_a_garbled_value() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    monitor.answer([later()]);
    monitor.run().await;
    replace_stored(&monitor, Some("{\"status\":\"up\",".to_owned()));
    let run = monitor.run().await;
    assert!(monitor.effects().contains(&"send[tok] Plex is DOWN".to_owned()), "{:?}", monitor.effects());
    let problem = &run.reply.problems[0];
    assert_eq!(problem.kind, ProblemKind::StateUnreadable);
    assert!(problem.detail.ends_with("; the remembered state replaces it"), "{problem}");
    assert_eq!((monitor.saved().status, monitor.saved().outbox.len()), (Status::Down, 0));
}

#[tokio::test]
async fn stored_notifications_survive_a_run_that_could_not_read_them() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    for is_down in [true, false] {
        first.set_down(if is_down { &["plex"] } else { &[] });
        first.answer([later()]);
        first.run().await;
    }
    assert_eq!(first.saved().outbox[0].kind, NotificationKind::WasDown);
    let mut monitor = first.cold(settings(&["plex"]));
    monitor.store().failing_loads.set(1);
    monitor.set_down(&["plex"]);
    monitor.run().await;
    assert!(
        monitor.texts().ends_with("(may be a repeat: the state could not be read)"),
        "{}",
        monitor.texts()
    );
    // The earlier outage is notified, then the later one again, so that the last message is true.
    monitor.run().await;
    assert_eq!(
        monitor.effects()[3..5],
        ["send[tok] Plex was DOWN for 5 min and RECOVERED", "send[tok] Plex is DOWN"]
    );
    assert!(
        monitor.texts().ends_with("(may be a repeat: the state could not be read)"),
        "{}",
        monitor.texts()
    );
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET);
    monitor.set_down(&[]);
    monitor.run().await;
    assert!(
        monitor.effects().contains(&"send[tok] Plex RECOVERED after 15 min".to_owned()),
        "{:?}",
        monitor.effects()
    );
}

#[tokio::test]
async fn pending_notifications_are_dropped_when_the_check_changes() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    first.set_down(&["plex"]);
    first.answer([later()]);
    first.run().await;
    let mut other = settings(&["plex"]);
    other.targets[0].url.push_str("?other");
    let mut monitor = first.cold(other);
    monitor.store().failing_loads.set(1);
    monitor.set_down(&["plex"]);
    monitor.answer([later()]);
    monitor.run().await;
    monitor.run().await;
    let sent = monitor.effects().iter().filter(|effect| effect.starts_with("send")).count();
    assert_eq!((sent, monitor.saved().outbox.len()), (1, 0));
    assert!(
        monitor.texts().ends_with("(may be a repeat: the state could not be read)"),
        "{}",
        monitor.texts()
    );
}

#[tokio::test]
async fn announced_secrets_are_used_at_once() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.answer([refused(true)]);
    monitor.run().await;
    *monitor.store().secrets.borrow_mut() = secrets("new");
    monitor.store().record.lock().unwrap().clear();
    monitor.inner.run_for(Request::Announce, monitor.now, Instant::now() + Duration::from_secs(30)).await;
    let sent: Vec<String> =
        monitor.effects().into_iter().filter(|effect| effect.starts_with("send")).collect();
    assert_eq!(sent, ["send[new] Monitoring started: Plex is up"], "the old token is not tried again");
}

/// The garbled value was written to the store, so that it has the next version.
#[tokio::test]
async fn a_warm_environment_loses_nothing_to_a_garbled_new_version() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    monitor.answer([later()]);
    monitor.run().await;
    monitor.store().save_state(0, "{\"status\":\"up\",").await.unwrap();
    monitor.run().await;
    assert!(monitor.effects().contains(&"send[tok] Plex is DOWN".to_owned()), "{:?}", monitor.effects());
    assert_eq!((monitor.saved().status, monitor.saved().outbox.len()), (Status::Down, 0));
    monitor.set_down(&[]);
    monitor.run().await;
    assert!(
        monitor.effects().contains(&"send[tok] Plex RECOVERED after 10 min".to_owned()),
        "{:?}",
        monitor.effects()
    );
}

/// A concurrent check may save its state while the probes are running.
#[tokio::test]
async fn a_pause_is_saved_before_targets_are_probed() {
    for request in [Request::Pause(u64::MAX), Request::Resume] {
        let mut monitor = TestMonitor::new(settings(&["plex"]));
        monitor.run().await;
        monitor.store().record.lock().unwrap().clear();
        monitor.inner.run_for(request.clone(), monitor.now, Instant::now() + Duration::from_secs(30)).await;
        assert_eq!(monitor.effects()[..3], ["load", "save", "probe plex 10 s"], "{request:?}");
    }
}
