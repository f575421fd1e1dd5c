//! Which parts of the state are written, read and cleared.

use std::time::Duration;

use plexmon_function::contract::parts::{layout, merge};
use plexmon_function::contract::settings::Settings;

use super::{all_down, ids, numbered};
use crate::fixtures::down;
use crate::run::TestMonitor;

#[test]
fn the_later_entry_of_a_target_in_two_parts_is_used() {
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
async fn only_changed_parts_are_written() {
    let mut monitor = TestMonitor::new(numbered(100));
    let saves = |effects: Vec<String>| effects.iter().filter(|effect| *effect == "save").count();
    let parts = layout(&numbered(100)).len();
    assert!(parts > 3, "{parts}");
    monitor.run_for(Duration::from_secs(120)).await;
    assert_eq!(
        saves(monitor.effects()),
        2 * parts,
        "all parts are new, and each is saved before and after its first notifications"
    );
    monitor.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(monitor.effects()), 1, "a run in which nothing changed");
    monitor.set_down(&["target-number-099"]);
    let before = tokio::time::Instant::now();
    monitor.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(monitor.effects()), 4, "the first and the last part, before and after sending");
    assert!(before.elapsed() >= Duration::from_millis(700), "SSM accepts three writes per second");
    assert_eq!(monitor.inner.store().parts.borrow().len(), parts - 1);
}

#[tokio::test]
async fn a_new_environment_reads_more_parts_than_it_needs() {
    let mut monitor = TestMonitor::new(numbered(100));
    monitor.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let mut monitor = monitor.cold(fewer);
    monitor.run_for(Duration::from_secs(120)).await;
    let effects = monitor.effects();
    assert!(!effects.iter().any(|effect| effect.starts_with("send")), "all targets are known: {effects:?}");
}

/// What was known about a target long ago must not be used when it is monitored again.
#[tokio::test(start_paused = true)]
async fn obsolete_parts_are_cleared_once_and_still_counted() {
    let time = Duration::from_secs(120);
    let mut monitor = TestMonitor::new(numbered(100));
    monitor.set_down(&["target-number-090"]);
    monitor.run_for(time).await;
    let few = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let saves = |effects: Vec<String>| effects.iter().filter(|effect| *effect == "save").count();

    // Only two of them are cleared before the time is up.
    let mut monitor = monitor.cold(few.clone());
    monitor.run_for(Duration::from_millis(3_400)).await;
    let left = |monitor: &TestMonitor| {
        let parts = monitor.store().parts.borrow();
        parts.values().filter(|text| text.contains("target-number")).count()
    };
    let previous = monitor.saved().parts;
    assert!(previous > 4 && left(&monitor) == previous - 1 - 2, "{} of {previous}", left(&monitor));

    // The next run clears the rest, also in a new environment.
    for mut monitor in [monitor.cold(few.clone()), monitor] {
        let run = monitor.run_for(time).await;
        assert_eq!((run.fault, left(&monitor)), (None, 0));
        assert_eq!(saves(monitor.effects()), 1 + previous - 1 - 2);
        monitor.run_for(time).await;
        assert_eq!(saves(monitor.effects()), 1, "nothing is left to clear");
        assert_eq!(monitor.saved().parts, previous, "they still exist, and can be deleted");
        monitor.set_down(&["target-number-090"]);
        let mut all = monitor.cold(numbered(100));
        let now = all.now;
        let run = all.run_for(time).await;
        let again = run.reply.targets.iter().find(|target| target.name == "target-number-090");
        assert_eq!(again.unwrap().since, now, "it is treated as a new target");
    }
}

/// The additional parts were deleted, or the role may no longer read them.
#[tokio::test]
async fn obsolete_parts_that_cannot_be_read_are_ignored() {
    let mut monitor = TestMonitor::new(numbered(100));
    monitor.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[..5].to_vec(), ..numbered(0) };
    let mut monitor = monitor.cold(fewer);
    monitor.store().refused_parts.set(true);
    let run = monitor.run_for(Duration::from_secs(120)).await;
    assert_eq!((run.fault, run.reply.problems, run.reply.notices), (None, Vec::new(), Vec::new()));
}
