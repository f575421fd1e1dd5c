//! Problems of the function itself, such as denied access or a state that could not be saved.

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
    /// Create a problem of this kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// Return the problem of a run that failed with this type of error and this message.
    pub fn of_error(error_type: &str, message: String) -> Self {
        match error_type.split_once('.') {
            None if error_type == ERROR_TYPE => Self::of_earlier_release(message),
            Some((ERROR_TYPE, kind)) => Self::new(ProblemKind::of_name(kind), message),
            _ => Self::new(ProblemKind::Other, message),
        }
    }

    /// Return a problem that an earlier release reports, as text alone.
    ///
    /// Of its text, only AWS's own error code is examined, which these releases quote as AWS sent it.
    fn of_earlier_release(detail: String) -> Self {
        let is_denied = detail.contains(ACCESS_DENIED);
        Self::new(if is_denied { ProblemKind::AccessDenied } else { ProblemKind::Other }, detail)
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
    /// AWS denied access: the function's permissions are missing, or not effective yet.
    AccessDenied,
    /// The state could not be saved.
    StateNotSaved,
    /// The state could not be read.
    StateUnavailable,
    /// The stored state was written by a later release, is invalid, or is older than the remembered one.
    StateUnreadable,
    /// The state had to be shortened to fit.
    StateShortened,
    /// Other runs kept changing the state.
    StateContended,
    /// The secrets could not be read.
    SecretsUnavailable,
    /// The secrets lack something that a target needs.
    SecretMissing,
    /// No time was left for some targets or notifications.
    NoTime,
    /// The history could not be written.
    HistoryNotSaved,
    /// A stored history is invalid, or was written by a later release.
    HistoryUnreadable,
    /// The heartbeat was not accepted.
    Heartbeat,
    /// A kind of another release.
    #[serde(other)]
    Other,
}

/// The type of the error that a failed run returns, followed by a dot and the kind. Earlier releases return it alone.
const ERROR_TYPE: &str = "plexmon";

/// AWS's error code for missing permissions; some services append `Exception`.
const ACCESS_DENIED: &str = "AccessDenied";

impl ProblemKind {
    /// Return the type of the error that a run returns if it fails because of this problem: `plexmon.access_denied`.
    pub fn error_type(self) -> String {
        let name = serde_json::to_string(&self).unwrap_or_default();
        format!("{ERROR_TYPE}.{}", name.trim_matches('"'))
    }

    fn of_name(name: &str) -> Self {
        serde_json::from_value(name.into()).unwrap_or(Self::Other)
    }
}

/// Problems in a reply: texts and kinds are two lists of the same length, because earlier deployers read the texts
/// alone. Replies of earlier releases have no kinds.
pub(super) mod lists {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Problem, ProblemKind};

    #[derive(Serialize, Deserialize)]
    struct Lists {
        #[serde(default)]
        problems: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem_kinds: Option<Vec<ProblemKind>>,
    }

    pub(in crate::contract) fn serialize<S: Serializer>(
        problems: &[Problem],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts = problems.iter().map(|problem| problem.detail.clone()).collect();
        let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
        let problem_kinds = Some(kinds).filter(|kinds| !kinds.is_empty());
        Lists { problems: texts, problem_kinds }.serialize(serializer)
    }

    pub(in crate::contract) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Problem>, D::Error> {
        let Lists { problems, problem_kinds } = Lists::deserialize(deserializer)?;
        let Some(kinds) = problem_kinds else {
            return Ok(problems.into_iter().map(Problem::of_earlier_release).collect());
        };
        let kinds = kinds.into_iter().chain(std::iter::repeat(ProblemKind::Other));
        Ok(problems.into_iter().zip(kinds).map(|(detail, kind)| Problem { kind, detail }).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::reply::Reply;

    const DENIED: &str = "ssm:GetParameter of /state failed (AccessDeniedException: not authorized)";

    fn kind_in_reply(problem: &str, kinds: Option<serde_json::Value>) -> ProblemKind {
        let mut reply = json!({ "previous": "up", "current": "up", "http": 200, "problems": [problem] });
        if let Some(kinds) = kinds {
            reply["problem_kinds"] = kinds;
        }
        let reply: Reply = serde_json::from_value(reply).unwrap();
        assert_eq!(reply.problems[0].detail, problem);
        reply.problems[0].kind
    }

    #[test]
    fn a_reply_without_kinds_is_read_by_the_error_code_of_aws() {
        assert_eq!(kind_in_reply(DENIED, None), ProblemKind::AccessDenied);
        assert_eq!(kind_in_reply("the state was not saved", None), ProblemKind::Other);
        for (kinds, expected) in [
            (json!([]), ProblemKind::Other),
            (json!(["state_not_saved"]), ProblemKind::StateNotSaved),
            (json!(["of_a_later_release"]), ProblemKind::Other),
        ] {
            assert_eq!(kind_in_reply(DENIED, Some(kinds)), expected, "a given kind counts, not the text");
        }
    }

    #[test]
    fn an_error_without_a_kind_is_read_by_the_error_code_of_aws() {
        for (error_type, message, expected) in [
            ("plexmon.access_denied", "no", ProblemKind::AccessDenied),
            ("plexmon.state_not_saved", DENIED, ProblemKind::StateNotSaved),
            ("plexmon.of_a_later_release", DENIED, ProblemKind::Other),
            ("plexmon", DENIED, ProblemKind::AccessDenied),
            ("plexmon", "the state was not saved", ProblemKind::Other),
            ("Runtime.ExitError", DENIED, ProblemKind::Other),
            ("", DENIED, ProblemKind::Other),
        ] {
            assert_eq!(Problem::of_error(error_type, message.to_owned()).kind, expected, "{error_type}");
        }
        assert_eq!(ProblemKind::AccessDenied.error_type(), "plexmon.access_denied");
    }
}
