//! A cloud in memory, with AWS's own rules of what needs what, and one mishap.

use std::sync::{Mutex, MutexGuard};

use plexmon_deploy::apply::{Cloud, Turn};
use plexmon_deploy::error::{Error, Result};
use plexmon_deploy::plan::{Change, Delta, Step};
use plexmon_deploy::report::Progress;
use plexmon_deploy::resources::{Binding, Function, Role, Schedule};
use plexmon_deploy::stack::Stack;

use super::worlds::settle;

/// What goes wrong with one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing of it was done.
    Refused,
    /// Its first call was carried out, a later one refused.
    HalfDone,
    /// All of it was carried out, but that is not known.
    LostReply,
}

pub struct Memory {
    stack: Mutex<Stack>,
    mishap: Option<(Mishap, Step)>,
}

impl Memory {
    pub fn new(stack: Stack) -> Self {
        Self { stack: Mutex::new(stack), mishap: None }
    }

    pub fn with_mishap(stack: Stack, mishap: Mishap, step: &Step) -> Self {
        Self { stack: Mutex::new(stack), mishap: Some((mishap, step.clone())) }
    }

    /// What the next run would observe.
    pub fn stack(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap()
    }
}

impl Cloud for Memory {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, _: &Progress) -> Result<()> {
        turn.come().await?;
        tokio::task::yield_now().await;
        let mut stack = self.stack();
        let Some((mishap, _)) = self.mishap.as_ref().filter(|(_, troubled)| troubled == step) else {
            return carry_out(&mut stack, &step.change);
        };
        match mishap {
            Mishap::Refused => {}
            Mishap::HalfDone => carry_out(&mut stack, &half(&step.change))?,
            Mishap::LostReply => carry_out(&mut stack, &step.change)?,
        }
        Err(Error::new(format!("{mishap:?}")))
    }
}

/// Applies a change, or refuses it where AWS would.
fn carry_out(stack: &mut Stack, change: &Change) -> Result<()> {
    match change {
        Change::Role(delta) => {
            // Made anew or gone: either way, what the function was granted is void.
            let same_role = matches!(delta, Delta::Update { .. });
            set(&mut stack.role, delta)?;
            if let Some(function) = stack.function.as_mut().filter(|_| !same_role) {
                function.binding = Binding::Stale;
            }
        }
        Change::LogGroup(delta) => set(&mut stack.log_group, delta)?,
        Change::Parameter(delta) => set(&mut stack.state, delta)?,
        Change::Secret(delta) => set(&mut stack.secrets, delta)?,
        Change::Function(delta) => {
            if !matches!(delta, Delta::Delete(_)) && stack.role.is_none() {
                return Err(Error::new("the role cannot be assumed"));
            }
            set(&mut stack.function, delta)?;
        }
        Change::Schedule(delta) => {
            if !matches!(delta, Delta::Delete(_)) && stack.function.is_none() {
                return Err(Error::new("there is no function to give a permission to"));
            }
            remove_or_set(&mut stack.schedule, delta)?;
        }
    }
    settle(stack);
    Ok(())
}

fn set<R: Clone + PartialEq>(there: &mut Option<R>, delta: &Delta<R>) -> Result<()> {
    match delta {
        Delta::Create(_) if there.is_some() => return Err(Error::new("it exists already")),
        Delta::Update { from, .. } if there.as_ref() != Some(from) => {
            return Err(Error::new("the plan was made for another one"));
        }
        Delta::Create(new) | Delta::Update { to: new, .. } => *there = Some(new.clone()),
        Delta::Delete(_) => *there = None,
    }
    Ok(())
}

/// Deleting a rule leaves the permission in the function's policy, until that goes too.
fn remove_or_set(there: &mut Option<Schedule>, delta: &Delta<Schedule>) -> Result<()> {
    match (delta, there.as_mut()) {
        (Delta::Delete(seen), Some(schedule)) if seen.rule.is_some() => {
            schedule.rule = None;
            schedule.target = None;
            Ok(())
        }
        // What was a permission when the plan was made may have gone with its function since.
        (Delta::Update { to, .. }, _) => {
            *there = Some(to.clone());
            Ok(())
        }
        _ => set(there, delta),
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
            Change::Function(Create(Function { retries: None, ..function }))
        }
        // The new code runs, but the tags still tell of the old one.
        Change::Function(Update { from, .. }) => {
            let to = Function { code: Some("changed by someone else".to_owned()), ..from.clone() };
            Change::Function(Update { from, to })
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
