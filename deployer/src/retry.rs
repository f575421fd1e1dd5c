//! The one place that waits: visible, short at first, bounded; what ends it is the last refusal.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::CallError;
use crate::error::{Error, Result};
use crate::report::Progress;

/// The first pause; each next one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The same where only a small question is asked again, and the answer may change any moment.
const FIRST_LOOK: Duration = Duration::from_millis(50);
/// Pauses grow to this within the first seconds.
const USUAL_PAUSE: Duration = Duration::from_millis(1000);
/// And to this after a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// IAM needs seconds to make a new role known, at times minutes; AWS support speaks of fifteen.
pub const ROLE_BUDGET: Duration = Duration::from_secs(300);
/// A function that is being created, updated or deleted.
pub const FUNCTION_BUDGET: Duration = Duration::from_secs(120);
/// Everything else that is only a matter of moments.
pub const SHORT_BUDGET: Duration = Duration::from_secs(60);

/// What one attempt came to.
pub enum Attempt<T> {
    Done(T),
    /// Worth another attempt: what we wait for, and what was said this time.
    NotYet {
        waiting_for: &'static str,
        refusal: Error,
    },
    Failed(Error),
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
        let (waiting_for, refusal) = match attempt().await {
            Attempt::Done(value) => return Ok(value),
            Attempt::Failed(error) => return Err(error),
            Attempt::NotYet { waiting_for, refusal } => (waiting_for, refusal),
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

/// [`keep_trying`] for a single call: `transient` names what is waited for, or `None` where the refusal is final.
pub async fn keep_calling<T>(
    progress: &Progress,
    budget: Duration,
    transient: impl Fn(&CallError) -> Option<&'static str>,
    mut call: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T> {
    keep_trying(progress, budget, async || match call().await {
        Ok(value) => Attempt::Done(value),
        Err(error) => match transient(&error) {
            Some(waiting_for) => Attempt::NotYet { waiting_for, refusal: error.into() },
            None => Attempt::Failed(error.into()),
        },
    })
    .await
}

/// Refusals that pass by themselves, by code *and* message: the same codes also stand for lasting ones.
pub fn transient(error: &CallError) -> Option<&'static str> {
    let (code, message) = (error.code(), error.message());
    let says = |text: &str| message.contains(text);
    match code {
        "InvalidParameterValueException"
            if says("cannot be assumed by Lambda")
                || says("execution role does not have permissions")
                || says("KMS key is invalid for CreateGrant") =>
        {
            Some("the new role to become known to Lambda")
        }
        "ResourceConflictException"
            if says("in progress") || says("Pending") || says("currently in the following state") =>
        {
            Some("the function to finish another update")
        }
        "MalformedPolicyDocument" if says("Invalid principal") => Some("IAM to know the principal"),
        "DeleteConflict" => Some("IAM to detach the role's policies"),
        "ValidationException" if says("since it has targets") => {
            Some("EventBridge to release the rule's target")
        }
        "ConcurrentModification" | "ConcurrentModificationException" => Some("another change to finish"),
        "OperationAbortedException" => Some("CloudWatch Logs to finish another operation"),
        "TooManyUpdates" => Some("Parameter Store to finish another update"),
        _ => None,
    }
}
