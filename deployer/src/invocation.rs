//! Runs the deployed function and reads its reply.

use std::time::Duration;

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;
use serde::de::DeserializeOwned;

use crate::aws::Meaning;
use crate::error::{Context, Error, Result};
use crate::report::Progress;
use crate::resources::function::one_attempt;
use crate::retry::{Attempt, FUNCTION_BUDGET, keep_trying};
use crate::session::Session;

/// The event for an ordinary check, outside of the schedule.
pub const CHECK: &str = r#"{"source":"plexmon-deploy"}"#;
/// A function that exits more often than this is broken.
const EXITS: usize = 2;
/// New permissions of a role take seconds to reach all of AWS.
const RIGHTS_BUDGET: Duration = Duration::from_secs(60);

/// Whether AWS knows the function everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Existence {
    Known,
    /// This run of the program has created it: "not found" means "not yet".
    Recent,
}

/// What is so new that AWS may not know it everywhere yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct New {
    /// The role or its permissions.
    pub role: bool,
    /// The secrets: no notification has been sent with them.
    pub secrets: bool,
    /// The function itself.
    pub function: bool,
}

/// Run the function for the first time after a deployment.
///
/// Wait while AWS has not caught up: new permissions of the function are not known everywhere yet, or an environment of the
/// previous code ends during the call.
pub async fn first_run(session: &Session, progress: &Progress, new: New) -> Result<Reply> {
    let event = if new.secrets { Request::ANNOUNCE } else { CHECK };
    let started = tokio::time::Instant::now();
    let mut exits = 0;
    let existence = if new.function { Existence::Recent } else { Existence::Known };
    keep_trying(progress, RIGHTS_BUDGET, async || {
        // Only the function's permissions are new. What is denied to us stays denied.
        let answer = match answer(session, progress, event, existence).await {
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
            return not_yet("the function's new permissions to take effect");
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

/// Run the function with this event and read its reply.
pub async fn call<T: DeserializeOwned>(session: &Session, progress: &Progress, event: &str) -> Result<T> {
    reply(session, &answer(session, progress, event, Existence::Known).await?)
}

/// Return Lambda's answer, whatever the function did with the event.
///
/// A call without an answer is never repeated: a second run would go on beside the first.
async fn answer(
    session: &Session,
    progress: &Progress,
    event: &str,
    existence: Existence,
) -> Result<InvokeOutput> {
    let aws = &session.aws;
    let name = session.names.function();
    let is_new = existence == Existence::Recent;
    let timeout_s = i32::try_from(session.config.function.timeout_s).unwrap_or(i32::MAX);
    keep_trying(progress, FUNCTION_BUDGET, async || {
        let call = aws.lambda.invoke().function_name(name).log_type(LogType::Tail).payload(Blob::new(event));
        let call = call.customize().config_override(one_attempt(timeout_s));
        match session.patiently(async { Ok(aws.call("lambda", "Invoke", call.send()).await) }).await {
            Ok(Ok(answer)) => Attempt::Done(answer),
            Ok(Err(error)) if error.meaning(is_new) == Meaning::NotFound => Attempt::Failed(
                Error::new(format!("function `{name}` is not deployed in {}", aws.region))
                    .hint("deploy it with `plexmon-deploy up`"),
            ),
            // After a service error, the function may have run.
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

/// Read the function's reply in Lambda's answer.
fn reply<T: DeserializeOwned>(session: &Session, answer: &InvokeOutput) -> Result<T> {
    let name = session.names.function();
    let payload = answer.payload().map(|payload| payload.as_ref().to_vec()).unwrap_or_default();
    if let Some(failure) = FunctionError::of(answer) {
        let tail = answer.log_result().and_then(|log| BASE64.decode(log).ok()).unwrap_or_default();
        let mut error = Error::new(format!("function `{name}` failed ({})", failure.kind))
            .cause(failure.message)
            .hint("`plexmon-deploy logs` shows more; `plexmon-deploy up` deploys the function again");
        let tail = String::from_utf8_lossy(&tail);
        if !tail.trim().is_empty() {
            error = error.cause(format!("its log ends with:\n{}", tail.trim_end()));
        }
        return Err(error);
    }
    serde_json::from_slice(&payload)
        .context(|| format!("the reply of function `{name}` is not one of plexmon"))
        .map_err(|error| error.hint("`plexmon-deploy up` deploys the function that matches this program"))
}

/// How the function failed, in an answer of Lambda that is a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// Usually `Unhandled`.
    pub kind: String,
    /// The error message, or the whole payload if it has none.
    pub message: String,
}

impl FunctionError {
    /// Return `None` if the function did not fail.
    pub fn of(answer: &InvokeOutput) -> Option<Self> {
        let kind = answer.function_error()?.to_owned();
        let payload = answer.payload().map(|payload| payload.as_ref()).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        let message = json.get("errorMessage").and_then(|message| message.as_str());
        let message = message.map_or_else(|| String::from_utf8_lossy(payload).into_owned(), str::to_owned);
        Some(Self { kind, message })
    }
}
