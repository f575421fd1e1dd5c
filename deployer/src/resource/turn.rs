//! Synchronize the steps of a plan: a step continues when those that it depends on have progressed far enough.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde::Serialize;
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// What to do with the rest after a step has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Do not run the steps that depend on it.
    Stop,
    /// For a removal: remove everything that can be removed without losing track of the rest.
    Continue,
}

/// How far another step has to have progressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// What it creates exists, or what it deletes no longer takes effect; details may be unfinished.
    Effective,
    Done,
}

/// Which part of a step waits for another step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    #[default]
    Start,
    /// All but its first call.
    Rest,
}

/// Another step that a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency {
    /// The index of the other step.
    pub step: usize,
    pub until: Until,
    pub blocks: Blocks,
}

/// The progress of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not begun, or not yet effective.
    Open,
    Effective,
    Done,
    /// Failed, or not run because of others.
    Lost,
}

/// The progress of all steps of a plan.
pub struct Board {
    stages: watch::Sender<Vec<Stage>>,
    dependencies: Vec<Vec<Dependency>>,
}

impl Board {
    /// Create a board for steps with these dependencies.
    pub fn new(dependencies: Vec<Vec<Dependency>>) -> Self {
        Self { stages: watch::Sender::new(vec![Stage::Open; dependencies.len()]), dependencies }
    }

    /// Return the turn of the step at `index`.
    pub fn turn<'a>(&'a self, index: usize, on_failure: OnFailure, interrupt: &'a Interrupt) -> Turn<'a> {
        let dependencies = self.dependencies.get(index).map_or(&[][..], Vec::as_slice);
        let all_before = self.all_before(index);
        Turn { board: self, index, dependencies, all_before, on_failure, interrupt, answer: Cell::new(None) }
    }

    /// All steps on which a step depends, directly or not.
    fn all_before(&self, index: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut open = vec![index];
        while let Some(step) = open.pop() {
            for dependency in self.dependencies.get(step).into_iter().flatten() {
                if all.insert(dependency.step) {
                    open.push(dependency.step);
                }
            }
        }
        all
    }
}

/// One step among the others: waits for those that it depends on, and reports its own progress.
pub struct Turn<'a> {
    board: &'a Board,
    index: usize,
    dependencies: &'a [Dependency],
    all_before: BTreeSet<usize>,
    on_failure: OnFailure,
    interrupt: &'a Interrupt,
    answer: Cell<Option<bool>>,
}

impl Turn<'_> {
    /// Wait until the step may begin.
    pub async fn begin(&self) -> Result<()> {
        if self.dependencies.iter().all(blocks_start) {
            return self.wait_for_all().await;
        }
        self.wait(blocks_start).await
    }

    /// Wait for all dependencies. Fails at Ctrl-C, and if a step that this one depends on has failed.
    pub async fn wait_for_all(&self) -> Result<()> {
        if self.answer.get() != Some(true) {
            self.wait(|_| true).await?;
            self.answer.set(Some(true));
        }
        Ok(())
    }

    async fn wait(&self, for_which: impl Fn(&Dependency) -> bool) -> Result<()> {
        let is_free = |stages: &Vec<Stage>| {
            let mut awaited = self.dependencies.iter().filter(|dependency| for_which(dependency));
            self.is_lost(stages) || awaited.all(|dependency| is_far_enough(dependency, stages))
        };
        let mut receiver = self.board.stages.subscribe();
        let free = receiver.wait_for(is_free);
        let lost = tokio::select! {
            biased;
            () = self.interrupt.requested(1) => true,
            stages = free => stages.is_ok_and(|stages| self.is_lost(&stages)),
        };
        if lost {
            self.answer.set(Some(false));
            return Err(Error::interrupted("not continued"));
        }
        Ok(())
    }

    /// Whether waiting has ended because of Ctrl-C or a failed dependency.
    pub fn was_stopped(&self) -> bool {
        self.answer.get() == Some(false)
    }

    /// Let the steps that wait for the effect continue before this step has ended.
    pub fn mark_effective(&self) {
        self.set(Stage::Effective);
    }

    /// Record that the step has succeeded.
    pub fn mark_done(&self) {
        self.set(Stage::Done);
    }

    /// Record that the step has failed or will not run.
    pub fn mark_lost(&self) {
        self.set(Stage::Lost);
    }

    fn set(&self, stage: Stage) {
        self.board.stages.send_modify(|stages| {
            if let Some(own) = stages.get_mut(self.index) {
                *own = stage;
            }
        });
    }

    /// Whether a step that this one depends on has failed. In a removal, only dependencies that have to be done count:
    /// otherwise this step would delete the last record of them.
    fn is_lost(&self, stages: &[Stage]) -> bool {
        let is_lost = |step: &usize| stages.get(*step) == Some(&Stage::Lost);
        match self.on_failure {
            OnFailure::Stop => self.all_before.iter().any(is_lost),
            OnFailure::Continue => {
                let mut needed = self.dependencies.iter().filter(|needed| needed.until == Until::Done);
                needed.any(|needed| is_lost(&needed.step))
            }
        }
    }
}

fn blocks_start(dependency: &Dependency) -> bool {
    dependency.blocks == Blocks::Start
}

fn is_far_enough(dependency: &Dependency, stages: &[Stage]) -> bool {
    match stages.get(dependency.step) {
        Some(Stage::Open) => false,
        Some(Stage::Effective) => dependency.until == Until::Effective,
        Some(Stage::Done | Stage::Lost) | None => true,
    }
}
