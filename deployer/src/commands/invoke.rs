//! `invoke`: run the deployed function now. Also the run that `up` ends with.

use std::time::Duration;

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;
use serde::de::DeserializeOwned;

use super::verdict;
use crate::aws::Meaning;
use crate::error::{Context, Error, Exit, Result};
use crate::output::stdout;
use crate::report::Progress;
use crate::resources::function::one_attempt;
use crate::retry::{Attempt, FUNCTION_BUDGET, keep_trying};
use crate::session::Session;

/// An ordinary check, outside of the schedule.
const CHECK: &str = r#"{"source":"plexmon-deploy"}"#;
/// A function that still exits after so many tries is broken.
const EXITS: usize = 2;
/// New rights of a role take seconds to be known everywhere.
const RIGHTS_BUDGET: Duration = Duration::from_secs(60);

pub async fn invoke(session: &Session) -> Result<Exit> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let reply = run(session, &progress, CHECK).await?;
    let json = serde_json::to_string_pretty(&reply).context(|| "could not write the reply as JSON")?;
    stdout(&format!("{json}\n"))?;
    session.output.note(&verdict::text(&reply));
    Ok(Exit::Success)
}

/// One run whose reply is shown as a sentence; the sandbox's clock.
pub async fn quietly(session: &Session) -> Result<()> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let reply = run(session, &progress, CHECK).await?;
    session.output.text(verdict::text(&reply))
}

/// What of a deployment is so new that AWS may not know it everywhere yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct New {
    /// The role or its rights.
    pub role: bool,
    /// The secrets, which have not been used for any notification.
    pub secrets: bool,
    /// The function itself.
    pub function: bool,
}

/// The run that `up` ends with. What only has not settled yet is waited out: rights of the function that are still on
/// their way, and an environment of the old code that ends under the call.
pub async fn first_run(session: &Session, progress: &Progress, new: New) -> Result<Reply> {
    let event = if new.secrets { Request::ANNOUNCE } else { CHECK };
    let started = tokio::time::Instant::now();
    let mut exits = 0;
    keep_trying(progress, RIGHTS_BUDGET, async || {
        // Only the function's rights are new. What is refused to us is refused for good.
        let answer = match answer(session, progress, event, new.function).await {
            Ok(answer) => answer,
            Err(error) => return Attempt::Failed(error),
        };
        let result: Result<Reply> = reply(session, &answer);
        let problems = match &result {
            Ok(reply) => reply.problems.join("; "),
            Err(error) => error.causes().join("; "),
        };
        let not_yet = |waiting_for| Attempt::NotYet { waiting_for, refusal: Error::new(problems.clone()) };
        if new.role && problems.contains("AccessDenied") && started.elapsed() < RIGHTS_BUDGET {
            return not_yet("the function's new rights to become known");
        }
        if result.is_err() && problems.contains("Runtime exited") && exits < EXITS {
            exits += 1;
            return not_yet("the new code to take over");
        }
        match result {
            Ok(reply) => Attempt::Done(reply),
            Err(error) => Attempt::Failed(error),
        }
    })
    .await
}

async fn run(session: &Session, progress: &Progress, event: &str) -> Result<Reply> {
    call(session, progress, event).await
}

/// Runs the function with this event and reads its reply.
pub async fn call<T: DeserializeOwned>(session: &Session, progress: &Progress, event: &str) -> Result<T> {
    reply(session, &answer(session, progress, event, false).await?)
}

/// Lambda's answer, whatever the function made of the event. `is_new` says that this run has just created it.
///
/// A call without an answer is never repeated: a second run would go on beside the first.
async fn answer(session: &Session, progress: &Progress, event: &str, is_new: bool) -> Result<InvokeOutput> {
    let aws = &session.aws;
    let name = session.names.function();
    let timeout_s = i32::try_from(session.config.function.timeout_s).unwrap_or(i32::MAX);
    keep_trying(progress, FUNCTION_BUDGET, async || {
        let call = aws.lambda.invoke().function_name(name).log_type(LogType::Tail).payload(Blob::new(event));
        let call = call.customize().config_override(one_attempt(timeout_s));
        match session.patiently(async { Ok(aws.call("lambda", "Invoke", call.send()).await) }).await {
            Ok(Ok(answer)) => Attempt::Done(answer),
            Ok(Err(error)) if error.meaning(is_new) == Meaning::Gone => Attempt::Failed(
                Error::new(format!("function `{name}` is not deployed in {}", aws.region))
                    .hint("deploy it with `plexmon-deploy up`"),
            ),
            // After a fault of the service, it may have run.
            Ok(Err(error)) if error.is_fault() => failed(error.into(), name),
            Ok(Err(error)) => match Attempt::after(error, is_new) {
                Attempt::Failed(error) => failed(error, name),
                repeated => repeated,
            },
            Err(interrupted) => Attempt::Failed(interrupted),
        }
    })
    .await
}

fn failed<T>(error: Error, name: &str) -> Attempt<T> {
    Attempt::Failed(error.context(format!("could not run function `{name}`")))
}

/// What the function says in Lambda's answer.
fn reply<T: DeserializeOwned>(session: &Session, answer: &InvokeOutput) -> Result<T> {
    let name = session.names.function();
    let payload = answer.payload().map(|payload| payload.as_ref().to_vec()).unwrap_or_default();
    if let Some(failure) = FunctionError::of(answer) {
        let tail = answer.log_result().and_then(|log| BASE64.decode(log).ok()).unwrap_or_default();
        let mut error = Error::new(format!("function `{name}` failed ({})", failure.kind))
            .cause(failure.message)
            .hint("`plexmon-deploy logs` shows more; `plexmon-deploy up` deploys it anew");
        let tail = String::from_utf8_lossy(&tail);
        if !tail.trim().is_empty() {
            error = error.cause(format!("its log ends with:\n{}", tail.trim_end()));
        }
        return Err(error);
    }
    serde_json::from_slice(&payload)
        .context(|| format!("function `{name}` gave a reply that is not plexmon's"))
        .map_err(|error| error.hint("`plexmon-deploy up` deploys the function that belongs to this program"))
}

/// What the function failed of, in an answer of Lambda that is a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// `Unhandled`, as a rule.
    pub kind: String,
    /// What was said.
    pub message: String,
}

impl FunctionError {
    /// `None` if the function did not fail.
    pub fn of(answer: &InvokeOutput) -> Option<Self> {
        let kind = answer.function_error()?.to_owned();
        let payload = answer.payload().map(|payload| payload.as_ref()).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        let message = json.get("errorMessage").and_then(|message| message.as_str());
        let message = message.map_or_else(|| String::from_utf8_lossy(payload).into_owned(), str::to_owned);
        Some(Self { kind, message })
    }
}
