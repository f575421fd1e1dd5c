//! One step's work on one resource: the clients, what they need, and the others that it depends on.

use std::time::Duration;

use plexmon_function::contract::secrets::Secrets;

use super::{Batch, CreatedHere, Pace, RoleIds, Turn};
use crate::artifact::Zip;
use crate::aws::{Aws, CallError, Created};
use crate::error::Result;
use crate::names::Account;
use crate::report::Progress;
use crate::retry::{SHORT_BUDGET, keep_calling};

/// Bytes and secrets: what a plan does not hold but applying it needs.
#[derive(Default)]
pub struct Materials {
    pub zip: Option<Zip>,
    pub secrets: Option<Secrets>,
}

/// What the calls about a resource need.
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
    /// What the calls are about.
    pub subjects: &'a [(Created, &'a str)],
    pub pace: &'a Pace,
    pub turn: &'a Turn<'a>,
    pub progress: &'a Progress,
}

impl Task<'_> {
    /// Make a call that may collide with another change to the same resource, which passes within moments.
    pub async fn call<T>(&self, call: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T> {
        self.call_within(SHORT_BUDGET, call).await
    }

    /// Repeat a call as long as AWS says that it is busy, or does not know yet what this run has created.
    pub async fn call_within<T>(
        &self,
        budget: Duration,
        call: impl AsyncFnMut() -> Result<T, CallError>,
    ) -> Result<T> {
        keep_calling(self.progress, budget, |error| self.is_about_new(error), call).await
    }

    /// Record that this run has created a resource of its region.
    pub fn has_created(&self, kind: Created, name: &str) {
        self.created.add(kind, &self.aws.region, name);
    }

    fn is_about_new(&self, error: &CallError) -> bool {
        let Some(kind) = Created::of(error.operation.service) else { return false };
        let of_kind = self.subjects.iter().filter(|(subject, _)| *subject == kind);
        let names: Vec<&str> = of_kind.map(|(_, name)| *name).collect();
        self.created.includes(kind, &self.aws.region, &names)
    }
}
