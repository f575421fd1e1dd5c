//! Every input may be corrupt: reading it never panics, and what was written is read again. The cases are mutations of a few
//! valid files.
//!
//! `PLEXMON_CASES=10000000 cargo test --release -p plexmon-function --test it parsing` runs for hours; `PLEXMON_SEED`
//! sets where it begins. A failure names the seed of its case.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::{Notification, NotificationKind, NotificationScope};
use plexmon_function::contract::parts::capacity;
use plexmon_function::contract::secrets::Secrets;
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::{
    LastNotified, Lease, MonitorState, State, Status, Streak, Suppressed, TargetState, VERSION,
};
use plexmon_function::decide::{Context, decide, retry_refused};
use plexmon_function::message::message;
use plexmon_function::probe::Cause;
use plexmon_function::startup::load_configuration;

use crate::channels;
use crate::fixtures::{NOW, before_sending_all, down, record_result, settings, up};
use crate::server::Answer;
use plexmon_testing::rng::{Rng, env_number};

/// The files of a kind, by name.
fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz-seeds").join(kind);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What JSON and SSM stumble over.
const TOKENS: [&str; 18] = [
    "{{",
    "}}",
    "{",
    "]",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "-1",
    "1e999",
    "0.5",
    "18446744073709551616",
    "\"version\":1",
    "[[[[[[[[",
    "\u{1F980}",
    "\u{202e}",
    "\0",
];

/// One of the seeds, unchanged or with up to four mutations.
fn mutated(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let pick = |rng: &mut Rng, len: usize| usize::try_from(rng.below(len as u64 + 1)).unwrap();
    let mut bytes = seeds[pick(rng, seeds.len() - 1)].clone();
    for _ in 0..rng.below(5) {
        let (from, to) = (pick(rng, bytes.len()), pick(rng, bytes.len()));
        let (from, to) = (from.min(to), from.max(to));
        match rng.below(6) {
            0 => drop(bytes.drain(from..to.min(from + 20))),
            1 => bytes.truncate(to),
            2 => {
                let again = bytes[from..to.min(from + 200)].to_vec();
                bytes.splice(to..to, again);
            }
            3 => {
                let other = &seeds[pick(rng, seeds.len() - 1)];
                let (start, end) = (pick(rng, other.len()), pick(rng, other.len()));
                bytes.splice(from..from, other[start.min(end)..start.max(end)].iter().copied());
            }
            4 if from < bytes.len() => bytes[from] ^= 1 << rng.below(8),
            _ => drop(bytes.splice(from..from, rng.choose(&TOKENS).bytes())),
        }
    }
    bytes
}

