//! The conditions of a target.

use plexmon_function::contract::description::Setting;
use plexmon_function::probe::condition;

use super::{TARGET, parse, target};

#[test]
fn every_condition_reaches_the_function_and_identifies_the_check() {
    let without = parse(TARGET).unwrap().targets.remove(0);
    for Setting { key, example, .. } in condition::SETTINGS {
        let line = format!("{key} = {example}");
        let with = parse(&target(&line)).unwrap().targets.remove(0);
        let example: toml::Table = line.parse().unwrap();
        let expected = serde_json::to_value(&example[*key]).unwrap();
        let settings = serde_json::to_value(&with).unwrap();
        assert_eq!(settings[*key], expected, "`Target` has no field `{key}` like this");
        assert_ne!(with.check_id(), without.check_id(), "`Target::check_id` does not include `{key}`");
    }
}
