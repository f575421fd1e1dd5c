//! Lambda's calls about a function, with the waits that they need: for other updates before a write, and for our own
//! update after it.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Architecture, Environment, FunctionCode, LastUpdateStatus, Runtime, State};
use plexmon_function::contract::request::Request;
use tokio::time::Instant;

use super::function::{Function, PAGE};
use super::health::Health;
use super::invoke_call::one_attempt;
use super::logging::Logging;
use crate::artifact::Zip;
use crate::aws::{Created, Existence, Wait, gone, present};
use crate::error::{Error, Result};
use crate::names::{
    CLOSES_TAG, CODE_TAG, INHERITED_STATE_TAG, NO_SECRET_PATH, NOT_CLOSED, OWNER_TAG, ROLE_TAG,
    SECRET_PATH_TAG, STATE_TAG, ZIP_TAG,
};
use crate::resource::{Resource as _, Task};
use crate::retry::{Attempt, FUNCTION_BUDGET, ROLE_BUDGET, keep_polling};

const MONITOR_DESCRIPTION: &str = "plexmon: checks home servers from outside and notifies about changes";
const PAGE_DESCRIPTION: &str = "plexmon: serves the status page";
/// How long AWS may take to know a function that was just created; it takes a few seconds.
const UNKNOWN_BUDGET: Duration = Duration::from_secs(15);

fn zip<'a>(task: &'a Task<'_>) -> Result<&'a Zip> {
    task.materials.zip.as_ref().ok_or_else(|| Error::new("the function's code is missing"))
}

impl Function {
    /// Return the tags of this function, which replaces `observed`; those about the upload only if there was one.
    fn tags(&self, observed: Option<&Self>, task: &Task<'_>) -> Result<HashMap<String, String>> {
        let mut tags = HashMap::from([(OWNER_TAG.to_owned(), task.deployment.to_owned())]);
        if let Some(state) = &self.state {
            tags.insert(STATE_TAG.to_owned(), state.clone());
        }
        if let Some(inherited) = &self.inherited_state {
            tags.insert(INHERITED_STATE_TAG.to_owned(), inherited.clone());
        }
        let had_secret_path = || observed.and_then(|observed| observed.secret_path.as_ref());
        let without = || had_secret_path().map(|_| NO_SECRET_PATH.to_owned());
        let secret_path = self.secret_path.clone().or_else(without);
        tags.extend(secret_path.map(|digest| (SECRET_PATH_TAG.to_owned(), digest)));
        if let Some(id) = task.role_ids.get(&self.role) {
            tags.insert(ROLE_TAG.to_owned(), id);
        }
        if observed.is_some_and(|observed| !self.needs_upload(observed)) {
            return Ok(tags);
        }
        if let Some(code) = &self.code {
            tags.insert(CODE_TAG.to_owned(), code.clone());
            tags.insert(ZIP_TAG.to_owned(), zip(task)?.sha256.clone());
        }
        let was_closing =
            || observed.and_then(|observed| observed.account_closes).map(|_| NOT_CLOSED.to_owned());
        let closes = self.account_closes.map(|day| day.to_string()).or_else(was_closing);
        tags.extend(closes.map(|closes| (CLOSES_TAG.to_owned(), closes)));
        Ok(tags)
    }