/// Tries so many cases, and says which one it was that failed.
fn each(cases: u64, kind: &str, check: impl Fn(&[u8])) {
    let seeds = seeds(kind);
    let first = env_number("PLEXMON_SEED", 0);
    for seed in first..first + env_number("PLEXMON_CASES", cases) {
        let bytes = mutated(&seeds, &mut Rng(seed));
        if catch_unwind(AssertUnwindSafe(|| check(&bytes))).is_err() {
            panic!("PLEXMON_SEED={seed}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

/// A run on top of any state that could be read ends well.
fn goes_on(state: &State) {
    let settings = settings(&["plex", "a:b"]);
    for seen in [[up("plex"), down("a:b")], [down("plex"), up("a:b")]] {
        let mut state = decide(state, &seen, Context::new(&settings, NOW)).state;
        retry_refused(&mut state);
        let mut after = before_sending_all(&state, NOW);
        for entry in &state.outbox {
            let text = message(std::slice::from_ref(entry), &state, &settings, true);
            assert!(!text.title.is_empty() && !text.body.is_empty());
            let unproven = Delivery::Retry { why: "no".to_owned(), unproven: true };
            record_result(&mut after, &entry.id, &unproven, &settings, NOW);
            record_result(&mut after, &entry.id, &Delivery::Delivered, &settings, NOW);
        }
        assert!(after.encode().is_ok());
    }
}

#[test]
fn any_state_is_read_or_refused() {
    each(4_000, "state", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(state) = State::parse(&text) else { return };
        if state.version == 0 {
            assert!(state.targets.is_empty() && state.outbox.is_empty());
        } else if let Ok(encoded) = state.encode() {
            assert!(!encoded.text.contains("{{"));
            assert!(encoded.shortened || State::parse(&encoded.text).unwrap() == state);
        }
        goes_on(&state);
    });
    let deep = "[".repeat(100_000);
    assert!(State::parse(&deep).is_err() && State::parse(&format!("{{\"status\":{deep}")).is_err());
}

fn text(rng: &mut Rng) -> String {
    const PIECES: [&str; 14] = [
        "a",
        "{{",
        "{",
        "}",
        "\"",
        "\\",
        "\u{0}",
        "\n",
        ":",
        "\u{fc}",
        "\u{1F980}",
        "\u{202e}",
        "\u{ffff}",
        "{{{",
    ];
    (0..rng.below(8)).map(|_| rng.choose(&PIECES)).collect()
}

fn maybe<T>(rng: &mut Rng, value: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    rng.one_in(2).then(|| value(rng))
}

fn any_state(rng: &mut Rng) -> State {
    let status = |rng: &mut Rng| rng.choose(&[Status::Up, Status::Down, Status::Unknown]);
    let small = |rng: &mut Rng| u32::try_from(rng.draw() >> 32).unwrap();
    let targets = (0..rng.below(4)).map(|_| TargetState {
        name: text(rng),
        check: text(rng),
        status: status(rng),
        since: rng.draw(),
        seq: small(rng),
        why: maybe(rng, text),
        notified: (0..rng.below(3))
            .map(|_| (text(rng), LastNotified::Failed(text(rng))))
            .collect::<BTreeMap<_, _>>(),
        cause: maybe(rng, |rng| rng.choose(&[Cause::Home, Cause::App, Cause::MonitorOffline])),
        pending: maybe(rng, streak),
        unknown: maybe(rng, streak),
        slow: maybe(rng, streak),
        scope: maybe(rng, scope),
        suppressed: maybe(rng, |rng| Suppressed { status: status(rng), since: rng.draw() }),
        changes: maybe(rng, streak),
        flapping: rng.one_in(2),
        reminded: maybe(rng, Rng::draw),
        certificate: maybe(rng, Rng::draw),
        certificate_until: maybe(rng, Rng::draw),
        identity: maybe(rng, text),
        app_version: maybe(rng, text),
    });
    let targets = targets.collect();
    let outbox = (0..rng.below(4)).map(|_| Notification {
        id: text(rng),
        kind: rng.choose(&[
            NotificationKind::Down,
            NotificationKind::Up,
            NotificationKind::WasDown,
            NotificationKind::Unknown,
            NotificationKind::Reminder,
            NotificationKind::Channel,
        ]),
        from: rng.draw(),
        until: maybe(rng, Rng::draw),
        times: small(rng),
        first: rng.one_in(2),
        unread: rng.one_in(2),
        unproven: rng.one_in(2),
        sent: 1 + small(rng) / 2,
        next: maybe(rng, Rng::draw),
        tries: small(rng),
        scope: maybe(rng, scope),
        why: maybe(rng, text),
        cause: maybe(rng, |rng| rng.choose(&[Cause::Access, Cause::LoginWall, Cause::RateLimited])),
        error: maybe(rng, text),
    });
    let outbox = outbox.collect();
    let monitor = any_monitor(rng);
    State {
        status: status(rng),
        ts: rng.draw(),
        version: VERSION,
        deployment: text(rng),
        parts: usize::try_from(rng.below(3)).unwrap() * 2,
        paused_until: maybe(rng, Rng::draw),
        commanded: maybe(rng, Rng::draw),
        tick: maybe(rng, text),
        lease: maybe(rng, |rng| Lease { by: text(rng), until: rng.draw() }),
        begin_at: usize::try_from(rng.below(3)).unwrap(),
        monitor,
        targets,
        outbox,
    }
}

fn any_monitor(rng: &mut Rng) -> MonitorState {
    MonitorState {
        seq: u32::try_from(rng.draw() >> 32).unwrap(),
        offline_since: maybe(rng, Rng::draw),
        offline_notified: rng.one_in(2),
        broken: (0..rng.below(3)).map(|_| text(rng)).collect(),
    }
}

fn streak(rng: &mut Rng) -> Streak {
    Streak { since: rng.draw(), runs: u32::try_from(rng.draw() >> 32).unwrap() }
}

fn scope(rng: &mut Rng) -> NotificationScope {
    rng.choose(&[NotificationScope::Site, NotificationScope::Group, NotificationScope::Rest])
}

#[test]
fn any_state_comes_back_as_it_was_written() {
    let first = env_number("PLEXMON_SEED", 0);
    for seed in first..first + env_number("PLEXMON_CASES", 4_000) {
        let state = any_state(&mut Rng(seed));
        let encoded = state.encode().unwrap();
        assert!(!encoded.text.contains("{{"), "PLEXMON_SEED={seed}: {}", encoded.text);
        assert_eq!(State::parse(&encoded.text).unwrap(), state, "PLEXMON_SEED={seed}");
    }
}

#[test]
fn any_settings_are_read_or_refused() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("any-settings");
    std::fs::create_dir_all(&directory).unwrap();
    each(2_000, "settings", |bytes| {
        std::fs::write(directory.join("plexmon.json"), bytes).unwrap();
        match load_configuration(&directory, |_| None) {
            Ok(read) => {
                let text = serde_json::to_string(&read.settings).unwrap();
                assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), read.settings);
                assert!(capacity(&read.settings) <= read.settings.targets.len());
            }
            Err(why) => assert!(why.to_string().starts_with("plexmon.json"), "{why}"),
        }
    });
}

