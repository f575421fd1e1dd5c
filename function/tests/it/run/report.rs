//! The report in whole runs: what it costs, in which order it is saved and sent, and what happens if something fails.

use std::time::Duration;

use plexmon_function::contract::history::Place;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::problem::ProblemKind;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::settings::{HistorySettings, ReportDay, ReportSchedule, Settings};
use plexmon_function::contract::state::{MAX_BYTES, State};
use plexmon_function::run::Run;
use tokio::time::Instant;

use super::{QUIET, TestMonitor, later, refused};
use crate::fixtures::{NOW, settings};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// Monday, 2026-11-09 09:00 UTC.
const MONDAY: u64 = NOW - 65 * 60 + 6 * DAY;

const TITLE: &str = "send[tok] A quiet week: 2 to 8 Nov";

fn reporting(names: &[&str]) -> Settings {
    Settings {
        history: Some(HistorySettings { days: 90, records: 1, parameters: 250 }),
        report: Some(ReportSchedule { day: ReportDay::Weekly(0), minute: 9 * 60 }),
        ..settings(names)
    }
}

/// A monitor that has run every hour until shortly before the report, from the beginning of the week.
async fn before_report(settings: &Settings) -> TestMonitor {
    let mut monitor = TestMonitor::new(settings.clone());
    monitor.now = MONDAY - 7 * DAY - 9 * HOUR + 5;
    while monitor.now + HOUR <= MONDAY {
        monitor.run().await;
        assert!(!monitor.effects().iter().any(|effect| effect.contains("week")), "{:?}", monitor.effects());
        monitor.now += HOUR - 300;
    }
    // The hour that was closed last is moved to the history.
    monitor.now = MONDAY - 300;
    monitor.run().await;
    monitor
}

/// What was sent in the last run.
fn sent(monitor: &TestMonitor) -> Vec<String> {
    monitor.effects().into_iter().filter(|effect| effect.starts_with("send")).collect()
}

fn kinds(run: &Run) -> Vec<ProblemKind> {
    run.reply.problems.iter().map(|problem| problem.kind).collect()
}

fn is_queued(monitor: &TestMonitor) -> bool {
    monitor.saved().outbox.iter().any(|one| one.kind == NotificationKind::Report)
}

#[tokio::test(start_paused = true)]
async fn a_report_is_sent_after_everything_else_and_costs_nothing_otherwise() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.run().await;
    let report = ["load history", "save", TITLE, "save", "load history", "save history"];
    let quiet = QUIET.into_iter();
    assert_eq!(monitor.effects(), quiet.clone().chain(report).collect::<Vec<_>>());
    assert_eq!(monitor.texts(), "Plex was up, no outage.");
    for _ in 0..3 {
        monitor.run().await;
        assert_eq!(monitor.effects(), QUIET);
    }
    // A restart repeats nothing.
    let mut restarted = monitor.cold(reporting(&["plex"]));
    restarted.run().await;
    assert_eq!(sent(&restarted), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_saved_and_sent_before_the_report_is_begun() {
    let settings = reporting(&["plex", "nas"]);
    let mut monitor = before_report(&settings).await;
    monitor.set_down(&["nas"]);
    monitor.run().await;
    let effects = monitor.effects();
    let at = |what: &str| effects.iter().position(|effect| effect.starts_with(what)).unwrap();
    assert!(at("send[tok] nas is DOWN".replace("nas", "Nas").as_str()) < at("load history"), "{effects:#?}");
    assert!(at("load history") < at(TITLE), "{effects:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_played_week_is_reported_as_it_was() {
    let settings = reporting(&["plex", "nas"]);
    let mut monitor = TestMonitor::new(settings.clone());
    monitor.now = MONDAY - 7 * DAY - 9 * HOUR + 5;
    for run in 0.. {
        // On Tuesday for 35 min, on Thursday for 3 h, and on Sunday beyond midnight.
        let plex = (300..307).contains(&run) || (900..936).contains(&run);
        let nas = (2_010..2_030).contains(&run);
        let down: Vec<&str> =
            [("plex", plex), ("nas", nas)].iter().filter(|one| one.1).map(|one| one.0).collect();
        monitor.set_down(&down);
        if run % 100 == 50 {
            monitor = monitor.cold(settings.clone());
        }
        monitor.run().await;
        if monitor.now > MONDAY + 300 {
            break;
        }
    }
    assert_eq!(sent(&monitor), ["send[tok] Week of 2 to 8 Nov: 3 outages"]);
    assert_eq!(
        monitor.texts(),
        "Plex: 97.86 % up. 2 outages, 3 h 35 min in all, the longest 3 h (5 Nov 03:00 UTC).\n\
         Nas: 99.70 % up. 1 outage of 29 min (8 Nov 23:30 UTC).\n\
         Slowest (median response time): plex 12 ms, nas 12 ms."
    );
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_history_delays_the_report_and_is_then_left_out() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.store().refused_history.set(true);
    let run = monitor.run().await;
    assert_eq!((sent(&monitor), is_queued(&monitor)), (vec![], true));
    assert!(kinds(&run).contains(&ProblemKind::HistoryUnreadable), "{:?}", run.reply.problems);
    let mut other = monitor.cold(reporting(&["plex"]));
    other.run().await;
    assert_eq!(sent(&other), [TITLE], "as soon as it can be read");

    monitor.now = MONDAY + 12 * HOUR - 300;
    monitor.run().await;
    assert_eq!(sent(&monitor), [""; 0]);
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] Week of 2 to 8 Nov: the history could not be read"]);
    assert_eq!(monitor.texts(), "This is what is known without the history.");
    assert!(!is_queued(&monitor));
}

#[tokio::test(start_paused = true)]
async fn a_corrupt_parameter_delays_the_report_until_it_begins_again() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.store().history.borrow_mut().get_mut(&Place::Number(0)).unwrap().push("corrupt".to_owned());
    // The same run moves the hour that was closed, and begins the parameter again.
    monitor.run().await;
    assert_eq!(sent(&monitor), [""; 0]);
    monitor.run().await;
    assert_eq!(sent(&monitor), ["send[tok] Week of 2 to 8 Nov: no checks"]);
    assert_eq!(monitor.texts(), "The history has 0 of the 7 days.");
}

