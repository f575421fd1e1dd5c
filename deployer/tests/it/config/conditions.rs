//! The conditions of a target.

use std::collections::BTreeSet;

use plexmon_function::contract::description::{Setting, Type};
use plexmon_function::probe::condition;
use serde_json::{Value, json};

use super::{TARGET, parse, target};

#[test]
fn every_condition_reaches_the_function_and_identifies_the_check() {
    let without = parse(TARGET).unwrap().targets.remove(0);
    for Setting { key, kind, example, .. } in condition::SETTINGS {
        let line = format!("{key} = {example}");
        let with = parse(&target(&line)).unwrap().targets.remove(0);
        let example: toml::Table = line.parse().unwrap();
        let settings = serde_json::to_value(&with).unwrap();
        // How other values are read is tested below.
        if !matches!(kind, Type::Other(_)) {
            let expected = serde_json::to_value(&example[*key]).unwrap();
            assert_eq!(settings[*key], expected, "`Target` has no field `{key}` like this");
        }
        assert!(!settings[*key].is_null(), "`Target` has no field `{key}`");
        assert_ne!(with.check_id(), without.check_id(), "`Target::check_id` does not include `{key}`");
    }
}

fn settings(lines: &str) -> Value {
    let target = parse(&target(lines)).unwrap_or_else(|error| panic!("{lines}: {error}")).targets.remove(0);
    serde_json::to_value(target).unwrap()
}

#[test]
fn each_form_of_a_condition_is_read() {
    let warning = |text: &str| json!({ "text": text, "severity": "warn" });
    for (lines, key, expected) in [
        ("lacks = \"a\"", "lacks", json!([{ "text": "a" }])),
        ("lacks = { text = \"a\", severity = \"warn\" }", "lacks", json!([warning("a")])),
        (
            "lacks = [\"a\", { text = \"b\", severity = \"warn\" }]",
            "lacks",
            json!([{ "text": "a" }, warning("b")]),
        ),
        ("matches = 'v\\d+'", "matches", json!([{ "text": "v\\d+" }])),
        ("matches = [{ regex = \"a*\", severity = \"warn\" }]", "matches", json!([warning("a*")])),
        ("header = { Server = \"nginx\" }", "header", json!({ "Server": { "text": "nginx" } })),
        ("header = { A = { text = \"b\", severity = \"warn\" } }", "header", json!({ "A": warning("b") })),
        (
            "json = { path = \"$.a\", min = \"50 GB\", max = 1_000_000_000_000, label = \"Disk\" }",
            "json",
            Value::Null,
        ),
        (
            "json = { path = \"$.a\", min = 0x10, max = 1_00.5, label = \"Load\" }",
            "json",
            json!([{ "path": "$.a", "label": "Load", "limits": { "min": "16", "max": "100.5" } }]),
        ),
        (
            "json = [{ path = \"$.a\", exists = false }, { path = \"$.b\", equals = \"ok\", exists = true }]",
            "json",
            json!([{ "path": "$.a", "exists": false }, { "path": "$.b", "equals": "ok", "exists": true }]),
        ),
        ("json = { path = \"$.a\", equals = true }", "json", json!([{ "path": "$.a", "equals": true }])),
        ("json = { path = \"$.a\", equals = 1.5 }", "json", json!([{ "path": "$.a", "equals": 1.5 }])),
        ("json = { path = \"$.a\", equals = -3 }", "json", json!([{ "path": "$.a", "equals": -3 }])),
        (
            "json = { path = \"$.a\", equals = 2026-11-03T10:05:00Z }",
            "json",
            json!([{ "path": "$.a", "equals": "2026-11-03T10:05:00Z" }]),
        ),
        (
            "json = { path = \"$.a\", newer_than = \"26h\" }",
            "json",
            json!([{ "path": "$.a", "limits": { "newer_than_s": 93_600 } }]),
        ),
        (
            "metrics = { name = \"up\", labels = { job = \"a\" }, min = 1, severity = \"down\" }",
            "metrics",
            json!([{ "name": "up", "labels": { "job": "a" }, "limits": { "min": "1" } }]),
        ),
        // The default of the target.
        ("severity = \"warn\"\nlacks = \"a\"", "lacks", json!([warning("a")])),
        (
            "severity = \"warn\"\nlacks = [\"a\", { text = \"b\", severity = \"down\" }]",
            "lacks",
            json!([warning("a"), { "text": "b" }]),
        ),
        (
            "severity = \"warn\"\nmetrics = { name = \"a\", max = \"90 %\" }",
            "metrics",
            json!([{ "name": "a", "limits": { "max": "90 %" }, "severity": "warn" }]),
        ),
    ] {
        if expected.is_null() {
            assert!(parse(&target(lines)).is_err(), "{lines}: the units differ");
        } else {
            assert_eq!(settings(lines)[key], expected, "{lines}");
        }
    }
}

