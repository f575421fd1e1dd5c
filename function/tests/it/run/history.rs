//! The history that runs keep: when it is read and written, and what it then says.

use plexmon_function::contract::history::{
    Class, EventKind, Parameter, Period, Place, TargetHistory, Uptime,
};
use plexmon_function::contract::settings::{HistorySettings, Recurrence, Settings, Window};
use plexmon_function::probe::Cause;

use super::{QUIET, TestMonitor};
use crate::fixtures::{NOW, settings};

fn kept(names: &[&str], records: usize) -> Settings {
    Settings { history: Some(HistorySettings { days: 90, records, parameters: 250 }), ..settings(names) }
}

/// The parameters of the history, as they are stored.
fn parameters(monitor: &TestMonitor) -> Vec<Parameter> {
    let history = monitor.store().history.borrow();
    let numbered = history.iter().filter(|(place, _)| **place != Place::Aside);
    numbered.map(|(_, versions)| Parameter::parse(versions.last().unwrap()).unwrap()).collect()
}

fn history(monitor: &TestMonitor, settings: &Settings, name: &str) -> TargetHistory {
    let parameters = parameters(monitor);
    let record = parameters.iter().find_map(|parameter| parameter.records.get(name));
    let target = settings.target(name).unwrap();
    TargetHistory::new(record, &monitor.saved(), target, &settings.clock, monitor.now - 300)
}

