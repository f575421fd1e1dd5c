//! Every setting of the example is described.

use std::collections::BTreeSet;

use super::pages::{Page, root};

#[test]
fn every_setting_is_described() {
    let example = std::fs::read_to_string(root().join("config.example.toml")).unwrap();
    let page = Page::read("deployer/docs/configuration.md");
    let code = page.code();
    let described = words(&code);
    let missing: Vec<&str> = keys(&example).into_iter().filter(|key| !described.contains(*key)).collect();
    assert!(missing.is_empty(), "deployer/docs/configuration.md says nothing about {missing:?}");
}

#[test]
fn keys_of_the_example_are_found() {
    let example = "name = \"a\"\n# region = \"b\"\n# What region = is for.\n[table]\n# [[list]]\n  x = 1\n";
    assert_eq!(Vec::from_iter(keys(example)), ["name", "region"]);
}

/// The keys that the example sets, those in comments included.
fn keys(example: &str) -> BTreeSet<&str> {
    example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "))
        .map(|(key, _)| key)
        .filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .collect()
}

/// Everything that looks like a key in some code.
fn words(code: &[String]) -> BTreeSet<&str> {
    code.iter().flat_map(|code| code.split(|c: char| !(c.is_ascii_lowercase() || c == '_'))).collect()
}
