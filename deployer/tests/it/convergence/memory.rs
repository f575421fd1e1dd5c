//! A cloud in memory that enforces the dependencies of AWS, and injects one fault.

use std::sync::{Mutex, MutexGuard};

use plexmon_deploy::apply::Cloud;
use plexmon_deploy::error::{Error, Result};
use plexmon_deploy::plan::{Change, Delta, Step};
use plexmon_deploy::report::Progress;
use plexmon_deploy::resource::{Resource, Turn, is_same};
use plexmon_deploy::resources::{Binding, Concurrency, Function, FunctionUrl, Role, Schedule};
use plexmon_deploy::stack::Stack;

use super::initial_states::{PREVIOUS, make_consistent};

/// How one step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepFault {
    /// It was refused, and nothing was changed.
    Refused,
    /// Its first call succeeded, and a later one was refused.
    HalfDone,
    /// It was applied, but the response was lost.
    LostReply,
}

pub struct Memory {
    stack: Mutex<Stack>,
    fault: Option<(StepFault, Step)>,
}

impl Memory {
    pub fn new(stack: Stack) -> Self {
        Self { stack: Mutex::new(stack), fault: None }
    }

    pub fn with_fault(stack: Stack, fault: StepFault, step: &Step) -> Self {
        Self { stack: Mutex::new(stack), fault: Some((fault, step.clone())) }
    }

    /// Return what the next run would observe.
    pub fn stack(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap()
    }
}

impl Cloud for Memory {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, _: &Progress) -> Result<()> {
        turn.wait_for_all().await?;
        tokio::task::yield_now().await;
        let mut stack = self.stack();
        let Some((fault, _)) = self.fault.as_ref().filter(|(_, troubled)| troubled == step) else {
            return carry_out(&mut stack, &step.change);
        };
        match fault {
            StepFault::Refused => {}
            StepFault::HalfDone => carry_out(&mut stack, &half(&step.change))?,
            StepFault::LostReply => carry_out(&mut stack, &step.change)?,
        }
        Err(Error::new(format!("{fault:?}")))
    }
}

/// Apply a change, or refuse it as AWS would.
fn carry_out(stack: &mut Stack, change: &Change) -> Result<()> {
    match change {
        Change::Role(delta) => {
            // Recreated or deleted: either way, what its functions were granted is void.
            if !matches!(delta, Delta::Update { .. }) {
                let role = &delta.resource().name;
                for function in stack.functions.iter_mut().filter(|function| function.assumes(role)) {
                    function.binding = Binding::Stale;
                }
            }
            set(&mut stack.roles, delta)?;
        }
        Change::LogGroup(delta) => set(&mut stack.log_groups, delta)?,
        Change::Parameter(delta) => set(&mut stack.parameters, delta)?,
        Change::Secret(delta) => set(&mut stack.secrets, delta)?,
        Change::Function(delta) => {
            let has_role = stack.roles.iter().any(|role| delta.resource().assumes(&role.name));
            if !matches!(delta, Delta::Delete(_)) && !has_role {
                return Err(Error::new("the role cannot be assumed"));
            }
            set(&mut stack.functions, delta)?;
        }
        Change::FunctionUrl(delta) => {
            let function = stack.functions.iter().find(|function| delta.resource().serves(function));
            let is_limited = function.map(|function| function.concurrency == Some(Concurrency::Reserved(2)));
            match (delta, is_limited) {
                (Delta::Delete(_), _) | (_, Some(true)) => {}
                (_, Some(false)) => return Err(Error::new("the URL is public before its limit is set")),
                (_, None) => return Err(Error::new("there is no function to give a URL")),
            }
            set_url(&mut stack.function_urls, delta)?;
        }
        Change::Schedule(delta) => {
            let has_function = stack.functions.iter().any(|function| delta.resource().runs(function));
            if !matches!(delta, Delta::Delete(_)) && !has_function {
                return Err(Error::new("there is no function to give a permission to"));
            }
            remove_or_set(&mut stack.schedules, delta)?;
        }
    }
    make_consistent(stack);
    let is_left = stack.parameters.iter().any(|parameter| parameter.name == PREVIOUS);
    let is_known = stack.functions.iter().any(|function| function.state.as_deref() == Some(PREVIOUS));
    if is_left && !is_known {
        return Err(Error::new("nothing knows of the previous state any more"));
    }
    Ok(())
}

