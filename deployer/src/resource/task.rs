//! The context of one step: the clients, their inputs, and the steps that it depends on.

use std::time::Duration;

use plexmon_function::contract::secrets::Secrets;

use super::{Batch, CreatedHere, Pace, RoleIds, Turn};
use crate::artifact::Zip;
use crate::aws::{Aws, CallError, Created, Existence};
use crate::error::Result;
use crate::names::Account;
use crate::report::Progress;
use crate::retry::{SHORT_BUDGET, keep_calling};

/// The code and the secrets: a plan does not contain them, but applying it needs them.
#[derive(Default)]
pub struct Materials {
    pub zip: Option<Zip>,
    pub secrets: Option<Secrets>,
}

/// What the calls of one step need.
pub struct Task<'a> {
    /// The clients of the resource's region.
    pub aws: &'a Aws,
    /// The account, in the resource's region.
    pub account: &'a Account,
    /// The deployment's name, which becomes the owner's tag.
    pub deployment: &'a str,
    pub materials: &'a Materials,
    pub role_ids: &'a RoleIds,
    /// Detach from roles the policies that others attached.
    pub force: bool,
    pub parameters: &'a Batch,
    pub created: &'a CreatedHere,
    /// The resources that the calls are about, by kind and name.
    pub subjects: &'a [(Created, &'a str)],
    pub pace: &'a Pace,
    pub turn: &'a Turn<'a>,
    pub progress: &'a Progress,
}

impl Task<'_> {
    /// Make a call that may conflict with another change to the same resource for a moment.
    pub async fn call<T>(&self, call: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T> {
        self.call_within(SHORT_BUDGET, call).await
    }

    /// Repeat a call while AWS is busy, or does not yet know a resource that this run has created.
    pub async fn call_within<T>(
        &self,
        budget: Duration,
        call: impl AsyncFnMut() -> Result<T, CallError>,
    ) -> Result<T> {
        keep_calling(self.progress, budget, |error| self.existence(error), call).await
    }

    /// Record that this run has created a resource in the step's region.
    pub fn has_created(&self, kind: Created, name: &str) {
        self.created.add(kind, &self.aws.region, name);
    }

    fn existence(&self, error: &CallError) -> Existence {
        let Some(kind) = Created::of(error.operation.service) else { return Existence::Known };
        let of_kind = self.subjects.iter().filter(|(subject, _)| *subject == kind);
        let names: Vec<&str> = of_kind.map(|(_, name)| *name).collect();
        match self.created.includes(kind, &self.aws.region, &names) {
            true => Existence::Recent,
            false => Existence::Known,
        }
    }
}
