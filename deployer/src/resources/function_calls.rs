//! Lambda's calls, with the waits that they need: before a write, for others' updates; after it, for our own.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Architecture, Environment, FunctionCode, LastUpdateStatus, Runtime, State};

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use plexmon_function::contract::request::Request;
use tokio::time::Instant;

use super::function::Found;
use super::{Function, Health};
use crate::apply::Task;
use crate::artifact::Zip;
use crate::aws::{Created, gone, present};
use crate::error::{Error, Result};
use crate::names::{CODE_TAG, INHERITED_STATE_TAG, OWNER_TAG, ROLE_TAG, STATE_TAG, ZIP_TAG};
use crate::retry::{Attempt, FUNCTION_BUDGET, ROLE_BUDGET, keep_polling};

const DESCRIPTION: &str = "plexmon: checks home servers from outside and tells about changes";

fn zip<'a>(task: &'a Task<'_>) -> Result<&'a Zip> {
    task.materials.zip.as_ref().ok_or_else(|| Error::new("the function's code is not at hand"))
}

/// Tags that say what this function is; with those about the upload only when there was one.
fn tags(function: &Function, uploaded: bool, task: &Task<'_>) -> Result<HashMap<String, String>> {
    let mut tags = HashMap::from([(OWNER_TAG.to_owned(), task.names.deployment.clone())]);
    if let Some(state) = &function.state {
        tags.insert(STATE_TAG.to_owned(), state.clone());
    }
    if let Some(inherited) = &function.inherited_state {
        tags.insert(INHERITED_STATE_TAG.to_owned(), inherited.clone());
    }
    if let Some(id) = task.role_id.lock().ok().and_then(|id| id.clone()) {
        tags.insert(ROLE_TAG.to_owned(), id);
    }
    if let Some(code) = function.code.as_ref().filter(|_| uploaded) {
        tags.insert(CODE_TAG.to_owned(), code.clone());
        tags.insert(ZIP_TAG.to_owned(), zip(task)?.sha256.clone());
    }
    Ok(tags)
}

fn architecture(function: &Function) -> Architecture {
    Architecture::from(function.architecture.as_str())
}

pub async fn create(function: &Function, task: &Task<'_>) -> Result<()> {
    let zip = zip(task)?;
    let tags = tags(function, true, task)?;
    let created = task
        .call_within(ROLE_BUDGET, async || {
            let call = task
                .aws
                .lambda
                .create_function()
                .function_name(&function.name)
                .description(DESCRIPTION)
                .role(&function.role)
                .runtime(Runtime::from(function.runtime.as_str()))
                .handler(&function.handler)
                .architectures(architecture(function))
                .memory_size(function.memory_mb)
                .timeout(function.timeout_s)
                .code(FunctionCode::builder().zip_file(Blob::new(zip.bytes.clone())).build())
                .set_tags(Some(tags.clone()));
            match task.aws.call("lambda", "CreateFunction", call.send()).await {
                Err(error) if error.already_exists() => Ok(Some(error)),
                other => other.map(|_| None),
            }
        })
        .await?;
    task.created.add(Created::Function);
    match created {
        None => Ok(()),
        // Our own success whose answer was lost bears our tags, and so our code.
        Some(refusal) => match Function::read(task.aws, task.names).await? {
            Some(Found { function: there, .. })
                if there.owner == function.owner && there.code == function.code =>
            {
                Ok(())
            }
            _ => Err(refusal.into()),
        },
    }
}

pub async fn update_code(function: &Function, task: &Task<'_>) -> Result<()> {
    let zip = zip(task)?;
    task.call_within(FUNCTION_BUDGET, async || {
        // The architecture belongs to the code; left out, it would silently become x86_64.
        let call = task
            .aws
            .lambda
            .update_function_code()
            .function_name(&function.name)
            .architectures(architecture(function))
            .zip_file(Blob::new(zip.bytes.clone()));
        task.aws.call("lambda", "UpdateFunctionCode", call.send()).await
    })
    .await?;
    Ok(())
}

pub async fn update_configuration(function: &Function, task: &Task<'_>) -> Result<()> {
    task.call_within(ROLE_BUDGET, async || {
        let call = task
            .aws
            .lambda
            .update_function_configuration()
            .function_name(&function.name)
            .description(DESCRIPTION)
            .role(&function.role)
            .runtime(Runtime::from(function.runtime.as_str()))
            .handler(&function.handler)
            .memory_size(function.memory_mb)
            .timeout(function.timeout_s)
            // Replaces the whole environment, and so clears it.
            .environment(Environment::builder().set_variables(Some(HashMap::new())).build());
        task.aws.call("lambda", "UpdateFunctionConfiguration", call.send()).await
    })
    .await?;
    Ok(())
}

pub async fn tag(function: &Function, uploaded: bool, task: &Task<'_>) -> Result<()> {
    let tags = tags(function, uploaded, task)?;
    task.call_within(FUNCTION_BUDGET, async || {
        let call = task
            .aws
            .lambda
            .tag_resource()
            .resource(task.account.function(&function.name))
            .set_tags(Some(tags.clone()));
        task.aws.call("lambda", "TagResource", call.send()).await
    })
    .await?;
    Ok(())
}

pub async fn put_retries(function: &Function, task: &Task<'_>) -> Result<()> {
    let Some(retries) = function.retries else { return Ok(()) };
    task.call_within(FUNCTION_BUDGET, async || {
        let call = task
            .aws
            .lambda
            .put_function_event_invoke_config()
            .function_name(&function.name)
            .maximum_retry_attempts(retries.attempts)
            .maximum_event_age_in_seconds(retries.max_age_s);
        task.aws.call("lambda", "PutFunctionEventInvokeConfig", call.send()).await
    })
    .await?;
    Ok(())
}

