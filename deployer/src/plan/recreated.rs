//! What is lost with a function that is deleted, also if it is recreated: its URL, whose address changes, and the
//! statements of its policy.

use serde_json::Value;

use super::{Action, Change, Delta, Planner, Step};
use crate::error::Result;
use crate::resource::{Difference, Resource as _, ResourceKind, find, is_same};
use crate::resources::{Binding, Function, FunctionUrl};
use crate::stack::Stack;

impl Planner<'_> {
    /// Delete the functions that have to be recreated because their role was: Lambda's grants belong to the unique id
    /// of the role with which the function was created. Return what is left; their URLs and permissions are deleted with
    /// them.
    pub(super) fn without_orphans(&mut self, desired: &[Function], observed: &Stack) -> Result<Stack> {
        let mut left = observed.clone();
        for function in &observed.functions {
            if function.binding != Binding::Stale || !desired.iter().any(|one| is_same(one, function)) {
                continue;
            }
            self.check_owner(function)?;
            self.push(Step::new(Delta::Delete(function.clone()), Vec::new(), Change::Function));
            left.functions.retain(|one| !is_same(one, function));
            left.function_urls.retain(|url| !url.serves(function));
            for schedule in left.schedules.iter_mut().filter(|schedule| schedule.runs(function)) {
                schedule.permission = None;
            }
        }
        Ok(left)
    }

    /// Return an observed URL; if it is not desired, without the statements that are deleted with its function. `None` if
    /// nothing else is left of it, or if its function is not ours: then the function is reported.
    pub(super) fn without_lost_statements(
        &self,
        desired: Option<&FunctionUrl>,
        observed: Option<&FunctionUrl>,
        functions: &[Function],
    ) -> Option<FunctionUrl> {
        let observed = observed?;
        if desired.is_some() || find(functions, observed.name(), observed.region()).is_some() {
            return Some(observed.clone());
        }
        if !self.is_ours(observed) && !self.intent.adopt {
            return None;
        }
        let left = FunctionUrl { url_permission: None, invoke_permission: None, ..observed.clone() };
        left.url.is_some().then_some(left)
    }

    /// Say in the step that creates a URL that it replaces one: AWS makes up another address, also under the same name.
    pub(super) fn note_new_address(&mut self, desired: Option<&FunctionUrl>, observed: &[FunctionUrl]) {
        let Some(desired) = desired else { return };
        let is_taken = |other: &FunctionUrl| self.is_ours(other) || self.intent.adopt;
        let replaces =
            |other: &FunctionUrl| other.name == desired.name && other.url.is_some() && is_taken(other);
        if !observed.iter().any(replaces) {
            return;
        }
        let creates = self.plan.steps.last_mut().filter(|step| {
            step.kind == ResourceKind::FunctionUrl
                && step.action == Action::Create
                && (step.name.as_str(), step.region.as_str()) == (desired.name(), desired.region())
        });
        if let Some(step) = creates {
            let (from, to) = (Value::from("the current one"), Value::from("a new one"));
            step.changes.push(Difference { field: "address", from, to });
        }
    }
}
