//! Every fault at every call of `up`, of an update and of `down`: run with the fault, run again without it, and check.
//!
//! `cargo test` runs a few dozen random cases and prints their seed; `PLEXMON_FAULT_SEED` repeats them. To run all of them
//! and print the table of docs/guarantees.md:
//!
//! ```text
//! cargo test -p plexmon-deploy --test it every_fault_at_every_call -- --ignored --nocapture
//! ```

mod case;
mod proxy;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use self::case::{Case, Verb};
use self::proxy::Fault;
use crate::support::in_parallel;
use plexmon_testing::rng::Rng;

/// Enough for each verb with each fault, within a minute or two.
const AT_RANDOM: usize = 36;

#[test]
fn the_next_run_completes_after_faults_at_random_calls() {
    let seed = std::env::var("PLEXMON_FAULT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
    println!("PLEXMON_FAULT_SEED={seed}");
    let mut cases = all();
    shuffle(&mut cases, seed);
    cases.truncate(AT_RANDOM);
    let failures = play(cases, |_| {});
    assert!(failures.is_empty(), "PLEXMON_FAULT_SEED={seed}\n{}", failures.join("\n"));
}

#[test]
#[ignore = "takes many minutes; see the head of this file"]
fn every_fault_at_every_call() {
    let counts: Mutex<BTreeMap<(Fault, Verb), usize>> = Mutex::default();
    let cases = all();
    let total = cases.len();
    let failures =
        play(cases, |case| *counts.lock().unwrap().entry((case.fault, case.verb)).or_default() += 1);
    println!("| fault at each call of | fresh `up` | update | `down` |\n| --- | --- | --- | --- |");
    let counts = counts.into_inner().unwrap();
    for fault in Fault::ALL {
        let of = |verb| counts.get(&(fault, verb)).copied().unwrap_or_default();
        println!("| {fault} | {} | {} | {} |", of(Verb::Up), of(Verb::Update), of(Verb::Down));
    }
    println!("{total} cases, {} failures", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Each fault at each call of an undisturbed run.
fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for verb in Verb::ALL {
        let calls = case::calls(verb);
        for fault in Fault::ALL {
            cases.extend((1..=calls).map(|call| Case { verb, fault, call }));
        }
    }
    cases
}

fn play(cases: Vec<Case>, done: impl Fn(&Case) + Sync) -> Vec<String> {
    let outcomes = in_parallel(cases, |case| {
        let outcome = case.play().map_err(|why| format!("{case:?}: {why}"));
        done(&case);
        outcome
    });
    outcomes.into_iter().filter_map(Result::err).collect()
}

/// The Fisher-Yates shuffle.
fn shuffle(cases: &mut [Case], seed: u64) {
    let mut rng = Rng(seed);
    for last in (1..cases.len()).rev() {
        cases.swap(last, usize::try_from(rng.below(last as u64 + 1)).unwrap());
    }
}
