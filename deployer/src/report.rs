//! What happens, as data. Work emits events; a [`Reporter`] draws them. The work knows no terminal.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// Something that a user may want to see while it happens.
#[derive(Debug)]
pub enum Event<'a> {
    /// Work on a step begins; `title` is a short sentence.
    Started {
        step: usize,
        title: &'a str,
    },
    /// The step can go on only when something else has happened.
    Waiting {
        step: usize,
        waiting_for: &'a str,
    },
    /// The step is through.
    Done {
        step: usize,
        took: Duration,
    },
    Failed {
        step: usize,
        error: &'a Error,
    },
    /// Not begun, because something before it failed or the user interrupted.
    NotRun {
        step: usize,
        title: &'a str,
    },
    /// The function is being built: what is going on, in a few words.
    Building(&'a str),
    /// Building has ended, well or not.
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

/// A reporter for one step, and the ear for Ctrl-C.
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

    /// Reports `work` as a step of its own, besides those of a plan.
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

    /// Says what this step waits for.
    pub fn waiting(&self, waiting_for: &str) {
        self.reporter.report(Event::Waiting { step: self.step, waiting_for });
    }

    /// Sleeps, unless Ctrl-C comes first.
    pub async fn pause(&self, pause: Duration) -> Result<()> {
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = self.interrupt.requested(1) => Err(Error::interrupted("interrupted while waiting")),
        }
    }
}

/// Hears nothing; for reads that nobody waits to see.
pub struct Silent;

impl Reporter for Silent {
    fn report(&self, _: Event<'_>) {}
}