    fn description(&self) -> &'static str {
        if self.handler == PAGE { PAGE_DESCRIPTION } else { MONITOR_DESCRIPTION }
    }

    fn architecture(&self) -> Architecture {
        Architecture::from(self.architecture.as_str())
    }

    /// "Exists already" may be our own success whose answer was lost: the function then has our tags, and so our code.
    pub(super) async fn create_function(&self, task: &Task<'_>) -> Result<()> {
        let zip = zip(task)?;
        let tags = self.tags(None, task)?;
        let refusal = task
            .call_within(ROLE_BUDGET, async || {
                let call = task
                    .aws
                    .lambda
                    .create_function()
                    .function_name(&self.name)
                    .description(self.description())
                    .role(&self.role)
                    .runtime(Runtime::from(self.runtime.as_str()))
                    .handler(&self.handler)
                    .architectures(self.architecture())
                    .memory_size(self.memory_mb)
                    .timeout(self.timeout_s)
                    .set_logging_config(self.logging.as_ref().map(Logging::request))
                    .code(FunctionCode::builder().zip_file(Blob::new(zip.bytes.clone())).build())
                    .set_tags(Some(tags.clone()));
                match task.aws.call("lambda", "CreateFunction", call.send()).await {
                    Err(error) if error.already_exists() => Ok(Some(error)),
                    other => other.map(|_| None),
                }
            })
            .await?;
        let Some(refusal) = refusal else { return Ok(()) };
        match Self::read(&self.name, task.aws).await? {
            Some((existing, _)) if existing.owner == self.owner && existing.code == self.code => Ok(()),
            _ => Err(refusal.into()),
        }
    }

    pub(super) async fn update_code(&self, task: &Task<'_>) -> Result<()> {
        let zip = zip(task)?;
        task.call_within(FUNCTION_BUDGET, async || {
            // The architecture belongs to the code; left out, it would silently become x86_64.
            let call = task
                .aws
                .lambda
                .update_function_code()
                .function_name(&self.name)
                .architectures(self.architecture())
                .zip_file(Blob::new(zip.bytes.clone()));
            task.aws.call("lambda", "UpdateFunctionCode", call.send()).await
        })
        .await?;
        Ok(())
    }

    pub(super) async fn update_configuration(&self, task: &Task<'_>) -> Result<()> {
        task.call_within(ROLE_BUDGET, async || {
            let call = task
                .aws
                .lambda
                .update_function_configuration()
                .function_name(&self.name)
                .description(self.description())
                .role(&self.role)
                .runtime(Runtime::from(self.runtime.as_str()))
                .handler(&self.handler)
                .memory_size(self.memory_mb)
                .timeout(self.timeout_s)
                .set_logging_config(self.logging.as_ref().map(Logging::request))
                // Replaces the whole environment, and so clears it.
                .environment(Environment::builder().set_variables(Some(HashMap::new())).build());
            task.aws.call("lambda", "UpdateFunctionConfiguration", call.send()).await
        })
        .await?;
        Ok(())
    }

    pub(super) async fn tag(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        let tags = self.tags(Some(observed), task)?;
        task.call_within(FUNCTION_BUDGET, async || {
            let call = task
                .aws
                .lambda
                .tag_resource()
                .resource(task.account.function(&self.name))
                .set_tags(Some(tags.clone()));
            task.aws.call("lambda", "TagResource", call.send()).await
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_retries(&self, task: &Task<'_>) -> Result<()> {
        let Some(retries) = self.retries else { return Ok(()) };
        task.call_within(FUNCTION_BUDGET, async || {
            let call = task
                .aws
                .lambda
                .put_function_event_invoke_config()
                .function_name(&self.name)
                .maximum_retry_attempts(retries.attempts)
                .maximum_event_age_in_seconds(retries.max_age_s);
            task.aws.call("lambda", "PutFunctionEventInvokeConfig", call.send()).await
        })
        .await?;
        Ok(())
    }

    /// Wait until it is neither being created nor updated. A 404 right after its creation is temporary; one that lasts
    /// means that it was deleted in the meantime.
    pub(super) async fn wait_until_ready(&self, task: &Task<'_>) -> Result<()> {
        let name = &self.name;
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
                            .context(format!("function `{name}` no longer exists: another program may have deleted it"))
                            .hint("make sure that no other `down` is running, then run `up` again"),
                    );
                }
                return Attempt::NotYet {
                    waiting_for: Wait::Created(Created::Function).text(),
                    refusal: error.into(),
                };
            }
            Err(error) => return Attempt::after(error, Existence::Known),
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

    /// End a state in which the function cannot run, if a call other than an update can end it.
    pub(super) async fn revive(&self, health: &Health, task: &Task<'_>) -> Result<()> {
        let name = &self.name;
        match health {
            Health::Active | Health::Failed(_) | Health::UpdateFailed(_) => Ok(()),
            Health::Inactive(_) => {
                // The first run after a long time is refused while Lambda restores its resources.
                task.call_within(FUNCTION_BUDGET, async || {
                    let call = task
                        .aws
                        .lambda
                        .invoke()
                        .function_name(name)
                        .payload(Blob::new(Request::Examine.event()));
                    let call = call.customize().config_override(one_attempt(self.timeout_s));
                    task.aws.call("lambda", "Invoke", call.send()).await
                })
                .await?;
                self.wait_until_ready(task).await
            }
            // A managed reservation has been replaced already.
            Health::NoConcurrency if self.concurrency.is_some() => Ok(()),
            Health::NoConcurrency => self.delete_concurrency(task).await,
            Health::Stopped(why) => Err(Error::new(format!("Lambda has stopped the function ({why})"))
                .hint("`plexmon-deploy down --keep-state` and then `plexmon-deploy up` create it again")),
        }
    }

    pub(super) async fn delete_function(&self, task: &Task<'_>) -> Result<()> {
        let name = &self.name;
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
        Ok(())
    }

    /// The log group does not have to wait for this: the role may not create it again.
    pub(super) async fn wait_until_deleted(&self, task: &Task<'_>) -> Result<()> {
        let name = &self.name;
        keep_polling(task.progress, FUNCTION_BUDGET, async || {
            let call = task.aws.lambda.get_function().function_name(name).send();
            match present(task.aws.call("lambda", "GetFunction", call).await) {
                Ok(None) => Attempt::Done(()),
                Ok(Some(_)) => Attempt::NotYet {
                    waiting_for: "Lambda to delete the function",
                    refusal: Error::new(format!("function `{name}` still exists")),
                },
                Err(error) => Attempt::after(error, Existence::Known),
            }
        })
        .await
    }
}
