//! Compatibility with the first release: its state in the middle of an outage is read, and it reads ours after a
//! rollback; its deployer's requests are understood, and it reads our replies.

mod first_release;
mod history;
mod stored;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::{Notification, NotificationKind};
use plexmon_function::contract::request::Request;
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{LastNotified, State, Status};
use plexmon_function::decide::{Context, decide};
use plexmon_function::probe::{Cause, Failure, LinkName, Observation, Verdict};
use serde_json::json;

use crate::fixtures::{NOW, down, settings, up};
use crate::run::{TestMonitor, later, refused};

/// A state that the first release saved while `plex` was down, with the last notifications and the outbox.
fn state_of(notified: &str, outbox: &str) -> String {
    format!(
        r#"{{"status":"down","ts":{NOW},"version":1,"deployment":"plex-remote-health","targets":[{{"name":"plex",
        "check":"8eb3f458","status":"down","since":{NOW},"seq":2,"why":"HTTP 502 instead of 200 (HTTP)",
        "cause":"condition","told":{{{notified}}}}}],"outbox":[{outbox}]}}"#
    )
}

fn entry(rest: &str) -> String {
    format!(
        r#"{{"id":"plex:2:pushover","kind":"down","from":{NOW},"why":"HTTP 502 instead of 200 (HTTP)"{rest}}}"#
    )
}

/// The titles of the messages that these runs send; each run observes whether Plex is down.
async fn sent(state: &str, seen: &[bool]) -> Vec<String> {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    *monitor.store().state.borrow_mut() = Some(state.to_owned());
    monitor.now += 300;
    let mut sent = Vec::new();
    for down in seen {
        monitor.set_down(if *down { &["plex"] } else { &[] });
        let run = monitor.run().await;
        assert_eq!((run.fault, run.reply.problems), (None, Vec::new()));
        let titles = monitor
            .effects()
            .into_iter()
            .filter_map(|effect| Some(effect.strip_prefix("send[tok] ")?.to_owned()));
        sent.extend(
            titles.map(
                |title| if monitor.texts().contains("repeat") { title + " (may repeat)" } else { title },
            ),
        );
    }
    sent
}

