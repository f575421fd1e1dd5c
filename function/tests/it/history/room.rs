//! Sizes: whatever is counted, a parameter stays within SSM's limit, and its room is what is kept.

use std::collections::BTreeMap;

use plexmon_function::contract::history::{
    DAYS, Division, Hour, MAX_PARAMETERS, Parameter, RECENT_HOURS, Record, Room,
};
use plexmon_function::contract::state::MAX_BYTES;

use super::records;

/// Names of sixty characters: of one byte, of four, and those that are longer in JSON.
fn names() -> [String; 5] {
    ["x", "\u{1F980}", "\"", "\\", "{"].map(|character| character.repeat(60))
}

fn parameter(deployment: &str, name: &str, records: usize, record: &Record) -> Parameter {
    let mut parameter = Parameter::new(deployment);
    for at in 0..records {
        // As long as the others.
        let last = char::from(b'a' + u8::try_from(at).unwrap());
        let rest: String = name.chars().skip(1).collect();
        parameter.records.insert(format!("{rest}{last}"), record.clone());
    }
    parameter
}

/// What is left of a record where there is this much room.
fn kept(record: &Record, room: Room) -> Record {
    let mut kept = record.clone();
    let newest = |keys: Vec<u32>, count: usize| {
        let last = keys.last().copied().unwrap_or_default();
        move |key: u32| (last - key) as usize >= count
    };
    let is_old = newest(kept.days.keys().copied().collect(), room.days);
    kept.days.retain(|day, _| !is_old(*day));
    let keys: Vec<u32> = kept.hours.keys().copied().collect();
    let (is_old, is_past) = (newest(keys.clone(), room.hours), newest(keys, RECENT_HOURS as usize));
    let mut hours = BTreeMap::new();
    for (hour, mut one) in std::mem::take(&mut kept.hours) {
        if is_old(hour) {
            (one.median, one.p95) = (None, None);
        }
        if is_past(hour) {
            one.counts = Default::default();
        }
        if one != Hour::default() {
            hours.insert(hour, one);
        }
    }
    kept.hours = hours;
    kept.events.drain(..kept.events.len().saturating_sub(room.events));
    kept
}

/// The room of the records in a parameter, as `plan` computes it.
fn room(parameter: &Parameter, days: usize) -> Room {
    let bytes = |name: &String| serde_json::to_string(name).unwrap().replace("{{", "{\\u007b").len();
    let longest = parameter.records.keys().map(bytes).max().unwrap();
    Room::new(parameter.records.len(), &parameter.deployment, longest, days)
}

#[test]
fn the_largest_records_fit_and_the_room_is_what_is_kept() {
    let largest = records::largest();
    for name in names() {
        for deployment in ["p", "plex-remote-health", &"d".repeat(64)] {
            for records in 1..=4 {
                for days in [1, 7, 30, 89, 90, 365] {
                    let parameter = parameter(deployment, &name, records, &largest);
                    let text = parameter.encode(days);
                    let what = format!("{records} records of {name:?} in {deployment}, {days} days");
                    assert!(text.len() <= MAX_BYTES && !text.contains("{{"), "{what}: {}", text.len());
                    let room = room(&parameter, days);
                    assert!(room.days <= days.min(DAYS as usize) && room.events >= 8, "{what}: {room:?}");
                    let mut expected = parameter;
                    expected.records.values_mut().for_each(|record| *record = kept(record, room));
                    assert_eq!(Parameter::parse(&text).unwrap(), expected, "{what}");
                }
            }
        }
    }
}

/// With usual names, a whole record is kept where it has a parameter of its own.
#[test]
fn a_record_alone_keeps_everything_and_shared_ones_keep_less() {
    let rooms = [1, 2, 3, 4].map(|records| {
        let Room { days, hours, .. } = Room::new(records, "plex-remote-health", 22, DAYS as usize);
        (days, hours)
    });
    assert_eq!(rooms[0], (90, 168));
    assert!(rooms.windows(2).all(|pair| pair[0].0 >= pair[1].0 && pair[0].1 >= pair[1].1), "{rooms:?}");
    assert!(rooms[3].0 >= 20 && rooms[3].1 == 24, "{rooms:?}");
}

#[test]
fn the_records_of_any_number_of_targets_are_written_each_hour() {
    for runs in [0, 1, 4, 12, 60] {
        for targets in 1..=500 {
            let division = Division::new(targets, runs);
            let most = runs.max(1) * 21;
            assert!(
                division.parameters <= most.min(MAX_PARAMETERS),
                "{targets} targets, {runs} runs an hour"
            );
            let used = division.parameters_for(targets);
            assert!(used <= division.parameters);
            // Those that have no room are counted: `plan` says how many.
            assert!(division.capacity() >= targets || division.records == 4);
            assert!(used * division.records >= targets.min(division.capacity()));
        }
    }
}
