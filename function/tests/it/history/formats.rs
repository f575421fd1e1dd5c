//! What is written is read; garbage, and what other releases wrote, is read as far as it goes.

use std::time::{Duration, Instant};

use plexmon_function::contract::history::{DAYS, Histogram, Parameter, Record, VERSION};
use plexmon_function::contract::state::{MAX_BYTES, State};
use plexmon_testing::rng::{Rng, env_number};
use serde_json::{Value, json};

use super::records;

#[test]
fn random_records_are_read_as_they_were_written() {
    let (cases, first) = (env_number("PLEXMON_CASES", 300), env_number("PLEXMON_SEED", 0));
    for seed in first..first + cases {
        let mut parameter = Parameter::new("plex-remote-health");
        parameter.records.insert("pl{{ex".to_owned(), records::random(&mut Rng(seed)));
        let text = parameter.encode(DAYS as usize);
        assert!(text.len() <= MAX_BYTES && !text.contains("{{"), "PLEXMON_SEED={seed}");
        assert_eq!(Parameter::parse(&text).unwrap(), parameter, "PLEXMON_SEED={seed}");
    }
}

fn largest_text() -> String {
    let mut parameter = Parameter::new("plex-remote-health");
    parameter.records.insert("plex".to_owned(), records::largest());
    parameter.encode(DAYS as usize)
}

/// Read a value and use what it says: nothing may panic or take long.
fn survives(text: &str) {
    let Ok(mut parameter) = Parameter::parse(text) else { return };
    let again = parameter.encode(DAYS as usize);
    assert!(!again.contains("{{"), "{again}");
    for record in parameter.records.values_mut() {
        for name in [Record::default(), records::random(&mut Rng(3))] {
            record.events.extend(&name.events);
        }
        let _ = (record.is_past(u32::MAX), record.today.1.median(), record.today.1.percentile(95));
    }
}

#[test]
fn garbled_parameters_never_panic() {
    let text = largest_text();
    let (cases, mut rng) = (env_number("PLEXMON_CASES", 300), Rng(env_number("PLEXMON_SEED", 0)));
    for _ in 0..cases {
        let mut bytes = text.clone().into_bytes();
        match rng.below(3) {
            0 => bytes.truncate(usize::try_from(rng.below(bytes.len() as u64)).unwrap()),
            1 => {
                for _ in 0..1 + rng.below(20) {
                    let at = usize::try_from(rng.below(bytes.len() as u64)).unwrap();
                    bytes[at] = b' ' + u8::try_from(rng.below(94)).unwrap();
                }
            }
            _ => {
                let at = usize::try_from(rng.below(bytes.len() as u64)).unwrap();
                let until = (at + usize::try_from(rng.below(300)).unwrap()).min(bytes.len());
                bytes.drain(at..until);
            }
        }
        survives(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn hostile_parameters_are_refused_or_read_in_a_bounded_time() {
    let long = "_".repeat(1 << 20);
    let sections = ["check", "mark", "days", "hours", "recent", "today", "events"];
    let of = |value: Value| {
        let record: serde_json::Map<String, Value> =
            sections.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
        json!({ "version": 1, "targets": { "plex": record } }).to_string()
    };
    let started = Instant::now();
    for text in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{".repeat(1 << 20),
        "[".repeat(1 << 20),
        long.clone(),
        format!("\"{long}\""),
        json!({ "version": 1e300 }).to_string(),
        json!({ "version": -1 }).to_string(),
        json!({ "version": "1" }).to_string(),
        json!({ "version": 1, "targets": [] }).to_string(),
        json!({ "version": 1, "targets": { "plex": null } }).to_string(),
        json!({ "version": u64::MAX, "deployment": long, "targets": {} }).to_string(),
        of(json!(long)),
        of(json!("A")),
        of(json!("")),
        of(json!("\u{1F980}")),
        of(json!(1e300)),
        of(json!({ "days": [long] })),
    ] {
        survives(&text);
        let _ = State::parse(&text);
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
}

fn with(record: Value) -> String {
    json!({ "version": 7, "deployment": "d", "color": "red", "targets": { "plex": record } }).to_string()
}

/// A later release may write sections of other names; they stay while there is room.
#[test]
fn sections_of_a_later_release_are_kept_while_there_is_room() {
    let later = with(json!({ "regions": "AAAA", "votes": [1, { "a": 2 }] }));
    let mut parameter = Parameter::parse(&later).unwrap();
    parameter.records.get_mut("plex").unwrap().check = "8eb3f458".to_owned();
    let written: Value = serde_json::from_str(&parameter.encode(DAYS as usize)).unwrap();
    assert_eq!(written["version"], 7);
    assert_eq!(
        written["targets"]["plex"],
        json!({ "check": "8eb3f458", "regions": "AAAA", "votes": [1, { "a": 2 }] })
    );
    // Where there is no room, they are what is dropped.
    let record = parameter.records.remove("plex").unwrap();
    let mut full = Parameter::parse(&with(json!({ "regions": "A".repeat(500) }))).unwrap();
    let largest = full.records.get_mut("plex").unwrap();
    let Record { days, hours, today, events, .. } = records::largest();
    (largest.days, largest.hours, largest.today, largest.events) = (days, hours, today, events);
    let text = full.encode(DAYS as usize);
    assert!(text.len() <= MAX_BYTES && !text.contains("regions"));
    assert_eq!(Parameter::parse(&text).unwrap().records["plex"].days.len(), 90);
    assert!(record.days.is_empty());
}

/// An earlier release knows fewer sections.
#[test]
fn a_record_without_some_sections_is_read() {
    let whole: Value = serde_json::from_str(&largest_text()).unwrap();
    let all = whole["targets"]["plex"].as_object().unwrap();
    assert_eq!(all.len(), 7);
    for missing in all.keys() {
        let mut record = all.clone();
        record.remove(missing);
        let record = &Parameter::parse(&with(record.into())).unwrap().records["plex"];
        let is_empty = [
            ("check", record.check.is_empty()),
            ("mark", record.mark.is_none()),
            ("days", record.days.is_empty()),
            ("recent", record.hours.values().all(|hour| hour.counts.is_empty())),
            ("hours", record.hours.values().all(|hour| hour.median.is_none())),
            ("today", record.today.1 == Histogram::default()),
            ("events", record.events.is_empty()),
        ];
        for (section, is_empty) in is_empty {
            assert_eq!(is_empty, section == missing, "{section} without {missing}");
        }
    }
    let next = Parameter::parse(&with(json!({}))).unwrap().version;
    assert!(next > VERSION, "it was written by a later release");
}
