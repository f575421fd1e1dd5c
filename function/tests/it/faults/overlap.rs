//! Two runs at the same time, told as stories of a few steps: each way of running into each other, for every order in
//! which their effects can come.

use super::judge::Offer;
use super::play::Theatre;
use super::runtime;
use super::stage::{Event, Word};
use super::story::{Overlap, Step, Why};

/// What arrived, and whether it said that it may be a repeat.
fn arrivals(events: &[Event]) -> Vec<(Word, bool)> {
    let arrival = |event: &Event| match event {
        Event::Offered(Offer { word, marked, answer, .. }) if answer.takes() => Some((*word, *marked)),
        _ => None,
    };
    events.iter().filter_map(arrival).collect()
}

/// Up, then two runs at once, then one more that sees the same; for many orders of their effects.
fn each_order(down: u8, other_down: u8, why: Why, check: impl Fn((u32, bool), Vec<(Word, bool)>)) {
    runtime().block_on(async {
        for forgets_versions in [false, true] {
            for turns in (0..1 << 24).step_by(9_973) {
                let mut theatre = Theatre::new(1);
                theatre.forget_versions(forgets_versions);
                theatre.step(&Step { after: 300, ..Step::default() }).await;
                let overlap = Some(Overlap { turns, down: other_down, why });
                theatre.step(&Step { down, after: 300, overlap, ..Step::default() }).await;
                theatre.step(&Step { down, after: 300, ..Step::default() }).await;
                theatre.step(&Step { down, after: 900, ..Step::default() }).await;
                let played = theatre.end(down, 0);
                assert_eq!(played.broken, None, "turns {turns}, {forgets_versions}");
                check((turns, forgets_versions), arrivals(&played.events));
            }
        }
    });
}

#[test]
fn an_outage_that_one_tick_found_twice_is_reported_once() {
    each_order(1, 1, Why::SameTick, |turns, arrivals| {
        let downs: Vec<bool> =
            arrivals.iter().filter(|(word, _)| *word == Word::Down).map(|(_, marked)| *marked).collect();
        // Where nobody can know whether the other run has sent it, the next one says that it may be a repeat.
        assert!(
            matches!(downs.as_slice(), [false] | [true] | [false, true]),
            "turns {turns:?}: {arrivals:?}"
        );
    });
}

#[test]
fn a_run_by_hand_beside_the_schedule_reports_an_outage_once() {
    each_order(1, 1, Why::ByHand, |turns, arrivals| {
        let unmarked = arrivals.iter().filter(|arrival| **arrival == (Word::Down, false)).count();
        assert!(unmarked <= 1 && arrivals.len() >= 2, "turns {turns:?}: {arrivals:?}");
    });
}

#[test]
fn what_only_one_of_two_runs_saw_ends_in_the_truth() {
    for (down, other) in [(0, 1), (1, 0)] {
        each_order(down, other, Why::ByHand, |turns, arrivals| {
            // Where what was written over cannot be read, nobody knows what the other run has sent.
            if turns.1 {
                return;
            }
            let last = arrivals.last().map(|(word, _)| word.is_down());
            assert_eq!(last, Some(down == 1), "turns {turns:?}: {arrivals:?}");
        });
    }
}

#[test]
fn a_pause_beside_a_check_holds() {
    // That it is kept is checked by the stage.
    each_order(0, 0, Why::Pause, |turns, arrivals| {
        assert_eq!(arrivals, [(Word::FirstUp, false)], "turns {turns:?}");
    });
    each_order(0, 0, Why::Resume, |turns, arrivals| {
        assert_eq!(arrivals, [(Word::FirstUp, false)], "turns {turns:?}");
    });
}
