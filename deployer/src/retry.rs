//! The one place that waits: visible, short at first, bounded; what ends it is the last refusal.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::{CallError, Meaning};
use crate::error::{Error, Result};
use crate::report::Progress;

/// The first pause; each next one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The same where only a small question is asked again, and the answer may change any moment.
const FIRST_LOOK: Duration = Duration::from_millis(50);
/// Pauses grow to this within the first seconds.
const USUAL_PAUSE: Duration = Duration::from_millis(1000);
/// After throttling, which the SDK has already waited for a little.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// And to this after a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// IAM needs seconds to make a new role known, at times minutes; AWS support speaks of fifteen.
pub const ROLE_BUDGET: Duration = Duration::from_secs(300);
/// A function that is being created, updated or deleted.
pub const FUNCTION_BUDGET: Duration = Duration::from_secs(120);
/// Everything else that is only a matter of moments.
pub const SHORT_BUDGET: Duration = Duration::from_secs(60);

/// Throttling ends, but others may use up the same quota of the account for a while.
pub const THROTTLED_BUDGET: Duration = Duration::from_secs(60);
/// A service that fails, beyond the attempts of the SDK.
pub const FAULT_BUDGET: Duration = Duration::from_secs(15);

/// What one attempt came to.
pub enum Attempt<T> {
    Done(T),
    /// Worth another attempt: what we wait for, and what was said this time.
    NotYet {
        waiting_for: &'static str,
        refusal: Error,
    },
    /// The same, but no sooner than AWS can accept more calls, and within a budget of its own.
    Throttled {
        waiting_for: &'static str,
        refusal: Error,
        budget: Duration,
    },
    Failed(Error),
}

impl<T> Attempt<T> {
    /// What to do after a refusal; `is_new` says that this run has just created what the call is about.
    pub fn after(error: CallError, is_new: bool) -> Self {
        match error.meaning(is_new) {
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

/// Repeats `attempt` until it is done, fails, or `budget` is spent.
pub async fn keep_trying<T>(
    progress: &Progress,
    budget: Duration,
    attempt: impl AsyncFnMut() -> Attempt<T>,
) -> Result<T> {
    keep_at_it(progress, budget, FIRST_PAUSE, attempt).await
}

/// [`keep_trying`] for reads, sooner at first.
pub async fn keep_looking<T>(
    progress: &Progress,
    budget: Duration,
    look: impl AsyncFnMut() -> Attempt<T>,
) -> Result<T> {
    keep_at_it(progress, budget, FIRST_LOOK, look).await
}

async fn keep_at_it<T>(
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
                .context(format!(
                    "still not through after {} s of waiting for {waiting_for}",
                    waited.as_secs()
                ))
                .hint("run the same command again: it continues where this one stopped"));
        }
        progress.waiting(waiting_for);
        progress.pause(jittered(pause).min(budget - waited)).await?;
        pause = next(pause, waited);
    }
}

/// Growth by half; after ten seconds a tenth of what was waited already, so that the end is never missed by more.
fn next(pause: Duration, waited: Duration) -> Duration {
    (pause * 3 / 2).min(USUAL_PAUSE.max(waited / 10)).min(LONGEST_PAUSE)
}

/// Between four fifths and the whole of it, so that two deployers do not march in step.
fn jittered(pause: Duration) -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    pause * (800 + nanos / 1000 % 201) / 1000
}

/// Repeat a read as long as it is throttled, which the SDK does only for a few seconds: many are asked at once.
pub async fn keep_reading<T>(mut read: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T, CallError> {
    let started = Instant::now();
    let mut pause = THROTTLED_PAUSE;
    loop {
        let result = read().await;
        let is_throttled =
            |error: &CallError| error.meaning(false) == Meaning::Throttled && !error.is_fault();
        let waited = started.elapsed();
        if waited >= SHORT_BUDGET || !result.as_ref().is_err_and(is_throttled) {
            return result;
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = next(pause, waited);
    }
}

/// [`keep_trying`] for a single call. `is_new` says whether this run has just created what the call is about.
pub async fn keep_calling<T>(
    progress: &Progress,
    budget: Duration,
    is_new: impl Fn(&CallError) -> bool,
    mut call: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T> {
    keep_trying(progress, budget, async || match call().await {
        Ok(value) => Attempt::Done(value),
        Err(error) => {
            let is_new = is_new(&error);
            Attempt::after(error, is_new)
        }
    })
    .await
}
