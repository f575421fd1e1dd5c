//! What is decided, as stories: each step gives what was seen and what the channel does with what it gets.
//!
//! A story is a word for each run, five minutes apart. Seen: `up`, `down`, `-` (not probed), each with a `!` behind it in
//! a run that announces. What the channel does:
//! `ok` takes everything, `500` fails, `lost` takes it and loses the answer, `400` refuses. What was attempted is compared.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::{LastNotified, State, Status};
use plexmon_function::decide::{
    Context, Knowledge, decide, outgoing, reconcile, record_delivery, retry_refused,
};
use plexmon_function::message::message;

use crate::fixtures::{NOW, before_sending_all, down, record_result, settings, target, up};

const INTERVAL: u64 = 300;

/// Runs a story of one target and returns what was attempted, as `kind[!][?][xN]=outcome`: `!` for a first word, `?`
/// for "may repeat".
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
        "500" => Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false },
        "lost" => Delivery::Retry { why: "no answer within 5 s".to_owned(), unproven: true },
        "400" => Delivery::Refused { why: "Pushover answered HTTP 400".to_owned(), credentials: false },
        other => panic!("no such behaviour: {other}"),
    }
}

fn check(steps: &str, expected: &str) {
    let found = story(&mut State::default(), &settings(&["plex"]), NOW, steps);
    assert_eq!(found, expected, "{steps}");
}

#[test]
fn only_changes_are_told() {
    check("up ok, up ok, up ok", "Up!=ok");
    check("down ok, down ok", "Down!=ok");
    check("up ok, down ok, down ok, up ok, up ok", "Up!=ok Down=ok Up=ok");
    check("down ok, up ok, down ok", "Down!=ok Up=ok Down=ok");
    check("- ok, up ok, - ok, up ok", "Up!=ok");
    check("up ok, - ok, down ok", "Up!=ok Down=ok");
}

#[test]
fn what_was_not_delivered_is_sent_again() {
    check("up 500, up ok, up ok", "Up!=500 Up!=ok");
    check("up ok, down 500, down 500, down ok, down ok", "Up!=ok Down=500 Down=500 Down=ok");
    check("up ok, down lost, down ok", "Up!=ok Down=lost Down?=ok");
    check("up ok, down lost, down 500, down ok", "Up!=ok Down=lost Down?=500 Down?=ok");
    check("up ok, down ok, up 500, up ok", "Up!=ok Down=ok Up=500 Up=ok");
}

#[test]
fn a_refused_notification_is_sent_again_at_growing_intervals() {
    check("up 400, up ok, up ok", "Up!=400");
    check("up 400, up ok, up ok, up ok", "Up!=400 Up!=ok");
    check("up ok, down 400, down ok, down ok", "Up!=ok Down=400");
    check(
        "up ok, down 400, down ok, down ok, down 400, down ok, down ok, down ok",
        "Up!=ok Down=400 Down=400 Down=ok",
    );
    let settings = settings(&["plex"]);
    let mut state = State::default();
    story(&mut state, &settings, NOW, "up ok, down 400");
    let mut attempts = Vec::new();
    for minutes in (10..24 * 60).step_by(5) {
        let made = story(&mut state, &settings, NOW + minutes * 60, "down 400");
        attempts.extend((!made.is_empty()).then_some(minutes - 5));
    }
    assert_eq!(attempts, [15, 30, 60, 120, 240, 480, 960], "minutes after the outage began");
    assert_eq!(story(&mut state, &settings, NOW + 26 * 60 * 60, "up ok"), "WasDown=ok");
}

#[test]
fn an_attempt_that_may_have_arrived_is_repeated_once_at_once_and_once_after_six_hours() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    let steps = "up ok, down lost, down lost, down lost, down lost";
    assert_eq!(story(&mut state, &settings, NOW, steps), "Up!=ok Down=lost Down?=lost");
    let second = NOW + 2 * INTERVAL;
    let hours = |hours: u64| second + hours * 60 * 60;
    assert_eq!(story(&mut state, &settings, hours(6) - 1, "down lost"), "");
    assert_eq!(story(&mut state, &settings, hours(6), "down lost, down lost"), "Down?=lost");
    assert_eq!(story(&mut state, &settings, hours(24) - 1, "down lost"), "");
    assert_eq!(story(&mut state, &settings, hours(24), "down ok, down ok"), "Down=expired");
    assert_eq!(
        state.targets[0].notified["pushover"],
        LastNotified::Failed("no answer within 5 s".to_owned())
    );
    assert_eq!(story(&mut state, &settings, hours(25), "up ok"), "WasDown=ok");
}

#[test]
fn news_is_not_held_up_by_what_waits_to_be_repeated() {
    check("up ok, down lost, down lost, up ok", "Up!=ok Down=lost Down?=lost WasDown?=ok");
    check(
        "up ok, down ok, up lost, up lost, down ok, up ok",
        "Up!=ok Down=ok Up=lost Up?=lost Up?=ok Down=ok Up=ok",
    );
}

