//! One report for each period, at whatever effect a run is killed, and in whatever order those of two runs take place.

use plexmon_function::contract::settings::{HistorySettings, ReportDay, ReportSchedule, Settings};

use super::runtime;
use super::simulation::Simulation;
use super::story::{Overlap, Save, Step, Why};
use crate::fixtures::{NOW, settings};

/// Monday, 2026-11-09 09:00 UTC.
const MONDAY: u64 = NOW - 65 * 60 + 6 * 24 * 60 * 60;

/// A simulation whose next run is the first one in which the report is due.
async fn before_report() -> Simulation {
    let settings = Settings {
        history: Some(HistorySettings { days: 90, records: 1, parameters: 250 }),
        report: Some(ReportSchedule { day: ReportDay::Weekly(0), minute: 9 * 60 }),
        ..settings(&["a", "b"])
    };
    let mut simulation = Simulation::new(1).with(settings, MONDAY - 900);
    for _ in 0..2 {
        simulation.step(&Step { after: 300, ..Step::default() }).await;
    }
    simulation
}

/// Simulate this run and those of the next hours. Return the reports that were sent, and which were marked as repeats.
async fn reports(mut simulation: Simulation, first: Step) -> Vec<bool> {
    simulation.step(&Step { after: 300, ..first }).await;
    for _ in 0..3 {
        simulation.step(&Step { after: 300, ..Step::default() }).await;
    }
    simulation.step(&Step { after: 7 * 60 * 60, cold: true, ..Step::default() }).await;
    assert_eq!(simulation.end(0, 0).broken, None);
    simulation.stage.lock().unwrap().reports.clone()
}

#[test]
fn a_run_that_is_killed_at_any_effect_repeats_a_report_only_with_a_mark() {
    runtime().block_on(async {
        let mut all = Vec::new();
        for killed in 0..20 {
            let first = Step { killed: Some(killed), ..Step::default() };
            let sent = reports(before_report().await, first).await;
            assert!(
                matches!(sent.as_slice(), [false] | [true] | [false, true]),
                "killed at {killed}: {sent:?}"
            );
            all.push(sent.len());
        }
        // Killed while it is sent, and not killed at all.
        assert!(all.contains(&2) && all.last() == Some(&1), "{all:?}");
    });
}

#[test]
fn two_runs_at_the_same_time_send_one_report() {
    runtime().block_on(async {
        for why in [Why::SameTick, Why::Manual] {
            for turns in (0..1 << 24).step_by(9_973) {
                let simulation = before_report().await;
                let overlap = Some(Overlap { turns, down: 0, why });
                let sent = reports(simulation, Step { overlap, ..Step::default() }).await;
                let unmarked = sent.iter().filter(|marked| !**marked).count();
                assert!(unmarked <= 1 && (1..=2).contains(&sent.len()), "{turns} {why:?}: {sent:?}");
            }
        }
    });
}

/// Otherwise each run would send it again.
#[test]
fn a_report_is_not_sent_if_that_could_not_be_saved_before() {
    runtime().block_on(async {
        for save in [Save::Refused, Save::AnswerLost] {
            let mut simulation = before_report().await;
            let saves = [Save::Works, save];
            simulation.step(&Step { after: 300, saves, ..Step::default() }).await;
            assert_eq!(simulation.stage.lock().unwrap().reports, [false; 0], "{save:?}");
            let sent = reports(simulation, Step { after: 300, ..Step::default() }).await;
            assert_eq!(sent.len(), 1, "{save:?}");
        }
    });
}
