//! A run with one mishap, and the run after it.

use std::sync::Arc;

use plexmon_deploy::apply::{Applied, StepOutcome, apply};
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::plan::{Plan, plan};
use plexmon_deploy::report::{Reporter, Silent};
use plexmon_deploy::resource::OnFailure;
use plexmon_deploy::stack::Stack;
use tokio::sync::watch;

use super::memory::{Memory, Mishap};
use super::worlds::all;
use crate::plan::order::is_stopped_by;
use crate::plan::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    pub fn wanted(self, world: &World) -> Stack {
        if self == Self::Up { world.desired.clone() } else { Stack::nothing() }
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

/// From every world, with a mishap at every step: the report is right, and the next run finishes.
async fn check(direction: Direction, mishap: Mishap) {
    let world = World::usual();
    let wanted = direction.wanted(&world);
    let planned = |observed: &Stack| plan(&wanted, observed, world.intent(true)).unwrap();
    let mut runs = 0;
    for (conditions, observed) in all(&world) {
        let first = planned(&observed);
        for (index, troubled) in first.steps.iter().enumerate() {
            let story = || format!("{direction:?} from {conditions:?}, {mishap:?} at {troubled:?}");
            let memory = Memory::with_mishap(observed.clone(), mishap, troubled);
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
            assert_eq!(end, wanted, "{}", story());
            assert!(planned(&end).is_empty(), "{}", story());
            runs += 1;
        }
    }
    assert!(runs > 2000, "only {runs} runs");
}

#[tokio::test]
async fn up_finishes_after_any_refusal() {
    check(Direction::Up, Mishap::Refused).await;
}

#[tokio::test]
async fn up_mends_whatever_is_half_done() {
    check(Direction::Up, Mishap::HalfDone).await;
}

#[tokio::test]
async fn up_accepts_what_was_done_without_its_knowing() {
    check(Direction::Up, Mishap::LostReply).await;
}

#[tokio::test]
async fn down_finishes_after_any_refusal() {
    check(Direction::Down, Mishap::Refused).await;
}

#[tokio::test]
async fn down_removes_whatever_is_half_gone() {
    check(Direction::Down, Mishap::HalfDone).await;
}

#[tokio::test]
async fn down_accepts_what_was_done_without_its_knowing() {
    check(Direction::Down, Mishap::LostReply).await;
}
