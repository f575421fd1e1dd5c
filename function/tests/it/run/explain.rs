//! When the status page of the service behind an app is asked, and what becomes of the answer.

use std::time::Duration;

use plexmon_function::contract::settings::{CloudStatus, Settings};
use tokio::time::Instant;

use super::TestMonitor;
use crate::fixtures::settings;

/// Plex, whose service has this status page, and another app.
fn with_page(url: &str) -> Settings {
    let mut settings = settings(&["plex", "other"]);
    settings.targets[0].cloud_status = Some(CloudStatus { service: "Plex".to_owned(), url: url.to_owned() });
    settings.targets[0].tries = 2;
    settings
}

fn asked(monitor: &TestMonitor) -> usize {
    monitor.effects().iter().filter(|effect| effect.starts_with("ask ")).count()
}

#[tokio::test(start_paused = true)]
async fn the_notification_of_an_outage_names_the_incident() {
    let mut monitor = TestMonitor::new(with_page("https://status.example.com/incident"));
    monitor.run().await;
    assert_eq!(asked(&monitor), 0, "an app that is up needs no explanation");
    monitor.set_down(&["plex"]);
    monitor.run().await;
    assert_eq!(
        monitor.texts(),
        "HTTP 502 instead of 200 (HTTP). Plex itself reports an incident: Sign-in fails. Down since 10:10 UTC \
         (2026-11-03)."
    );
    assert_eq!(asked(&monitor), 1, "for all tries together");
    monitor.run().await;
    assert_eq!(asked(&monitor), 0, "once for an outage");
    monitor.set_down(&[]);
    monitor.run().await;
    monitor.set_down(&["plex"]);
    monitor.run().await;
    assert_eq!(asked(&monitor), 1, "the next outage may have another cause");
}

#[tokio::test(start_paused = true)]
async fn without_an_incident_nothing_is_said() {
    for (url, down) in
        [("https://status.example.com/well", "plex"), ("https://status.example.com/incident", "other")]
    {
        let mut monitor = TestMonitor::new(with_page(url));
        monitor.run().await;
        monitor.set_down(&[down]);
        monitor.run().await;
        let expected = "HTTP 502 instead of 200 (HTTP). Down since 10:10 UTC (2026-11-03).";
        assert_eq!(monitor.texts(), expected);
        assert_eq!(asked(&monitor), usize::from(down == "plex"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_notification_waits_for_a_status_page() {
    let mut monitor = TestMonitor::new(with_page("https://status.example.com/silent"));
    monitor.run().await;
    monitor.set_down(&["plex"]);
    let started = Instant::now();
    monitor.run().await;
    // The pause between the two tries.
    assert!(started.elapsed() < Duration::from_millis(2_100), "{:?}", started.elapsed());
    assert!(monitor.texts().starts_with("HTTP 502") && asked(&monitor) == 1, "{}", monitor.texts());
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_in_the_run_that_notifies() {
    let mut settings = with_page("https://status.example.com/incident");
    settings.targets[0].down_after = 3;
    let mut monitor = TestMonitor::new(settings);
    monitor.run().await;
    monitor.set_down(&["plex"]);
    let mut runs = Vec::new();
    for _ in 0..4 {
        monitor.run().await;
        runs.push((asked(&monitor), monitor.texts().contains("Sign-in fails")));
    }
    assert_eq!(runs, [(0, false), (0, false), (1, true), (0, false)]);
}
