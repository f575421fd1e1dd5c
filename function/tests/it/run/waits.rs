//! How long a channel is left alone when its service asks for it.

use std::time::Duration;

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::settings::Severity;
use tokio::time::Instant;

use super::{QUIET, TestMonitor, busy, later, refused};
use crate::fixtures::settings;
use crate::pushover::secrets;

async fn started(names: &[&str]) -> TestMonitor {
    let mut monitor = TestMonitor::new(settings(names));
    monitor.run().await;
    monitor
}

fn sent(monitor: &TestMonitor) -> Vec<String> {
    monitor.effects().into_iter().filter(|effect| effect.starts_with("send")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_ends_within_the_run_and_keeps_the_order() {
    let mut monitor = started(&["a", "b"]).await;
    monitor.set_down(&["a", "b"]);
    monitor.answer([busy(3)]);
    let before = Instant::now();
    let run = monitor.run().await;
    assert_eq!(before.elapsed(), Duration::from_secs(3));
    assert_eq!(sent(&monitor), ["send[tok] A is DOWN", "send[tok] A is DOWN", "send[tok] B is DOWN"]);
    assert!(run.reply.notices.iter().all(|notice| notice.outcome == DeliveryOutcome::Delivered));
    assert!(monitor.saved().monitor.not_before.is_empty());
    assert!(!monitor.texts().contains("repeat"), "the first attempt has certainly not arrived");
}

#[tokio::test(start_paused = true)]
async fn a_run_waits_once_for_each_message_and_only_if_there_is_time() {
    let mut monitor = started(&["a", "b"]).await;
    monitor.set_down(&["a", "b"]);
    monitor.answer([busy(3), busy(3)]);
    let before = Instant::now();
    monitor.run().await;
    assert_eq!(before.elapsed(), Duration::from_secs(3));
    assert_eq!(sent(&monitor).len(), 2, "B waits for A");
    assert_eq!(monitor.saved().outbox.len(), 2);
    monitor.answer([busy(5)]);
    let before = Instant::now();
    monitor.run_for(Duration::from_secs(7)).await;
    assert_eq!(before.elapsed(), Duration::ZERO, "a second attempt would end too late");
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] A is DOWN", "send[tok] B is DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_remembered_and_nothing_is_sent_before() {
    let mut monitor = started(&["plex"]).await;
    monitor.set_down(&["plex"]);
    monitor.answer([busy(700)]);
    let began = monitor.now;
    monitor.run().await;
    assert_eq!(monitor.saved().monitor.not_before, [("pushover".to_owned(), began + 701)].into());
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET);
    // A new environment reads it from the state.
    let mut monitor = monitor.cold(settings(&["plex"]));
    monitor.set_down(&[]);
    monitor.run().await;
    assert_eq!(sent(&monitor), [""; 0], "not even the recovery");
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] Plex was DOWN for 10 min and RECOVERED"]);
    assert!(monitor.saved().monitor.not_before.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_wait_begins_with_the_answer() {
    let mut monitor = started(&["a", "b"]).await;
    monitor.set_down(&["a", "b"]);
    monitor.answer([busy(4), super::Delivery::Delivered, busy(597)]);
    let began = monitor.now;
    monitor.run().await;
    assert_eq!(monitor.saved().monitor.not_before["pushover"], began + 4 + 597 + 1);
}

#[tokio::test(start_paused = true)]
async fn an_hour_is_the_longest_wait() {
    let mut monitor = started(&["plex"]).await;
    monitor.set_down(&["plex"]);
    monitor.answer([busy(10_000_000)]);
    monitor.run().await;
    for _ in 0..11 {
        monitor.run().await;
        assert_eq!(sent(&monitor), [""; 0]);
    }
    monitor.now += 1;
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] Plex is DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn a_stored_wait_that_is_too_long_does_not_count() {
    let monitor = started(&["plex"]).await;
    let mut state = monitor.saved();
    state.monitor.not_before.insert("pushover".to_owned(), u64::MAX);
    *monitor.store().state.borrow_mut() = Some(state.encode().unwrap().text);
    let mut monitor = monitor.cold(settings(&["plex"]));
    monitor.set_down(&["plex"]);
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] Plex is DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn corrected_secrets_end_the_wait() {
    let mut monitor = started(&["plex"]).await;
    monitor.set_down(&["plex"]);
    monitor.answer([busy(3_000)]);
    monitor.run().await;
    *monitor.store().secrets.borrow_mut() = secrets("new");
    let deadline = Instant::now() + Duration::from_secs(30);
    monitor.inner.run_for(Request::Announce, monitor.now, deadline).await;
    assert_eq!(sent(&monitor), ["send[tok] Plex is DOWN", "send[new] Plex is DOWN"]);
    assert!(monitor.saved().monitor.not_before.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_test_is_not_held_back() {
    let mut monitor = started(&["plex"]).await;
    monitor.set_down(&["plex"]);
    monitor.answer([busy(3_000)]);
    monitor.run().await;
    let deadline = Instant::now() + Duration::from_secs(30);
    let replies = monitor.inner.test_channels(monitor.now, deadline).await;
    assert_eq!(replies[0].outcome, DeliveryOutcome::Delivered);
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET, "the messages still wait");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_has_to_wait_for_long_is_reported_on_the_others_at_once() {
    for (answer, is_reported) in [(later(), false), (busy(60), false), (busy(900), true)] {
        let mut two = settings(&["plex"]);
        let mut other = two.channels[0].clone();
        other.name = "other".to_owned();
        two.channels.push(other);
        let mut monitor = TestMonitor::new(two);
        monitor.answer([answer]);
        monitor.run().await;
        assert_eq!(monitor.saved().monitor.broken.contains("pushover"), is_reported);
    }
}

#[tokio::test(start_paused = true)]
async fn refused_secrets_are_read_again_after_a_wait_too() {
    let mut monitor = started(&["plex"]).await;
    *monitor.store().secrets.borrow_mut() = secrets("new");
    monitor.set_down(&["plex"]);
    monitor.answer([busy(1), refused(true)]);
    monitor.run().await;
    assert_eq!(
        sent(&monitor),
        ["send[tok] Plex is DOWN", "send[tok] Plex is DOWN", "send[new] Plex is DOWN"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_announcement_is_sent_at_once_and_changes_nothing_else() {
    let mut monitor = started(&["plex"]).await;
    let before = monitor.store().state.borrow().clone();
    monitor.set_down(&["plex"]);
    monitor.run().await;
    let saved = monitor.store().state.borrow().clone();
    assert_ne!(saved, before);
    let sent_before = monitor.effects().len();
    let deadline = Instant::now() + Duration::from_secs(30);
    let replies = monitor.inner.send_notice("Update\ntonight", monitor.now, deadline).await;
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].outcome, DeliveryOutcome::Delivered);
    assert_eq!(monitor.effects()[sent_before..], ["send[tok] plex-remote-health: announcement"]);
    assert!(monitor.texts().ends_with("| Update\ntonight"), "{}", monitor.texts());
    assert_eq!(*monitor.store().state.borrow(), saved);
}

#[tokio::test(start_paused = true)]
async fn a_channel_for_alerts_alone_gets_no_announcement() {
    for (min, expected) in [(Severity::Info, 1), (Severity::Warn, 0), (Severity::Down, 0)] {
        let mut settings = settings(&["plex"]);
        settings.channels[0].min = min;
        let mut monitor = TestMonitor::new(settings);
        let deadline = Instant::now() + Duration::from_secs(30);
        let replies = monitor.inner.send_notice("Update", monitor.now, deadline).await;
        assert_eq!((replies.len(), sent(&monitor).len()), (expected, expected), "{min:?}");
    }
}
