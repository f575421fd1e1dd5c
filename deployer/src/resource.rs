//! The one shape of everything that is managed: read, compare, create, update, delete.

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use crate::apply::Task;
use crate::error::Result;

/// What a resource is, in plans and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Role,
    LogGroup,
    Parameter,
    Secret,
    Function,
    Schedule,
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Role => "role",
            Self::LogGroup => "log group",
            Self::Parameter => "parameter",
            Self::Secret => "secret",
            Self::Function => "function",
            Self::Schedule => "schedule",
        })
    }
}

/// One field that is not as it should be. `null` stands for "not there".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub field: &'static str,
    pub from: Value,
    pub to: Value,
}

/// Collects differences, field by field.
#[derive(Debug, Default)]
pub struct Differences(Vec<Difference>);

impl Differences {
    /// Compares one field; `observed` is `None` when the whole resource is missing.
    pub fn field<T: Serialize + PartialEq>(
        &mut self,
        field: &'static str,
        desired: &T,
        observed: Option<&T>,
    ) {
        if observed == Some(desired) {
            return;
        }
        let value = |of: &T| serde_json::to_value(of).unwrap_or(Value::Null);
        let (from, to) = (observed.map_or(Value::Null, value), value(desired));
        if from != to {
            self.0.push(Difference { field, from, to });
        }
    }

    /// A field whose values must not be shown.
    pub fn hidden(&mut self, field: &'static str, was_there: bool) {
        let hidden = || Value::from("(hidden)");
        self.0.push(Difference { field, from: if was_there { hidden() } else { Value::Null }, to: hidden() });
    }

    pub fn into_vec(self) -> Vec<Difference> {
        self.0
    }
}

/// One managed thing. A field is in the struct if and only if we manage it.
///
/// Reading is not part of the trait: one answer of AWS often tells about several resources, and
/// all questions are asked at once (see [`crate::stack::observe`]).
pub trait Resource: Clone + PartialEq + fmt::Debug + Send + Sync {
    const KIND: Kind;

    /// Whether an existing one without our tag is taken over without asking.
    const ADOPTED_SILENTLY: bool = false;

    fn name(&self) -> &str;

    /// The deployment that it belongs to by its tag.
    fn owner(&self) -> Option<&str>;

    /// What would have to change for `observed` (or nothing) to become `self`.
    fn differences(&self, observed: Option<&Self>) -> Vec<Difference>;

    fn create(&self, task: &Task<'_>) -> impl Future<Output = Result<()>>;

    /// Makes `observed` into `self`, calling only for what differs.
    fn update(&self, observed: &Self, task: &Task<'_>) -> impl Future<Output = Result<()>>;

    /// Removes it. "Not there" is success.
    fn delete(&self, task: &Task<'_>) -> impl Future<Output = Result<()>>;
}
