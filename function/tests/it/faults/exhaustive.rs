//! Every placement of up to two faults in two outages, for three orders of effects: that of the real function, and two that
//! other monitors have.
//!
//! `cargo test -p plexmon-function --test it exhaustive -- --nocapture` prints the table.

use std::collections::BTreeMap;

use super::judge::Offer;
use super::runtime;
use super::simulation::Simulation;
use super::stage::{Alert, Event};
use super::story::{Answer, Save, Step};

/// Whether the target is down in each of the fourteen runs.
const DOWN: [bool; 14] =
    [false, true, true, false, false, false, true, true, false, false, false, false, false, false];

/// The run in which the second outage begins.
const SECOND: usize = 6;

/// Runs that start long after the previous one.
const LATE: [usize; 2] = [5, 12];

/// Faults occur in these runs only.
const FAULTY: std::ops::Range<usize> = 1..11;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    KilledBeforeSending,
    KilledAfterSending,
    ServerError,
    AnswerLost,
    FirstWriteRefused,
}

const FAULTS: [Fault; 5] = [
    Fault::KilledBeforeSending,
    Fault::KilledAfterSending,
    Fault::ServerError,
    Fault::AnswerLost,
    Fault::FirstWriteRefused,
];

type Placement = Vec<(usize, Fault)>;

/// All placements of none, one or two faults, with at most one per run.
fn placements() -> Vec<Placement> {
    let single = |at: usize| FAULTS.iter().map(move |fault| (at, *fault));
    let mut all = vec![vec![]];
    for first in FAULTY.flat_map(single) {
        all.push(vec![first]);
        all.extend((first.0 + 1..FAULTY.end).flat_map(single).map(|second| vec![first, second]));
    }
    all
}

/// A notification that arrived in a run, and whether it is marked as a possible repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arrival {
    run: usize,
    says: Says,
    marked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Down,
    Up,
    WasDown,
}

fn fault(placement: &Placement, run: usize) -> Option<Fault> {
    placement.iter().find(|(at, _)| *at == run).map(|(_, fault)| *fault)
}

/// The real function.
async fn ours(placement: &Placement) -> Vec<Arrival> {
    let mut simulation = Simulation::new(1);
    for (run, down) in DOWN.into_iter().enumerate() {
        // After each outage, enough time passes for the last repeat of an unproven delivery.
        let after = if LATE.contains(&run) { 300 + 6 * 60 * 60 } else { 300 };
        let mut step = Step { down: u8::from(down), after, ..Step::default() };
        // The pauses of a run with a change: one for the read and the probe, two at the first write, one before and one
        // after sending.
        match fault(placement, run) {
            Some(Fault::KilledBeforeSending) => step.killed = Some(3),
            Some(Fault::KilledAfterSending) => step.killed = Some(4),
            Some(Fault::ServerError) => step.answers[0] = Answer::Fails,
            Some(Fault::AnswerLost) => step.answers[0] = Answer::AcceptsSilently,
            Some(Fault::FirstWriteRefused) => step.saves[0] = Save::Refused,
            None => {}
        }
        simulation.step(&step).await;
    }
    let mut run = 0;
    let mut arrivals = Vec::new();
    for event in simulation.end(0, 0).events {
        match event {
            Event::Run { .. } => run += 1,
            Event::Offered(Offer { alert, marked, answer, .. }) if answer.accepts() => {
                let says = match alert {
                    Alert::Down | Alert::FirstDown => Says::Down,
                    Alert::Up | Alert::FirstUp => Says::Up,
                    Alert::WasDown | Alert::FirstWasDown => Says::WasDown,
                };
                arrivals.push(Arrival { run: run - 1, says, marked });
            }
            _ => {}
        }
    }
    arrivals
}

/// Send, then write the state; a failure leaves the state unchanged.
fn send_then_write(placement: &Placement) -> Vec<Arrival> {
    peer(placement, |fault| match fault {
        None => (true, true),
        Some(Fault::KilledBeforeSending | Fault::ServerError) => (false, false),
        Some(Fault::KilledAfterSending | Fault::AnswerLost | Fault::FirstWriteRefused) => (true, false),
    })
}

