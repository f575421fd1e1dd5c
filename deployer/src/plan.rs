//! The difference between two stacks. Pure: values in, a value out, nothing awaited.
//!
//! A [`Plan`] is printed, serialized and applied from the same value, its order included. It holds neither bytes nor
//! secrets.

mod digest;
mod expected;
mod kept;
mod markdown;
mod need;
mod needs;
mod place;
mod recreated;
mod roles;
mod step;
mod text;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use self::expected::{Document, Expected, NotADocument, parse_digest};
pub use self::kept::Kept;
pub use self::markdown::Remarks;
pub use self::need::Need;
pub use self::place::Place;
pub use self::step::{Action, Change, Delta, Step};
use crate::error::{Error, Result};
use crate::names::parameters::{Contents, contents, state_parameter};
use crate::names::{Account, Names, OWNER_TAG};
use crate::resource::{Batch, Resource, ResourceKind, find, is_same};
use crate::resources::{Content, Function, Parameter, Secret};
use crate::stack::Stack;

/// The steps from one stack to another, in an order in which each comes after those that it needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub place: Place,
    pub steps: Vec<Step>,
    pub kept: Vec<Kept>,
}

/// What a plan is for, and what it may take over.
#[derive(Debug, Clone, Copy)]
pub struct Intent<'a> {
    /// The deployment's names. A resource with the tag of another deployment, or with none, is not ours.
    pub names: &'a Names,
    /// The account, in the deployment's own region.
    pub account: &'a Account,
    /// Take over what has our name but not our tag.
    pub adopt: bool,
    /// Regions that could not be read: what they have is not known.
    pub unchecked: &'a [String],
}

impl Intent<'_> {
    fn place(&self) -> Place {
        let Account { partition, id, region } = self.account.clone();
        Place { deployment: self.names.deployment.clone(), partition, account: id, region }
    }
}

/// Return the steps that make `observed` equal to `desired`.
///
/// Fails if something that we need exists but is not ours, and if a secret has no value.
pub fn plan(desired: &Stack, observed: &Stack, intent: Intent<'_>) -> Result<Plan> {
    // Without `..`: a kind that is not considered below does not compile.
    let Stack { roles, log_groups, parameters, secrets, functions, function_urls, schedules } = desired;
    let mut shared = Vec::new();
    let mut planner = Planner { intent, plan: Plan { place: intent.place(), ..Plan::default() } };
    for (desired, observed) in pairs(roles, &observed.roles) {
        let first = planner.shared_role(desired, observed);
        planner.consider(first.as_ref(), observed, Change::Role)?;
        if let (Some(desired), Some(first)) = (desired, first) {
            let last = planner.without_past_regions(desired, &first);
            shared.push((first, last));
        }
    }
    for (desired, observed) in pairs(log_groups, &observed.log_groups) {
        planner.consider(desired, observed, Change::LogGroup)?;
        planner.account_retention(desired, observed);
    }
    let of_state = |(desired, observed): &(Option<&Parameter>, Option<&Parameter>)| {
        desired.or(*observed).is_some_and(|parameter| contents(&parameter.name) == Contents::State)
    };
    let (state, others): (Vec<_>, Vec<_>) =
        pairs(parameters, &observed.parameters).into_iter().partition(of_state);
    for (desired, observed) in state {
        planner.consider(desired, observed, Change::Parameter)?;
    }
    for (desired, observed) in pairs(secrets, &observed.secrets) {
        planner.consider(desired, observed, Change::Secret)?;
    }
    // SSM accepts few writes a second: those come first that a function waits for.
    for (desired, observed) in others {
        planner.consider(desired, observed, Change::Parameter)?;
    }
    let left = planner.without_orphans(functions, observed)?;
    let mut remembering = Vec::new();
    for (desired, existing) in pairs(functions, &left.functions) {
        let desired = planner.given_by_hand(desired, existing);
        let first = planner.remembering(desired.as_ref(), observed);
        planner.consider(first.as_ref(), existing, Change::Function)?;
        remembering.extend(first.zip(desired));
    }
    for (desired, existing) in pairs(function_urls, &left.function_urls) {
        let existing = planner.without_lost_statements(desired, existing, functions);
        planner.consider(desired, existing.as_ref(), Change::FunctionUrl)?;
        planner.note_new_address(desired, &observed.function_urls);
    }
    for (desired, observed) in pairs(schedules, &left.schedules) {
        let desired = planner.shared_rule(desired, observed);
        planner.consider(desired.as_ref(), observed, Change::Schedule)?;
    }
    for (from, to) in remembering {
        planner.forget(from, to, Change::Function);
    }
    for (from, to) in shared {
        planner.forget(from, to, Change::Role);
    }
    let Planner { mut plan, .. } = planner;
    plan.steps = needs::in_order(plan.steps, functions, intent.names);
    // Check this last: a user who has to adopt something may find the secrets there.
    secrets_available(secrets, observed)?;
    Ok(plan)
}

/// Desired and observed instances side by side: all that are desired, then those that are not.
fn pairs<'a, R: Resource>(desired: &'a [R], observed: &'a [R]) -> Vec<(Option<&'a R>, Option<&'a R>)> {
    let wanted = desired.iter().map(|one| (Some(one), find(observed, one.name(), one.region())));
    let obsolete = observed.iter().filter(|other| !desired.iter().any(|one| is_same(one, *other)));
    wanted.chain(obsolete.map(|other| (None, Some(other)))).collect()
}

