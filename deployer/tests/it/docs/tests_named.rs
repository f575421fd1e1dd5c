//! The tests and benchmarks that the documentation names exist.

use std::path::Path;

use super::pages::{Page, all, root};

/// Abbreviations of the commands of the two crates in the table of attacks.
const SHORT: [(&str, &str); 2] = [
    ("D `", "cargo test -p plexmon-deploy --test it "),
    ("M `", "cargo test -p plexmon-function --test it "),
];

#[test]
fn every_test_that_is_named_exists() {
    let missing: Vec<String> = all().iter().flat_map(missing).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_missing_test_is_reported() {
    for (text, is_missing) in [
        ("`cargo test -p plexmon-deploy --test it docs::`", false),
        ("`PLEXMON_CASES=1 cargo test -p plexmon-deploy --test it -- docs --nocapture`", false),
        ("`cargo test -p plexmon-deploy --lib schedule`", false),
        ("`cargo test --workspace`", false),
        ("| M `hostile` |", false),
        ("`cargo bench -p plexmon-deploy --bench peers`", false),
        ("`cargo test -p plexmon-deploy --test it nothing_like_it`", true),
        ("```console\n$ cargo test -p plexmon-deploy --test it -- docs nothing_like_it\n```", true),
        ("| D `nothing_like_it` |", true),
        ("`cargo bench -p plexmon-deploy --bench friends`", true),
    ] {
        // Split, so that this file itself does not count.
        let text = text.replace("nothing_like_it", &["nothing", "at", "all"].join("_"));
        assert_eq!(!missing(&Page::sample(&text)).is_empty(), is_missing, "{text}");
    }
}

/// Return an error for each command of a page that names a test or benchmark that does not exist.
fn missing(page: &Page) -> Vec<String> {
    let mut commands = page.code();
    for (short, command) in SHORT {
        let cells = page.text.split(short).skip(1).filter_map(|rest| rest.split('`').next());
        commands.extend(cells.map(|filter| format!("{command}{filter}")));
    }
    let wrong = |command: &String| {
        let (_, arguments) = command.split_once("cargo test ").or(command.split_once("cargo bench "))?;
        let gone = unknown(&arguments.split_whitespace().collect::<Vec<_>>())?;
        Some(format!("{}: `{command}`: nothing is called `{gone}`", page.path.display()))
    };
    commands.iter().filter_map(wrong).collect()
}

/// The first test or benchmark among these arguments of Cargo that does not exist.
fn unknown<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let after = |option: &str| {
        let at = arguments.iter().position(|argument| *argument == option)?;
        arguments.get(at + 1).copied()
    };
    let folder = match after("-p")? {
        "plexmon-deploy" => root().join("deployer"),
        "plexmon-function" => root().join("function"),
        "plexmon-release" => root().join("deployer/release"),
        other => return Some(other),
    };
    if let Some(bench) = after("--bench") {
        return (!folder.join("benches").join(bench).is_dir()).then_some(bench);
    }
    let sources = if arguments.contains(&"--lib") { folder.join("src") } else { folder.join("tests/it") };
    let tests = tests(&sources, "");
    let mut values = false;
    let mut filters = arguments.iter().filter(|argument| {
        let is_value = std::mem::replace(&mut values, matches!(**argument, "-p" | "--test" | "--profile"));
        !is_value && !argument.starts_with('-')
    });
    filters.find(|filter| !tests.iter().any(|test| test.contains(**filter))).copied()
}

/// The paths of all tests below a folder, as `module::test`, and of modules within files.
fn tests(folder: &Path, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = if matches!(&*stem, "main" | "lib" | "mod") {
            module.to_owned()
        } else {
            format!("{module}{stem}::")
        };
        if path.is_dir() {
            found.extend(tests(&path, &inner));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(functions(&text).map(|name| format!("{inner}{name}")));
            found.extend(modules(&text).map(|name| format!("{inner}{name}::")));
        }
    }
    found
}

/// The functions behind `#[test]` and its like.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let attributes = text.split("#[test]").skip(1).chain(text.split("#[tokio::test").skip(1));
    attributes.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next())
}

/// The modules within a file.
fn modules(text: &str) -> impl Iterator<Item = &str> {
    text.split("mod ").skip(1).filter_map(|rest| rest.lines().next()?.strip_suffix(" {"))
}
