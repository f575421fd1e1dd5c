//! When a step may go on: each has its turn once others can build on what those before it have made.

use std::cell::Cell;

use tokio::sync::watch;

use super::OnFailure;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::plan::{Start, Step};

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not begun, or not far enough for others.
    Open,
    /// Its first call is through: what it makes is there, or what it removes is gone.
    Effective,
    Done,
    /// Failed, or not run because of others.
    Lost,
}

/// How far all steps of a plan have come.
pub(super) struct Board(watch::Sender<Vec<(u8, Stage)>>);

impl Board {
    pub(super) fn of(steps: &[Step]) -> Self {
        Self(watch::Sender::new(steps.iter().map(|step| (step.wave, Stage::Open)).collect()))
    }

    pub(super) fn turn<'a>(
        &'a self,
        index: usize,
        step: &Step,
        on_failure: OnFailure,
        interrupt: &'a Interrupt,
    ) -> Turn<'a> {
        Turn {
            board: self,
            index,
            wave: step.wave,
            start: step.start,
            on_failure,
            interrupt,
            answer: Cell::new(None),
        }
    }
}

/// One step's place among the others.
pub struct Turn<'a> {
    board: &'a Board,
    index: usize,
    wave: u8,
    start: Start,
    on_failure: OnFailure,
    pub(super) interrupt: &'a Interrupt,
    answer: Cell<Option<bool>>,
}

impl Turn<'_> {
    /// Waits until the step may begin, which may be before its turn.
    pub(super) async fn begin(&self) -> Result<()> {
        if self.start != Start::AtOnce || self.interrupt.count() > 0 {
            return self.come().await;
        }
        Ok(())
    }

    /// Waits for those before. Fails if it never comes: because of Ctrl-C or, where later steps build on earlier ones, a
    /// failure.
    pub async fn come(&self) -> Result<()> {
        if self.answer.get() == Some(true) {
            return Ok(());
        }
        let mut receiver = self.board.0.subscribe();
        let settled = receiver.wait_for(|all| self.is_free(all));
        let lost = tokio::select! {
            biased;
            () = self.interrupt.requested(1) => true,
            all = settled => all.is_ok_and(|all| self.is_lost(&all)),
        };
        self.answer.set(Some(!lost));
        if lost {
            return Err(Error::interrupted("not gone on with"));
        }
        Ok(())
    }

    /// Whether it never came.
    pub(super) fn was_refused(&self) -> bool {
        self.answer.get() == Some(false)
    }

    /// Lets those behind go on before this step has ended.
    pub fn pass(&self) {
        self.set(Stage::Effective);
    }

    pub(super) fn end(&self, is_done: bool) {
        self.set(if is_done { Stage::Done } else { Stage::Lost });
    }

    fn set(&self, stage: Stage) {
        self.board.0.send_modify(|all| {
            if let Some(own) = all.get_mut(self.index) {
                own.1 = stage;
            }
        });
    }

    fn is_free(&self, all: &[(u8, Stage)]) -> bool {
        let enough = |stage: Stage| match (stage, self.start) {
            (Stage::Open, _) => false,
            (Stage::Effective, start) => start != Start::AfterAll,
            (Stage::Done | Stage::Lost, _) => true,
        };
        self.is_lost(all) || all.iter().filter(|(wave, _)| *wave < self.wave).all(|(_, stage)| enough(*stage))
    }

    /// Nothing is begun after a failure that it might build on.
    fn is_lost(&self, all: &[(u8, Stage)]) -> bool {
        let before_is_lost = |(wave, stage): &(u8, Stage)| *wave < self.wave && *stage == Stage::Lost;
        self.on_failure == OnFailure::Stop && all.iter().any(before_is_lost)
    }
}