#[tokio::test]
async fn an_outage_that_began_under_the_first_release_ends_once() {
    for (notified, outbox, seen, expected) in [
        // The outage was notified: only its end is sent.
        (r#""pushover":"down""#, String::new(), [true, false, false], vec!["Plex RECOVERED after 10 min"]),
        // Not delivered yet, for certain.
        (
            r#""pushover":"up""#,
            entry(r#","tries":40,"error":"Pushover answered HTTP 500""#),
            [true, false, false],
            vec!["Plex is DOWN", "Plex RECOVERED after 10 min"],
        ),
        // A run was killed while it was sending.
        (
            r#""pushover":"up""#,
            entry(r#","unproven":true,"tries":1"#),
            [true, false, false],
            vec!["Plex is DOWN (may repeat)", "Plex RECOVERED after 10 min"],
        ),
        // The outage ends before it could be notified.
        (
            r#""pushover":"up""#,
            entry(r#","tries":3"#),
            [false, false, false],
            vec!["Plex was DOWN for 5 min and RECOVERED"],
        ),
        // The service refused it permanently.
        (
            r#""pushover":{"failed":"Pushover answered HTTP 400"}"#,
            String::new(),
            [true, false, false],
            vec!["Plex was DOWN for 10 min and RECOVERED"],
        ),
    ] {
        let state = state_of(notified, &outbox);
        assert_eq!(sent(&state, &seen).await, expected, "{state}");
    }
}

/// The first release repeated an unproven delivery in every run, and counted only the tries.
#[tokio::test]
async fn endless_repeats_of_the_first_release_end() {
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    *monitor.store().state.borrow_mut() =
        Some(state_of(r#""pushover":"up""#, &entry(r#","unproven":true,"tries":400"#)));
    monitor.set_down(&["plex"]);
    let mut attempts = 0;
    for _ in 0..200 {
        monitor.answer([Delivery::Retry { why: "no answer".to_owned(), unproven: true, wait: None }]);
        monitor.run().await;
        attempts += monitor.effects().iter().filter(|effect| effect.starts_with("send")).count();
    }
    assert_eq!(attempts, 2, "one in the next run, one after six hours");
}

#[tokio::test]
async fn the_first_release_reads_every_state_of_this_one() {
    let mut configured = settings(&["plex", "sonarr"]);
    configured
        .targets
        .iter_mut()
        .for_each(|target| *target = Target { damp: true, remind_s: Some(600), ..target.clone() });
    let mut monitor = TestMonitor::new(configured);
    let answers = [
        None,
        Some(later()),
        Some(refused(false)),
        Some(Delivery::Retry { why: "?".to_owned(), unproven: true, wait: None }),
    ];
    for run in 0..60_usize {
        monitor.set_down(match run % 7 {
            0 | 1 => &["plex"],
            2 | 3 => &["plex", "sonarr"],
            _ => &[],
        });
        monitor.answer(answers[run % 4].clone());
        monitor.run().await;
        let ours = monitor.saved();
        let text = monitor.store().state.borrow().clone().unwrap();
        let theirs: first_release::State =
            serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!((theirs.version, theirs.ts, theirs.targets.len()), (1, ours.ts, 2));
        for (theirs, ours) in theirs.targets.iter().zip(&ours.targets) {
            let is_down = theirs.status == first_release::Status::Down;
            assert_eq!((is_down, theirs.seq), (ours.status == Status::Down, ours.seq));
            let was_notified = theirs.told.get("pushover") == Some(&first_release::LastNotified::Down);
            assert_eq!(was_notified, ours.notified.get("pushover") == Some(&LastNotified::Down));
        }
        let ids: Vec<_> = theirs.outbox.iter().map(|entry| (entry.id.as_str(), entry.unproven)).collect();
        let expected: Vec<_> = ours.outbox.iter().map(|entry| (entry.id.as_str(), entry.unproven)).collect();
        assert_eq!(ids, expected);
    }
}

/// The first release refuses a state, and a reply, with a kind of notification that it does not know. It reads the
/// nearest one, and this release reads the exact one.
#[tokio::test]
async fn the_first_release_reads_a_warning_about_the_account() {
    let closing = Settings { account_closes: Some(NOW + 3 * 24 * 60 * 60), ..settings(&["plex"]) };
    let mut monitor = TestMonitor::new(closing);
    // The first message is delivered, and the warning stays queued.
    monitor.answer([Delivery::Delivered, later()]);
    let run = monitor.run().await;
    let text = monitor.store().state.borrow().clone().unwrap();
    let theirs: first_release::State =
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
    let kinds: Vec<_> = theirs.outbox.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [first_release::NotificationKind::Certificate]);
    let mut ours = State::parse(&text).unwrap();
    assert_eq!(ours.outbox[0].kind, NotificationKind::Account);
    // As an earlier release writes it.
    ours.outbox[0].detail = None;
    let of_monitor = State::parse(&ours.encode().unwrap().text).unwrap();
    assert_eq!(of_monitor.outbox[0].kind, NotificationKind::Account, "the monitor has no certificate");
    ours.outbox[0].id = Notification::id("plex", 1, "pushover");
    let of_target = State::parse(&ours.encode().unwrap().text).unwrap();
    assert_eq!(of_target.outbox[0].kind, NotificationKind::Certificate, "a target has a certificate");
    let reply = serde_json::to_string(&run.reply).unwrap();
    assert!(reply.contains(r#""kind":"certificate","detail":"account""#), "{reply}");
    assert_eq!(run.reply.notices[1].exact_kind(), NotificationKind::Account);
    let theirs: first_release::Reply =
        serde_json::from_str(&reply).unwrap_or_else(|why| panic!("{why}: {reply}"));
    assert_eq!(theirs.notices.len(), 2);
}

/// An earlier release reads a report as the notification of a new version, and this one reads it as a report.
#[test]
fn the_first_release_reads_a_report() {
    let report =
        Notification { id: ":1:pushover".to_owned(), ..Notification::new(NotificationKind::Report, NOW) };
    let mut state = State { version: 1, outbox: vec![report], ..State::default() };
    state.monitor.reported = Some(20_760);
    let text = state.encode().unwrap().text;
    let theirs: first_release::State =
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
    assert_eq!(theirs.outbox.len(), 1);
    assert_eq!(State::parse(&text).unwrap(), state);
}

/// The settings of an earlier release have no date.
#[test]
fn settings_without_the_date_of_the_account_are_read() {
    let with = Settings { account_closes: Some(NOW), ..settings(&["plex"]) };
    let mut value = serde_json::to_value(&with).unwrap();
    assert_eq!(serde_json::from_value::<Settings>(value.clone()).unwrap(), with);
    assert_eq!(value.as_object_mut().unwrap().remove("account_closes"), Some(json!(NOW)));
    assert_eq!(serde_json::from_value::<Settings>(value).unwrap(), settings(&["plex"]));
}

/// The first release refuses a state with a cause that it does not know.
#[test]
fn the_first_release_knows_all_causes_in_replies_and_states() {
    let name = |cause: Cause| serde_json::to_value(cause).unwrap();
    let is_known = |cause: Cause| serde_json::from_value::<first_release::Cause>(name(cause)).is_ok();
    let causes = [
        Cause::Dns,
        Cause::Connect,
        Cause::Tls,
        Cause::Certificate,
        Cause::App,
        Cause::Home,
        Cause::Origin,
        Cause::Access,
        Cause::Challenge,
        Cause::Blocked,
        Cause::RateLimited,
        Cause::LoginWall,
        Cause::Unreadable,
        Cause::Maintenance,
        Cause::Condition,
        Cause::Limit,
        Cause::Slow,
        Cause::Timeout,
        Cause::Exposed,
        Cause::MonitorOffline,
        Cause::Other,
    ];
    for cause in causes {
        assert!(is_known(cause.in_first_release()), "{cause}");
        assert_eq!(cause.in_first_release().verdict(), cause.verdict(), "{cause}");
        let mut state = State::default();
        let failure = Failure { link: LinkName::Body, why: "?".to_owned(), cause };
        for seen in [up("plex"), Observation { failed: Some(failure), ..down("plex") }] {
            state = decide(&state, &[seen], Context::new(&settings(&["plex"]), NOW)).state;
        }
        let text = state.encode().unwrap().text;
        serde_json::from_str::<first_release::State>(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(State::parse(&text).unwrap(), state, "{cause}");
        let saved = state.targets[0].cause;
        assert_eq!(saved, Some(cause).filter(|_| cause.verdict() == Verdict::Down), "{cause}");
    }
}

#[tokio::test]
async fn requests_and_replies_are_compatible_with_the_first_release() {
    let until = NOW + 7_200;
    for (event, request) in [
        (json!({ "source": "plexmon-deploy" }), Request::Check),
        (json!({ "source": "plexmon-deploy", "announce": true }), Request::Announce),
        (json!({ "source": "plexmon-deploy", "pause_until": until }), Request::Pause(until)),
        (json!({ "source": "plexmon-deploy", "resume": true }), Request::Resume),
        (json!({ "source": "plexmon-deploy", "test_channels": true }), Request::TestChannels),
        (json!({ "source": "plexmon-deploy", "examine": true }), Request::Examine),
    ] {
        assert_eq!(Request::of(&event), request, "{event}");
    }
    let mut monitor = TestMonitor::new(settings(&["plex"]));
    monitor.set_down(&["plex"]);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    let run = monitor.inner.run_for(Request::Pause(until), monitor.now, deadline).await;
    assert_eq!(run.reply.paused_until, Some(until));
    let text = serde_json::to_string(&run.reply).unwrap();
    let theirs: first_release::Reply = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (theirs.current, theirs.targets[0].cause),
        (first_release::Status::Down, Some(first_release::Cause::Condition))
    );

    // And this release's deployer reads a reply of the first release's function.
    let reply = r#"{"previous":"up","current":"down","http":502,"targets":[{"name":"plex","status":"down","since":5,"http":502,
        "failed":"http","cause":"app","why":"x","ms":12.5}],"notices":[{"channel":"pushover","target":"plex","kind":"down",
        "outcome":"delivered"}],"problems":[]}"#;
    let reply: plexmon_function::contract::reply::Reply = serde_json::from_str(reply).unwrap();
    assert_eq!(
        (reply.current, reply.notices[0].kind, reply.paused_until),
        (Status::Down, NotificationKind::Down, None)
    );
    assert!(State::parse(&state_of("", "")).is_ok());
}
