//! When a notification is sent again, when it expires, and what is recorded about its delivery.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::state::{LastNotified, State};
use plexmon_function::decide::{Context, decide, reconcile};
use plexmon_function::message::message;

use super::{INTERVAL, check, story};
use crate::fixtures::{NOW, before_sending_all, down, settings, up};

#[test]
fn undelivered_notifications_are_sent_again() {
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
fn an_unproven_delivery_is_repeated_in_the_next_run_and_after_six_hours() {
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
fn pending_repeats_do_not_delay_later_notifications() {
    check("up ok, down lost, down lost, up ok", "Up!=ok Down=lost Down?=lost WasDown?=ok");
    check(
        "up ok, down ok, up lost, up lost, down ok, up ok",
        "Up!=ok Down=ok Up=lost Up?=lost Up?=ok Down=ok Up=ok",
    );
}

#[test]
fn refused_notifications_are_sent_at_once_when_new_secrets_are_announced() {
    check("up 400, up! ok, up ok, up! ok", "Up!=400 Up!=ok");
    check("up ok, down 400, down! ok, up ok", "Up!=ok Down=400 Down=ok Up=ok");
    check("up 400, up! 500, up! ok", "Up!=400 Up!=500 Up!=ok");
    check("up ok, up! ok", "Up!=ok");
}

#[test]
fn notifications_about_past_outages_expire_after_a_day() {
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
fn an_outage_and_the_end_of_a_notified_outage_do_not_expire() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    let later = NOW + 10 * 24 * 60 * 60;
    assert_eq!(story(&mut state, &settings, NOW, "up ok, down 500"), "Up!=ok Down=500");
    assert_eq!(story(&mut state, &settings, later, "down ok, up 500"), "Down=ok Up=500");
    assert_eq!(story(&mut state, &settings, 2 * later - NOW, "up ok, up ok"), "Up=ok");
}

#[test]
fn a_delayed_message_says_why() {
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
fn a_recovery_says_why_its_outage_was_never_notified() {
    let settings = settings(&["plex"]);
    let mut state = State::default();
    story(&mut state, &settings, NOW, "up ok, down ok");
    let why = "Pushover answered HTTP 400";
    state.targets[0].notified.insert("pushover".to_owned(), LastNotified::Failed(why.to_owned()));
    let state = decide(&state, &[up("plex")], Context::new(&settings, NOW + 2 * INTERVAL)).state;
    assert_eq!(state.outbox[0].kind, NotificationKind::WasDown);
    assert_eq!(state.outbox[0].error.as_deref(), Some(why));
}

#[test]
fn in_the_state_saved_before_sending_every_delivery_is_unproven() {
    let mut state = State::default();
    let settings = settings(&["plex"]);
    story(&mut state, &settings, NOW, "up ok, down 500");
    let ahead = before_sending_all(&state, NOW + 300);
    assert!(ahead.outbox.iter().all(|entry| entry.unproven && (entry.tries, entry.sent) == (2, 1)));
    assert_eq!(story(&mut ahead.clone(), &settings, NOW + 600, "down ok"), "Down?=ok");
}

#[test]
fn the_last_notification_of_each_channel_is_recorded() {
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

/// Concurrent runs may send one notification and record another.
#[test]
fn a_channel_whose_last_notification_is_wrong_is_corrected() {
    let settings = settings(&["plex"]);
    for (seen, notified, expected) in [
        (up("plex"), LastNotified::Down, Some(NotificationKind::Up)),
        (down("plex"), LastNotified::Up, Some(NotificationKind::Down)),
        (up("plex"), LastNotified::Up, None),
        (down("plex"), LastNotified::Down, None),
    ] {
        let mut state = decide(&State::default(), &[seen], Context::new(&settings, NOW)).state;
        state.outbox.clear();
        state.targets[0].notified.insert("pushover".to_owned(), notified);
        reconcile(&mut state, Context::new(&settings, NOW + 5));
        let kinds: Vec<NotificationKind> = state.outbox.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, Vec::from_iter(expected));
    }
}
