//! When secrets are fetched, and that they are not logged.

use std::collections::BTreeMap;

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::secrets::{SecretValue, Secrets};
use plexmon_function::contract::settings::{HeaderValue, Settings};
use plexmon_function::contract::state::Status;

use super::{TestMonitor, refused};
use crate::fixtures::settings;
use crate::pushover::secrets;

#[tokio::test]
async fn refused_secrets_are_fetched_again_and_retried_only_if_they_differ() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.run().await;
    *monitor.store().secrets.borrow_mut() = secrets("new");
    monitor.set_down(&["plex"]);
    monitor.answer([refused(true)]);
    let run = monitor.run().await;
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Delivered);
    let sent = ["save", "send[tok] Plex is DOWN", "secrets", "send[new] Plex is DOWN", "save"];
    assert_eq!(monitor.effects()[2..], sent);
    monitor.set_down(&[]);
    monitor.answer([refused(true)]);
    let run = monitor.run().await;
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Refused);
    assert_eq!(monitor.effects()[2..], ["save", "send[new] Plex RECOVERED after 5 min", "secrets", "save"]);
}

#[tokio::test]
async fn wrong_secrets_are_tried_once_per_run() {
    let mut before = TestMonitor::new(settings(&["a", "b"]));
    before.run().await;
    let mut monitor = before.cold(settings(&["a", "b"]));
    monitor.set_down(&["a", "b"]);
    monitor.answer([refused(true)]);
    monitor.run().await;
    let effects = monitor.effects();
    let count = |what: &str| effects.iter().filter(|effect| effect.starts_with(what)).count();
    assert_eq!(count("secrets"), 1, "they were read in this run");
    assert_eq!(
        (count("send"), monitor.saved().outbox.len()),
        (1, 2),
        "both are sent again once the token may be correct"
    );
}

fn with_secret_header() -> Settings {
    let mut settings = settings(&["plex", "open"]);
    settings.targets[0].headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    settings
}

fn header(value: &str) -> Secrets {
    let headers = BTreeMap::from([("X-Api-Key".to_owned(), SecretValue::new(value))]);
    Secrets { headers: BTreeMap::from([("plex".to_owned(), headers)]), ..secrets("tok") }
}

#[tokio::test]
async fn a_missing_secret_header_is_not_an_outage() {
    let mut monitor = TestMonitor::new(with_secret_header());
    let run = monitor.run().await;
    assert_eq!((run.reply.current, run.reply.targets[0].status), (Status::Unknown, Status::Unknown));
    let detail = "plex: the secret header X-Api-Key has no value";
    let expected = Problem::new(ProblemKind::SecretMissing, detail);
    assert_eq!((run.fault, run.reply.problems), (Some(expected.clone()), vec![expected]));
    assert_eq!(run.reply.targets[1].status, Status::Up);
}

#[tokio::test]
async fn a_changed_secret_header_is_fetched_before_an_outage_is_reported() {
    let mut monitor = TestMonitor::new(with_secret_header());
    *monitor.store().secrets.borrow_mut() = header("old");
    monitor.run().await;
    assert_eq!(monitor.saved().status, Status::Down);
    *monitor.store().secrets.borrow_mut() = header("right");
    let run = monitor.run().await;
    assert_eq!(run.reply.current, Status::Up);
    let run = monitor.run().await;
    assert_eq!(
        (run.reply.current, monitor.effects().len()),
        (Status::Up, 4),
        "two probes, one read, one write"
    );
}

/// An app that refuses the key of a check is asked again in the same run, with the new one.
#[tokio::test]
async fn a_changed_secret_of_a_check_is_fetched_as_well() {
    let mut configured = settings(&["plex"]);
    configured.targets[0].inside_headers = vec!["X-Api-Key".to_owned()];
    let mut monitor = TestMonitor::new(configured);
    *monitor.store().secrets.borrow_mut() = header("old");
    let run = monitor.run().await;
    assert_eq!(run.reply.current, Status::Up, "the app itself responds");
    *monitor.store().secrets.borrow_mut() = header("right");
    let count = |monitor: &TestMonitor, what: &str| {
        monitor.effects().iter().filter(|effect| effect.starts_with(what)).count()
    };
    monitor.run().await;
    assert_eq!((count(&monitor, "probe"), count(&monitor, "secrets")), (2, 1));
    monitor.run().await;
    assert_eq!((count(&monitor, "probe"), count(&monitor, "secrets")), (1, 0));
}

#[tokio::test]
async fn the_log_line_has_times_but_no_secrets() {
    let mut configured = settings(&["plex"]);
    configured.targets[0].url = "https://user:hush@plex.example.com/?token=hush".to_owned();
    let mut monitor = TestMonitor::new(configured);
    *monitor.store().secrets.borrow_mut() = secrets("hush");
    monitor.set_down(&["plex"]);
    let line = serde_json::to_value(monitor.run().await).unwrap();
    assert_eq!(
        (&line["previous"], &line["current"], &line["http"]),
        (&"unknown".into(), &"down".into(), &502.into())
    );
    for phase in ["load_ms", "probe_ms", "save_ms", "notify_ms"] {
        assert!(line["phases"][phase].is_u64(), "{line}");
    }
    assert!(!line.to_string().contains("hush"), "{line}");
}
