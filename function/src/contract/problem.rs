//! What went wrong in the function itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong in the function itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What decisions go by.
    pub kind: ProblemKind,
    /// What people read.
    pub detail: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// AWS denied access: the function's rights are missing, or not effective yet.
    AccessDenied,
    /// The state could not be saved.
    StateNotSaved,
    /// The state could not be read.
    StateUnavailable,
    /// The stored state was written by a later release, or makes no sense, or is older than what is remembered.
    StateUnreadable,
    /// The state had to be shortened to fit.
    StateShortened,
    /// Other runs changed the state again and again.
    StateContended,
    /// The secrets could not be read.
    SecretsUnavailable,
    /// The secrets lack something that a target needs.
    SecretMissing,
    /// No time was left for some targets or notifications.
    NoTime,
    /// The heartbeat was not accepted.
    Heartbeat,
    /// A kind of another release.
    #[serde(other)]
    Other,
}

/// Before a kind in the type of the error that a failed run returns.
const ERROR_TYPE: &str = "plexmon.";

impl ProblemKind {
    /// Return the type of the error that a run returns which fails of this: `plexmon.access_denied`.
    pub fn error_type(self) -> String {
        let name = serde_json::to_string(&self).unwrap_or_default();
        format!("{ERROR_TYPE}{}", name.trim_matches('"'))
    }

    /// Return the kind in the type of an error that a run has returned. Earlier releases name none.
    pub fn of_error_type(error_type: &str) -> Self {
        let name = error_type.strip_prefix(ERROR_TYPE).unwrap_or_default();
        serde_json::from_value(name.into()).unwrap_or(Self::Other)
    }
}

/// Problems in a reply: texts and kinds are two lists of the same length, because earlier deployers read the texts alone.
pub(super) mod lists {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Problem, ProblemKind};

    #[derive(Serialize, Deserialize)]
    struct Lists {
        #[serde(default)]
        problems: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problem_kinds: Vec<ProblemKind>,
    }

    pub(in crate::contract) fn serialize<S: Serializer>(
        problems: &[Problem],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts = problems.iter().map(|problem| problem.detail.clone()).collect();
        let kinds = problems.iter().map(|problem| problem.kind).collect();
        Lists { problems: texts, problem_kinds: kinds }.serialize(serializer)
    }

    pub(in crate::contract) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Problem>, D::Error> {
        let Lists { problems, problem_kinds } = Lists::deserialize(deserializer)?;
        let kinds = problem_kinds.into_iter().chain(std::iter::repeat(ProblemKind::Other));
        Ok(problems.into_iter().zip(kinds).map(|(detail, kind)| Problem { kind, detail }).collect())
    }
}