fn set<R: Resource>(all: &mut Vec<R>, delta: &Delta<R>) -> Result<()> {
    let existing = all.iter().position(|one| is_same(one, delta.resource()));
    match (delta, existing) {
        (Delta::Create(_), Some(_)) => return Err(Error::new("it exists already")),
        (Delta::Update { from, .. }, _) if existing.map(|index| &all[index]) != Some(from) => {
            return Err(Error::new("the plan was made for another one"));
        }
        (Delta::Create(new), None) => all.push(new.clone()),
        (Delta::Update { to, .. }, existing) => all[existing.unwrap()] = to.clone(),
        (Delta::Delete(_), existing) => drop(existing.map(|index| all.remove(index))),
    }
    Ok(())
}

/// Deleting a URL leaves the statements that were not removed as well.
fn set_url(all: &mut Vec<FunctionUrl>, delta: &Delta<FunctionUrl>) -> Result<()> {
    let existing = all.iter_mut().find(|one| is_same(*one, delta.resource()));
    match (delta, existing) {
        (Delta::Delete(seen), Some(url)) => {
            if seen.url.is_some() {
                url.url = None;
            }
            if seen.url_permission.is_some() {
                url.url_permission = None;
            }
            if seen.invoke_permission.is_some() {
                url.invoke_permission = None;
            }
            Ok(())
        }
        _ => set(all, delta),
    }
}

/// Deleting a rule leaves the permission in the function's policy, until that is deleted as well.
fn remove_or_set(all: &mut Vec<Schedule>, delta: &Delta<Schedule>) -> Result<()> {
    let existing = all.iter_mut().find(|one| is_same(*one, delta.resource()));
    match (delta, existing) {
        (Delta::Delete(seen), Some(schedule)) if seen.rule.is_some() => {
            schedule.rule = None;
            schedule.target = None;
            Ok(())
        }
        // What was a permission when the plan was made may have been deleted with its function since.
        (Delta::Update { to, .. }, existing) => {
            match existing {
                Some(schedule) => *schedule = to.clone(),
                None => all.push(to.clone()),
            }
            Ok(())
        }
        _ => set(all, delta),
    }
}

/// The change, cut off after its first call.
fn half(change: &Change) -> Change {
    use Delta::{Create, Delete, Update};
    match change.clone() {
        Change::Role(Create(role)) => Change::Role(Create(Role { policy: None, ..role })),
        Change::Role(Update { from, to }) => {
            let to = Role { policy: from.policy.clone(), ..to };
            Change::Role(Update { from, to })
        }
        Change::Role(Delete(role)) => {
            Change::Role(Update { from: role.clone(), to: Role { policy: None, ..role } })
        }
        Change::LogGroup(Create(mut group)) => {
            group.retention_days = None;
            Change::LogGroup(Create(group))
        }
        Change::Function(Create(function)) => {
            let concurrency = function.concurrency.map(|_| Concurrency::Unreserved);
            Change::Function(Create(Function { retries: None, concurrency, ..function }))
        }
        // The new code runs, but the tags still describe the previous one.
        Change::Function(Update { from, .. }) => {
            let to = Function { code: Some("changed outside plexmon".to_owned()), ..from.clone() };
            Change::Function(Update { from, to })
        }
        Change::FunctionUrl(Create(url)) => {
            Change::FunctionUrl(Create(FunctionUrl { url_permission: None, invoke_permission: None, ..url }))
        }
        Change::FunctionUrl(Update { from, to }) => {
            let to = FunctionUrl { invoke_permission: from.invoke_permission.clone(), ..to };
            Change::FunctionUrl(Update { from, to })
        }
        Change::FunctionUrl(Delete(url)) => {
            Change::FunctionUrl(Delete(FunctionUrl { url_permission: None, invoke_permission: None, ..url }))
        }
        Change::Schedule(Create(schedule)) => {
            Change::Schedule(Create(Schedule { target: None, permission: None, ..schedule }))
        }
        Change::Schedule(Update { from, to }) => {
            let to = Schedule { target: None, permission: from.permission.clone(), ..to };
            Change::Schedule(Update { from, to })
        }
        Change::Schedule(Delete(schedule)) => {
            let to = Schedule { target: None, ..schedule.clone() };
            Change::Schedule(Update { from: schedule, to })
        }
        one_call => one_call,
    }
}