/// Send, ignore errors, then write the state.
fn send_forget_write(placement: &Placement) -> Vec<Arrival> {
    peer(placement, |fault| match fault {
        None | Some(Fault::AnswerLost) => (true, true),
        Some(Fault::KilledBeforeSending) => (false, false),
        Some(Fault::ServerError) => (false, true),
        Some(Fault::KilledAfterSending | Fault::FirstWriteRefused) => (true, false),
    })
}

/// A monitor that saves only the last status. `effect` returns whether its notification arrives and its state is written.
fn peer(placement: &Placement, effect: impl Fn(Option<Fault>) -> (bool, bool)) -> Vec<Arrival> {
    let mut kept = None;
    let mut arrivals = Vec::new();
    for (run, down) in DOWN.into_iter().enumerate() {
        if kept == Some(down) {
            continue;
        }
        let (arrives, is_kept) = effect(fault(placement, run));
        if arrives {
            let says = if down { Says::Down } else { Says::Up };
            arrivals.push(Arrival { run, says, marked: false });
        }
        if is_kept {
            kept = Some(down);
        }
    }
    arrivals
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    /// Cases in which an outage or its end was never notified.
    lost: u32,
    /// Cases in which a recovery was notified without its outage.
    groundless: u32,
    /// Cases in which something was notified twice.
    repeated: u32,
    /// Those of them in which neither of the two was marked.
    unmarked: u32,
}

impl Figures {
    fn count(&mut self, arrivals: &[Arrival]) {
        // For each outage (is it the second?) and each end (is it the beginning?): whether its notification was marked.
        let mut notified: BTreeMap<(bool, bool), bool> = BTreeMap::new();
        let (mut groundless, mut repeated, mut unmarked) = (false, false, false);
        for Arrival { run, says, marked } in arrivals.iter().filter(|arrival| arrival.run > 0) {
            let second = *run >= SECOND;
            let parts: &[bool] = match says {
                Says::Down => &[true],
                Says::Up => &[false],
                Says::WasDown => &[true, false],
            };
            groundless |= *says == Says::Up && !notified.contains_key(&(second, true));
            for part in parts {
                if let Some(before) = notified.insert((second, *part), *marked) {
                    repeated = true;
                    unmarked |= !before && !marked;
                }
            }
        }
        self.lost += u32::from(notified.len() < 4);
        self.groundless += u32::from(groundless);
        self.repeated += u32::from(repeated);
        self.unmarked += u32::from(unmarked);
    }

    fn row(&self) -> [u32; 4] {
        [self.lost, self.groundless, self.repeated, self.unmarked]
    }
}

#[test]
fn no_alert_is_lost_with_up_to_two_faults() {
    let placements = placements();
    let started = std::time::Instant::now();
    let [mut writes_ahead, mut writes_after, mut forgets] = [(); 3].map(|()| Figures::default());
    runtime().block_on(async {
        for placement in &placements {
            let arrivals = ours(placement).await;
            let lost = writes_ahead.lost;
            writes_ahead.count(&arrivals);
            assert_eq!(writes_ahead.lost, lost, "{placement:?}: {arrivals:#?}");
            writes_after.count(&send_then_write(placement));
            forgets.count(&send_forget_write(placement));
        }
    });
    println!("{} cases: 14 runs, two outages, up to two faults of {FAULTS:?}", placements.len());
    println!("| order of effects | lost | UP without DOWN | repeated | of these, unmarked |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, figures) in [
        ("write the outbox, send, write (plexmon)", &writes_ahead),
        ("send, then write", &writes_after),
        ("send, forget errors, write", &forgets),
    ] {
        let [lost, groundless, repeated, unmarked] = figures.row();
        println!("| {name} | {lost} | {groundless} | {repeated} | {unmarked} |");
    }
    println!("{:.1?}", started.elapsed());
    assert_eq!(placements.len(), 1176);
    assert_eq!((writes_ahead.lost, writes_ahead.groundless, writes_ahead.unmarked), (0, 0, 0));
    assert!(writes_after.lost > 0 && forgets.lost > writes_after.lost, "the other orders lose alerts");
}
