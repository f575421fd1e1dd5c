//! Two functions in two regions: created, recognised and removed, with every mishap at every step.

use plexmon_deploy::apply::StepOutcome;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::stack::Stack;

use super::memory::{Memory, Mishap};
use super::runs::{Direction, run};
use crate::plan::order::is_stopped_by;
use crate::plan::world::World;

fn planned(world: &World, direction: Direction, observed: &Stack) -> Plan {
    plan(&direction.wanted(world), observed, world.intent(false)).unwrap()
}

#[tokio::test]
async fn two_functions_are_created_recognised_and_removed() {
    let world = World::usual().with_page();
    let memory = Memory::new(Stack::nothing());
    for (direction, steps) in [(Direction::Up, 9), (Direction::Down, 9)] {
        let plan = planned(&world, direction, &memory.stack());
        assert_eq!(plan.steps.len(), steps, "{plan}");
        for step in run(plan, &memory, direction).await {
            assert_eq!(step.outcome, StepOutcome::Done, "{step:?}");
        }
        assert_eq!(sorted(memory.stack().clone()), sorted(direction.wanted(&world)));
        assert!(planned(&world, direction, &memory.stack()).is_empty());
    }
    assert!(memory.stack().is_nothing());
}

/// In the order of their names, whichever was created first.
fn sorted(mut stack: Stack) -> Stack {
    let Stack { roles, log_groups, parameters, secrets, functions, schedules } = &mut stack;
    roles.sort_by(|one, other| one.name.cmp(&other.name));
    log_groups.sort_by(|one, other| one.name.cmp(&other.name));
    parameters.sort_by(|one, other| one.name.cmp(&other.name));
    secrets.sort_by(|one, other| one.name.cmp(&other.name));
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    schedules.sort_by(|one, other| one.name.cmp(&other.name));
    stack
}

#[tokio::test]
async fn a_mishap_at_one_step_stops_only_what_depends_on_it() {
    let world = World::usual().with_page();
    let full = world.desired.clone();
    for (direction, from) in [(Direction::Up, Stack::nothing()), (Direction::Down, full)] {
        let first = planned(&world, direction, &from);
        for mishap in [Mishap::Refused, Mishap::HalfDone, Mishap::LostReply] {
            for index in 0..first.steps.len() {
                let memory = Memory::with_mishap(from.clone(), mishap, &first.steps[index]);
                for (other, step) in run(first.clone(), &memory, direction).await.into_iter().enumerate() {
                    let expected = if other == index {
                        StepOutcome::Failed
                    } else if is_stopped_by(&first, other, index, direction.on_failure()) {
                        StepOutcome::NotRun
                    } else {
                        StepOutcome::Done
                    };
                    assert_eq!(step.outcome, expected, "{mishap:?} at {:?}: {step:?}", first.steps[index]);
                }
                let memory = Memory::new(memory.stack().clone());
                let rest = planned(&world, direction, &memory.stack());
                for step in run(rest, &memory, direction).await {
                    assert_eq!(step.outcome, StepOutcome::Done, "after {mishap:?}: {step:?}");
                }
                assert!(planned(&world, direction, &memory.stack()).is_empty());
            }
        }
    }
}
