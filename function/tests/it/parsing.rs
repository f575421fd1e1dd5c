//! Any input may be corrupt: reading it never panics, and what this release wrote is read unchanged. The cases are
//! mutations of a few valid files.
//!
//! `PLEXMON_CASES=10000000 cargo test --release -p plexmon-function --test it parsing` runs for hours; `PLEXMON_SEED`
//! sets the first seed. A failure names the seed of its case.

mod answers;
mod any_state;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::parts::capacity;
use plexmon_function::contract::secrets::Secrets;
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, decide, retry_refused};
use plexmon_function::message::message;
use plexmon_function::startup::load_configuration;

use self::any_state::any_state;
use crate::fixtures::{NOW, before_sending_all, down, record_result, settings, up};
use plexmon_testing::rng::{Rng, env_number};

/// The contents of the valid files of a kind, sorted by name.
fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz-seeds").join(kind);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Character sequences that JSON or SSM may reject.
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

/// One of the files, unchanged or with up to four mutations.
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

/// Check this many cases. A failure names the seed of its case.
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

/// Assert that a run continues from this state without an error.
fn assert_run_succeeds(state: &State) {
    let settings = settings(&["plex", "a:b"]);
    for seen in [[up("plex"), down("a:b")], [down("plex"), up("a:b")]] {
        let mut state = decide(state, &seen, Context::new(&settings, NOW)).state;
        retry_refused(&mut state);
        let mut after = before_sending_all(&state, NOW);
        for entry in &state.outbox {
            let text = message(std::slice::from_ref(entry), &state, &settings, true);
            assert!(!text.title.is_empty() && !text.body.is_empty());
            let unproven = Delivery::Retry { why: "no".to_owned(), unproven: true, wait: None };
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
        assert_run_succeeds(&state);
    });
    let deep = "[".repeat(100_000);
    assert!(State::parse(&deep).is_err() && State::parse(&format!("{{\"status\":{deep}")).is_err());
}

#[test]
fn any_state_is_read_as_it_was_written() {
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