#[test]
fn what_was_refused_is_sent_at_once_when_new_secrets_are_announced() {
    check("up 400, up! ok, up ok, up! ok", "Up!=400 Up!=ok");
    check("up ok, down 400, down! ok, up ok", "Up!=ok Down=400 Down=ok Up=ok");
    check("up 400, up! 500, up! ok", "Up!=400 Up!=500 Up!=ok");
    check("up ok, up! ok", "Up!=ok");
}

#[test]
fn an_end_never_comes_without_its_beginning() {
    check("up ok, down 500, up ok", "Up!=ok Down=500 WasDown=ok");
    check("up ok, down lost, up ok", "Up!=ok Down=lost WasDown?=ok");
    check("up ok, down 400, up ok", "Up!=ok Down=400 WasDown=ok");
    check("down 500, up ok", "Down!=500 WasDown!=ok");
    check("up 500, down 500, up ok", "Up!=500 Up!=500 Up!=ok WasDown=ok");
    check("up ok, down 500, up 400, down ok, up ok", "Up!=ok Down=500 WasDown=400 WasDown=ok Down=ok Up=ok");
}

#[test]
fn an_outbox_does_not_grow() {
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
fn after_a_day_what_is_over_is_given_up() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    assert_eq!(story(&mut state, &settings, NOW, "up ok, down 500, up 500"), "Up!=ok Down=500 WasDown=500");
    let day = 24 * 60 * 60;
    assert_eq!(story(&mut state, &settings, NOW + 2 * INTERVAL + day, "up 500"), "WasDown=500");
    assert_eq!(
        story(&mut state, &settings, NOW + 2 * INTERVAL + day + 1, "up ok, down ok, up ok"),
        "WasDown=expired Down=ok Up=ok"
    );
    let mut state = State::default();
    assert_eq!(story(&mut state, &settings, NOW, "up 500"), "Up!=500");
    assert_eq!(story(&mut state, &settings, NOW + day + 1, "up ok, down ok"), "Up=expired Down=ok");
}

#[test]
fn what_somebody_must_know_does_not_grow_old() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    let later = NOW + 10 * 24 * 60 * 60;
    assert_eq!(story(&mut state, &settings, NOW, "up ok, down 500"), "Up!=ok Down=500");
    assert_eq!(story(&mut state, &settings, later, "down ok, up 500"), "Down=ok Up=500");
    assert_eq!(story(&mut state, &settings, 2 * later - NOW, "up ok, up ok"), "Up=ok");
}

#[test]
fn a_late_message_says_why_it_is_late() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    story(&mut state, &settings, NOW, "up ok, down 500, down 500, up 500");
    let text = message(&state.outbox, &state, &settings, true).body;
    assert_eq!(
        text,
        "Down 10 min (10:10-10:20 UTC): HTTP 502 instead of 200 (HTTP). \
         Notification delayed: Pushover answered HTTP 500."
    );
}

