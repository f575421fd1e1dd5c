//! What lies between two stacks. Pure: values in, a value out, nothing awaited.
//!
//! A [`Plan`] is printed, serialised and applied from the same thing. It holds neither bytes nor secrets.

mod kept;
mod order;
mod text;

use std::fmt::{self, Display};

pub use kept::Kept;
pub use order::Start;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::names::{OWNER_TAG, state_parameter};
use crate::resource::{Difference, Kind, Resource};
use crate::resources::{Binding, Content, Function, LogGroup, Parameter, Role, Schedule, Secret};
use crate::stack::Stack;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    Delete,
}

impl Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        })
    }
}

/// From what to what.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta<R> {
    Create(R),
    Update { from: R, to: R },
    Delete(R),
}

/// A delta of any kind of resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Role(Delta<Role>),
    LogGroup(Delta<LogGroup>),
    Parameter(Delta<Parameter>),
    Secret(Delta<Secret>),
    Function(Delta<Function>),
    Schedule(Delta<Schedule>),
}

/// One thing to do to one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub action: Action,
    pub kind: Kind,
    pub name: String,
    pub changes: Vec<Difference>,
    /// Steps of one wave run at once; those of later waves wait for them.
    #[serde(skip)]
    pub wave: u8,
    #[serde(skip)]
    pub start: Start,
    #[serde(skip)]
    pub change: Change,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// For whom a plan is made.
#[derive(Debug, Clone, Copy)]
pub struct Intent<'a> {
    /// Our deployment's name: what bears another's tag, or none, is not ours.
    pub deployment: &'a str,
    /// Where we are: the role is shared by all regions.
    pub region: &'a str,
    /// Take over what bears our name but not our tag.
    pub adopt: bool,
}

/// The steps that make `observed` into `desired`.
///
/// Fails where something that we need exists but is not ours, and where a secret is nowhere to be had.
pub fn plan(desired: &Stack, observed: &Stack, intent: Intent<'_>) -> Result<Plan> {
    let mut observed = observed.clone();
    let mut planner = Planner { intent, plan: Plan::default() };

    let role = planner.shared_role(desired.role.as_ref(), observed.role.as_ref());
    planner.consider(role.as_ref(), observed.role.as_ref(), Change::Role)?;
    planner.consider(desired.log_group.as_ref(), observed.log_group.as_ref(), Change::LogGroup)?;
    planner.retention_of_the_account(desired.log_group.as_ref(), observed.log_group.as_ref());
    planner.consider(desired.state.as_ref(), observed.state.as_ref(), Change::Parameter)?;
    for part in &desired.state_parts {
        let there = observed.state_parts.iter().find(|there| there.name == part.name);
        planner.consider(Some(part), there, Change::Parameter)?;
    }
    for part in observed.state_parts.iter().filter(|_| desired.state_parts.is_empty()) {
        planner.consider(None, Some(part), Change::Parameter)?;
    }
    planner.consider(desired.secrets.as_ref(), observed.secrets.as_ref(), Change::Secret)?;

    // Lambda's grants hang on the unique id of the role that the function was made with.
    let orphaned = |function: &&Function| desired.function.is_some() && function.binding == Binding::Stale;
    if let Some(function) = observed.function.as_ref().filter(orphaned) {
        planner.owned(function)?;
        planner.push(
            Action::Delete,
            function.clone(),
            Vec::new(),
            Change::Function(Delta::Delete(function.clone())),
        );
        observed.function = None;
        if let Some(schedule) = &mut observed.schedule {
            schedule.permission = None;
        }
    }
    let wanted = planner.given_by_hand(desired.function.as_ref(), observed.function.as_ref());
    let function = planner.remembering(wanted.as_ref(), &observed);
    planner.consider(function.as_ref(), observed.function.as_ref(), Change::Function)?;
    let schedule = planner.shared_rule(desired.schedule.as_ref(), observed.schedule.as_ref());
    planner.consider(schedule.as_ref(), observed.schedule.as_ref(), Change::Schedule)?;
    for parameter in &observed.old_parameters {
        planner.consider(None, Some(parameter), Change::Parameter)?;
    }
    let old_schedule = planner.shared_rule(None, observed.old_schedule.as_ref());
    planner.consider(old_schedule.as_ref(), observed.old_schedule.as_ref(), Change::Schedule)?;

    let old: Vec<String> = observed.old_parameters.iter().map(|old| old.name.clone()).collect();
    planner.order(desired.function.is_some(), &old);
    planner.forget(function, wanted.as_ref());
    // Last: who has to take something over finds the secrets there, perhaps.
    secrets_available(desired, &observed)?;
    Ok(planner.plan)
}