/// How long AWS may take to know a function that was just made; it takes a few seconds.
const UNKNOWN_BUDGET: Duration = Duration::from_secs(15);

/// Until it is neither being created nor updated. A 404 right after creation is only AWS catching up; one that lasts
/// is the work of somebody who has deleted it meanwhile.
pub async fn wait_until_ready(name: &str, task: &Task<'_>) -> Result<()> {
    let mut unknown_since = None;
    keep_polling(task.progress, FUNCTION_BUDGET, async || {
        let call = task.aws.lambda.get_function_configuration().function_name(name).send();
        let now = match task.aws.call("lambda", "GetFunctionConfiguration", call).await {
            Ok(now) => {
                unknown_since = None;
                now
            }
            Err(error) if error.is_missing() => {
                let since = *unknown_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= UNKNOWN_BUDGET {
                    return Attempt::Failed(
                        Error::from(error)
                            .context(format!("function `{name}` is gone, deleted by somebody else perhaps"))
                            .hint("make sure that nobody else runs `down` on it, then run `up` again"),
                    );
                }
                return Attempt::NotYet {
                    waiting_for: "the new function to become visible in Lambda",
                    refusal: error.into(),
                };
            }
            Err(error) => return Attempt::after(error, false),
        };
        let not_yet = |waiting_for| Attempt::NotYet {
            waiting_for,
            refusal: Error::new(format!("function `{name}` is not ready")),
        };
        let failed = |what: &str, reason: Option<&str>| {
            Attempt::Failed(
                Error::new(format!("Lambda could not {what} the function"))
                    .cause(reason.unwrap_or("no reason was given"))
                    .hint(
                        "run the same command again; if it fails again, `plexmon-deploy down --keep-state` and \
                         then `plexmon-deploy up` create the function again",
                    ),
            )
        };
        match (now.state(), now.last_update_status()) {
            (Some(State::Pending), _) => not_yet("Lambda to start the function"),
            (_, Some(LastUpdateStatus::InProgress)) => not_yet("Lambda to update the function"),
            (Some(State::Failed), _) => failed("start", now.state_reason()),
            (_, Some(LastUpdateStatus::Failed)) => failed("update", now.last_update_status_reason()),
            _ => Attempt::Done(()),
        }
    })
    .await
}

/// Ends a state in which the function cannot run, as far as a call other than an update does.
pub async fn revive(name: &str, health: &Health, timeout_s: i32, task: &Task<'_>) -> Result<()> {
    match health {
        Health::Active | Health::Failed(_) | Health::UpdateFailed(_) => Ok(()),
        Health::Inactive(_) => {
            // The first run after a long time is refused while Lambda brings back what the function runs on.
            task.call_within(FUNCTION_BUDGET, async || {
                let call =
                    task.aws.lambda.invoke().function_name(name).payload(Blob::new(Request::Examine.event()));
                let call = call.customize().config_override(one_attempt(timeout_s));
                task.aws.call("lambda", "Invoke", call.send()).await
            })
            .await?;
            wait_until_ready(name, task).await
        }
        Health::NoConcurrency => {
            task.settle(async || {
                let call = task.aws.lambda.delete_function_concurrency().function_name(name);
                task.aws.call("lambda", "DeleteFunctionConcurrency", call.send()).await
            })
            .await?;
            Ok(())
        }
        Health::Stopped(why) => Err(Error::new(format!("Lambda has stopped the function ({why})"))
            .hint("`plexmon-deploy down --keep-state` and then `plexmon-deploy up` create it again")),
    }
}

/// For Lambda to start the function, and for the way there and back.
const MARGIN: Duration = Duration::from_secs(30);
/// What is deployed may have a longer time limit than this configuration.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(120);

/// For `Invoke`: one attempt that outlasts the function. The SDK's own repetition would start a second run beside the
/// first.
pub fn one_attempt(timeout_s: i32) -> aws_sdk_lambda::config::Builder {
    let run = Duration::from_secs(timeout_s.unsigned_abs().into()) + MARGIN;
    let timeout = TimeoutConfig::builder().operation_attempt_timeout(run.max(SHORTEST_TIMEOUT)).build();
    aws_sdk_lambda::Config::builder().retry_config(RetryConfig::disabled()).timeout_config(timeout)
}

/// Deletes and sees it gone. The log group need not wait for that: the role has no right to make it anew.
pub async fn delete(name: &str, task: &Task<'_>) -> Result<()> {
    task.call_within(FUNCTION_BUDGET, async || {
        gone(
            task.aws
                .call(
                    "lambda",
                    "DeleteFunction",
                    task.aws.lambda.delete_function().function_name(name).send(),
                )
                .await,
        )
    })
    .await?;
    task.turn.pass();
    keep_polling(task.progress, FUNCTION_BUDGET, async || {
        let call = task.aws.lambda.get_function().function_name(name).send();
        match present(task.aws.call("lambda", "GetFunction", call).await) {
            Ok(None) => Attempt::Done(()),
            Ok(Some(_)) => Attempt::NotYet {
                waiting_for: "Lambda to delete the function",
                refusal: Error::new(format!("function `{name}` is still there")),
            },
            Err(error) => Attempt::after(error, false),
        }
    })
    .await
}
