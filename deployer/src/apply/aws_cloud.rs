//! AWS as the [`Cloud`] that a plan is applied to.

use super::Cloud;
use crate::aws::Aws;
use crate::error::Result;
use crate::names::Account;
use crate::plan::{Change, Delta, Step};
use crate::report::Progress;
use crate::resource::{Batch, CreatedHere, Materials, Pace, Resource, RoleIds, Task, Turn};

/// The clients, and what the steps of one run share.
pub struct AwsCloud<'a> {
    /// The clients of the deployment's own region.
    pub aws: &'a Aws,
    pub account: &'a Account,
    /// The deployment's name.
    pub deployment: &'a str,
    pub materials: &'a Materials,
    pub role_ids: RoleIds,
    pub force: bool,
    /// The parameters that the plan deletes.
    pub parameters: Batch,
    pub created: CreatedHere,
    pub pace: Pace,
}

impl Cloud for AwsCloud<'_> {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> Result<()> {
        let task = Task {
            aws: &self.aws.in_region(&step.region),
            account: &self.account.in_region(&step.region),
            deployment: self.deployment,
            materials: self.materials,
            role_ids: &self.role_ids,
            force: self.force,
            parameters: &self.parameters,
            created: &self.created,
            subjects: &step.change.subjects(),
            pace: &self.pace,
            turn,
            progress,
        };
        match &step.change {
            Change::Role(delta) => delta.apply(&task).await,
            Change::LogGroup(delta) => delta.apply(&task).await,
            Change::Parameter(delta) => delta.apply(&task).await,
            Change::Secret(delta) => delta.apply(&task).await,
            Change::Function(delta) => delta.apply(&task).await,
            Change::FunctionUrl(delta) => delta.apply(&task).await,
            Change::Schedule(delta) => delta.apply(&task).await,
        }
    }
}

impl<R: Resource> Delta<R> {
    async fn apply(&self, task: &Task<'_>) -> Result<()> {
        match self {
            Self::Create(resource) => resource.create(task).await,
            Self::Update { from, to } => to.update(from, task).await,
            Self::Delete(resource) => resource.delete(task).await,
        }
    }
}
