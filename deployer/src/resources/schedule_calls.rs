//! EventBridge's calls that make the rule run the function.

use aws_sdk_eventbridge::operation::put_targets::PutTargetsOutput;
use aws_sdk_eventbridge::types::{RetryPolicy as RuleRetryPolicy, RuleState, Tag, Target as RuleTarget};

use super::schedule::{Rule, Schedule, TARGET_ID, Target};
use crate::aws::{CallError, Created, Operation, gone, present};
use crate::error::{Context, Result};
use crate::names::OWNER_TAG;
use crate::resource::Task;

const DESCRIPTION: &str = "Runs the plexmon function";

impl Schedule {
    pub(super) async fn put_rule(&self, rule: &Rule, is_new: bool, task: &Task<'_>) -> Result<()> {
        let tag = owner_tag(task.deployment)?;
        task.call(async || {
            // Settings that are left out become null, and a state that is left out becomes ENABLED.
            let call = task
                .aws
                .events
                .put_rule()
                .name(&self.name)
                .description(DESCRIPTION)
                .schedule_expression(&rule.expression)
                .state(if rule.enabled { RuleState::Enabled } else { RuleState::Disabled })
                // Ignored on a rule that exists.
                .set_tags(is_new.then(|| vec![tag.clone()]));
            task.aws.call("events", "PutRule", call.send()).await
        })
        .await?;
        if is_new {
            task.has_created(Created::Rule, &self.name);
        }
        Ok(())
    }

    /// Set our tag on the rule.
    pub(super) async fn claim(&self, task: &Task<'_>) -> Result<()> {
        let call = task.aws.events.tag_resource().resource_arn(task.account.rule(&self.name));
        let call = call.tags(owner_tag(task.deployment)?);
        task.call(async || task.aws.call("events", "TagResource", call.clone().send()).await).await?;
        Ok(())
    }

    pub(super) async fn delete_rule(&self, task: &Task<'_>) -> Result<()> {
        let call = task.aws.events.delete_rule().name(&self.name);
        task.call(async || gone(task.aws.call("events", "DeleteRule", call.clone().send()).await)).await
    }

    pub(super) async fn put_target(&self, target: &Target, task: &Task<'_>) -> Result<()> {
        let retry = target.retry.map(|retry| {
            RuleRetryPolicy::builder()
                .maximum_event_age_in_seconds(retry.max_age_s)
                .maximum_retry_attempts(retry.attempts)
                .build()
        });
        let target = RuleTarget::builder()
            .id(TARGET_ID)
            .arn(&target.function)
            .set_retry_policy(retry)
            .build()
            .context(|| "could not create the rule's target")?;
        let operation = Operation { service: "events", name: "PutTargets" };
        task.call(async || {
            let call = task.aws.events.put_targets().rule(&self.name).targets(target.clone()).send();
            accepted(&task.aws.call(operation.service, operation.name, call).await?)
        })
        .await
    }

    pub(super) async fn remove_target(&self, task: &Task<'_>) -> Result<()> {
        let operation = Operation { service: "events", name: "RemoveTargets" };
        task.call(async || {
            let call = task.aws.events.remove_targets().rule(&self.name).ids(TARGET_ID).send();
            match present(task.aws.call(operation.service, operation.name, call).await)? {
                Some(answer) if answer.failed_entry_count() > 0 => {
                    let entry = answer.failed_entries().first();
                    let error = failed_entry(
                        operation,
                        entry.and_then(|entry| entry.error_code()),
                        entry.and_then(|entry| entry.error_message()),
                    );
                    if error.is_missing() { Ok(()) } else { Err(error) }
                }
                _ => Ok(()),
            }
        })
        .await
    }
}

/// Check whether EventBridge accepted the targets: a successful answer may contain failures.
pub fn accepted(answer: &PutTargetsOutput) -> Result<(), CallError> {
    let operation = Operation { service: "events", name: "PutTargets" };
    match answer.failed_entries().first() {
        Some(entry) if answer.failed_entry_count() > 0 => {
            Err(failed_entry(operation, entry.error_code(), entry.error_message()))
        }
        _ => Ok(()),
    }
}

fn failed_entry(operation: Operation, code: Option<&str>, message: Option<&str>) -> CallError {
    CallError::refused(operation, code.unwrap_or("failed entry"), message.unwrap_or("no details were given"))
}

fn owner_tag(owner: &str) -> Result<Tag> {
    Tag::builder().key(OWNER_TAG).value(owner).build().context(|| "could not create a tag")
}
