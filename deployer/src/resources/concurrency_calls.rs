//! Lambda's calls about the concurrency that is reserved for a function.

use super::concurrency::{Concurrency, cannot_reserve};
use super::function::Function;
use crate::error::Result;
use crate::resource::Task;
use crate::retry::FUNCTION_BUDGET;

impl Function {
    /// Set what is reserved for it, if that is managed. A reservation for the page is a limit of what a flood of requests
    /// can cost, so there must be no URL before.
    pub(super) async fn put_concurrency(&self, task: &Task<'_>) -> Result<()> {
        match self.concurrency {
            None => Ok(()),
            Some(Concurrency::Unreserved) => self.delete_concurrency(task).await,
            Some(Concurrency::Reserved(number)) => {
                let refusal = task
                    .call_within(FUNCTION_BUDGET, async || {
                        let call = task.aws.lambda.put_function_concurrency();
                        let call = call.function_name(&self.name).reserved_concurrent_executions(number);
                        match task.aws.call("lambda", "PutFunctionConcurrency", call.send()).await {
                            Err(error) if error.exceeds_quota() => Ok(Some(error)),
                            other => other.map(|_| None),
                        }
                    })
                    .await?;
                refusal.map_or(Ok(()), |error| Err(cannot_reserve(error.into(), number, &self.region)))
            }
        }
    }

    pub(super) async fn delete_concurrency(&self, task: &Task<'_>) -> Result<()> {
        task.call_within(FUNCTION_BUDGET, async || {
            let call = task.aws.lambda.delete_function_concurrency().function_name(&self.name);
            task.aws.call("lambda", "DeleteFunctionConcurrency", call.send()).await
        })
        .await?;
        Ok(())
    }
}