#[test]
fn any_secrets_are_read_or_refused_and_never_shown() {
    each(4_000, "secrets", |bytes| {
        let Ok(read) = serde_json::from_slice::<Secrets>(bytes) else { return };
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Secrets>(&text).unwrap(), read);
        let shown = format!("{read:?}");
        for secret in read.channels.values().flat_map(BTreeMap::values) {
            assert!(secret.expose().len() < 10 || !shown.contains(secret.expose()), "{shown}");
        }
    });
}

/// Over the loopback interface, hence fewer of them.
#[tokio::test]
async fn any_answer_of_a_channel_is_understood() {
    let seeds = seeds("answers");
    let sample = message(
        &[Notification::new(NotificationKind::Down, NOW)],
        &State::default(),
        &settings(&["plex"]),
        true,
    );
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 200));
    for kind in channels::http_kinds() {
        let service = kind.service;
        for seed in first..first + cases {
            let body = mutated(&seeds, &mut Rng(seed));
            let head = format!("HTTP/1.1 400 Bad\r\ncontent-length: {}\r\n\r\n", body.len());
            let answer = Answer::Bytes([head.into_bytes(), body].concat());
            let delivery = channels::send(|address| kind.setup(address), answer, &sample).await;
            let why = delivery.outcome().1.unwrap_or_default();
            let itself = why.starts_with(&format!("{service} answered HTTP 400"));
            let in_front = format!("something in front of {service} answered HTTP 400");
            let is_right = match delivery {
                Delivery::Refused { .. } => itself,
                Delivery::Retry { unproven, .. } => !unproven && (itself || why == in_front),
                Delivery::Delivered => false,
            };
            assert!(is_right, "PLEXMON_SEED={seed}: {why}");
            let is_clean = why.chars().count() <= 150 && !why.contains(char::is_control);
            assert!(is_clean, "PLEXMON_SEED={seed}: {why}");
        }
    }
}

/// Through TLS, hence fewest of them.
#[tokio::test]
async fn any_answer_of_a_mail_server_is_understood() {
    let seeds = seeds("smtp");
    let world = channels::email::MailSetup::new();
    let sample = message(
        &[Notification::new(NotificationKind::Down, NOW)],
        &State::default(),
        &settings(&["plex"]),
        true,
    );
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 100));
    for seed in first..first + cases {
        let mut rng = Rng(seed);
        let at = rng.choose(&["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"]);
        let odd = channels::smtp::Odd::Ends(mutated(&seeds, &mut rng));
        let (delivery, _) = world.send(Some((at, odd)), &sample).await;
        let is_right = match delivery {
            Delivery::Delivered => matches!(at, "." | "QUIT"),
            Delivery::Refused { .. } => at != "QUIT",
            // Any consent to take the mail is one, so that it may be sent from DATA on.
            Delivery::Retry { unproven, .. } => at != "QUIT" && (matches!(at, "DATA" | ".") || !unproven),
        };
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(is_right, "PLEXMON_SEED={seed}: {at} {delivery:?}");
        let is_clean = why.chars().count() <= 150 && !why.contains(char::is_control);
        assert!(is_clean, "PLEXMON_SEED={seed}: {why}");
    }
}
