//! The state against SSM's limit, for one to five hundred targets: whole in one parameter, whole in several, or refused
//! beforehand; never cut.

use std::time::Duration;

use plexmon_function::decide::{Knowledge, before_sending, decide, settle};
use plexmon_function::notify::Delivery;
use plexmon_function::outbox::Entry;
use plexmon_function::parts::{MAX_PARTS, capacity, layout, merge, split};
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};
use plexmon_function::settings::{Settings, Target};
use plexmon_function::state::{MAX_BYTES, State};

use crate::handler::World;
use crate::world::{NOW, down, pushover, settings, target, up};

fn many(count: usize, name: impl Fn(usize) -> String) -> Settings {
    Settings { targets: (0..count).map(|at| target(&name(at))).collect(), ..settings(&[]) }
}

fn numbered(count: usize) -> Settings {
    many(count, |at| format!("target-number-{at:03}"))
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
    let why = "\u{1F980}{{\"\\".repeat(50);
    let failed = Failure { link: LinkName::Http, why, cause: Cause::Condition };
    Observation { failed: Some(failed), ..down(name) }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[track_caller]
fn nothing_is_cut(settings: &Settings) {
    for state in [all_down(settings, down), all_down(settings, verbose)] {
        let parts = split(&state, settings, &layout(settings));
        assert_eq!(parts.len(), layout(settings).len());
        let kept: Vec<State> = parts
            .iter()
            .map(|part| {
                let text = part.encode().unwrap().text;
                assert!(text.len() <= MAX_BYTES && !text.contains("{{"));
                State::parse(&text).unwrap()
            })
            .collect();
        let whole = merge(kept);
        assert_eq!(ids(&whole.outbox), ids(&state.outbox), "every word is still to be told");
        let names = |state: &State| -> Vec<String> { state.targets.iter().map(|t| t.name.clone()).collect() };
        assert_eq!(names(&whole), names(&state));
    }
}

#[test]
fn whatever_the_number_nothing_is_cut() {
    for count in [1, 2, 16, 17, 18, 19, 20, 23, 28, 40, 60, 100] {
        for channels in 1..=3 {
            for name in [
                |at| format!("t{at}"),
                |at| format!("target-number-{at:03}"),
                |at| format!("\u{fc}{{{{:{at}\""),
            ] {
                let mut settings = many(count, name);
                settings.channels = (0..channels).map(|at| pushover(&format!("channel-{at}"))).collect();
                assert_eq!(capacity(&settings), count);
                nothing_is_cut(&settings);
            }
        }
    }
    nothing_is_cut(&numbered(500));
}

#[test]
fn a_home_fits_into_one_parameter_and_five_hundred_targets_into_several() {
    assert_eq!(layout(&many(16, |at| format!("app-{at}"))).len(), 1);
    let parts = layout(&numbered(500)).len();
    assert!((20..=MAX_PARTS).contains(&parts), "{parts}");
    assert_eq!(capacity(&numbered(500)), 500);
    let fits = capacity(&numbered(2_000));
    assert!((500..2_000).contains(&fits), "{fits}");
    assert_eq!(capacity(&many(1, |_| "x".repeat(5_000))), 0);
}

#[test]
fn a_target_that_is_in_two_parts_is_the_one_with_the_later_news() {
    let settings = numbered(2);
    let early = all_down(&settings, down);
    let mut late = early.clone();
    late.targets.remove(0);
    late.outbox.remove(0);
    late.targets[0].seq += 1;
    late.outbox[0].id = "target-number-001:9:pushover".to_owned();
    for parts in [vec![early.clone(), late.clone()], vec![late, early.clone()]] {
        let whole = merge(parts);
        assert_eq!(whole.targets.len(), 2);
        assert_eq!(ids(&whole.outbox), ["target-number-000:2:pushover", "target-number-001:9:pushover"]);
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_parts_only_those_are_written_that_have_news() {
    let mut world = World::new(numbered(100));
    let saves = |did: Vec<String>| did.iter().filter(|did| *did == "save").count();
    let parts = layout(&numbered(100)).len();
    assert!(parts > 3, "{parts}");
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 2 * parts, "all are new, and all have told their first word");
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 1, "a quiet run");
    world.set_down(&["target-number-099"]);
    let before = tokio::time::Instant::now();
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 4, "the first and the last part, before and after telling");
    assert!(before.elapsed() >= Duration::from_millis(700), "SSM takes three writes a second");
    assert_eq!(world.monitor.store().parts.borrow().len(), parts - 1);
}

#[tokio::test]
async fn a_new_environment_reads_what_was_kept_in_more_parts_than_it_needs() {
    let mut world = World::new(numbered(100));
    world.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let mut world = world.cold(fewer);
    world.run_for(Duration::from_secs(120)).await;
    let did = world.did();
    assert!(!did.iter().any(|did| did.starts_with("send")), "all of them are known: {did:?}");
}

/// What was known of a target long ago must not be believed when it is watched again.
#[tokio::test(start_paused = true)]
async fn parts_that_are_no_longer_needed_are_cleared_once_and_are_still_counted() {
    let time = Duration::from_secs(120);
    let mut world = World::new(numbered(100));
    world.set_down(&["target-number-090"]);
    world.run_for(time).await;
    let few = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let saves = |did: Vec<String>| did.iter().filter(|did| *did == "save").count();

    // No more than two of them, before the time is up.
    let mut world = world.cold(few.clone());
    world.run_for(Duration::from_millis(3_400)).await;
    let left = |world: &World| {
        let parts = world.store().parts.borrow();
        parts.values().filter(|text| text.contains("target-number")).count()
    };
    let former = world.kept().parts;
    assert!(former > 4 && left(&world) == former - 1 - 2, "{} of {former}", left(&world));

    // Whoever comes next clears the rest, be it a new environment.
    for mut world in [world.cold(few.clone()), world] {
        world.did();
        let run = world.run_for(time).await;
        assert_eq!((run.fault, left(&world)), (None, 0));
        assert_eq!(saves(world.did()), 1 + former - 1 - 2);
        world.run_for(time).await;
        assert_eq!(saves(world.did()), 1, "that was all");
        assert_eq!(world.kept().parts, former, "they are still there, and can be removed");
        world.set_down(&["target-number-090"]);
        let mut all = world.cold(numbered(100));
        let now = all.now;
        let run = all.run_for(time).await;
        let again = run.reply.targets.iter().find(|target| target.name == "target-number-090");
        assert_eq!(again.unwrap().since, now, "it is seen for the first time again");
    }
}

/// The further parts are gone, or the right to read them.
#[tokio::test]
async fn parts_that_cannot_be_read_any_more_are_no_reason_to_go_blind() {
    let mut world = World::new(numbered(100));
    world.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[..5].to_vec(), ..numbered(0) };
    let mut world = world.cold(fewer);
    world.store().refused_parts.set(true);
    let run = world.run_for(Duration::from_secs(120)).await;
    assert_eq!((run.fault, run.reply.problems, run.reply.notices), (None, Vec::new(), Vec::new()));
}