#[test]
fn conditions_are_checked_when_they_are_read() {
    let mut errors = String::new();
    let quadratic = "json = { path = \"$..a..b\", min = 1 }";
    for lines in [
        "lacks = \"\"",
        "lacks = []",
        "lacks = 1",
        "lacks = { txt = \"a\" }",
        "lacks = { text = \"a\", severty = \"warn\" }",
        "lacks = { text = \"a\", severity = \"info\" }",
        "lacks = [\"a\", \"a\"]",
        "matches = \"(\"",
        "matches = \"(.{100}){100}\"",
        "matches = \".{20}x\"",
        "matches = { text = \"a\" }",
        "header = \"a\"",
        "header = {}",
        "header = { \"a b\" = \"c\" }",
        "header = { Server = \"a\", server = \"a\" }",
        "json = { path = \"$.a[\", min = 1 }",
        "json = { path = \"a.b\", min = 1 }",
        quadratic,
        "json = { path = \"$.a[?@.b == $.c]\", min = 1 }",
        "json = { path = \"$.a\" }",
        "json = { min = 1 }",
        "json = { path = \"$.a\", mn = 1 }",
        "json = { path = \"$.a\", min = \"50 apples\" }",
        "json = { path = \"$.a\", min = true }",
        "json = { path = \"$.a\", min = nan }",
        "json = { path = \"$.a\", min = 9223372036854775808 }",
        "json = { path = \"$.a\", min = \"50 GB\", max = \"1 GB\" }",
        "json = { path = \"$.a\", min = \"50 GB\", max = \"90 %\" }",
        "json = { path = \"$.a\", exists = false, max = 1 }",
        "json = { path = \"$.a\", equals = 1, max = 1 }",
        "json = { path = \"$.a\", equals = [1] }",
        "json = { path = \"$.a\", newer_than = \"26 x\" }",
        "json = { path = \"$.a\", newer_than = \"0s\" }",
        "json = { path = \"$.a\", min = 1, label = \"\" }",
        "metrics = { name = \"node load\", max = 1 }",
        "metrics = { name = 'up{job=\"a\"}', max = 1 }",
        "metrics = { name = \"up\" }",
        "metrics = { name = \"up\", equals = 1 }",
        "metrics = { name = \"up\", min = 1, labels = { \"a-b\" = \"c\" } }",
        "metrics = { name = \"up\", min = 1, labels = { a = 1 } }",
        "severity = \"warn\"",
        "json = { path = \"$.a\", min = 1 }\nmetrics = { name = \"up\", min = 1 }",
    ] {
        let error = parse(&target(lines)).expect_err(lines);
        let hint = error.hint_text().unwrap_or("none");
        errors += &format!("{lines}\n  {}\n  hint: {hint}\n", error.message());
    }
    insta::assert_snapshot!("wrong_conditions", errors);
    let many: Vec<String> = (0..21).map(|number| format!("\"{number}\"")).collect();
    let error = parse(&target(&format!("lacks = [{}]", many.join(", ")))).unwrap_err();
    assert!(error.message().contains("at most 20"), "{error}");
}

#[test]
fn exactly_the_described_keys_of_a_condition_are_read() {
    for (condition, keys) in [
        ("json = { path = \"$.a\", unknown-key = 1 }", condition::json::KEYS),
        ("metrics = { name = \"up\", unknown-key = 1 }", condition::metrics::KEYS),
    ] {
        let error = parse(&target(condition)).unwrap_err();
        let hint = error.hint_text().unwrap_or_else(|| panic!("{error}"));
        let read: BTreeSet<&str> = hint.split('`').skip(1).step_by(2).collect();
        let described: BTreeSet<&str> = keys.iter().map(|setting| setting.key).collect();
        assert_eq!(read, described, "{condition}");
    }
}

#[test]
fn a_closed_target_has_no_conditions() {
    let lines = "exposure = \"closed\"\nlacks = \"a\"\njson = { path = \"$.a\", min = 1 }";
    let settings = settings(lines);
    assert!(settings["lacks"].is_null() && settings["json"].is_null(), "{settings}");
}
