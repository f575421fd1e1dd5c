//! Whatever a configuration holds, it is read or refused at its line: nothing panics, and what was read can be written
//! down and read again. Mutated from a small corpus and from the example.
//!
//! `PLEXMON_CASES=1000000 cargo test -p plexmon-deploy --test it garbled` takes longer; `PLEXMON_SEED` sets where it
//! begins. A failure names the seed of its case.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_deploy::error::{Error, Exit};
use plexmon_function::contract::parts::capacity;
use plexmon_function::contract::settings::Settings;

use crate::dice::{Dice, number};

/// What TOML and its readers stumble over.
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

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/config");

fn corpus() -> Vec<String> {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut texts = vec![read(&Path::new(CORPUS).join("../../../../config.example.toml"))];
    let mut paths: Vec<_> = std::fs::read_dir(CORPUS).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    texts.extend(
        paths.iter().filter(|path| path.extension().is_some_and(|end| end == "toml")).map(|path| read(path)),
    );
    texts
}

/// A file of the corpus, as it is or with up to three mutations: of its lines, or of the characters within.
fn mutated(corpus: &[String], dice: &mut Dice) -> String {
    let pick = |dice: &mut Dice, len: usize| usize::try_from(dice.below(len.max(1) as u64)).unwrap();
    let mut text = corpus[pick(dice, corpus.len())].clone();
    for _ in 0..dice.below(4) {
        if dice.once_in(2) {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (from, to) = (pick(dice, lines.len()), pick(dice, lines.len()));
            let other: Vec<&str> = corpus[pick(dice, corpus.len())].split_inclusive('\n').collect();
            match dice.below(4) {
                _ if lines.is_empty() => {}
                0 => drop(lines.remove(from)),
                1 => lines.insert(to, lines[from]),
                2 => lines.swap(from, to),
                _ => lines.insert(to, other[pick(dice, other.len())]),
            }
            text = lines.concat();
        } else {
            let mut characters: Vec<char> = text.chars().collect();
            let at = pick(dice, characters.len());
            let end = (at + pick(dice, 12)).min(characters.len());
            match dice.below(4) {
                0 => drop(characters.drain(at..end)),
                1 => characters.truncate(at),
                2 => {
                    let again = characters[at..end].to_vec();
                    characters.splice(end..end, again);
                }
                _ => drop(characters.splice(at..at, dice.of(&TOKENS).chars())),
            }
            text = characters.into_iter().collect();
        }
    }
    text
}

/// The user can mend it: it says in which line of which file, and that line exists.
fn is_at_its_line(error: &Error, text: &str, path: &Path) {
    assert_eq!(error.exit(), Exit::Usage, "{error}");
    let place = error.message().strip_prefix(&format!("{}:", path.display()));
    let line =
        place.and_then(|place| place.split_once(": ")).and_then(|(line, _)| line.parse::<usize>().ok());
    let lines = 1 + text.matches('\n').count();
    assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{error}");
}

/// Everything that was read is within its limits, goes to the function as it is, and is read again as it is.
fn makes_sense(config: &Config, text: &str, path: &Path) {
    let settings = config.settings("/secrets");
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
fn any_configuration_is_read_or_refused_at_its_line() {
    let corpus = corpus();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::copy(Path::new(CORPUS).join("home-ca.pem"), folder.path().join("home-ca.pem")).unwrap();
    let (first, cases) = (number("PLEXMON_SEED", 0), number("PLEXMON_CASES", 4_000));
    println!("PLEXMON_SEED={first} PLEXMON_CASES={cases}");
    // One is refused as it stands. What came of another would be refused for the same reason nearly always.
    assert_eq!(corpus.iter().filter(|text| Config::parse(text, &path).is_err()).count(), 1);
    let mut read = 0;
    for seed in first..first + cases {
        let text = mutated(&corpus, &mut Dice(seed));
        let case = AssertUnwindSafe(|| match Config::parse(&text, &path) {
            Ok(config) => {
                makes_sense(&config, &text, &path);
                1
            }
            Err(error) => {
                is_at_its_line(&error, &text, &path);
                0
            }
        });
        read += catch_unwind(case).unwrap_or_else(|_| panic!("PLEXMON_SEED={seed}:\n{text}"));
    }
    let mostly_garbled = read < cases / 10 || read > cases * 9 / 10;
    assert!(cases < 1_000 || !mostly_garbled, "{read} of {cases} could be read");
}
