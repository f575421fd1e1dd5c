//! Lambda's calls that add a statement to a function's policy, or remove it.

use super::permission::{Permission, statement};
use crate::aws::{Aws, CallError, gone, present};
use crate::error::Result;
use crate::resource::Task;

/// Read a function's policy. The same 404 means "no policy" and "no function".
pub(super) async fn policy_of(function: &str, aws: &Aws) -> Result<Option<String>, CallError> {
    let call = aws.lambda.get_policy().function_name(function).send();
    Ok(present(aws.call("lambda", "GetPolicy", call).await)?.and_then(|answer| answer.policy))
}

/// A statement in the policy of a function, by its id.
#[derive(Clone, Copy)]
pub(super) struct Statement<'a> {
    pub function: &'a str,
    pub id: &'a str,
}

impl Statement<'_> {
    /// Replace it step by step, never in parallel: Lambda has been observed to lose statements otherwise.
    ///
    /// `exists` is whether there is one with this id and another content.
    pub(super) async fn replace(self, permission: &Permission, exists: bool, task: &Task<'_>) -> Result<()> {
        if exists {
            self.remove(task).await?;
        }
        if self.add(permission, task).await? {
            return Ok(());
        }
        // It exists although the plan did not expect it: our own success whose answer was lost, or a stale one.
        let policy = policy_of(self.function, task.aws).await?;
        if policy.and_then(|policy| statement(&policy, self.id)).as_ref() == Some(permission) {
            return Ok(());
        }
        self.remove(task).await?;
        self.add(permission, task).await?;
        Ok(())
    }

    /// Return whether it was added; `false` if a statement with this id exists already.
    async fn add(self, permission: &Permission, task: &Task<'_>) -> Result<bool> {
        task.call(async || {
            let call = task
                .aws
                .lambda
                .add_permission()
                .function_name(self.function)
                .statement_id(self.id)
                .action(&permission.action)
                .principal(&permission.principal)
                .set_source_arn(permission.source.clone())
                .set_function_url_auth_type(permission.url_auth.as_deref().map(Into::into))
                .set_invoked_via_function_url(permission.via_url.as_deref().map(|via| via == "true"));
            match task.aws.call("lambda", "AddPermission", call.send()).await {
                Err(error) if error.already_exists() => Ok(false),
                other => other.map(|_| true),
            }
        })
        .await
    }

    pub(super) async fn remove(self, task: &Task<'_>) -> Result<()> {
        task.call(async || {
            let call = task.aws.lambda.remove_permission();
            let call = call.function_name(self.function).statement_id(self.id);
            gone(task.aws.call("lambda", "RemovePermission", call.send()).await)
        })
        .await
    }
}
