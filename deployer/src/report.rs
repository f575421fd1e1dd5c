//! Progress as data: work emits events, and a [`Reporter`] draws them. The work does not depend on a terminal.

mod build;
mod heartbeat;

use std::sync::Arc;
use std::time::Duration;

pub use build::{BuildPhase, BuildProgress, BuildStage};
pub use heartbeat::{HEARTBEAT, with_heartbeat};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// A progress event for the user.
#[derive(Debug)]
pub enum Event<'a> {
    /// Work on a step begins.
    Started {
        step: usize,
        title: &'a str,
    },
    /// The step waits for something.
    Waiting {
        step: usize,
        waiting_for: &'a str,
    },
    /// The step has succeeded.
    Done {
        step: usize,
        took: Duration,
    },
    Failed {
        step: usize,
        error: &'a Error,
    },
    /// The step was not started, because another one failed or the user interrupted.
    NotRun {
        step: usize,
        title: &'a str,
    },
    /// The function is being built.
    Building(BuildStage<'a>),
    /// Building has ended, successfully or not.
    Built,
    /// A sentence for the user.
    Note(&'a str),
    Warning(&'a str),
    /// Only with `-v`.
    Detail(&'a str),
}

pub trait Reporter: Send + Sync {
    fn report(&self, event: Event<'_>);
}

/// The reporter of one step, and its Ctrl-C.
#[derive(Clone)]
pub struct Progress {
    reporter: Arc<dyn Reporter>,
    step: usize,
    interrupt: Interrupt,
}

impl Progress {
    pub fn new(reporter: Arc<dyn Reporter>, step: usize, interrupt: Interrupt) -> Self {
        Self { reporter, step, interrupt }
    }

    /// Report `work` as a step in addition to those of a plan.
    pub async fn stage<T>(&self, title: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let started = std::time::Instant::now();
        self.reporter.report(Event::Started { step: self.step, title });
        let result = work.await;
        match &result {
            Ok(_) => self.reporter.report(Event::Done { step: self.step, took: started.elapsed() }),
            Err(error) => self.reporter.report(Event::Failed { step: self.step, error }),
        }
        result
    }

    /// Report what this step waits for.
    pub fn waiting(&self, waiting_for: &str) {
        self.reporter.report(Event::Waiting { step: self.step, waiting_for });
    }

    /// Report that this step still waits for something, and since when.
    pub fn still_waiting(&self, waiting_for: &str, elapsed: Duration) {
        self.waiting(&format!("{waiting_for}, {} s so far", elapsed.as_secs()));
    }

    /// Sleep until the time is over or the user presses Ctrl-C.
    pub async fn pause(&self, pause: Duration) -> Result<()> {
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = self.interrupt.requested(1) => Err(Error::interrupted("interrupted while waiting")),
        }
    }
}

/// Reports nothing.
pub struct Silent;

impl Reporter for Silent {
    fn report(&self, _: Event<'_>) {}
}
