//! Lambda's calls about a function URL.

use aws_sdk_lambda::types::{Cors, FunctionUrlAuthType, InvokeMode};

use super::function_url::{FunctionUrl, UrlConfig};
use super::permission_calls::Statement;
use crate::aws::gone;
use crate::error::{Error, Result};
use crate::resource::Task;

impl FunctionUrl {
    pub(super) fn of_url(&self) -> Statement<'_> {
        Statement { function: &self.name, id: &self.url_statement }
    }

    pub(super) fn of_invoke(&self) -> Statement<'_> {
        Statement { function: &self.name, id: &self.invoke_statement }
    }

    /// "Exists already" may be our own success whose answer was lost, or the work of another program since the plan was
    /// made. The function is ours, and so is its URL: it gets the desired settings and keeps its address.
    pub(super) async fn create_url(&self, url: &UrlConfig, task: &Task<'_>) -> Result<()> {
        let refusal = task
            .call(async || {
                let call = task
                    .aws
                    .lambda
                    .create_function_url_config()
                    .function_name(&self.name)
                    .auth_type(FunctionUrlAuthType::from(url.auth.as_str()))
                    .invoke_mode(InvokeMode::from(url.invoke_mode.as_str()));
                match task.aws.call("lambda", "CreateFunctionUrlConfig", call.send()).await {
                    Err(error) if error.already_exists() || error.is_not_offered() => Ok(Some(error)),
                    other => other.map(|_| None),
                }
            })
            .await?;
        match refusal {
            None => Ok(()),
            Some(error) if error.is_not_offered() => Err(Error::from(error).hint(not_offered_hint())),
            Some(_) => self.update_url(url, task).await,
        }
    }

    /// Settings that are left out stay as they are, so that CORS is removed by an empty one.
    pub(super) async fn update_url(&self, url: &UrlConfig, task: &Task<'_>) -> Result<()> {
        task.call(async || {
            let call = task
                .aws
                .lambda
                .update_function_url_config()
                .function_name(&self.name)
                .auth_type(FunctionUrlAuthType::from(url.auth.as_str()))
                .invoke_mode(InvokeMode::from(url.invoke_mode.as_str()))
                .cors(Cors::builder().build());
            task.aws.call("lambda", "UpdateFunctionUrlConfig", call.send()).await
        })
        .await?;
        Ok(())
    }

    pub(super) async fn delete_url(&self, task: &Task<'_>) -> Result<()> {
        task.call(async || {
            let call = task.aws.lambda.delete_function_url_config().function_name(&self.name).send();
            gone(task.aws.call("lambda", "DeleteFunctionUrlConfig", call).await)
        })
        .await
    }
}

/// Return the error for a status page in a region that has no function URLs.
pub fn not_offered(region: &str) -> Error {
    Error::usage(format!("the status page cannot be served in {region}"))
        .cause("Lambda has no function URLs in this region")
        .hint(not_offered_hint())
}

fn not_offered_hint() -> &'static str {
    "set `region` in [page] to a region with function URLs, for example `us-east-1` or `eu-west-1`"
}
