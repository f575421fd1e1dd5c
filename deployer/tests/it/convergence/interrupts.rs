//! Ctrl-C: what is in flight comes back, what has not begun never does, and the next run finishes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::apply::{Applied, Cloud, StepOutcome, apply};
use plexmon_deploy::artifact::Origin;
use plexmon_deploy::cli::{Color, Global};
use plexmon_deploy::error::{Exit, Result};
use plexmon_deploy::interrupt::Interrupt;
use plexmon_deploy::output::Output;
use plexmon_deploy::plan::{Plan, Step};
use plexmon_deploy::report::{Progress, Reporter, Silent};
use plexmon_deploy::resource::{OnFailure, Turn};
use plexmon_deploy::session::Session;
use plexmon_deploy::stack::Stack;
use tokio::sync::watch;
use tokio::time::Instant;

use super::memory::Memory;
use crate::plan::world::World;
use crate::wire::rig::Rig;

/// A cloud in which Ctrl-C is pressed while one step is being applied.
struct Pressed {
    memory: Memory,
    at: Step,
    times: u8,
    then: Then,
    button: watch::Sender<u8>,
}

/// What becomes of the step.
#[derive(Clone, Copy)]
enum Then {
    /// It comes back with success.
    Ends,
    /// It is waiting for something, and stops that.
    StopsWaiting,
    /// It never comes back.
    Hangs,
}

impl Cloud for Pressed {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> Result<()> {
        turn.come().await?;
        if *step == self.at {
            // All steps that can begin have begun by then.
            tokio::task::yield_now().await;
            self.button.send(self.times).unwrap();
            match self.then {
                Then::Ends => tokio::task::yield_now().await,
                Then::StopsWaiting => progress.pause(Duration::from_secs(60)).await?,
                Then::Hangs => std::future::pending().await,
            }
        }
        self.memory.apply(step, turn, progress).await
    }
}

/// A run that is interrupted `times` while the step at `index` is applied; with the time that it then took.
async fn interrupted(
    observed: &Stack,
    plan: Plan,
    index: usize,
    times: u8,
    then: Then,
) -> (Vec<Applied>, Interrupt, Stack, Duration) {
    let (button, receiver) = watch::channel(0);
    let interrupt = Interrupt::from_channel(receiver);
    let memory = Memory::new(observed.clone());
    let cloud = Pressed { memory, at: plan.steps[index].clone(), times, then, button };
    let reporter: Arc<dyn Reporter> = Arc::new(Silent);
    let started = Instant::now();
    let applied = apply(plan, &cloud, OnFailure::Continue, &reporter, &interrupt);
    // An hour of the paused clock, so that what is never abandoned fails instead of hanging.
    let applied = tokio::time::timeout(Duration::from_secs(3600), applied).await.unwrap();
    let stack = cloud.memory.stack().clone();
    (applied, interrupt, stack, started.elapsed())
}

/// How many steps have to be done one after the other before this one.
fn depth(applied: &[Applied], index: usize) -> usize {
    applied[index].step.needs.iter().map(|need| depth(applied, need.step) + 1).max().unwrap_or_default()
}

/// The outcomes: that of the step, of those that begin before or with it, of those that begin later.
fn check(applied: &[Applied], index: usize, of_step: StepOutcome) {
    for (position, step) in applied.iter().enumerate() {
        let expected = if position == index {
            of_step
        } else if depth(applied, position) > depth(applied, index) {
            StepOutcome::NotRun
        } else {
            StepOutcome::Done
        };
        assert_eq!(step.outcome, expected, "pressed at step {index}: {step:?}");
    }
}

/// Both directions, with all of their steps.
fn stories(world: &World) -> [(Stack, Stack, Plan); 2] {
    let (full, nothing) = (world.desired.clone(), Stack::nothing());
    let up = world.up(&nothing).unwrap();
    let down = world.down(&full).unwrap();
    [(nothing.clone(), full.clone(), up), (full, nothing, down)]
}

#[tokio::test(start_paused = true)]
async fn pressed_once_what_is_in_flight_ends_and_the_rest_is_not_begun() {
    let world = World::usual();
    for (from, to, plan) in stories(&world) {
        for index in 0..plan.steps.len() {
            let (applied, _, stack, took) = interrupted(&from, plan.clone(), index, 1, Then::Ends).await;
            check(&applied, index, StepOutcome::Done);
            assert_eq!(took, Duration::ZERO);
            let rest = plexmon_deploy::plan::plan(&to, &stack, world.intent(false)).unwrap();
            for left in applied.iter().filter(|step| step.outcome == StepOutcome::NotRun) {
                let is_left = |step: &Step| step.change == left.step.change;
                assert!(rest.steps.iter().any(is_left), "the next run lacks {left:?}:\n{rest}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pressed_once_a_step_that_waits_stops_waiting() {
    let world = World::usual();
    for (from, _, plan) in stories(&world) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 1, Then::StopsWaiting).await;
            check(&applied, index, StepOutcome::Interrupted);
            assert_eq!(took, Duration::ZERO);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pressed_once_a_call_that_hangs_is_abandoned_after_a_while() {
    let world = World::usual();
    for (from, _, plan) in stories(&world) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 1, Then::Hangs).await;
            check(&applied, index, StepOutcome::Interrupted);
            assert_eq!(took.as_secs(), 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pressed_twice_a_call_that_hangs_is_abandoned_at_once() {
    let world = World::usual();
    for (from, _, plan) in stories(&world) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 2, Then::Hangs).await;
            // Whatever else was in flight may have come back before, but nothing later has begun.
            assert_eq!(applied[index].outcome, StepOutcome::Interrupted);
            let is_later = |position: &usize| depth(&applied, *position) > depth(&applied, index);
            let later = (0..applied.len()).filter(is_later);
            assert!(later.into_iter().all(|position| applied[position].outcome == StepOutcome::NotRun));
            assert_eq!(took, Duration::ZERO);
        }
    }
}

/// The verdict that the user reads, with its exit code.
async fn verdict(index: usize, times: u8, then: Then) -> String {
    let rig = Rig::new();
    let plan = rig.world.up(&Stack::nothing()).unwrap();
    let (applied, interrupt, ..) = interrupted(&Stack::nothing(), plan, index, times, then).await;
    let global = Global {
        config: PathBuf::from("config.toml"),
        profile: None,
        region: None,
        json: false,
        quiet: true,
        verbose: 0,
        color: Color::Never,
    };
    let session = Session {
        config: rig.world.config,
        names: rig.world.names,
        aws: rig.aws,
        origin: Origin::Sources,
        output: Output::new(&global),
        interrupt,
    };
    match session.verdict(&applied) {
        Ok(()) => "done".to_owned(),
        Err(error) => {
            assert_eq!(error.exit(), Exit::Interrupted);
            error.to_string()
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_verdict_lists_what_is_not_done() {
    assert_snapshot!(verdict(0, 1, Then::Ends).await, @"
    error: interrupted: 4 of 6 steps are done; run the same command again to continue
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
}

#[tokio::test(start_paused = true)]
async fn the_verdict_on_an_abandoned_call_counts_it_as_not_done() {
    assert_snapshot!(verdict(4, 2, Then::Hangs).await, @"
    error: interrupted: 4 of 6 steps are done; run the same command again to continue
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
}

#[tokio::test(start_paused = true)]
async fn pressed_during_the_last_step_there_is_nothing_to_complain_about() {
    assert_eq!(verdict(5, 1, Then::Ends).await, "done");
}