#[tokio::test(start_paused = true)]
async fn without_a_history_the_report_says_what_is_known() {
    let settings = Settings { history: None, ..reporting(&["plex"]) };
    let mut monitor = before_report(&settings).await;
    monitor.set_down(&["plex"]);
    monitor.now = MONDAY + 12 * HOUR;
    monitor.run().await;
    assert_eq!(sent(&monitor).last().unwrap(), "send[tok] Week of 2 to 8 Nov: the history could not be read");
}

/// The run is killed after the message was sent, and before that is saved.
#[tokio::test(start_paused = true)]
async fn after_a_killed_run_the_report_is_sent_once_more_and_says_so() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.run().await;
    let mut killed = monitor.cold(reporting(&["plex"]));
    {
        // The version that was saved before sending.
        let versions = killed.store().versions.borrow();
        let all = &versions[&0];
        *killed.store().state.borrow_mut() = Some(all[all.len() - 2].clone());
    }
    killed.now += 300;
    killed.run().await;
    assert_eq!(
        (sent(&killed), killed.texts()),
        (vec![TITLE.to_owned()], "Plex was up, no outage. (may be a repeat)".to_owned())
    );
    killed.run().await;
    assert_eq!(sent(&killed), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_report_is_tried_again_if_the_channel_fails() {
    for failure in [later(), refused(false)] {
        let mut monitor = before_report(&reporting(&["plex"])).await;
        monitor.answer([failure.clone()]);
        monitor.run().await;
        assert_eq!(sent(&monitor), [TITLE]);
        let mut later = 0;
        while is_queued(&monitor) {
            later += 1;
            assert!(later < 100, "{failure:?}");
            monitor.run().await;
        }
        assert_eq!(sent(&monitor), [TITLE], "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_save_sends_no_report() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    for failing in [u32::MAX, 0] {
        monitor.store().failing_saves.set(failing);
        monitor.run().await;
        let expected: &[&str] = if failing > 0 { &[] } else { &[TITLE] };
        assert_eq!(sent(&monitor), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_without_time_leaves_the_report_to_the_next_one() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.run_for(Duration::from_secs(2)).await;
    assert_eq!((sent(&monitor), is_queued(&monitor)), (vec![], true));
    monitor.run().await;
    assert_eq!(sent(&monitor), [TITLE]);
}

/// `up` waits for its answer.
#[tokio::test(start_paused = true)]
async fn a_run_for_another_request_leaves_the_report_to_the_next_one() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    monitor.inner.run_for(Request::Announce, monitor.now, deadline).await;
    assert!(!monitor.effects().contains(&TITLE.to_owned()));
    monitor.now += 300;
    monitor.run().await;
    assert_eq!(sent(&monitor), [TITLE]);
}

/// A state without room drops the report before it drops the reason of an outage.
#[tokio::test(start_paused = true)]
async fn a_report_makes_room_for_outages() {
    let mut monitor = before_report(&reporting(&["plex"])).await;
    monitor.store().refused_history.set(true);
    monitor.answer([later()]);
    monitor.run().await;
    let mut state = monitor.saved();
    let [report] = state.outbox.as_slice() else { panic!("{:?}", state.outbox) };
    assert_eq!(report.kind, NotificationKind::Report);
    assert!(serde_json::to_string(report).unwrap().len() <= 100, "{report:?}");
    // As long as the reason fits in beside the report, both are kept; then the reason alone.
    state.history = None;
    let room = MAX_BYTES - state.encode().unwrap().text.len() - r#","why":"""#.len();
    for (chars, has_report) in [(room, true), (room + 1, false)] {
        state.targets[0].why = Some("x".repeat(chars));
        let encoded = state.encode().unwrap();
        let kept = State::parse(&encoded.text).unwrap();
        assert_eq!((kept.targets[0].why.is_some(), !kept.outbox.is_empty()), (true, has_report));
        assert!(kept.monitor.reported.is_some(), "it is not queued again");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_week_is_reported_as_far_as_it_is_known() {
    let mut monitor = TestMonitor::new(reporting(&["plex"]));
    monitor.now = MONDAY - 2 * DAY;
    while monitor.now <= MONDAY {
        monitor.run().await;
    }
    assert_eq!(sent(&monitor), ["send[tok] Week of 2 to 8 Nov: no outage"]);
    assert!(monitor.texts().contains("The history has 2 of the 7 days."), "{}", monitor.texts());
}
