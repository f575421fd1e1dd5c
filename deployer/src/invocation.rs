//! Run the deployed function and read its reply.

use std::time::Duration;

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;
use serde::de::DeserializeOwned;

use crate::aws::{Existence, Meaning};
use crate::error::{Context, Error, Result};
use crate::report::{Progress, with_heartbeat};
use crate::resources::invoke_call::one_attempt;
use crate::retry::{Attempt, FUNCTION_BUDGET, keep_trying};
use crate::session::Session;

/// A function that exits more often than this is broken.
const EXITS: usize = 2;
/// New permissions of a role take seconds to reach all of AWS.
const PERMISSIONS_BUDGET: Duration = Duration::from_secs(60);

/// Which resources are so new that AWS may not know them everywhere yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewResources {
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
pub async fn first_run(session: &Session, progress: &Progress, new: NewResources) -> Result<Reply> {
    let request = if new.secrets { Request::Announce } else { Request::Check };
    let started = tokio::time::Instant::now();
    let mut exits = 0;
    let existence = if new.function { Existence::Recent } else { Existence::Known };
    keep_trying(progress, PERMISSIONS_BUDGET, async || {
        // Only the function's own permissions are new. A call of ours that is denied stays denied.
        let answer = match answer(session, progress, &request, existence).await {
            Ok(answer) => answer,
            Err(error) => return Attempt::Failed(error),
        };
        let result: Result<Reply> = reply(session, &answer);
        let failure = FunctionError::of(&answer);
        let problems = match (&result, &failure) {
            (_, Some(failure)) => vec![failure.problem()],
            (Ok(reply), None) => reply.problems.clone(),
            (Err(_), None) => Vec::new(),
        };
        let denied = problems.into_iter().find(|problem| problem.kind == ProblemKind::AccessDenied);
        if let Some(denied) = denied.filter(|_| new.role && started.elapsed() < PERMISSIONS_BUDGET) {
            let waiting_for = "the function's new permissions to take effect";
            return Attempt::NotYet { waiting_for, refusal: Error::new(denied.detail) };
        }
        if let Some(exit) = failure.filter(|failure| failure.is_exit() && exits < EXITS) {
            exits += 1;
            return Attempt::NotYet {
                waiting_for: "the new code to take over",
                refusal: Error::new(exit.message),
            };
        }
        match result {
            Ok(reply) => Attempt::Done(reply),
            Err(error) => Attempt::Failed(error),
        }
    })
    .await
}

/// Run the function with this request and read its reply.
pub async fn call<T: DeserializeOwned>(
    session: &Session,
    progress: &Progress,
    request: Request,
) -> Result<T> {
    reply(session, &answer(session, progress, &request, Existence::Known).await?)
}

/// Return Lambda's answer, whatever the function did with the request.
///
/// A call without an answer is never repeated: a second run would run concurrently with the first.
async fn answer(
    session: &Session,
    progress: &Progress,
    request: &Request,
    existence: Existence,
) -> Result<InvokeOutput> {
    let aws = &session.aws;
    let name = session.names.function();
    let timeout_s = i32::try_from(session.config.function.timeout_s).unwrap_or(i32::MAX);
    keep_trying(progress, FUNCTION_BUDGET, async || {
        let call = aws
            .lambda
            .invoke()
            .function_name(name)
            .log_type(LogType::Tail)
            .payload(Blob::new(request.event()));
        let call = call.customize().config_override(one_attempt(timeout_s));
        let answer = with_heartbeat(aws.call("lambda", "Invoke", call.send()), |elapsed| {
            progress.still_waiting("the function's answer", elapsed);
        });
        match session.unless_interrupted(async { Ok(answer.await) }).await {
            Ok(Ok(answer)) => Attempt::Done(answer),
            Ok(Err(error)) if error.meaning(existence) == Meaning::NotFound => Attempt::Failed(
                Error::new(format!("function `{name}` is not deployed in {}", aws.region))
                    .hint("deploy it with `plexmon-deploy up`"),
            ),
            // After a service error, the function may have run.
            Ok(Err(error)) if error.is_fault() => failed(error.into(), name),
            Ok(Err(error)) => match Attempt::after(error, existence) {
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
        .context(|| format!("the reply of function `{name}` is not a plexmon reply"))
        .map_err(|error| error.hint("`plexmon-deploy up` deploys the function that matches this program"))
}

/// The function's failure in a successful answer of Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// Usually `Unhandled`.
    pub kind: String,
    /// The type of the error: the function's own, or one of Lambda's.
    pub error_type: String,
    /// The error message, or the whole payload if it has none.
    pub message: String,
}

impl FunctionError {
    /// Return `None` if the function did not fail.
    pub fn of(answer: &InvokeOutput) -> Option<Self> {
        let kind = answer.function_error()?.to_owned();
        let payload = answer.payload().map(|payload| payload.as_ref()).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        let field = |name: &str| json.get(name).and_then(|field| field.as_str()).map(str::to_owned);
        let message = field("errorMessage").unwrap_or_else(|| String::from_utf8_lossy(payload).into_owned());
        Some(Self { kind, error_type: field("errorType").unwrap_or_default(), message })
    }

    /// Return it as a problem that the function reports.
    fn problem(&self) -> Problem {
        Problem::of_error(&self.error_type, self.message.clone())
    }

    /// Return whether the function's process has ended during the call.
    fn is_exit(&self) -> bool {
        self.error_type == "Runtime.ExitError"
    }
}
