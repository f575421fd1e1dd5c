//! Parameters that are deleted together: Parameter Store takes ten names in one call, and few calls a second.

use futures_util::future::try_join_all;
use tokio::sync::OnceCell;

use super::Task;
use crate::aws::gone;
use crate::error::{Error, Result};
use crate::plan::{Action, Plan};
use crate::resource::Kind;

const MAX_NAMES: usize = 10;

/// A plan's deletions of parameters, wave by wave, and what became of them.
#[derive(Default)]
pub struct Batch(Vec<Together>);

struct Together {
    wave: u8,
    names: Vec<String>,
    outcome: OnceCell<Result<()>>,
}

impl Batch {
    pub fn of(plan: &Plan) -> Self {
        let mut batch = Self::default();
        let is_parameter = |kind| matches!(kind, Kind::Parameter | Kind::Secret);
        for step in plan.steps.iter().filter(|step| step.action == Action::Delete && is_parameter(step.kind))
        {
            match batch.0.iter_mut().find(|together| together.wave == step.wave) {
                Some(together) => together.names.push(step.name.clone()),
                None => {
                    let names = vec![step.name.clone()];
                    batch.0.push(Together { wave: step.wave, names, outcome: OnceCell::new() });
                }
            }
        }
        batch
    }

    /// Deletes it with all that goes at the same time. Whoever comes first makes the call; the others share its outcome.
    pub async fn delete(&self, name: &str, task: &Task<'_>) -> Result<()> {
        let together = self.0.iter().find(|together| together.names.iter().any(|known| known == name));
        let together = together.ok_or_else(|| Error::new(format!("`{name}` is not in the plan")))?;
        together.outcome.get_or_init(|| delete(&together.names, task)).await.clone()
    }
}

async fn delete(names: &[String], task: &Task<'_>) -> Result<()> {
    try_join_all(names.chunks(MAX_NAMES).map(async |names| match names {
        [name] => delete_one(name, task).await,
        names => delete_together(names, task).await,
    }))
    .await?;
    Ok(())
}

/// What is not there is no error: AWS only mentions it.
async fn delete_together(names: &[String], task: &Task<'_>) -> Result<()> {
    let is_allowed = task.settle(async || {
        task.pace.next().await;
        let call = task.aws.ssm.delete_parameters().set_names(Some(names.to_vec()));
        match task.aws.call("ssm", "DeleteParameters", call.send()).await {
            Err(error) if error.is_denied() => Ok(false),
            other => other.map(|_| true),
        }
    });
    // It is a right of its own, and has to cover all of the names.
    if !is_allowed.await? {
        try_join_all(names.iter().map(|name| delete_one(name, task))).await?;
    }
    Ok(())
}

async fn delete_one(name: &str, task: &Task<'_>) -> Result<()> {
    task.settle(async || {
        task.pace.next().await;
        gone(task.aws.call("ssm", "DeleteParameter", task.aws.ssm.delete_parameter().name(name).send()).await)
    })
    .await
}
