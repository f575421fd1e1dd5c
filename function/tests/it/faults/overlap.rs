//! Two concurrent runs, for each reason of the second one and many orders of their effects.

use super::judge::Offer;
use super::runtime;
use super::simulation::Simulation;
use super::stage::{Alert, Event};
use super::story::{Overlap, Step, Why};

/// The notifications that arrived, and whether they were marked as possible repeats.
fn arrivals(events: &[Event]) -> Vec<(Alert, bool)> {
    let arrival = |event: &Event| match event {
        Event::Offered(Offer { alert, marked, answer, .. }) if answer.accepts() => Some((*alert, *marked)),
        _ => None,
    };
    events.iter().filter_map(arrival).collect()
}

/// Simulate a first run, two concurrent ones, and two more, for many orders of the effects of the concurrent ones.
fn each_order(down: u8, other_down: u8, why: Why, check: impl Fn((u32, bool), Vec<(Alert, bool)>)) {
    runtime().block_on(async {
        for forgets_versions in [false, true] {
            for turns in (0..1 << 24).step_by(9_973) {
                let mut simulation = Simulation::new(1);
                simulation.forget_versions(forgets_versions);
                simulation.step(&Step { after: 300, ..Step::default() }).await;
                let overlap = Some(Overlap { turns, down: other_down, why });
                simulation.step(&Step { down, after: 300, overlap, ..Step::default() }).await;
                simulation.step(&Step { down, after: 300, ..Step::default() }).await;
                simulation.step(&Step { down, after: 900, ..Step::default() }).await;
                let played = simulation.end(down, 0);
                assert_eq!(played.broken, None, "turns {turns}, {forgets_versions}");
                check((turns, forgets_versions), arrivals(&played.events));
            }
        }
    });
}

#[test]
fn a_tick_that_is_delivered_twice_reports_an_outage_once() {
    each_order(1, 1, Why::SameTick, |turns, arrivals| {
        let downs: Vec<bool> =
            arrivals.iter().filter(|(alert, _)| *alert == Alert::Down).map(|(_, marked)| *marked).collect();
        // If it is unproven that the other run has sent it, the next one marks it as a possible repeat.
        assert!(
            matches!(downs.as_slice(), [false] | [true] | [false, true]),
            "turns {turns:?}: {arrivals:?}"
        );
    });
}

#[test]
fn a_manual_run_beside_a_scheduled_one_reports_an_outage_once() {
    each_order(1, 1, Why::Manual, |turns, arrivals| {
        let unmarked = arrivals.iter().filter(|arrival| **arrival == (Alert::Down, false)).count();
        assert!(unmarked <= 1 && arrivals.len() >= 2, "turns {turns:?}: {arrivals:?}");
    });
}

#[test]
fn the_last_message_is_true_after_two_runs_that_disagree() {
    for (down, other) in [(0, 1), (1, 0)] {
        each_order(down, other, Why::Manual, |turns, arrivals| {
            // If the overwritten version cannot be read, the deliveries of the other run are unknown.
            if turns.1 {
                return;
            }
            let last = arrivals.last().map(|(alert, _)| alert.is_down());
            assert_eq!(last, Some(down == 1), "turns {turns:?}: {arrivals:?}");
        });
    }
}

#[test]
fn a_pause_beside_a_check_is_kept() {
    // The simulation checks that the request is saved.
    each_order(0, 0, Why::Pause, |turns, arrivals| {
        assert_eq!(arrivals, [(Alert::FirstUp, false)], "turns {turns:?}");
    });
    each_order(0, 0, Why::Resume, |turns, arrivals| {
        assert_eq!(arrivals, [(Alert::FirstUp, false)], "turns {turns:?}");
    });
}
