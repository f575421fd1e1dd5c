//! The state against SSM's limit, for one to a hundred targets: it is whole, or shortened, or refused; never cut.

use plexmon_function::decide::{Knowledge, before_sending, capacity, decide, settle};
use plexmon_function::notify::Delivery;
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};
use plexmon_function::settings::{Settings, Target};
use plexmon_function::state::{MAX_BYTES, State, StateError};

use crate::world::{NOW, down, settings, target, up};

fn many(count: usize, name: impl Fn(usize) -> String) -> Settings {
    Settings { targets: (0..count).map(|at| target(&name(at))).collect(), ..settings(&[]) }
}

fn seen(settings: &Settings, what: impl Fn(&str) -> Observation) -> Vec<Observation> {
    settings.targets.iter().map(|target: &Target| what(&target.name)).collect()
}

/// All up and told; then all down, with nothing told yet.
fn all_down(settings: &Settings, what: impl Fn(&str) -> Observation) -> State {
    let mut state = decide(&State::default(), &seen(settings, up), NOW, settings, Knowledge::Certain).state;
    for entry in state.outbox.clone() {
        settle(&mut state, &entry.id, &Delivery::Delivered);
    }
    before_sending(&decide(&state, &seen(settings, what), NOW + 300, settings, Knowledge::Certain).state)
}

/// A long reason in characters of four bytes, as hostile as a server's answer may make it.
fn verbose(name: &str) -> Observation {
    let failed = Failure { link: LinkName::Http, why: "\u{1F980}{{\"\\".repeat(50), cause: Cause::Condition };
    Observation { failed: Some(failed), ..down(name) }
}

#[test]
fn whatever_the_number_nothing_is_cut() {
    for name in
        [|at| format!("t{at}"), |at| format!("target-number-{at:03}"), |at| format!("\u{fc}{{{{:{at}\"")]
    {
        for count in 1..=100 {
            let settings = many(count, name);
            let fits = capacity(&settings);
            for state in [all_down(&settings, down), all_down(&settings, verbose)] {
                match state.encode() {
                    Ok(encoded) => {
                        assert!(encoded.text.len() <= MAX_BYTES && !encoded.text.contains("{{"));
                        let kept = State::parse(&encoded.text).unwrap();
                        let ids = |state: &State| -> Vec<String> {
                            state.outbox.iter().map(|entry| entry.id.clone()).collect()
                        };
                        assert_eq!(ids(&kept), ids(&state), "every word is still to be told");
                        assert_eq!(kept.targets.len(), count);
                        assert!(encoded.shortened || kept == state);
                    }
                    Err(StateError::TooLarge(bytes)) => {
                        assert!(bytes > MAX_BYTES);
                        assert!(fits < count, "{count} targets were promised to fit, and need {bytes} bytes");
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[test]
fn what_the_capacity_promises_holds_and_not_one_more() {
    for name in [
        |at| format!("t{at}"),
        |at| format!("target-number-{at:03}"),
        |at: usize| "x".repeat(64) + &at.to_string(),
    ] {
        let all = many(100, name);
        let fits = capacity(&all);
        assert!((1..100).contains(&fits), "{fits}");
        let first = |count: usize| Settings { targets: all.targets[..count].to_vec(), ..all.clone() };
        assert!(all_down(&first(fits), verbose).encode().is_ok(), "{fits}");
        assert_eq!(capacity(&first(fits)), fits);
        assert_eq!(capacity(&first(fits + 1)), fits, "no settings promise more by being smaller");
    }
}
