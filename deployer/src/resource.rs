//! The trait that every managed resource implements: read, compare, create, update, delete.

mod actions;
mod batch;
mod blueprint;
mod created;
mod differences;
mod pace;
mod role_ids;
mod task;
mod turn;

use std::fmt::{self, Display};

use serde::Serialize;

pub use self::actions::{Actions, Subject};
pub use self::batch::{Batch, Group};
pub use self::blueprint::Blueprint;
pub use self::created::CreatedHere;
pub use self::differences::{Difference, Differences};
pub use self::pace::Pace;
pub use self::role_ids::RoleIds;
pub use self::task::{Materials, Task};
pub use self::turn::{Blocks, Board, Dependency, OnFailure, Turn, Until};
use crate::aws::{Aws, Created};
use crate::error::Result;
use crate::names::Account;

/// The kind of a resource, as named in plans and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    Role,
    LogGroup,
    Parameter,
    Secret,
    Function,
    FunctionUrl,
    Schedule,
}

impl ResourceKind {
    pub const fn text(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::LogGroup => "log group",
            Self::Parameter => "parameter",
            Self::Secret => "secret",
            Self::Function => "function",
            Self::FunctionUrl => "function URL",
            Self::Schedule => "schedule",
        }
    }
}

impl Display for ResourceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.text())
    }
}

/// A managed resource: an instance with its own name and region. A field is in the struct if and only if we manage it, or
/// if it is part of its identity.
pub trait Resource: Clone + PartialEq + fmt::Debug + Send + Sync {
    const KIND: ResourceKind;

    /// Whether an existing one without our tag is taken over without asking.
    const ADOPTED_SILENTLY: bool = false;

    /// What is needed to find it in AWS, besides the region.
    type Query: ?Sized;

    /// What AWS's answers contain besides what we manage.
    type Details;

    fn name(&self) -> &str;

    /// Its region. For a role, which is global: the region of the function that assumes it.
    fn region(&self) -> &str;

    /// The deployment that it belongs to by its tag.
    fn owner(&self) -> Option<&str>;

    /// The resources that its calls are about, by kind and name, including itself. AWS may not know them yet shortly after
    /// their creation.
    fn subjects(&self) -> Vec<(Created, &str)>;

    /// Read it from the region of these clients; `None` if it does not exist.
    fn read(query: &Self::Query, aws: &Aws) -> impl Future<Output = Result<Option<(Self, Self::Details)>>>;

    /// Read the owner's tag if [`read`](Self::read) cannot: where tags are requested by ARN, the account has to be known
    /// first.
    fn read_owner(&self, _aws: &Aws, _account: &Account) -> impl Future<Output = Result<Option<String>>> {
        async { Ok(self.owner().map(str::to_owned)) }
    }

    /// Return the fields that would have to change for `observed` (or nothing) to become `self`.
    fn differences(&self, observed: Option<&Self>) -> Vec<Difference>;

    fn create(&self, task: &Task<'_>) -> impl Future<Output = Result<()>>;

    /// Make `observed` equal to `self`, calling only for what differs.
    fn update(&self, observed: &Self, task: &Task<'_>) -> impl Future<Output = Result<()>>;

    /// Delete it. "Does not exist" is success.
    fn delete(&self, task: &Task<'_>) -> impl Future<Output = Result<()>>;
}

/// Find the instance with this name in this region.
pub fn find<'a, R: Resource>(all: &'a [R], name: &str, region: &str) -> Option<&'a R> {
    all.iter().find(|resource| resource.name() == name && resource.region() == region)
}

/// Whether two values are the same instance, regardless of their other fields.
pub fn is_same<R: Resource>(one: &R, other: &R) -> bool {
    one.name() == other.name() && one.region() == other.region()
}
