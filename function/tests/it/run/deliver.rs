//! When notifications are sent, and what happens after a delivery that failed.

use std::time::Duration;

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::state::Status;
use tokio::time::Instant;

use super::{QUIET, TestMonitor, later, refused};
use crate::fixtures::{NOW, no_time, settings};

#[tokio::test]
async fn the_first_run_sends_one_notification_and_later_runs_send_none() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    let run = monitor.run().await;
    assert_eq!((run.reply.previous, run.reply.current, run.reply.http), (Status::Unknown, Status::Up, 200));
    assert_eq!((run.fault, run.reply.problems.len()), (None, 0));
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Delivered);
    let sent = "send[tok] Monitoring started: Plex is up";
    assert_eq!(monitor.effects(), ["load", "probe plex 10 s", "save", "secrets", sent, "save"]);
    for _ in 0..2 {
        let run = monitor.run().await;
        assert_eq!((run.reply.previous, run.reply.current), (Status::Up, Status::Up));
        assert_eq!(monitor.effects(), QUIET, "one probe, one read, one write");
    }
}

#[tokio::test]
async fn changes_are_notified_and_an_outage_is_not_a_failed_run() {
    let mut monitor = TestMonitor::new(settings(&["plex", "other"]));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    let run = monitor.run().await;
    assert_eq!((run.fault, run.reply.current, run.reply.http), (None, Status::Down, 502));
    let plex = &run.reply.targets[0];
    assert_eq!(
        (plex.status, plex.since, plex.why.as_deref()),
        (Status::Down, NOW + 300, Some("HTTP 502 instead of 200"))
    );
    let sent = "send[tok] Plex is DOWN";
    assert_eq!(monitor.effects(), ["load", "probe plex 10 s", "probe other 10 s", "save", sent, "save"]);
    monitor.set_down(&[]);
    monitor.run().await;
    assert_eq!(monitor.texts(), "Down 5 min (10:10-10:15 UTC).");
}

#[tokio::test]
async fn a_run_that_is_killed_while_sending_loses_nothing() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    monitor.answers.lock().unwrap().push_back(None);
    {
        let run = monitor.inner.run(monitor.now, Instant::now() + Duration::from_secs(30));
        let run = std::pin::pin!(run);
        // Poll it until it waits for the phone, then drop it.
        assert!(futures_util::poll!(run).is_pending());
    }
    assert_eq!(monitor.effects().last().unwrap(), "send[tok] Plex is DOWN");
    assert_eq!(monitor.saved().outbox.len(), 1, "saved before it was sent");
    let mut next = monitor.cold(settings(&["plex"]));
    next.set_down(&["plex"]);
    next.run().await;
    assert_eq!(next.texts(), "", "the other run may still be sending it");
    next.run().await;
    assert!(next.texts().ends_with("(may be a repeat)"), "{}", next.texts());
    assert_eq!((next.saved().outbox.len(), next.saved().lease), (0, None));
}

#[tokio::test]
async fn failed_notifications_are_retried_in_the_next_run_and_refused_ones_later() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.answer([later()]);
    let run = monitor.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.fault), (DeliveryOutcome::Retry, None));
    assert_eq!(monitor.saved().outbox[0].tries, 1);
    monitor.answer([refused(false)]);
    let run = monitor.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.dead_letters), (DeliveryOutcome::Refused, 0));
    assert_eq!(
        monitor.texts(),
        "You will be notified when it goes down and when it recovers.",
        "not marked as a repeat: the first attempt was certainly lost"
    );
    monitor.run().await;
    assert_eq!(monitor.effects(), QUIET, "not retried so soon");
    monitor.now += 15 * 60;
    monitor.run().await;
    assert_eq!(monitor.effects()[3], "send[tok] Monitoring started: Plex is up");
    assert_eq!(monitor.saved().outbox.len(), 0);
}

#[tokio::test]
async fn a_failed_delivery_holds_back_later_notifications_of_its_channel() {
    let mut monitor = TestMonitor::new(settings(&["a", "b"]));
    monitor.run().await;
    monitor.set_down(&["a", "b"]);
    monitor.answer([later()]);
    let run = monitor.run().await;
    assert_eq!(run.reply.notices.len(), 1);
    assert_eq!(monitor.saved().outbox.len(), 2);
    monitor.run().await;
    let sent: Vec<String> =
        monitor.effects().into_iter().filter(|effect| effect.starts_with("send")).collect();
    assert_eq!(sent, ["send[tok] A is DOWN", "send[tok] B is DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_channel_is_abandoned_at_the_end_of_the_run() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.answers.lock().unwrap().push_back(None);
    let before = Instant::now();
    let run = monitor.run().await;
    assert_eq!(before.elapsed().as_secs(), 29);
    assert_eq!(run.reply.notices[0].why.as_deref(), Some("no answer within 29 s"));
    monitor.run().await;
    assert!(monitor.texts().ends_with("(may be a repeat)"), "{}", monitor.texts());
}

#[tokio::test(start_paused = true)]
async fn time_to_save_the_state_is_always_reserved() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.answers.lock().unwrap().push_back(None);
    let before = Instant::now();
    monitor.run_for(Duration::from_secs(4)).await;
    assert_eq!(before.elapsed().as_secs(), 3);
    assert!(monitor.effects().contains(&"probe plex 1 s".to_owned()), "{:?}", monitor.effects());
    let run = monitor.run_for(Duration::ZERO).await;
    assert_eq!(
        run.reply.problems,
        [
            no_time("no time was left to send all notifications; the next run sends the rest"),
            no_time("no time was left to check 1 of 1 targets; the next run begins with them")
        ]
    );
    assert_eq!(monitor.saved().outbox.len(), 1);
}
