//! When a step may continue: what it depends on has to be far enough.

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
    /// Removing: remove whatever can be removed without losing track of the rest.
    Continue,
}

/// How far another step has to be.
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

/// That one step waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency {
    /// Index of the other one.
    pub step: usize,
    pub until: Until,
    pub blocks: Blocks,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not begun, or not far enough for others.
    Open,
    Effective,
    Done,
    /// Failed, or not run because of others.
    Lost,
}

/// How far all steps of a plan are.
pub struct Board {
    stages: watch::Sender<Vec<Stage>>,
    dependencies: Vec<Vec<Dependency>>,
}

impl Board {
    /// For steps with these dependencies.
    pub fn new(dependencies: Vec<Vec<Dependency>>) -> Self {
        Self { stages: watch::Sender::new(vec![Stage::Open; dependencies.len()]), dependencies }
    }

    /// The place of one step among the others.
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

/// One step's place among the others.
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
            return self.come().await;
        }
        self.wait(blocks_start).await
    }

    /// Wait for all dependencies. Fails if that is in vain: because of Ctrl-C, or because a step on which this one
    /// depends has failed.
    pub async fn come(&self) -> Result<()> {
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

    /// Whether it waited in vain.
    pub fn was_refused(&self) -> bool {
        self.answer.get() == Some(false)
    }

    /// Let the steps that wait for the effect continue before this step has ended.
    pub fn pass(&self) {
        self.set(Stage::Effective);
    }

    pub fn end(&self, is_done: bool) {
        self.set(if is_done { Stage::Done } else { Stage::Lost });
    }

    fn set(&self, stage: Stage) {
        self.board.stages.send_modify(|stages| {
            if let Some(own) = stages.get_mut(self.index) {
                *own = stage;
            }
        });
    }

    /// Whether something failed that this step depends on. While everything is removed, only that counts which has to be
    /// done: the step would delete the last trace of it.
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
