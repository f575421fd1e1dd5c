//! What AWS's refusals mean: one table of operation, code, words and whether it is about something that this run has
//! just created.
//!
//! Codes alone are not enough: one code stands for "busy" and for "exists", another for "denied" and for "wait". The
//! HTTP status says even less: "not found" is 404 in some services and 400 in others.

mod table;

use self::table::{FAULTS, RULES};
use super::Operation;

/// What to make of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It does not exist: success for a delete, "create it" for a read.
    Gone,
    /// It exists already: ours if it bears our tag.
    Exists,
    /// Passes by itself: repeat the same call within a bound.
    Busy(Wait),
    /// The same, with longer pauses: too many calls, or a fault of the service.
    Throttled,
    /// A policy forbids it.
    Denied,
    /// The keys, the session, the region or the clock are wrong.
    Credentials,
    /// The request itself is wrong.
    Invalid,
    /// Something else has to change first: a quota, other users of the resource, the state of the account.
    Final,
}

/// What a repeated call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// What this run has created is not visible everywhere yet.
    Created(Created),
    /// Lambda cannot use the role yet.
    RoleUsable,
    /// IAM does not know a principal yet.
    Principal,
    /// Lambda cannot use the function's key yet.
    Key,
    /// The function is being created, updated or activated.
    Function,
    /// IAM has not detached the role's policies yet.
    RolePolicies,
    /// EventBridge has not released the rule's target yet.
    RuleTarget,
    /// EventBridge has not taken over all targets.
    Targets,
    /// CloudWatch Logs is busy with the log group.
    LogGroup,
    /// Parameter Store is busy with the parameter.
    Parameter,
    /// The parameter's name is not free yet.
    ParameterName,
    /// Somebody else changes the same resource.
    OtherChange,
}

/// A kind of resource that may be too new for the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// In IAM.
    Role,
    /// In Lambda.
    Function,
    /// In EventBridge.
    Rule,
    /// In CloudWatch Logs.
    LogGroup,
    /// In Parameter Store.
    Parameter,
}

impl Created {
    /// What an operation of this service is about.
    pub fn of(service: &str) -> Option<Self> {
        Some(match service {
            "iam" => Self::Role,
            "lambda" => Self::Function,
            "events" => Self::Rule,
            "logs" => Self::LogGroup,
            "ssm" => Self::Parameter,
            _ => return None,
        })
    }
}

impl Wait {
    /// The end of the sentence "waiting for ...".
    pub fn text(self) -> &'static str {
        match self {
            Self::Created(Created::Role) => "IAM to know the new role",
            Self::Created(Created::Function) => "Lambda to know the new function",
            Self::Created(Created::Rule) => "EventBridge to know the new rule",
            Self::Created(Created::LogGroup) => "CloudWatch Logs to know the new log group",
            Self::Created(Created::Parameter) => "Parameter Store to know the new parameter",
            Self::RoleUsable => "the new role to become known to Lambda",
            Self::Principal => "IAM to know the principal",
            Self::Key => "Lambda to get access to the function's key",
            Self::Function => "the function to finish another update",
            Self::RolePolicies => "IAM to detach the role's policies",
            Self::RuleTarget => "EventBridge to release the rule's target",
            Self::Targets => "EventBridge to accept the rule's target",
            Self::LogGroup => "CloudWatch Logs to finish another operation",
            Self::Parameter => "Parameter Store to finish another update",
            Self::ParameterName => "Parameter Store to release the name after its deletion",
            Self::OtherChange => "another change to finish",
        }
    }
}

/// What a refusal means; `is_new` says that this run has just created what the call is about.
///
/// A refusal that the table does not know is final.
pub fn meaning(operation: Operation, code: &str, message: &str, is_new: bool) -> Meaning {
    let rule = RULES.iter().find(|rule| rule.fits(operation, code, message, is_new));
    rule.map_or(Meaning::Final, |rule| rule.meaning())
}

/// A fault of the service: whether it carried out the call is unknown.
pub fn is_fault(code: &str) -> bool {
    FAULTS.contains(&code)
}
