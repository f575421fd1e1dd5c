//! Ctrl-C: running steps finish, no others start, and the next run completes the rest.

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
use crate::plan::deployment::Deployment;
use crate::wire::rig::Rig;

/// A cloud in which Ctrl-C is pressed while one step is being applied.
struct Pressed {
    memory: Memory,
    at: Step,
    times: u8,
    then: Then,
    button: watch::Sender<u8>,
}

/// How the step ends.
#[derive(Clone, Copy)]
enum Then {
    /// It succeeds.
    Ends,
    /// It stops waiting.
    StopsWaiting,
    /// It never returns.
    Hangs,
}

impl Cloud for Pressed {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> Result<()> {
        turn.wait_for_all().await?;
        if *step == self.at {
            // By now, all steps that can start have started.
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

/// Interrupt a run `times` while the step at `index` is applied. Return the time that the run then took, too.
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
    // An hour of virtual time, so that a step that is never abandoned fails the test.
    let applied = tokio::time::timeout(Duration::from_secs(3600), applied).await.unwrap();
    let stack = cloud.memory.stack().clone();
    (applied, interrupt, stack, started.elapsed())
}

/// Return the number of steps that must be completed one after the other before this one.
fn depth(applied: &[Applied], index: usize) -> usize {
    applied[index].step.needs.iter().map(|need| depth(applied, need.step) + 1).max().unwrap_or_default()
}

/// Check the outcome of the step, of those that start no later, and of those that start after it.
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
fn stories(deployment: &Deployment) -> [(Stack, Stack, Plan); 2] {
    let (full, nothing) = (deployment.desired.clone(), Stack::nothing());
    let up = deployment.up(&nothing).unwrap();
    let down = deployment.down(&full).unwrap();
    [(nothing.clone(), full.clone(), up), (full, nothing, down)]
}

#[tokio::test(start_paused = true)]
async fn after_one_ctrl_c_running_steps_finish_and_no_others_start() {
    let deployment = Deployment::usual();
    for (from, to, plan) in stories(&deployment) {
        for index in 0..plan.steps.len() {
            let (applied, _, stack, took) = interrupted(&from, plan.clone(), index, 1, Then::Ends).await;
            check(&applied, index, StepOutcome::Done);
            assert_eq!(took, Duration::ZERO);
            let rest = plexmon_deploy::plan::plan(&to, &stack, deployment.intent(false)).unwrap();
            for left in applied.iter().filter(|step| step.outcome == StepOutcome::NotRun) {
                let is_left = |step: &Step| step.change == left.step.change;
                assert!(rest.steps.iter().any(is_left), "the next run has no step for {left:?}:\n{rest}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_one_ctrl_c_a_waiting_step_stops_waiting() {
    let deployment = Deployment::usual();
    for (from, _, plan) in stories(&deployment) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 1, Then::StopsWaiting).await;
            check(&applied, index, StepOutcome::Interrupted);
            assert_eq!(took, Duration::ZERO);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_one_ctrl_c_a_hanging_call_is_abandoned_after_a_while() {
    let deployment = Deployment::usual();
    for (from, _, plan) in stories(&deployment) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 1, Then::Hangs).await;
            check(&applied, index, StepOutcome::Interrupted);
            assert_eq!(took.as_secs(), 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_two_ctrl_c_a_hanging_call_is_abandoned_at_once() {
    let deployment = Deployment::usual();
    for (from, _, plan) in stories(&deployment) {
        for index in 0..plan.steps.len() {
            let (applied, _, _, took) = interrupted(&from, plan.clone(), index, 2, Then::Hangs).await;
            // Other running steps may have finished before, but no later one has started.
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
    let plan = rig.deployment.up(&Stack::nothing()).unwrap();
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
        config: rig.deployment.config,
        names: rig.deployment.names,
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
async fn the_verdict_lists_unfinished_steps() {
    assert_snapshot!(verdict(0, 1, Then::Ends).await, @"
    error: interrupted: 5 of 7 steps are done; run the same command again to continue
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
}

#[tokio::test(start_paused = true)]
async fn the_verdict_on_an_abandoned_call_counts_it_as_not_done() {
    assert_snapshot!(verdict(4, 2, Then::Hangs).await, @"
    error: interrupted: 4 of 7 steps are done; run the same command again to continue
      cause: not done: create parameter /homelab/plex_remote_status_history
      cause: not done: create function plex-remote-health
      cause: not done: create schedule plex-remote-health-schedule
    ");
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_during_the_last_step_is_not_an_error() {
    assert_eq!(verdict(6, 1, Then::Ends).await, "done");
}
