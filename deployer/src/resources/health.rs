//! Whether Lambda can run the function. A lasting state is a difference that `up` repairs; a temporary one is not.

use std::fmt::{self, Display};

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{LastUpdateStatus, State};
use serde::{Serialize, Serializer};

/// The lasting states of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It can run, or will be able to as soon as a change completes.
    Active,
    /// Lambda has released its resources; the next run restores them.
    Inactive(String),
    /// It cannot run, for this reason.
    Failed(String),
    /// Its last update failed, for this reason: it runs the previous version.
    UpdateFailed(String),
    /// Its reserved concurrency is 0: no run is ever started.
    NoConcurrency,
    /// A state that no call of ours can end.
    Stopped(String),
}

impl Health {
    /// Read the health from the answer of `GetFunction`.
    pub fn of(answer: &GetFunctionOutput) -> Self {
        let Some(now) = answer.configuration() else { return Self::Active };
        let reason = |text: Option<&str>, code: Option<&str>| match (text, code) {
            (Some(text), Some(code)) => format!("{text} ({code})"),
            (text, code) => text.or(code).unwrap_or("no reason was given").to_owned(),
        };
        let of_state = || reason(now.state_reason(), now.state_reason_code().map(|code| code.as_str()));
        let of_update = || {
            let code = now.last_update_status_reason_code().map(|code| code.as_str());
            reason(now.last_update_status_reason(), code)
        };
        let reserved =
            answer.concurrency().and_then(|concurrency| concurrency.reserved_concurrent_executions());
        match (now.state(), now.last_update_status()) {
            // A change that is in progress does not end this.
            (_, Some(LastUpdateStatus::InProgress)) | (Some(State::Pending), _) if reserved == Some(0) => {
                Self::NoConcurrency
            }
            (_, Some(LastUpdateStatus::InProgress)) | (Some(State::Pending), _) => Self::Active,
            (Some(State::Failed), _) => Self::Failed(of_state()),
            (Some(State::Inactive), _) => Self::Inactive(of_state()),
            (Some(State::Active) | None, Some(LastUpdateStatus::Failed)) => Self::UpdateFailed(of_update()),
            (Some(State::Active) | None, _) if reserved == Some(0) => Self::NoConcurrency,
            (Some(State::Active) | None, _) => Self::Active,
            (Some(other), _) => Self::Stopped(format!("{}: {}", other.as_str(), of_state())),
        }
    }

    /// Whether uploading code and configuration again repairs it.
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::UpdateFailed(_))
    }
}

impl Display for Health {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => formatter.write_str("active"),
            Self::Inactive(why) => write!(formatter, "inactive: {why}"),
            Self::Failed(why) => write!(formatter, "failed: {why}"),
            Self::UpdateFailed(why) => write!(formatter, "last update failed: {why}"),
            Self::NoConcurrency => formatter.write_str("stopped: its reserved concurrency is 0"),
            Self::Stopped(why) => write!(formatter, "stopped: {why}"),
        }
    }
}

impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
