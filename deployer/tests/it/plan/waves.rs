//! Order: over all worlds, what is needed stands before it is needed, and goes after it was needed.

use plexmon_deploy::plan::{Action, Plan};
use plexmon_deploy::resource::Kind;

use super::world::World;
use crate::convergence::worlds::{Condition, all};

fn waves(plan: &Plan, wanted: impl Fn(Action, Kind) -> bool) -> Vec<u8> {
    plan.steps.iter().filter(|step| wanted(step.action, step.kind)).map(|step| step.wave).collect()
}

/// Every one of `first` is in an earlier wave than every one of `then`.
fn before(first: &[u8], then: &[u8]) -> bool {
    first.iter().max().is_none_or(|last| then.iter().all(|wave| last < wave))
}

fn makes(kind: Kind) -> impl Fn(Action, Kind) -> bool {
    move |action, of| action != Action::Delete && of == kind
}

fn removes(kind: Kind) -> impl Fn(Action, Kind) -> bool {
    move |action, of| action == Action::Delete && of == kind
}

#[test]
fn going_up_the_role_is_before_the_function_and_the_function_before_the_schedule() {
    let world = World::usual();
    for (conditions, observed) in all(&world) {
        let plan = world.adopt(&observed).unwrap();
        let made = |kind| waves(&plan, makes(kind));
        let removed = |kind| waves(&plan, removes(kind));
        for needed in [Kind::Role, Kind::LogGroup, Kind::Parameter, Kind::Secret] {
            assert!(before(&made(needed), &made(Kind::Function)), "{conditions:?}\n{plan}");
        }
        assert!(before(&made(Kind::Function), &made(Kind::Schedule)), "{conditions:?}\n{plan}");
        // A function that is replaced is gone before it is made anew.
        assert!(before(&removed(Kind::Function), &made(Kind::Function)), "{conditions:?}\n{plan}");
        assert!(plan.steps.is_sorted_by_key(|step| step.wave), "{conditions:?}\n{plan}");
    }
}

#[test]
fn going_down_what_the_function_needs_goes_after_it() {
    let world = World::usual();
    for (conditions, observed) in all(&world) {
        let plan = plexmon_deploy::plan::plan(&Default::default(), &observed, world.intent(true)).unwrap();
        let removed = |kind| waves(&plan, removes(kind));
        for later in [Kind::LogGroup, Kind::Parameter, Kind::Secret] {
            assert!(before(&removed(Kind::Function), &removed(later)), "{conditions:?}\n{plan}");
            // Nothing runs any more that could bring it back.
            assert!(before(&removed(Kind::Schedule), &removed(later)), "{conditions:?}\n{plan}");
        }
        let there = conditions.iter().filter(|condition| **condition != Condition::Absent).count();
        assert_eq!(plan.steps.len(), there, "{conditions:?}\n{plan}");
    }
}
