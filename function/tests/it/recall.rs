//! What counts when the store and a warm environment's memory do not agree. Found by the stories in `faults`.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::request::Request;
use plexmon_function::contract::state::Status;
use plexmon_function::store::Store as _;
use tokio::time::{Duration, Instant};

use crate::fixtures::settings;
use crate::handler::{QUIET, TestMonitor, later, refused};
use crate::pushover::secrets;

fn keep(world: &TestMonitor, text: Option<String>) {
    *world.store().state.borrow_mut() = text;
}

fn kept_text(world: &TestMonitor) -> Option<String> {
    world.store().state.borrow().clone()
}

#[tokio::test]
async fn a_read_that_lags_behind_loses_nothing() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    let old = kept_text(&world);
    world.set_down(&["plex"]);
    world.run().await;
    // The store answers with the state from before the outage, in which there is nothing to recover from.
    keep(&world, old);
    world.set_down(&[]);
    let run = world.run().await;
    assert!(world.did().contains(&"send[tok] Plex RECOVERED after 5 min".to_owned()), "{:?}", world.did());
    assert_eq!(
        run.reply.problems,
        [Problem::new(
            ProblemKind::StateUnreadable,
            "the store returned an older state; the remembered one was used"
        )]
    );
    assert_eq!((run.reply.previous, run.fault), (Status::Down, None));
    world.run().await;
    assert_eq!(world.did(), QUIET);
}

#[tokio::test]
async fn a_garbled_value_costs_a_warm_environment_nothing() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.set_down(&["plex"]);
    world.answer([later()]);
    world.run().await;
    keep(&world, Some("{\"status\":\"up\",".to_owned()));
    let run = world.run().await;
    assert!(world.did().contains(&"send[tok] Plex is DOWN".to_owned()), "{:?}", world.did());
    let problem = &run.reply.problems[0];
    assert_eq!(problem.kind, ProblemKind::StateUnreadable);
    assert!(problem.detail.ends_with("; the remembered state replaces it"), "{problem}");
    assert_eq!((world.kept().status, world.kept().outbox.len()), (Status::Down, 0));
}

#[tokio::test]
async fn what_waits_in_the_store_outlives_a_run_that_could_not_read_it() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    for is_down in [true, false] {
        first.set_down(if is_down { &["plex"] } else { &[] });
        first.answer([later()]);
        first.run().await;
    }
    assert_eq!(first.kept().outbox[0].kind, NotificationKind::WasDown);
    let mut world = first.cold(settings(&["plex"]));
    world.store().failing_loads.set(1);
    world.set_down(&["plex"]);
    world.run().await;
    assert!(world.said().ends_with("(may be a repeat: the state could not be read)"), "{}", world.said());
    // The earlier outage is told; then the later one again, so that the last word is true.
    world.run().await;
    assert_eq!(
        world.did()[3..5],
        ["send[tok] Plex was DOWN for 5 min and RECOVERED", "send[tok] Plex is DOWN"]
    );
    assert!(world.said().ends_with("(may be a repeat: the state could not be read)"), "{}", world.said());
    world.run().await;
    assert_eq!(world.did(), QUIET);
    world.set_down(&[]);
    world.run().await;
    assert!(world.did().contains(&"send[tok] Plex RECOVERED after 15 min".to_owned()), "{:?}", world.did());
}

#[tokio::test]
async fn what_waits_for_another_check_is_not_told_of_this_one() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    first.set_down(&["plex"]);
    first.answer([later()]);
    first.run().await;
    let mut other = settings(&["plex"]);
    other.targets[0].url.push_str("?other");
    let mut world = first.cold(other);
    world.store().failing_loads.set(1);
    world.set_down(&["plex"]);
    world.answer([later()]);
    world.run().await;
    world.run().await;
    let sent = world.did().iter().filter(|did| did.starts_with("send")).count();
    assert_eq!((sent, world.kept().outbox.len()), (1, 0));
    assert!(world.said().ends_with("(may be a repeat: the state could not be read)"), "{}", world.said());
}

#[tokio::test]
async fn announced_secrets_are_used_at_once() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.answer([refused(true)]);
    world.run().await;
    *world.store().secrets.borrow_mut() = secrets("new");
    world.store().record.lock().unwrap().clear();
    world.monitor.run_for(Request::Announce, world.now, Instant::now() + Duration::from_secs(30)).await;
    let sent: Vec<String> = world.did().into_iter().filter(|did| did.starts_with("send")).collect();
    assert_eq!(sent, ["send[new] Monitoring started: Plex is up"], "the old token is not offered again");
}

/// Somebody wrote it, so that its version is the next one.
#[tokio::test]
async fn a_garbled_version_costs_a_warm_environment_nothing() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.set_down(&["plex"]);
    world.answer([later()]);
    world.run().await;
    world.store().save_state(0, "{\"status\":\"up\",").await.unwrap();
    world.run().await;
    assert!(world.did().contains(&"send[tok] Plex is DOWN".to_owned()), "{:?}", world.did());
    assert_eq!((world.kept().status, world.kept().outbox.len()), (Status::Down, 0));
    world.set_down(&[]);
    world.run().await;
    assert!(world.did().contains(&"send[tok] Plex RECOVERED after 10 min".to_owned()), "{:?}", world.did());
}

/// A check at the same time may write its state while the probes take their time.
#[tokio::test]
async fn a_pause_is_saved_before_anything_is_probed() {
    for request in [Request::Pause(u64::MAX), Request::Resume] {
        let mut world = TestMonitor::new(settings(&["plex"]));
        world.run().await;
        world.store().record.lock().unwrap().clear();
        world.monitor.run_for(request, world.now, Instant::now() + Duration::from_secs(30)).await;
        assert_eq!(world.did()[..3], ["load", "save", "probe plex 10 s"], "{request:?}");
    }
}