#[tokio::test(start_paused = true)]
async fn a_warm_run_reads_and_writes_the_history_only_after_an_hours_end() {
    let mut monitor = TestMonitor::new(kept(&["plex"], 1));
    monitor.run().await;
    // 10:10 to 10:55.
    for _ in 0..10 {
        monitor.run().await;
        assert_eq!(monitor.effects(), QUIET);
    }
    let run = monitor.run().await;
    let moved = ["load history", "load history", "load history", "save history"];
    assert_eq!(monitor.effects(), QUIET.into_iter().chain(moved).collect::<Vec<_>>());
    assert_eq!(run.reply.problems, []);
    for _ in 0..11 {
        monitor.run().await;
        assert_eq!(monitor.effects(), QUIET);
    }
    monitor.run().await;
    let moved = ["load history", "save history"];
    assert_eq!(monitor.effects(), QUIET.into_iter().chain(moved).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_counted_and_listed() {
    let settings = kept(&["plex", "nas"], 1);
    let mut monitor = TestMonitor::new(settings.clone());
    for run in 0..300 {
        monitor.set_down(if (100..107).contains(&run) { &["plex"] } else { &[] });
        if run % 50 == 20 {
            monitor = monitor.cold(settings.clone());
        }
        monitor.run().await;
    }
    let plex = history(&monitor, &settings, "plex");
    let days = plex.uptime(Period::Days(90));
    assert_eq!(days, Uptime { known: 300, down: 7 });
    // The last run began an hour.
    assert_eq!(plex.uptime(Period::Hours24), Uptime { known: 23 * 12 + 1, down: 7 });
    let outages: Vec<_> = plex.outages().map(|one| (one.kind, one.begin, one.length(), one.cause)).collect();
    assert_eq!(outages, [(EventKind::Outage, NOW + 100 * 300, 7 * 300, Some(Cause::Condition))]);
    let nas = history(&monitor, &settings, "nas");
    assert_eq!(nas.uptime(Period::Days(90)).percent().unwrap().to_string(), "100 %");
    assert_eq!(nas.record.days.values().map(|day| day.counts.of(Class::Up)).sum::<u32>(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_says_how_many_outages_there_were_in_a_week() {
    let mut monitor = TestMonitor::new(kept(&["plex"], 1));
    let mut ends = Vec::new();
    for outage in 0..7 {
        for run in 0..(if outage == 3 { 2_100 } else { 100 }) {
            monitor.set_down(if run == 50 { &["plex"] } else { &[] });
            monitor.run().await;
            ends.push(monitor.texts());
        }
    }
    ends.retain(|text| text.contains("5 min"));
    let expected = [
        "Down 5 min (14:15-14:20 UTC).",
        "Down 5 min (22:35-22:40 UTC). The second outage in 7 days.",
        "Down 5 min (06:55-07:00 UTC). The third outage in 7 days.",
        "Down 5 min (15:15-15:20 UTC). The fourth outage in 7 days.",
        // A week later.
        "Down 5 min (22:15-22:20 UTC).",
        "Down 5 min (06:35-06:40 UTC). The second outage in 7 days.",
        "Down 5 min (14:55-15:00 UTC). The third outage in 7 days.",
    ];
    assert_eq!(ends, expected);
}

/// The hour that is over is still in the state of an environment that knows nothing of the history.
#[tokio::test(start_paused = true)]
async fn a_target_that_is_new_was_not_checked_in_the_hour_that_is_over() {
    let mut monitor = TestMonitor::new(kept(&["plex"], 1));
    for _ in 0..14 {
        monitor.run().await;
    }
    let settings = kept(&["plex", "nas"], 1);
    let mut monitor = monitor.cold(settings.clone());
    monitor.run().await;
    assert_eq!(history(&monitor, &settings, "nas").uptime(Period::Hours24), Uptime { known: 1, down: 0 });
    assert_eq!(history(&monitor, &settings, "plex").uptime(Period::Hours24), Uptime { known: 15, down: 0 });
}

/// A store that does not answer.
#[tokio::test(start_paused = true)]
async fn a_run_ends_in_time_after_its_notifications_while_it_moves_the_history() {
    let names: Vec<String> = (0..30).map(|at| format!("app-{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut monitor = TestMonitor::new(kept(&names, 1));
    for _ in 0..11 {
        monitor.run().await;
    }
    monitor.set_down(&["app-3"]);
    let began = tokio::time::Instant::now();
    let run = monitor.run_for(std::time::Duration::from_secs(6)).await;
    assert!(began.elapsed() < std::time::Duration::from_secs(6), "{:?}", began.elapsed());
    assert_eq!(run.fault, None);
    let effects = monitor.effects();
    let at = |what: &str| effects.iter().position(|effect| effect.starts_with(what)).unwrap();
    assert!(at("send") < at("load history"), "{effects:?}");
    assert!(effects[at("load history")..].iter().all(|effect| effect.ends_with("history")), "{effects:?}");
    let moved = |monitor: &TestMonitor| monitor.store().history.borrow().len();
    let first = moved(&monitor);
    assert!((2..30).contains(&first), "{first} parameters");
    monitor.run().await;
    monitor.run().await;
    assert_eq!(moved(&monitor), 30, "the next runs move the rest");
}

/// A schedule that was changed: more parameters than one run an hour can write.
#[tokio::test(start_paused = true)]
async fn where_not_all_can_be_written_in_an_hour_each_has_its_turn() {
    let names: Vec<String> = (0..50).map(|at| format!("app-{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let settings = kept(&names, 1);
    let mut monitor = TestMonitor::new(settings.clone());
    for _ in 0..30 {
        assert_eq!(monitor.run().await.reply.problems, []);
    }
    let mut problems = 0;
    for run in 0..40 {
        // Half of the environments are new.
        if run % 2 == 0 {
            monitor = monitor.cold(settings.clone());
        }
        problems += monitor.run().await.reply.problems.len();
        // One run an hour.
        monitor.now += 3_300;
    }
    assert!(problems > 10, "{problems}");
    let hours: Vec<usize> = parameters(&monitor)
        .iter()
        .flat_map(|parameter| parameter.records.values().map(|record| record.hours.len()))
        .collect();
    assert_eq!(hours.len(), 50);
    assert!(hours.iter().all(|hours| *hours >= 10), "{hours:?}");
}

/// It began in one maintenance window and ended in the next one, but was down between them.
#[tokio::test(start_paused = true)]
async fn an_outage_that_outlasts_a_maintenance_window_is_not_planned() {
    for (windows, kind) in
        [([(2, 10), (20, 30)], EventKind::Outage), ([(2, 30), (40, 50)], EventKind::Planned)]
    {
        let mut settings = kept(&["plex"], 1);
        let window = |(from, until): (u64, u64)| {
            let recurrence = Recurrence::Once { from: NOW + from * 300, until: NOW + until * 300 };
            Window { recurrence, targets: Vec::new(), clock: None }
        };
        settings.maintenance = windows.map(window).to_vec();
        let mut monitor = TestMonitor::new(settings.clone());
        for run in 0..30 {
            monitor.set_down(if (5..25).contains(&run) { &["plex"] } else { &[] });
            monitor.run().await;
        }
        let plex = history(&monitor, &settings, "plex");
        let kinds: Vec<_> = plex.record.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [kind]);
    }
}

/// Two new targets, while the past of another one is the only record of a parameter for two.
#[tokio::test(start_paused = true)]
async fn new_targets_do_not_displace_the_past_of_others_while_there_is_room() {
    let mut monitor = TestMonitor::new(kept(&["gone"], 2));
    for _ in 0..14 {
        monitor.run().await;
    }
    let settings = kept(&["plex", "nas"], 2);
    let mut monitor = monitor.cold(settings);
    for _ in 0..26 {
        assert_eq!(monitor.run().await.reply.problems, []);
    }
    let mut names: Vec<_> =
        parameters(&monitor).into_iter().flat_map(|parameter| parameter.records.into_keys()).collect();
    names.sort();
    assert_eq!(names, ["gone", "nas", "plex"]);
}

/// Its number of parameters is anything.
#[tokio::test(start_paused = true)]
async fn a_corrupt_state_does_not_exhaust_memory() {
    let settings = kept(&["plex"], 1);
    let mut monitor = TestMonitor::new(settings.clone());
    for _ in 0..11 {
        monitor.run().await;
    }
    let mut state = monitor.saved();
    state.history.as_mut().unwrap().parameters = usize::MAX;
    let mut monitor = monitor.cold(settings.clone());
    *monitor.store().state.borrow_mut() = Some(state.encode().unwrap().text);
    monitor.run().await;
    assert_eq!(history(&monitor, &settings, "plex").uptime(Period::Hours24), Uptime { known: 12, down: 0 });
}
