//! A run with one fault, and the run after it.

use std::sync::Arc;

use plexmon_deploy::apply::{Applied, StepOutcome, apply};
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::report::{Reporter, Silent};
use plexmon_deploy::resource::OnFailure;
use plexmon_deploy::stack::Stack;
use tokio::sync::watch;

use super::initial_states::all;
use super::memory::{Memory, StepFault};
use crate::plan::deployment::Deployment;
use crate::plan::order::is_stopped_by;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    pub fn wanted(self, deployment: &Deployment) -> Stack {
        if self == Self::Up { deployment.desired.clone() } else { Stack::nothing() }
    }

    pub fn on_failure(self) -> OnFailure {
        if self == Self::Up { OnFailure::Stop } else { OnFailure::Continue }
    }
}

pub async fn run(plan: Plan, memory: &Memory, direction: Direction) -> Vec<Applied> {
    let reporter: Arc<dyn Reporter> = Arc::new(Silent);
    let (_never_pressed, receiver) = watch::channel(0);
    apply(plan, memory, direction.on_failure(), &reporter, &Interrupt::from_channel(receiver)).await
}

/// In the order of their names, whichever was created first.
pub fn sorted(mut stack: Stack) -> Stack {
    let Stack { roles, log_groups, parameters, secrets, functions, function_urls, schedules } = &mut stack;
    roles.sort_by(|one, other| one.name.cmp(&other.name));
    log_groups.sort_by(|one, other| one.name.cmp(&other.name));
    parameters.sort_by(|one, other| one.name.cmp(&other.name));
    secrets.sort_by(|one, other| one.name.cmp(&other.name));
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    function_urls.sort_by(|one, other| one.name.cmp(&other.name));
    schedules.sort_by(|one, other| one.name.cmp(&other.name));
    stack
}

/// From every initial state, with a fault at every step: the report is correct, and the next run completes the rest.
async fn check(direction: Direction, fault: StepFault) {
    let deployment = Deployment::usual();
    let mut runs = 0;
    for (conditions, observed) in all(&deployment) {
        runs += check_from(&deployment, &format!("{conditions:?}"), &observed, direction, fault).await;
    }
    assert!(runs > 2000, "only {runs} runs");
}

/// From this initial state. Return the number of runs with a fault.
pub async fn check_from(
    deployment: &Deployment,
    from: &str,
    observed: &Stack,
    direction: Direction,
    fault: StepFault,
) -> usize {
    let wanted = direction.wanted(deployment);
    let planned = |observed: &Stack| plan(&wanted, observed, deployment.intent(true)).unwrap();
    let first = planned(observed);
    for (index, troubled) in first.steps.iter().enumerate() {
        let story = || format!("{direction:?} from {from}, {fault:?} at {troubled:?}");
        let memory = Memory::with_fault(observed.clone(), fault, troubled);
        for (other, step) in run(first.clone(), &memory, direction).await.into_iter().enumerate() {
            let outcome = if other == index {
                StepOutcome::Failed
            } else if is_stopped_by(&first, other, index, direction.on_failure()) {
                StepOutcome::NotRun
            } else {
                StepOutcome::Done
            };
            assert_eq!(step.outcome, outcome, "{}: {step:?}", story());
            assert_eq!(step.error.is_some(), outcome == StepOutcome::Failed, "{}: {step:?}", story());
        }
        let after_mishap = memory.stack().clone();
        let memory = Memory::new(after_mishap.clone());
        for step in run(planned(&after_mishap), &memory, direction).await {
            assert_eq!(step.outcome, StepOutcome::Done, "{}: {step:?}", story());
        }
        let end = memory.stack().clone();
        assert_eq!(sorted(end.clone()), sorted(wanted.clone()), "{}", story());
        assert!(planned(&end).is_empty(), "{}", story());
    }
    first.steps.len()
}

#[tokio::test]
async fn up_finishes_after_any_refusal() {
    check(Direction::Up, StepFault::Refused).await;
}

#[tokio::test]
async fn up_completes_half_applied_steps() {
    check(Direction::Up, StepFault::HalfDone).await;
}

#[tokio::test]
async fn up_accepts_steps_whose_confirmation_was_lost() {
    check(Direction::Up, StepFault::LostReply).await;
}

#[tokio::test]
async fn down_finishes_after_any_refusal() {
    check(Direction::Down, StepFault::Refused).await;
}

#[tokio::test]
async fn down_completes_half_applied_steps() {
    check(Direction::Down, StepFault::HalfDone).await;
}

#[tokio::test]
async fn down_accepts_steps_whose_confirmation_was_lost() {
    check(Direction::Down, StepFault::LostReply).await;
}
