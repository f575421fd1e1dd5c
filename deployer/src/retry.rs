//! Waiting for AWS: visible, with growing pauses, and with a time limit, after which the last error is returned.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::{CallError, Existence, Meaning};
use crate::error::{Error, Result};
use crate::report::Progress;

/// The first pause; each later one is 1.5 times the previous one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The first pause between reads of a state that may change at any moment.
const FIRST_POLL: Duration = Duration::from_millis(50);
/// The longest pause during the first seconds.
const USUAL_PAUSE: Duration = Duration::from_millis(1000);
/// The shortest pause after throttling, for which the SDK has already waited a little.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause, which is reached after a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The time for a new role to become usable: usually seconds, at times minutes; AWS support mentions fifteen.
pub const ROLE_BUDGET: Duration = Duration::from_secs(300);
/// The time for a function to be created, updated or deleted.
pub const FUNCTION_BUDGET: Duration = Duration::from_secs(120);
/// The time for everything else, which usually takes moments.
pub const SHORT_BUDGET: Duration = Duration::from_secs(60);

/// The time for throttling to end; other clients may use up the same quota of the account for a while.
pub const THROTTLED_BUDGET: Duration = Duration::from_secs(60);
/// The time for a fault of a service to end, after the attempts of the SDK.
pub const FAULT_BUDGET: Duration = Duration::from_secs(15);

/// The result of one attempt.
pub enum Attempt<T> {
    Done(T),
    /// Try again: what to wait for, and the error of this attempt.
    NotYet {
        waiting_for: &'static str,
        refusal: Error,
    },
    /// Try again after a longer pause and within a time limit of its own.
    Throttled {
        waiting_for: &'static str,
        refusal: Error,
        budget: Duration,
    },
    Failed(Error),
}

impl<T> Attempt<T> {
    /// Return what to do after an error of a call about a resource.
    pub fn after(error: CallError, existence: Existence) -> Self {
        match error.meaning(existence) {
            Meaning::Busy(wait) => Self::NotYet { waiting_for: wait.text(), refusal: error.into() },
            Meaning::Throttled if error.is_fault() => Self::Throttled {
                waiting_for: "AWS to recover from a fault",
                refusal: error.into(),
                budget: FAULT_BUDGET,
            },
            Meaning::Throttled => Self::Throttled {
                waiting_for: "AWS to accept more calls",
                refusal: error.into(),
                budget: THROTTLED_BUDGET,
            },
            _ => Self::Failed(error.into()),
        }
    }
}

/// Repeat `attempt` until it is done, it fails, or `budget` is used up.
pub async fn keep_trying<T>(
    progress: &Progress,
    budget: Duration,
    attempt: impl AsyncFnMut() -> Attempt<T>,
) -> Result<T> {
    repeat(progress, budget, FIRST_PAUSE, attempt).await
}

/// [`keep_trying`] for reads, with shorter pauses at first.
pub async fn keep_polling<T>(
    progress: &Progress,
    budget: Duration,
    poll: impl AsyncFnMut() -> Attempt<T>,
) -> Result<T> {
    repeat(progress, budget, FIRST_POLL, poll).await
}

async fn repeat<T>(
    progress: &Progress,
    budget: Duration,
    mut pause: Duration,
    mut attempt: impl AsyncFnMut() -> Attempt<T>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        let (waiting_for, refusal, budget) = match attempt().await {
            Attempt::Done(value) => return Ok(value),
            Attempt::Failed(error) => return Err(error),
            Attempt::NotYet { waiting_for, refusal } => (waiting_for, refusal, budget),
            Attempt::Throttled { waiting_for, refusal, budget } => {
                pause = pause.max(THROTTLED_PAUSE);
                (waiting_for, refusal, budget)
            }
        };
        let waited = started.elapsed();
        if waited >= budget {
            return Err(refusal
                .context(format!("timed out after {} s of waiting for {waiting_for}", waited.as_secs()))
                .hint("run the same command again: it continues where this one stopped"));
        }
        progress.waiting(waiting_for);
        progress.pause(jittered(pause).min(budget - waited)).await?;
        pause = next(pause, waited);
    }
}

/// Return the pause after `pause`: 1.5 times as long. After ten seconds, it is at most a tenth of the time waited so far, so that
/// the wait never exceeds the necessary time by more than that.
fn next(pause: Duration, waited: Duration) -> Duration {
    (pause * 3 / 2).min(USUAL_PAUSE.max(waited / 10)).min(LONGEST_PAUSE)
}

/// A random duration from four fifths of a pause to all of it, so that two deployers do not call in lockstep.
fn jittered(pause: Duration) -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    pause * (800 + nanos / 1000 % 201) / 1000
}

/// Repeat a read while it is throttled; the SDK does so only for a few seconds, and many reads run concurrently.
pub async fn keep_reading<T>(mut read: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T, CallError> {
    let started = Instant::now();
    let mut pause = THROTTLED_PAUSE;
    loop {
        let result = read().await;
        let is_throttled =
            |error: &CallError| error.meaning(Existence::Known) == Meaning::Throttled && !error.is_fault();
        let waited = started.elapsed();
        if waited >= SHORT_BUDGET || !result.as_ref().is_err_and(is_throttled) {
            return result;
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = next(pause, waited);
    }
}

/// [`keep_trying`] for a single call; `existence` returns whether an error is about a recent resource.
pub async fn keep_calling<T>(
    progress: &Progress,
    budget: Duration,
    existence: impl Fn(&CallError) -> Existence,
    mut call: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T> {
    keep_trying(progress, budget, async || match call().await {
        Ok(value) => Attempt::Done(value),
        Err(error) => {
            let existence = existence(&error);
            Attempt::after(error, existence)
        }
    })
    .await
}
