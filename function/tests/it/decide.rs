//! Decisions, tested as stories: each step has an observation and a behavior of the channel, such as `down 500`.
//!
//! The runs of a story are five minutes apart. Observations are `up`, `down` and `-` (not probed); a `!` is appended if
//! the run announces new secrets. The channel accepts everything (`ok`), fails (`500`), accepts but loses the answer
//! (`lost`), or refuses (`400`). A test compares the attempts to send.

mod account;
mod domain;
mod report;
mod retries;
mod settings_changes;
mod warnings;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::{State, Status};
use plexmon_function::decide::{Context, Knowledge, decide, outgoing, record_delivery, retry_refused};
use plexmon_function::message::message;

use crate::fixtures::{NOW, down, record_result, settings, up};

const INTERVAL: u64 = 300;

/// Play a story of one target and return the attempts to send, as `kind[!][?][xN]=outcome`: `!` for the first
/// notification of a target, `?` for one that is marked as a possible repeat.
fn story(state: &mut State, settings: &Settings, from: u64, steps: &str) -> String {
    let mut attempts = Vec::new();
    for (run, step) in (0..).zip(steps.split(", ")) {
        let (seen, channel) = step.split_once(' ').unwrap();
        let announces = seen.ends_with('!');
        let observations = match seen.trim_end_matches('!') {
            "up" => vec![up("plex")],
            "down" => vec![down("plex")],
            _ => vec![],
        };
        let now = from + run * INTERVAL;
        let mut decision = decide(state, &observations, Context::new(settings, now));
        if announces {
            retry_refused(&mut decision.state);
        }
        attempts.extend(decision.expired.iter().map(|entry| format!("{:?}=expired", entry.kind)));
        *state = decision.state;
        for entry in outgoing(state, "pushover", settings, now) {
            let delivery = delivery(channel);
            let text = message(std::slice::from_ref(&entry), state, settings, true).body;
            let first = if entry.first { "!" } else { "" };
            let repeat = if text.contains("repeat") { "?" } else { "" };
            let times = if entry.times > 1 { format!("x{}", entry.times) } else { String::new() };
            attempts.push(format!("{:?}{first}{repeat}{times}={channel}", entry.kind));
            record_delivery(state, &entry, &delivery, Context::new(settings, now));
            if matches!(delivery, Delivery::Retry { .. }) {
                break;
            }
        }
    }
    attempts.join(" ")
}

fn delivery(channel: &str) -> Delivery {
    match channel {
        "ok" => Delivery::Delivered,
        "500" => {
            Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false, wait: None }
        }
        "lost" => Delivery::Retry { why: "no answer within 5 s".to_owned(), unproven: true, wait: None },
        "400" => Delivery::Refused { why: "Pushover answered HTTP 400".to_owned(), credentials: false },
        other => panic!("no such behavior: {other}"),
    }
}

fn check(steps: &str, expected: &str) {
    let found = story(&mut State::default(), &settings(&["plex"]), NOW, steps);
    assert_eq!(found, expected, "{steps}");
}

#[test]
fn only_changes_are_notified() {
    check("up ok, up ok, up ok", "Up!=ok");
    check("down ok, down ok", "Down!=ok");
    check("up ok, down ok, down ok, up ok, up ok", "Up!=ok Down=ok Up=ok");
    check("down ok, up ok, down ok", "Down!=ok Up=ok Down=ok");
    check("- ok, up ok, - ok, up ok", "Up!=ok");
    check("up ok, - ok, down ok", "Up!=ok Down=ok");
}

#[test]
fn a_recovery_is_never_sent_without_its_outage() {
    check("up ok, down 500, up ok", "Up!=ok Down=500 WasDown=ok");
    check("up ok, down lost, up ok", "Up!=ok Down=lost WasDown?=ok");
    check("up ok, down 400, up ok", "Up!=ok Down=400 WasDown=ok");
    check("down 500, up ok", "Down!=500 WasDown!=ok");
    check("up 500, down 500, up ok", "Up!=500 Up!=500 Up!=ok WasDown=ok");
    check("up ok, down 500, up 400, down ok, up ok", "Up!=ok Down=500 WasDown=400 WasDown=ok Down=ok Up=ok");
}

#[test]
fn the_outbox_does_not_grow_with_the_number_of_changes() {
    check("up ok, down 500, up 500, down 500, up ok", "Up!=ok Down=500 WasDown=500 WasDown=500 WasDownx2=ok");
    check(
        "up ok, down ok, up 500, down 500, up 500, down 500, up 500, down 500, up 500, up ok",
        "Up!=ok Down=ok Up=500 Up=500 Up=500 Up=500 Up=500 Up=500 Up=500 Up=ok WasDownx3=ok",
    );
    check(
        "up ok, down 500, up 500, down 500, down ok",
        "Up!=ok Down=500 WasDown=500 WasDown=500 WasDown=ok Down=ok",
    );
}

#[test]
fn ids_are_unique_and_keep_their_order() {
    let settings = settings(&["plex", "a:b"]);
    let mut state = State::default();
    let mut ids = Vec::new();
    for (run, seen) in (0..).zip([up("plex"), down("plex"), up("plex"), down("plex")]) {
        let observations = [seen, up("a:b")];
        state = decide(&state, &observations, Context::new(&settings, NOW + run * INTERVAL)).state;
        for entry in state.outbox.clone() {
            ids.push((entry.target().to_owned(), entry.channel().to_owned(), entry.id.clone()));
            record_result(&mut state, &entry.id, &Delivery::Delivered, &settings, NOW);
        }
    }
    let expected = ["plex:1", "a:b:1", "plex:2", "plex:3", "plex:4"].map(|id| {
        (id.rsplit_once(':').unwrap().0.to_owned(), "pushover".to_owned(), format!("{id}:pushover"))
    });
    assert_eq!(ids, expected);
}

#[test]
fn only_outages_are_notified_if_the_state_is_unavailable() {
    let settings = settings(&["plex"]);
    let decide_unavailable = |state: &State, seen| {
        decide(
            state,
            &[seen],
            Context { knowledge: Knowledge::StateUnavailable, ..Context::new(&settings, NOW) },
        )
        .state
    };
    let while_up = decide_unavailable(&State::default(), up("plex"));
    assert_eq!((while_up.status, while_up.outbox.len()), (Status::Up, 0));
    let while_down = decide_unavailable(&State::default(), down("plex"));
    assert_eq!(while_down.outbox.len(), 1);
    assert!(!while_down.outbox[0].first);
    let text = message(&while_down.outbox, &while_down, &settings, false).body;
    assert!(text.ends_with("(may be a repeat: the state could not be read)"), "{text}");
}

#[test]
fn the_overall_status_is_that_of_the_worst_target() {
    let overall = |observations: &[_]| {
        decide(&State::default(), observations, Context::new(&settings(&["a", "b"]), NOW)).state.status
    };
    assert_eq!(overall(&[up("a"), up("b")]), Status::Up);
    assert_eq!(overall(&[up("a"), down("b")]), Status::Down);
    assert_eq!(overall(&[up("a")]), Status::Unknown);
    assert_eq!(overall(&[down("a")]), Status::Down);
}