fn secrets_available(secrets: &[Secret], observed: &Stack) -> Result<()> {
    for secret in secrets {
        let Content::Keep { missing } = &secret.content else { continue };
        if find(&observed.secrets, &secret.name, &secret.region).is_some() {
            continue;
        }
        let variables = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let is = if missing.len() == 1 { "is" } else { "are" };
        let export = missing.iter().map(|name| format!("{name}=...")).collect::<Vec<_>>().join(" ");
        return Err(Error::usage(format!("{variables} {is} not set"))
            .cause(format!(
                "the secret `{}` does not exist in AWS yet, so it has to be created now",
                secret.name
            ))
            .hint(format!("set it in the environment and run again: export {export}")));
    }
    Ok(())
}

struct Planner<'a> {
    intent: Intent<'a>,
    plan: Plan,
}

impl Planner<'_> {
    fn is_ours<R: Resource>(&self, resource: &R) -> bool {
        resource.owner() == Some(self.intent.names.deployment.as_str())
    }

    fn consider<R: Resource>(
        &mut self,
        desired: Option<&R>,
        observed: Option<&R>,
        wrap: fn(Delta<R>) -> Change,
    ) -> Result<()> {
        match (desired, observed) {
            (None, None) => {}
            (Some(desired), None) => {
                let changes = desired.differences(None);
                self.push(Step::new(Delta::Create(desired.clone()), changes, wrap));
            }
            (Some(desired), Some(observed)) => {
                self.check_owner(observed)?;
                let changes = desired.differences(Some(observed));
                if !changes.is_empty() {
                    let delta = Delta::Update { from: observed.clone(), to: desired.clone() };
                    self.push(Step::new(delta, changes, wrap));
                }
            }
            (None, Some(observed)) if self.is_ours(observed) || self.intent.adopt => {
                self.push(Step::new(Delta::Delete(observed.clone()), Vec::new(), wrap));
            }
            (None, Some(observed)) => self.keep(observed, describe_owner(observed.owner())),
        }
        Ok(())
    }

    /// Return the desired function while parameters under a previous name exist: its tag is the only record of them, so
    /// the tag stays until they are deleted, even if the run is interrupted.
    fn remembering(&self, desired: Option<&Function>, observed: &Stack) -> Option<Function> {
        let desired = desired?;
        let previous = find(&observed.functions, &desired.name, &desired.region)
            .and_then(|function| function.state.as_ref())
            .filter(|state| **state != self.intent.names.state_parameter);
        let is_left = |state: &&String| {
            let belongs = |parameter: &&Parameter| state_parameter(&parameter.name) == state.as_str();
            observed.parameters.iter().filter(belongs).any(|parameter| self.is_ours(parameter))
        };
        let state = previous.filter(is_left).or(desired.state.as_ref()).cloned();
        Some(Function { state, ..desired.clone() })
    }

    /// Remove the only record of what is removed by this plan, as the last step.
    fn forget<R: Resource>(&mut self, from: R, to: R, wrap: fn(Delta<R>) -> Change) {
        let changes = to.differences(Some(&from));
        if !changes.is_empty() {
            self.push(Step::new(Delta::Update { from, to }, changes, wrap));
        }
    }

    /// Fail if a resource has our name but not our tag, unless it is to be taken over.
    fn check_owner<R: Resource>(&self, observed: &R) -> Result<()> {
        let is_adopted = self.intent.adopt || (R::ADOPTED_SILENTLY && observed.owner().is_none());
        if self.is_ours(observed) || is_adopted {
            return Ok(());
        }
        Err(Error::new(format!(
            "{} `{}` already exists and is not managed by this deployment",
            R::KIND,
            observed.name()
        ))
        .cause(describe_owner(observed.owner()))
        .hint("`plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration"))
    }

    fn push(&mut self, step: Step) {
        self.plan.steps.push(step);
    }
}

fn describe_owner(owner: Option<&str>) -> String {
    match owner {
        Some(other) => format!("its tag `{OWNER_TAG}` says that it belongs to the deployment `{other}`"),
        None => format!("it has no tag `{OWNER_TAG}`"),
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the functions' code has to be uploaded.
    pub fn needs_code(&self) -> bool {
        self.steps.iter().any(|step| match &step.change {
            Change::Function(Delta::Create(_)) => true,
            Change::Function(Delta::Update { from, to }) => to.needs_upload(from),
            _ => false,
        })
    }

    /// The parameters that are deleted, grouped by what their deletion needs.
    pub fn deletions(&self) -> Batch {
        let mut groups: Vec<(&Step, Vec<String>)> = Vec::new();
        let is_parameter = |kind| matches!(kind, ResourceKind::Parameter | ResourceKind::Secret);
        for step in self.steps.iter().filter(|step| step.action == Action::Delete && is_parameter(step.kind))
        {
            let is_alike = |other: &Step| (&other.region, &other.needs) == (&step.region, &step.needs);
            match groups.iter_mut().find(|(first, _)| is_alike(first)) {
                Some((_, names)) => names.push(step.name.clone()),
                None => groups.push((step, vec![step.name.clone()])),
            }
        }
        Batch::new(groups.into_iter().map(|(first, names)| (first.region.clone(), names)))
    }

    /// Identify what the plan does, and where: the same on every run and machine, and different if the deployment's
    /// name, the account, the region, any step or any change differs. The values of secrets are not part of it.
    pub fn digest(&self) -> String {
        digest::of(self)
    }

    fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = serializer.serialize_struct("Plan", 4)?;
        plan.serialize_field("digest", &self.digest())?;
        plan.serialize_field("place", &self.place)?;
        plan.serialize_field("steps", &self.steps)?;
        if self.kept.is_empty() {
            plan.skip_field("kept")?;
        } else {
            plan.serialize_field("kept", &self.kept)?;
        }
        plan.end()
    }
}
