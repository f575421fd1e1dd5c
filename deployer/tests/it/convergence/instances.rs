//! The monitor and the page in two regions: created, recognized and removed, with every kind of fault at every step.

use plexmon_deploy::apply::StepOutcome;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::stack::Stack;

use super::memory::{Memory, StepFault};
use super::runs::{Direction, run, sorted};
use crate::plan::deployment::Deployment;
use crate::plan::order::is_stopped_by;

fn planned(deployment: &Deployment, direction: Direction, observed: &Stack) -> Plan {
    plan(&direction.wanted(deployment), observed, deployment.intent(false)).unwrap()
}

#[tokio::test]
async fn two_functions_are_created_recognised_and_removed() {
    let deployment = Deployment::usual().with_page();
    let memory = Memory::new(Stack::nothing());
    for (direction, steps) in [(Direction::Up, 12), (Direction::Down, 12)] {
        let plan = planned(&deployment, direction, &memory.stack());
        assert_eq!(plan.steps.len(), steps, "{plan}");
        for step in run(plan, &memory, direction).await {
            assert_eq!(step.outcome, StepOutcome::Done, "{step:?}");
        }
        assert_eq!(sorted(memory.stack().clone()), sorted(direction.wanted(&deployment)));
        assert!(planned(&deployment, direction, &memory.stack()).is_empty());
    }
    assert!(memory.stack().is_nothing());
}

#[tokio::test]
async fn a_fault_at_one_step_stops_only_its_dependents() {
    let deployment = Deployment::usual().with_page();
    let full = deployment.desired.clone();
    for (direction, from) in [(Direction::Up, Stack::nothing()), (Direction::Down, full)] {
        let first = planned(&deployment, direction, &from);
        for fault in [StepFault::Refused, StepFault::HalfDone, StepFault::LostReply] {
            for index in 0..first.steps.len() {
                let memory = Memory::with_fault(from.clone(), fault, &first.steps[index]);
                for (other, step) in run(first.clone(), &memory, direction).await.into_iter().enumerate() {
                    let expected = if other == index {
                        StepOutcome::Failed
                    } else if is_stopped_by(&first, other, index, direction.on_failure()) {
                        StepOutcome::NotRun
                    } else {
                        StepOutcome::Done
                    };
                    assert_eq!(step.outcome, expected, "{fault:?} at {:?}: {step:?}", first.steps[index]);
                }
                let memory = Memory::new(memory.stack().clone());
                let rest = planned(&deployment, direction, &memory.stack());
                for step in run(rest, &memory, direction).await {
                    assert_eq!(step.outcome, StepOutcome::Done, "after {fault:?}: {step:?}");
                }
                assert!(planned(&deployment, direction, &memory.stack()).is_empty());
            }
        }
    }
}
