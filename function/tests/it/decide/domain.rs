//! The registration of a domain: when its registry is asked, and which warnings follow, whatever the registry answers.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::settings::{DomainSettings, Settings};
use plexmon_function::contract::state::{DomainStatus, State};
use plexmon_function::decide::{Context, Knowledge, decide, due_domains};
use plexmon_function::probe::{Registration, RegistryAnswer};

use crate::fixtures::{NOW, settings, up};

const DAY_S: u64 = 24 * 60 * 60;

fn domain(name: &str) -> DomainSettings {
    DomainSettings { name: name.to_owned(), rdap: format!("https://rdap.example.com/domain/{name}") }
}

/// Targets below these domains.
fn below(domains: &[&str]) -> Settings {
    let names: Vec<String> = (0..domains.len()).map(|number| format!("t{number}")).collect();
    let mut settings = settings(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (target, name) in settings.targets.iter_mut().zip(domains) {
        target.domain = Some(domain(name));
    }
    settings
}

/// What the registry answers: the seconds that are left from `NOW`, and a status.
fn answer(name: &str, left: Option<u64>, status: Option<DomainStatus>) -> RegistryAnswer {
    let registration = Some(Registration { expires: left.map(|left| NOW + left), status });
    RegistryAnswer { domain: name.to_owned(), registration }
}

fn no_answer(name: &str) -> RegistryAnswer {
    RegistryAnswer { domain: name.to_owned(), registration: None }
}

/// Decide with these answers, and return the new state with the warnings that were added.
fn run(state: &State, settings: &Settings, now: u64, answers: &[RegistryAnswer]) -> (State, Vec<String>) {
    let context = Context { registries: answers, ..Context::new(settings, now) };
    let mut state = decide(state, &[up("t0")], context).state;
    let is_about_domain = |kind| kind == NotificationKind::Domain;
    let warnings = state.outbox.iter().filter(|one| is_about_domain(one.kind));
    let warnings = warnings.map(|one| format!("{}: {}", one.target(), one.why.clone().unwrap())).collect();
    state.outbox.clear();
    (state, warnings)
}

fn due(state: &State, settings: &Settings, now: u64) -> Vec<String> {
    due_domains(state, settings, now).into_iter().map(|domain| domain.name.clone()).collect()
}

#[test]
fn each_domain_is_asked_once_a_day_and_two_at_a_time() {
    let settings = below(&["a.com", "a.com", "b.com", "c.com"]);
    let state = State::default();
    assert_eq!(due(&state, &settings, NOW), ["a.com", "b.com"]);
    let answers = [no_answer("a.com"), no_answer("b.com")];
    let (state, warnings) = run(&state, &settings, NOW, &answers);
    assert_eq!(warnings, [""; 0], "that there is no answer is not a reason to warn");
    assert_eq!(due(&state, &settings, NOW + 300), ["c.com"], "an answer is not needed");
    let (state, _) = run(&state, &settings, NOW + 300, &[no_answer("c.com")]);
    assert_eq!(due(&state, &settings, NOW + DAY_S - 1), [""; 0]);
    assert_eq!(due(&state, &settings, NOW + DAY_S + 300), ["a.com", "b.com"], "the longest ago comes first");
    let stored = State::parse(&state.encode().unwrap().text).unwrap();
    assert_eq!(stored, state);
}

#[test]
fn the_date_is_kept_while_the_registry_does_not_answer() {
    let settings = below(&["a.com"]);
    let first = answer("a.com", Some(20 * DAY_S), None);
    let (state, warnings) = run(&State::default(), &settings, NOW, &[first]);
    assert_eq!(warnings, ["t0: the domain a.com expires in 20 d, on 2026-11-23"]);
    let (state, warnings) = run(&state, &settings, NOW + 2 * DAY_S, &[no_answer("a.com")]);
    assert_eq!(warnings, [""; 0]);
    let silent = answer("a.com", None, None);
    let (state, warnings) = run(&state, &settings, NOW + 6 * DAY_S, &[silent]);
    assert_eq!(warnings, ["t0: the domain a.com expires in 14 d, on 2026-11-23"]);
    let renewed = answer("a.com", Some(380 * DAY_S), None);
    let (state, warnings) = run(&state, &settings, NOW + 7 * DAY_S, &[renewed]);
    assert_eq!(warnings, [""; 0]);
    let (_, warnings) = run(&state, &settings, NOW + 351 * DAY_S, &[]);
    assert_eq!(warnings.len(), 1, "the next term has warnings of its own");
}

/// A registry and a registrar may differ by a day, and either may answer.
#[test]
fn a_date_that_moves_by_days_is_not_a_renewal() {
    let settings = below(&["a.com"]);
    let mut state = State::default();
    let mut count = 0;
    for day in 0..30 {
        let left = if day % 2 == 0 { 30 * DAY_S } else { 31 * DAY_S - 1 };
        let (next, warnings) =
            run(&state, &settings, NOW + day * DAY_S, &[answer("a.com", Some(left), None)]);
        (state, count) = (next, count + warnings.len());
    }
    assert_eq!(count, 3, "at 30, 14 and 7 days");
    let renewed = answer("a.com", Some((29 + 30) * DAY_S), None);
    let (state, warnings) = run(&state, &settings, NOW + 29 * DAY_S, &[renewed]);
    assert_eq!((warnings.len(), state.targets[0].domain.as_ref().unwrap().warned), (1, Some(30)));
}

#[test]
fn a_clock_that_was_ahead_does_not_keep_a_registry_from_being_asked() {
    let settings = below(&["a.com"]);
    let (state, _) = run(&State::default(), &settings, NOW + 400 * DAY_S, &[no_answer("a.com")]);
    assert_eq!(due(&state, &settings, NOW), ["a.com"]);
}

#[test]
fn a_status_is_reported_once_until_it_changes() {
    let settings = below(&["a.com"]);
    let with = |status| [answer("a.com", Some(300 * DAY_S), status)];
    let redemption = Some(DomainStatus::RedemptionPeriod);
    let (state, warnings) = run(&State::default(), &settings, NOW, &with(redemption));
    assert_eq!(warnings, ["t0: the domain a.com has expired and can still be restored (redemption period)"]);
    let (state, warnings) = run(&state, &settings, NOW + DAY_S, &with(redemption));
    assert_eq!(warnings, [""; 0]);
    let (state, warnings) = run(&state, &settings, NOW + DAY_S, &[no_answer("a.com")]);
    assert_eq!(warnings, [""; 0], "it is still known");
    let (state, warnings) = run(&state, &settings, NOW + 2 * DAY_S, &with(Some(DomainStatus::PendingDelete)));
    assert_eq!(warnings.len(), 1);
    let (state, _) = run(&state, &settings, NOW + 3 * DAY_S, &with(None));
    assert_eq!(run(&state, &settings, NOW + 4 * DAY_S, &with(redemption)).1.len(), 1, "it is a new one");
}

#[test]
fn another_domain_or_check_does_not_confuse_what_is_known() {
    let settings = below(&["a.com", "a.com"]);
    let (state, _) = run(&State::default(), &settings, NOW, &[answer("a.com", Some(20 * DAY_S), None)]);
    let mut changed = settings.clone();
    changed.targets[0].status = vec![204];
    let (kept, warnings) = run(&state, &changed, NOW + 300, &[]);
    assert_eq!((warnings.len(), due(&kept, &changed, NOW + 300).len()), (0, 0), "the check has changed");
    changed.targets.remove(0);
    let (kept, warnings) = run(&state, &changed, NOW + 300, &[]);
    assert_eq!((warnings.len(), due(&kept, &changed, NOW + 300).len()), (0, 0), "the target is removed");
    let other = below(&["b.com", "b.com"]);
    let (state, warnings) = run(&state, &other, NOW + 300, &[]);
    assert_eq!((warnings.len(), due(&state, &other, NOW + 300)), (0, vec!["b.com".to_owned()]));
}

#[test]
fn without_the_state_nothing_is_reported() {
    let settings = below(&["a.com"]);
    let answers = [answer("a.com", Some(DAY_S), Some(DomainStatus::ClientHold))];
    let context = Context {
        knowledge: Knowledge::StateUnavailable,
        registries: &answers,
        ..Context::new(&settings, NOW)
    };
    let state = decide(&State::default(), &[up("t0")], context).state;
    assert!(state.outbox.iter().all(|one| one.kind != NotificationKind::Domain));
}