#[test]
fn ids_are_never_used_twice_and_keep_their_order() {
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
fn another_check_under_the_same_name_starts_anew() {
    let before = settings(&["plex"]);
    let mut state = State::default();
    story(&mut state, &before, NOW, "up ok, down 500");
    let mut after = before.clone();
    after.targets[0].url = "https://other.example.com/".to_owned();
    let decision = decide(&state, &[up("plex")], Context::new(&after, NOW + 600));
    assert_eq!(decision.previous, Status::Unknown);
    let kinds: Vec<_> = decision.state.outbox.iter().map(|e| (e.id.as_str(), e.kind, e.first)).collect();
    assert_eq!(
        kinds,
        [("plex:3:pushover", NotificationKind::Up, true)],
        "no word about the old check is left"
    );
    for change in [
        |target: &mut plexmon_function::contract::settings::Target| target.status = vec![204],
        |target: &mut plexmon_function::contract::settings::Target| target.contains = None,
    ] {
        let mut other = before.clone();
        change(&mut other.targets[0]);
        assert_ne!(other.targets[0].check_id(), before.targets[0].check_id());
    }
    let mut same = before.clone();
    same.targets[0].timeout_s = 3;
    assert_eq!(
        same.targets[0].check_id(),
        before.targets[0].check_id(),
        "patience is no part of what is checked"
    );
}

#[test]
fn the_check_id_is_the_same_in_every_build() {
    assert_eq!(target("plex").check_id(), "8eb3f458");
}

#[test]
fn a_removed_target_is_dropped_with_its_messages() {
    let mut state = State::default();
    let both = settings(&["plex", "other"]);
    state = decide(&state, &[up("plex"), down("other")], Context::new(&both, NOW)).state;
    assert_eq!((state.status, state.outbox.len()), (Status::Down, 2));
    state = decide(&state, &[up("plex")], Context::new(&settings(&["plex"]), NOW + 300)).state;
    assert_eq!((state.status, state.targets.len(), state.outbox.len()), (Status::Up, 1, 1));
}

#[test]
fn a_channel_that_is_no_longer_used_gets_nothing() {
    let mut without = settings(&["plex"]);
    let state = decide(&State::default(), &[up("plex")], Context::new(&without, NOW)).state;
    without.channels.clear();
    let state = decide(&state, &[down("plex")], Context::new(&without, NOW + 300)).state;
    assert_eq!((state.status, state.outbox.len()), (Status::Down, 0));
}

#[test]
fn the_python_functions_state_is_taken_over_for_one_target() {
    let python =
        |status: &str| State::parse(&format!(r#"{{"status": "{status}", "ts": 1700000000}}"#)).unwrap();
    for (status, steps, expected) in [
        ("up", "up ok, up ok", ""),
        ("up", "down ok", "Down=ok"),
        ("down", "down ok", ""),
        ("down", "up ok", "Up=ok"),
        ("unknown", "up ok", "Up!=ok"),
    ] {
        let mut state = python(status);
        assert_eq!(story(&mut state, &settings(&["plex"]), NOW, steps), expected, "{status}: {steps}");
        assert_eq!(state.version, 1);
    }
    let several = settings(&["plex", "other"]);
    let decision = decide(&python("up"), &[up("plex"), up("other")], Context::new(&several, NOW));
    assert_eq!(
        (decision.previous, decision.state.outbox.len()),
        (Status::Unknown, 2),
        "whose status it was is unknown"
    );
}

#[test]
fn blind_only_an_outage_is_told() {
    let settings = settings(&["plex"]);
    let blind = |state: &State, seen| {
        decide(
            state,
            &[seen],
            Context { knowledge: Knowledge::StateUnavailable, ..Context::new(&settings, NOW) },
        )
        .state
    };
    let quiet = blind(&State::default(), up("plex"));
    assert_eq!((quiet.status, quiet.outbox.len()), (Status::Up, 0));
    let loud = blind(&State::default(), down("plex"));
    assert_eq!(loud.outbox.len(), 1);
    assert!(!loud.outbox[0].first);
    let text = message(&loud.outbox, &loud, &settings, false).body;
    assert!(text.ends_with("(may be a repeat: the state could not be read)"), "{text}");
}

#[test]
fn written_ahead_everything_counts_as_possibly_sent() {
    let mut state = State::default();
    let settings = settings(&["plex"]);
    story(&mut state, &settings, NOW, "up ok, down 500");
    let ahead = before_sending_all(&state, NOW + 300);
    assert!(ahead.outbox.iter().all(|entry| entry.unproven && (entry.tries, entry.sent) == (2, 1)));
    assert_eq!(story(&mut ahead.clone(), &settings, NOW + 600, "down ok"), "Down?=ok");
}

#[test]
fn the_whole_is_as_good_as_its_worst_part() {
    let overall = |observations: &[_]| {
        decide(&State::default(), observations, Context::new(&settings(&["a", "b"]), NOW)).state.status
    };
    assert_eq!(overall(&[up("a"), up("b")]), Status::Up);
    assert_eq!(overall(&[up("a"), down("b")]), Status::Down);
    assert_eq!(overall(&[up("a")]), Status::Unknown);
    assert_eq!(overall(&[down("a")]), Status::Down);
}

#[test]
fn what_each_channel_was_told_is_kept() {
    let mut state = State::default();
    let settings = settings(&["plex"]);
    for (steps, expected) in
        [("up ok", LastNotified::Up), ("down ok", LastNotified::Down), ("up 400", LastNotified::Down)]
    {
        story(&mut state, &settings, NOW, steps);
        assert_eq!(state.targets[0].notified["pushover"], expected);
    }
    let day = 24 * 60 * 60;
    assert_eq!(story(&mut state, &settings, NOW + day + 1, "up 400"), "Up=expired");
    let failed = LastNotified::Failed("Pushover answered HTTP 400".to_owned());
    assert_eq!(state.targets[0].notified["pushover"], failed);
}

/// Two runs at the same time have sent one thing and kept another.
#[test]
fn a_channel_that_heard_otherwise_is_told_how_a_target_is() {
    let settings = settings(&["plex"]);
    for (seen, told, expected) in [
        (up("plex"), LastNotified::Down, Some(NotificationKind::Up)),
        (down("plex"), LastNotified::Up, Some(NotificationKind::Down)),
        (up("plex"), LastNotified::Up, None),
        (down("plex"), LastNotified::Down, None),
    ] {
        let mut state = decide(&State::default(), &[seen], Context::new(&settings, NOW)).state;
        state.outbox.clear();
        state.targets[0].notified.insert("pushover".to_owned(), told);
        reconcile(&mut state, Context::new(&settings, NOW + 5));
        let kinds: Vec<NotificationKind> = state.outbox.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, Vec::from_iter(expected));
    }
}
