//! Any configuration is read or rejected with its line: nothing panics, and settings can be serialized and read again. The
//! cases are mutations of a few valid files and of the example.
//!
//! `PLEXMON_CASES=1000000 cargo test -p plexmon-deploy --test it garbled` runs more cases; `PLEXMON_SEED` sets the first
//! seed. A failure prints the seed of its case.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_deploy::error::{Error, Exit};
use plexmon_function::contract::parts::capacity;
use plexmon_function::contract::settings::Settings;

use plexmon_testing::rng::{Rng, env_number};

/// Tokens that are difficult for a TOML parser or its callers.
const TOKENS: [&str; 24] = [
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\\u0000",
    "[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    "\n",
    "\r",
    "\0",
    "-1",
    "1e999",
    "18446744073709551616",
    "1979-05-27T07:32:00Z",
    "nan",
    "true",
    "\u{1F980}",
    "\u{202e}",
];

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz-seeds");

fn seeds() -> Vec<String> {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut texts = vec![read(&Path::new(SEEDS).join("../../../config.example.toml"))];
    let mut paths: Vec<_> = std::fs::read_dir(SEEDS).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    texts.extend(
        paths.iter().filter(|path| path.extension().is_some_and(|end| end == "toml")).map(|path| read(path)),
    );
    texts
}

/// One of the seeds with up to three mutations of lines or characters.
fn mutated(seeds: &[String], rng: &mut Rng) -> String {
    let pick = |rng: &mut Rng, len: usize| usize::try_from(rng.below(len.max(1) as u64)).unwrap();
    let mut text = seeds[pick(rng, seeds.len())].clone();
    for _ in 0..rng.below(4) {
        if rng.one_in(2) {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (from, to) = (pick(rng, lines.len()), pick(rng, lines.len()));
            let other: Vec<&str> = seeds[pick(rng, seeds.len())].split_inclusive('\n').collect();
            match rng.below(4) {
                _ if lines.is_empty() => {}
                0 => drop(lines.remove(from)),
                1 => lines.insert(to, lines[from]),
                2 => lines.swap(from, to),
                _ => lines.insert(to, other[pick(rng, other.len())]),
            }
            text = lines.concat();
        } else {
            let mut characters: Vec<char> = text.chars().collect();
            let at = pick(rng, characters.len());
            let end = (at + pick(rng, 12)).min(characters.len());
            match rng.below(4) {
                0 => drop(characters.drain(at..end)),
                1 => characters.truncate(at),
                2 => {
                    let again = characters[at..end].to_vec();
                    characters.splice(end..end, again);
                }
                _ => drop(characters.splice(at..at, rng.choose(&TOKENS).chars())),
            }
            text = characters.into_iter().collect();
        }
    }
    text
}

/// Check that the error is a usage error with the file and an existing line.
fn has_its_line(error: &Error, text: &str, path: &Path) {
    assert_eq!(error.exit(), Exit::Usage, "{error}");
    let place = error.message().strip_prefix(&format!("{}:", path.display()));
    let line =
        place.and_then(|place| place.split_once(": ")).and_then(|(line, _)| line.parse::<usize>().ok());
    let lines = 1 + text.matches('\n').count();
    assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{error}");
}

/// Check that all values are within their limits, and that the settings survive serialization.
fn is_consistent(config: &Config, text: &str, path: &Path) {
    let settings = config.settings();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    let names: BTreeSet<&str> = config.targets.iter().map(|target| target.name.as_str()).collect();
    assert!(!names.is_empty() && names.len() == config.targets.len());
    assert!(config.targets.iter().all(|target| target.timeout_s < config.function.timeout_s));
    assert!(capacity(&settings) >= config.targets.len());

    let meaning = format!("{config:?}");
    let commented = Config::parse(&format!("{text}\n# the end\n"), path).unwrap();
    assert_eq!(format!("{commented:?}"), meaning);
}

#[test]
fn any_configuration_is_read_or_rejected_with_its_line() {
    let seeds = seeds();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::copy(Path::new(SEEDS).join("home-ca.pem"), folder.path().join("home-ca.pem")).unwrap();
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 4_000));
    println!("PLEXMON_SEED={first} PLEXMON_CASES={cases}");
    // One file is rejected without mutations. With more of them, most cases would be rejected for the same reason.
    assert_eq!(seeds.iter().filter(|text| Config::parse(text, &path).is_err()).count(), 1);
    let mut read = 0;
    for seed in first..first + cases {
        let text = mutated(&seeds, &mut Rng(seed));
        let case = AssertUnwindSafe(|| match Config::parse(&text, &path) {
            Ok(config) => {
                is_consistent(&config, &text, &path);
                1
            }
            Err(error) => {
                has_its_line(&error, &text, &path);
                0
            }
        });
        read += catch_unwind(case).unwrap_or_else(|_| panic!("PLEXMON_SEED={seed}:\n{text}"));
    }
    let mostly_garbled = read < cases / 10 || read > cases * 9 / 10;
    assert!(cases < 1_000 || !mostly_garbled, "{read} of {cases} could be read");
}
