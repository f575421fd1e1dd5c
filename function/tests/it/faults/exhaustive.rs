//! Every placement of up to two faults in two outages, for three orders of effects: ours (the real handler), and for
//! comparison two that others use.
//!
//! `cargo test -p plexmon-function --test it exhaustive -- --nocapture` prints the table.

use std::collections::BTreeMap;

use super::judge::Offer;
use super::play::Theatre;
use super::runtime;
use super::stage::{Event, Word};
use super::story::{Answer, Save, Step};

/// Fourteen runs: what they see.
const DOWN: [bool; 14] =
    [false, true, true, false, false, false, true, true, false, false, false, false, false, false];

/// The run in which the second outage begins.
const SECOND: usize = 6;

/// Runs that come long after the one before.
const LATE: [usize; 2] = [5, 12];

/// Faults fall upon these runs; the others end the story in peace.
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

/// None, one or two faults, never two upon one run.
fn placements() -> Vec<Placement> {
    let single = |at: usize| FAULTS.iter().map(move |fault| (at, *fault));
    let mut all = vec![vec![]];
    for first in FAULTY.flat_map(single) {
        all.push(vec![first]);
        all.extend((first.0 + 1..FAULTY.end).flat_map(single).map(|second| vec![first, second]));
    }
    all
}

/// A word that arrived in a run: whether it says down, up, or "was down"; and whether it says that it may repeat.
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

/// The real handler.
async fn ours(placement: &Placement) -> Vec<Arrival> {
    let mut theatre = Theatre::new(1);
    for (run, down) in DOWN.into_iter().enumerate() {
        // After each outage comes a pause in which what may have arrived twice is sent once more.
        let after = if LATE.contains(&run) { 300 + 6 * 60 * 60 } else { 300 };
        let mut step = Step { down: u8::from(down), after, ..Step::default() };
        // With news: both reads, two pauses at the first write, one before sending and one after.
        match fault(placement, run) {
            Some(Fault::KilledBeforeSending) => step.killed = Some(3),
            Some(Fault::KilledAfterSending) => step.killed = Some(4),
            Some(Fault::ServerError) => step.answers[0] = Answer::Fails,
            Some(Fault::AnswerLost) => step.answers[0] = Answer::TakesInSilence,
            Some(Fault::FirstWriteRefused) => step.saves[0] = Save::Refused,
            None => {}
        }
        theatre.step(&step).await;
    }
    let mut run = 0;
    let mut arrivals = Vec::new();
    for event in theatre.end(0, 0).events {
        match event {
            Event::Run { .. } => run += 1,
            Event::Offered(Offer { word, marked, answer, .. }) if answer.takes() => {
                let says = match word {
                    Word::Down | Word::FirstDown => Says::Down,
                    Word::Up | Word::FirstUp => Says::Up,
                    Word::WasDown | Word::FirstWasDown => Says::WasDown,
                };
                arrivals.push(Arrival { run: run - 1, says, marked });
            }
            _ => {}
        }
    }
    arrivals
}

/// Sends, then writes the state; whatever fails leaves the state as it was.
fn send_then_write(placement: &Placement) -> Vec<Arrival> {
    peer(placement, |fault| match fault {
        None => (true, true),
        Some(Fault::KilledBeforeSending | Fault::ServerError) => (false, false),
        Some(Fault::KilledAfterSending | Fault::AnswerLost | Fault::FirstWriteRefused) => (true, false),
    })
}

/// Sends, forgets what went wrong, and writes the state.
fn send_forget_write(placement: &Placement) -> Vec<Arrival> {
    peer(placement, |fault| match fault {
        None | Some(Fault::AnswerLost) => (true, true),
        Some(Fault::KilledBeforeSending) => (false, false),
        Some(Fault::ServerError) => (false, true),
        Some(Fault::KilledAfterSending | Fault::FirstWriteRefused) => (true, false),
    })
}

/// A monitor that keeps nothing but the last status: a fault decides whether its word arrives and its state is written.
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
    /// Cases in which an outage or its end was never told.
    lost: u32,
    /// Cases in which an end was told whose beginning was not.
    groundless: u32,
    /// Cases in which something was told twice.
    repeated: u32,
    /// Those among them in which neither of the two said so.
    unmarked: u32,
}

impl Figures {
    fn count(&mut self, arrivals: &[Arrival]) {
        // Whether the second outage, whether its beginning; and whether it said that it may repeat.
        let mut told: BTreeMap<(bool, bool), bool> = BTreeMap::new();
        let (mut groundless, mut repeated, mut unmarked) = (false, false, false);
        for Arrival { run, says, marked } in arrivals.iter().filter(|arrival| arrival.run > 0) {
            let second = *run >= SECOND;
            let parts: &[bool] = match says {
                Says::Down => &[true],
                Says::Up => &[false],
                Says::WasDown => &[true, false],
            };
            groundless |= *says == Says::Up && !told.contains_key(&(second, true));
            for part in parts {
                if let Some(before) = told.insert((second, *part), *marked) {
                    repeated = true;
                    unmarked |= !before && !marked;
                }
            }
        }
        self.lost += u32::from(told.len() < 4);
        self.groundless += u32::from(groundless);
        self.repeated += u32::from(repeated);
        self.unmarked += u32::from(unmarked);
    }

    fn row(&self) -> [u32; 4] {
        [self.lost, self.groundless, self.repeated, self.unmarked]
    }
}

#[test]
fn exhaustive() {
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
    assert!(writes_after.lost > 0 && forgets.lost > writes_after.lost, "the peers lose some");
}
