//! A step of a plan: one change to one resource.

use std::fmt::{self, Display};

use serde::Serialize;

use super::Need;
use crate::aws::Created;
use crate::resource::{Difference, Resource, ResourceKind};
use crate::resources::{Function, FunctionUrl, LogGroup, Parameter, Role, Schedule, Secret};

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

/// A change of one resource: its state before and after.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta<R> {
    Create(R),
    Update { from: R, to: R },
    Delete(R),
}

impl<R> Delta<R> {
    pub fn action(&self) -> Action {
        match self {
            Self::Create(_) => Action::Create,
            Self::Update { .. } => Action::Update,
            Self::Delete(_) => Action::Delete,
        }
    }

    /// The resource as it will be, or as it was before its deletion.
    pub fn resource(&self) -> &R {
        match self {
            Self::Create(resource) | Self::Update { to: resource, .. } | Self::Delete(resource) => resource,
        }
    }
}

/// A delta of any kind of resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Role(Delta<Role>),
    LogGroup(Delta<LogGroup>),
    Parameter(Delta<Parameter>),
    Secret(Delta<Secret>),
    Function(Delta<Function>),
    FunctionUrl(Delta<FunctionUrl>),
    Schedule(Delta<Schedule>),
}

impl Change {
    /// Return the resources that the calls of this change are about, by kind and name.
    pub fn subjects(&self) -> Vec<(Created, &str)> {
        match self {
            Self::Role(delta) => delta.resource().subjects(),
            Self::LogGroup(delta) => delta.resource().subjects(),
            Self::Parameter(delta) => delta.resource().subjects(),
            Self::Secret(delta) => delta.resource().subjects(),
            Self::Function(delta) => delta.resource().subjects(),
            Self::FunctionUrl(delta) => delta.resource().subjects(),
            Self::Schedule(delta) => delta.resource().subjects(),
        }
    }
}

/// A change to one resource, and the steps that have to be done before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub action: Action,
    pub kind: ResourceKind,
    pub name: String,
    pub region: String,
    pub needs: Vec<Need>,
    pub changes: Vec<Difference>,
    #[serde(skip)]
    pub change: Change,
}

impl Step {
    /// A step without needs.
    pub(super) fn new<R: Resource>(
        delta: Delta<R>,
        changes: Vec<Difference>,
        wrap: fn(Delta<R>) -> Change,
    ) -> Self {
        let resource = delta.resource();
        Self {
            action: delta.action(),
            kind: R::KIND,
            name: resource.name().to_owned(),
            region: resource.region().to_owned(),
            needs: Vec::new(),
            changes,
            change: wrap(delta),
        }
    }

    /// Return its region if that is another one than `home`. A role is the same in all regions.
    pub fn region_besides(&self, home: &str) -> Option<&str> {
        Some(self.region.as_str()).filter(|region| *region != home && self.kind != ResourceKind::Role)
    }

    /// Return ` in REGION` if that is another one than `home`.
    pub fn elsewhere(&self, home: &str) -> String {
        self.region_besides(home).map_or_else(String::new, |region| format!(" in {region}"))
    }

    /// Return the changes of what exists already: all of an update, and those of a creation that replaces something.
    pub fn replaced(&self) -> impl Iterator<Item = &Difference> {
        self.changes.iter().filter(|change| self.action == Action::Update || !change.from.is_null())
    }

    /// The function that it concerns, if it concerns one.
    pub(super) fn function(&self) -> Option<&Function> {
        match &self.change {
            Change::Function(delta) => Some(delta.resource()),
            _ => None,
        }
    }

    /// Whether both are about the same instance.
    pub fn concerns_the_same_as(&self, other: &Self) -> bool {
        (self.kind, &self.name, &self.region) == (other.kind, &other.name, &other.region)
    }
}
