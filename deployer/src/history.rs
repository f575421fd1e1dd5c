//! The history of each target: the parameters that the function wrote, with what is still in its state.

mod checks;
#[cfg(test)]
pub mod made;
mod window;

use plexmon_function::contract::history::{Parameter, Record, TargetHistory, VERSION};
use plexmon_function::contract::settings::{Clock, Target};
use plexmon_function::contract::state::State;
use plexmon_function::text::single_line;

pub use self::checks::{Checks, Milliseconds};
pub use self::window::Window;

/// The longest part of an error about a parameter, whose value may be anything.
const MAX_REASON: usize = 120;

/// What is known about the past of all targets.
#[derive(Debug, Clone, Default)]
pub struct Histories {
    /// One for each target, in the order of the configuration.
    pub targets: Vec<(String, TargetHistory)>,
    /// Which parts could not be read.
    pub problems: Vec<String>,
}

impl Histories {
    /// Read the values of the history parameters, and combine each target's record with the state at a time in Unix
    /// seconds. What cannot be read is a problem, and the rest counts.
    pub fn read(
        parameters: &[String],
        state: Option<&State>,
        targets: &[Target],
        clock: &Clock,
        now: u64,
    ) -> Self {
        let mut problems = Vec::new();
        let mut records: Vec<(String, Record)> = Vec::new();
        let mut is_newer = false;
        for (at, text) in parameters.iter().enumerate() {
            match Parameter::parse(text) {
                Ok(parameter) => {
                    is_newer |= parameter.version > VERSION;
                    records.extend(parameter.records);
                }
                Err(why) => problems.push(format!(
                    "part {} of the history cannot be read: {}",
                    at + 1,
                    single_line(&why, MAX_REASON)
                )),
            }
        }
        if is_newer {
            problems
                .push("the history was written by a later release, and may be incomplete here".to_owned());
        }
        let none = State::default();
        let state = state.unwrap_or(&none);
        let history = |target: &Target| {
            let record = Record::newest(&records, &target.name);
            (target.name.clone(), TargetHistory::new(record, state, target, clock, now))
        };
        Self { targets: targets.iter().map(history).collect(), problems }
    }

    /// Return the history of a target.
    pub fn of(&self, name: &str) -> Option<&TargetHistory> {
        self.targets.iter().find(|(target, _)| target == name).map(|(_, history)| history)
    }
}

#[cfg(test)]
mod tests {
    use plexmon_function::contract::history::{Event, EventKind, Period};
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_793_700_360;

    fn target(name: &str) -> Target {
        let settings =
            json!({ "name": name, "url": "https://plex.example.com/", "status": [200], "timeout_s": 10 });
        serde_json::from_value(settings).unwrap()
    }

    fn read(parameters: &[&str], names: &[&str]) -> Histories {
        let parameters: Vec<String> = parameters.iter().map(|text| (*text).to_owned()).collect();
        let targets: Vec<Target> = names.iter().map(|name| target(name)).collect();
        Histories::read(&parameters, None, &targets, &Clock::default(), NOW)
    }

    /// A parameter with the records of these targets, each with this many hours.
    fn parameter(records: &[(&str, u32)]) -> String {
        let mut parameter = Parameter::new("monitor");
        for (name, hours) in records {
            let history = made::Made::up(NOW - u64::from(72 - hours) * 3_600, *hours);
            let history = history.with(|_| Some(50.0), &Clock::default());
            parameter.records.insert((*name).to_owned(), history.record);
        }
        parameter.encode(90)
    }

    fn hours(histories: &Histories, name: &str) -> usize {
        histories.of(name).unwrap().record.hours.len()
    }

    #[test]
    fn each_target_has_its_record_wherever_it_is() {
        let parameters = [parameter(&[("b", 3), ("gone", 9)]), parameter(&[("a", 5)])];
        let histories = read(&[&parameters[0], &parameters[1]], &["a", "b", "c"]);
        let names: Vec<_> = histories.targets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let hours = ["a", "b", "c"].map(|name| hours(&histories, name));
        assert_eq!((hours, histories.problems.len()), ([5, 3, 0], 0));
    }

    #[test]
    fn of_two_records_the_newer_one_counts() {
        let (old, new) = (parameter(&[("a", 70)]), parameter(&[("a", 72)]));
        assert_eq!(hours(&read(&[&old, &new], &["a"]), "a"), 72);
        assert_eq!(hours(&read(&[&new, &old], &["a"]), "a"), 72);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_and_the_rest_counts() {
        let good = parameter(&[("a", 5)]);
        let hostile = format!("[\"\u{1b}[2J{}\"]", "x".repeat(5_000));
        let garbled = good.replace("\"days\":\"", "\"days\":\"~~\u{7}");
        let long =
            format!(r#"{{"version":1,"targets":{{"b":{{"days":"{}","events":7}}}}}}"#, "_".repeat(100_000));
        let histories = read(&["", "{", "null", "7", &hostile, &garbled, &long, &good], &["a", "b"]);
        assert_eq!(hours(&histories, "a"), 5);
        assert!(histories.problems.len() >= 5, "{:?}", histories.problems);
        for problem in &histories.problems {
            assert!(problem.chars().count() < 200 && !problem.contains(char::is_control), "{problem:?}");
        }
        assert!(histories.problems[1].starts_with("part 2 of the history cannot be read: "));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_goes() {
        let later = parameter(&[("a", 5)]).replace("\"version\":1", "\"version\":7,\"new\":[1]");
        let histories = read(&[&later, &later], &["a"]);
        assert_eq!(hours(&histories, "a"), 5);
        assert_eq!(
            histories.problems,
            ["the history was written by a later release, and may be incomplete here"]
        );
    }

    #[test]
    fn a_period_with_an_outage_never_has_100_percent() {
        let clock = Clock::default();
        // It began at the end of the hour before the last 24, and its checks were counted there.
        let begin = (NOW / 3_600 - 23) * 3_600;
        let with = |end| {
            let outage = Event { kind: EventKind::Outage, begin: begin - 120, end, cause: None };
            let made = made::Made { events: vec![outage], ..made::Made::up(NOW, 48) };
            made.with(|_| None, &clock)
        };
        let percent = |history: &TargetHistory, period| {
            history.uptime_in(period, &clock).percent().map(|percent| percent.to_string())
        };
        assert_eq!(percent(&with(begin + 60), Period::Hours24).as_deref(), Some("99.65 %"));
        assert_eq!(percent(&with(begin), Period::Hours24).as_deref(), Some("100 %"), "it was over by then");
        assert_eq!(percent(&with(begin), Period::Days(30)).as_deref(), Some("99.82 %"));
        let none = made::Made::up(NOW, 0).with(|_| None, &clock);
        assert_eq!(percent(&none, Period::Hours24), None);
    }
}
