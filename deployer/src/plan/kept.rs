//! Resources that stay as they are, because others use them or decide on them.

use serde::Serialize;

use super::Planner;
use crate::artifact::{CodeSource, Identity};
use crate::resource::{Resource, ResourceKind};
use crate::resources::{Function, LogGroup, Schedule};

/// A resource with our name that stays as it is, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub kind: ResourceKind,
    pub name: String,
    pub region: String,
    pub why: String,
}

impl Kept {
    pub fn new<R: Resource>(resource: &R, why: String) -> Self {
        let (name, region) = (resource.name().to_owned(), resource.region().to_owned());
        Self { kind: R::KIND, name, region, why }
    }
}

impl Planner<'_> {
    pub(super) fn keep<R: Resource>(&mut self, resource: &R, why: String) {
        self.plan.kept.push(Kept::new(resource, why));
    }

    /// Return the desired function. If its current code comes from a file (`--bootstrap`) that was not passed again, only
    /// the settings are compared, without the day on which AWS closes the account. If an upload is needed anyway, it gets
    /// the code that is built.
    pub(super) fn given_by_hand(
        &mut self,
        desired: Option<&Function>,
        observed: Option<&Function>,
    ) -> Option<Function> {
        let (Some(desired), Some(observed)) = (desired, observed) else { return desired.cloned() };
        let identity = |function: &Function| function.code.as_deref().and_then(Identity::parse);
        let is_comparable = match (identity(desired), identity(observed)) {
            (Some(wanted), Some(current)) => {
                wanted.source == current.source
                    || current.source != CodeSource::Given
                    || wanted.settings != current.settings
                    || observed.health.is_failed()
            }
            _ => true,
        };
        if is_comparable {
            return Some(desired.clone());
        }
        let why = "its code was built elsewhere and is not compared; pass it with `--bootstrap PATH`";
        self.keep(observed, why.to_owned());
        let (code, account_closes) = (observed.code.clone(), observed.account_closes);
        Some(Function { code, account_closes, ..desired.clone() })
    }

    /// Return the desired schedule. A rule with targets of others stays without our target. Its tag stays as well, so that the
    /// rule can be used again, and is deleted when the others no longer use it.
    pub(super) fn shared_rule(
        &mut self,
        desired: Option<&Schedule>,
        observed: Option<&Schedule>,
    ) -> Option<Schedule> {
        let ours = |schedule: &&Schedule| self.is_ours(*schedule) || self.intent.adopt;
        let shared = |schedule: &&Schedule| schedule.rule.is_some() && !schedule.others.is_empty();
        let Some(observed) = observed.filter(|_| desired.is_none()).filter(ours).filter(shared) else {
            return desired.cloned();
        };
        let why = format!("others added targets to it: {}", observed.others.join(", "));
        self.keep(observed, why);
        Some(Schedule { target: None, ..observed.clone() })
    }

    /// Report a policy of the account that sets another retention than the desired one. No call of ours would change
    /// that, so it is not drift.
    pub(super) fn account_retention(&mut self, desired: Option<&LogGroup>, observed: Option<&LogGroup>) {
        let (Some(desired), Some(observed)) = (desired, observed) else { return };
        if let Some(policy) = &observed.account_policy
            && desired.retention_days != observed.retention_days
        {
            let days = observed.retention_days.map_or("no limit".to_owned(), |days| format!("{days} days"));
            let why = format!("the account's policy `{policy}` sets its retention: {days}");
            self.keep(observed, why);
        }
    }
}
