//! The meaning of AWS's error answers: one table of operation, code, message and whether the call is about a resource that
//! this run has just created.
//!
//! The code alone is not enough: one code means both "busy" and "exists", another both "denied" and "wait". The HTTP
//! status is even less specific: "not found" is 404 in some services and 400 in others.

mod table;

use self::table::{FAULTS, RULES, UNKNOWN_OPERATION};
use super::Operation;

/// How to handle an error answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The resource does not exist: success for a deletion, and a reason to create it after a read.
    NotFound,
    /// The resource already exists. It is ours if it has our tag.
    Exists,
    /// A temporary state: repeat the same call within a time limit.
    Busy(Wait),
    /// Too many calls, or a fault of the service: repeat the same call with longer pauses.
    Throttled,
    /// A policy denies it.
    Denied,
    /// The keys, the session, the region or the clock are wrong.
    Credentials,
    /// The request itself is wrong.
    Invalid,
    /// Repeating does not help until something else changes: a quota, other users of the resource, the account.
    Final,
}

/// What a repeated call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A resource that this run created is not visible everywhere yet.
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
    /// EventBridge has not accepted all targets.
    Targets,
    /// CloudWatch Logs is busy with the log group.
    LogGroup,
    /// Parameter Store is busy with the parameter.
    Parameter,
    /// The parameter's name cannot be reused yet.
    ParameterName,
    /// Another client is changing the same resource.
    OtherChange,
}

/// A kind of resource that may not be visible right after its creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The kind that the operations of a service are about.
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
    /// The phrase after "waiting for".
    pub fn text(self) -> &'static str {
        match self {
            Self::Created(Created::Role) => "the new role to become visible in IAM",
            Self::Created(Created::Function) => "the new function to become visible in Lambda",
            Self::Created(Created::Rule) => "the new rule to become visible in EventBridge",
            Self::Created(Created::LogGroup) => "the new log group to become visible in CloudWatch Logs",
            Self::Created(Created::Parameter) => "the new parameter to become visible in Parameter Store",
            Self::RoleUsable => "the new role to become usable in Lambda",
            Self::Principal => "the principal to become visible in IAM",
            Self::Key => "Lambda to get access to the function's key",
            Self::Function => "another update of the function to finish",
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

/// Whether AWS knows a resource everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    Known,
    /// This run has just created it: "not found" means "not yet".
    Recent,
}

/// Return what an error answer means about a resource.
///
/// An answer that the table does not list is final.
pub fn meaning(operation: Operation, code: &str, message: &str, existence: Existence) -> Meaning {
    let rule = RULES.iter().find(|rule| rule.fits(operation, code, message, existence));
    rule.map_or(Meaning::Final, |rule| rule.meaning())
}

/// Whether the code is a fault of the service, after which it is unknown whether the call was executed.
pub fn is_fault(code: &str) -> bool {
    FAULTS.contains(&code)
}

/// Whether the message says that the region does not have the operation.
pub fn is_unknown_operation(message: &str) -> bool {
    message.contains(UNKNOWN_OPERATION)
}