fn secrets_available(desired: &Stack, observed: &Stack) -> Result<()> {
    let Some(Secret { content: Content::Keep { missing }, name, .. }) = &desired.secrets else {
        return Ok(());
    };
    if observed.secrets.is_some() {
        return Ok(());
    }
    let variables = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let is = if missing.len() == 1 { "is" } else { "are" };
    let export = missing.iter().map(|name| format!("{name}=...")).collect::<Vec<_>>().join(" ");
    Err(Error::usage(format!("{variables} {is} not set"))
        .cause(format!("the secret `{name}` is not in AWS yet, so it has to be made now"))
        .hint(format!("set it in the environment and run again: export {export}")))
}

struct Planner<'a> {
    intent: Intent<'a>,
    plan: Plan,
}

impl Planner<'_> {
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
                self.push(Action::Create, desired.clone(), changes, wrap(Delta::Create(desired.clone())));
            }
            (Some(desired), Some(observed)) => {
                self.owned(observed)?;
                let changes = desired.differences(Some(observed));
                if !changes.is_empty() {
                    let delta = Delta::Update { from: observed.clone(), to: desired.clone() };
                    self.push(Action::Update, desired.clone(), changes, wrap(delta));
                }
            }
            (None, Some(observed))
                if observed.owner() == Some(self.intent.deployment) || self.intent.adopt =>
            {
                self.push(
                    Action::Delete,
                    observed.clone(),
                    Vec::new(),
                    wrap(Delta::Delete(observed.clone())),
                );
            }
            (None, Some(observed)) => self.plan.kept.push(Kept {
                kind: R::KIND,
                name: observed.name().to_owned(),
                why: whose(observed.owner()),
            }),
        }
        Ok(())
    }

    /// The function as it should be while parameters of an earlier name are still there: its tag is the only trace of
    /// them, so it stays until they are gone, whatever interrupts us.
    fn remembering(&self, desired: Option<&Function>, observed: &Stack) -> Option<Function> {
        let ours = |parameter: &&Parameter| parameter.owner() == Some(self.intent.deployment);
        let Some(old) = observed.old_parameters.iter().find(ours) else { return desired.cloned() };
        let old = &old.name;
        desired.map(|function| Function { state: Some(state_parameter(old).to_owned()), ..function.clone() })
    }

    /// The last step after [`remembering`](Self::remembering).
    fn forget(&mut self, remembering: Option<Function>, desired: Option<&Function>) {
        let (Some(from), Some(to)) = (remembering, desired) else { return };
        let changes = to.differences(Some(&from));
        if !changes.is_empty() {
            let change = Change::Function(Delta::Update { from, to: to.clone() });
            self.push(Action::Update, to.clone(), changes, change);
            if let Some(step) = self.plan.steps.last_mut() {
                (step.wave, step.start) = (order::LAST, Start::AfterAll);
            }
        }
    }

    /// Stops at what bears our name but not our tag, unless it is to be taken over.
    fn owned<R: Resource>(&self, observed: &R) -> Result<()> {
        let ours = observed.owner() == Some(self.intent.deployment);
        if ours || self.intent.adopt || (R::ADOPTED_SILENTLY && observed.owner().is_none()) {
            return Ok(());
        }
        Err(Error::new(format!("{} `{}` exists already and is not ours", R::KIND, observed.name()))
            .cause(whose(observed.owner()))
            .hint("`plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration"))
    }

    fn push<R: Resource>(&mut self, action: Action, resource: R, changes: Vec<Difference>, change: Change) {
        let name = resource.name().to_owned();
        let start = Start::default();
        self.plan.steps.push(Step { action, kind: R::KIND, name, changes, wave: 0, start, change });
    }
}

fn whose(owner: Option<&str>) -> String {
    match owner {
        Some(other) => format!("its tag `{OWNER_TAG}` says that it belongs to the deployment `{other}`"),
        None => format!("it has no tag `{OWNER_TAG}`"),
    }
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the function's code has to be uploaded.
    pub fn needs_code(&self) -> bool {
        self.steps.iter().any(|step| match &step.change {
            Change::Function(Delta::Create(_)) => true,
            Change::Function(Delta::Update { from, to }) => to.needs_upload(from),
            _ => false,
        })
    }

    fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }
}
