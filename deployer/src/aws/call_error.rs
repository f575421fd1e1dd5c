//! Why a call failed, as AWS reports it, and what the user can do.
//!
//! The SDK's `Display` says only "service error", and it does not model most of the relevant codes, so everything here
//! is decided by code and message.

use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Operation;
use super::answer::{self, Existence, Meaning};
use super::causes::{causes, find, text};
use super::connection_problem::ConnectionProblem;
use super::credentials_failure::CredentialsFailure;
use super::denied::Denial;
use super::identity;
use crate::error::{Error, Refusal};

/// A failed call.
#[derive(Debug, Clone)]
pub struct CallError {
    pub operation: Operation,
    pub reason: Reason,
    /// The region that it was sent to, if known.
    pub region: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// AWS answered with an error.
    Refused { code: String, message: String },
    /// No usable answer; it is unknown whether the call was executed.
    NoAnswer { detail: String, problem: ConnectionProblem },
    /// There were no credentials to sign the call with.
    NoCredentials(Box<CredentialsFailure>),
}

impl CallError {
    pub fn new<E>(operation: Operation, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let reason = match &error {
            SdkError::ServiceError(refusal) => {
                let inner = refusal.err();
                let code = inner.code().map_or_else(
                    || format!("HTTP {}", refusal.raw().status().as_u16()),
                    |code| code.to_owned(),
                );
                let message = inner.message().filter(|message| !message.trim().is_empty());
                let message = without_values(message.unwrap_or("no details were given"));
                Reason::Refused { code, message }
            }
            // An answer from a proxy or firewall on the way.
            SdkError::ResponseError(response) if response.raw().status().as_u16() >= 400 => Reason::Refused {
                code: format!("HTTP {}", response.raw().status().as_u16()),
                message: "the answer is not from AWS".to_owned(),
            },
            other => unanswered(other),
        };
        Self { operation, reason, region: None }
    }

    /// An error within a successful answer, as EventBridge returns them.
    pub fn refused(operation: Operation, code: impl Into<String>, message: impl Into<String>) -> Self {
        let reason = Reason::Refused { code: code.into(), message: message.into() };
        Self { operation, reason, region: None }
    }

    pub fn code(&self) -> &str {
        match &self.reason {
            Reason::Refused { code, .. } => code,
            _ => "",
        }
    }

    pub fn message(&self) -> &str {
        match &self.reason {
            Reason::Refused { message, .. } => message,
            Reason::NoAnswer { detail, .. } => detail,
            Reason::NoCredentials(failure) => &failure.detail,
        }
    }

    /// Return what AWS's answer means about a resource.
    pub fn meaning(&self, existence: Existence) -> Meaning {
        match &self.reason {
            Reason::Refused { code, message } => answer::meaning(self.operation, code, message, existence),
            Reason::NoAnswer { .. } => Meaning::Final,
            Reason::NoCredentials { .. } => Meaning::Credentials,
        }
    }

    /// Whether the resource does not exist.
    pub fn is_missing(&self) -> bool {
        self.meaning(Existence::Known) == Meaning::NotFound
    }

    /// Whether the resource already exists, possibly from an earlier attempt whose answer was lost.
    pub fn already_exists(&self) -> bool {
        self.meaning(Existence::Known) == Meaning::Exists
    }

    /// Whether the caller lacks a permission.
    pub fn is_denied(&self) -> bool {
        self.meaning(Existence::Known) == Meaning::Denied
    }

    /// Whether the region does not have this operation of the service.
    pub fn is_not_offered(&self) -> bool {
        matches!(&self.reason, Reason::Refused { message, .. } if answer::is_unknown_operation(message))
    }

    /// Whether a value is valid, but exceeds what the account may have.
    pub fn exceeds_quota(&self) -> bool {
        self.code() == "InvalidParameterValueException" && self.meaning(Existence::Known) == Meaning::Final
    }

    /// Whether the service failed, so that it is unknown whether the call was executed.
    pub fn is_fault(&self) -> bool {
        answer::is_fault(self.code())
    }

    /// One thing that the user can do.
    pub fn hint(&self) -> Option<String> {
        match &self.reason {
            // The failure has a hint of its own.
            Reason::NoCredentials(_) => None,
            Reason::NoAnswer { problem, .. } => Some(problem.hint()),
            Reason::Refused { message, .. } if self.is_denied() => {
                Some(Denial::of(message).hint(&self.permission()))
            }
            Reason::Refused { code, message } => match code.as_str() {
                "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "TooManyUpdates" => Some(
                    "AWS is throttling calls: run the same command again in a minute, and it continues"
                        .to_owned(),
                ),
                code => identity::hint(code, message, self.region.as_deref()),
            },
        }
    }

    /// The IAM action that allows the call; for a few operations, its name differs.
    fn permission(&self) -> String {
        let name = match (self.operation.service, self.operation.name) {
            ("lambda", "Invoke") => "InvokeFunction",
            (_, name) => name,
        };
        // The missing permission may be another action, such as `iam:PassRole`; the message of AWS names it.
        let named = self.message().split_once("perform").and_then(|(_, rest)| {
            let action = rest.trim_start_matches([':', ' ']).split_whitespace().next()?;
            Some(action.trim_end_matches(['.', ','])).filter(|action| action.contains(':'))
        });
        named.map_or_else(|| format!("{}:{name}", self.operation.service), str::to_owned)
    }
}

/// Hide the environment's values, which one message of Lambda repeats.
fn without_values(message: &str) -> String {
    const BEFORE_VALUES: &str = "String measured:";
    match message.split_once(BEFORE_VALUES) {
        Some((before, _)) => format!("{before}{BEFORE_VALUES} (hidden)"),
        None => message.to_owned(),
    }
}

fn unanswered<E: StdError + Send + Sync + 'static>(error: &SdkError<E, HttpResponse>) -> Reason {
    let causes = causes(error);
    if let Some(failure) = find::<CredentialsFailure>(&causes) {
        return Reason::NoCredentials(Box::new(failure.clone()));
    }
    if let Some(failure) = find::<CredentialsError>(&causes) {
        return Reason::NoCredentials(Box::new(CredentialsFailure::unexplained(failure)));
    }
    // The first cause is the SDK's own wrapper.
    let detail = text(causes.get(1..).filter(|inner| !inner.is_empty()).unwrap_or(&causes));
    let problem = match error {
        SdkError::ConstructionFailure(_) => ConnectionProblem::Settings,
        _ => ConnectionProblem::of(&causes),
    };
    Reason::NoAnswer { detail, problem }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Refused { code, message } => {
                write!(formatter, "{} was refused ({code}): {message}", self.operation)
            }
            Reason::NoAnswer { detail, problem: ConnectionProblem::Settings } => {
                write!(formatter, "{} could not be sent: {detail}", self.operation)
            }
            Reason::NoAnswer { detail, .. } => {
                write!(formatter, "{} got no answer: {detail}", self.operation)
            }
            Reason::NoCredentials(failure) => {
                write!(
                    formatter,
                    "{} was not sent because there are no credentials: {failure}",
                    self.operation
                )
            }
        }
    }
}

impl StdError for CallError {}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        if let Reason::NoCredentials(failure) = &error.reason {
            return Self::from(failure.as_ref());
        }
        let refusal = match error.meaning(Existence::Known) {
            Meaning::Denied => Some(Refusal::Denied),
            Meaning::Credentials => Some(Refusal::Credentials),
            _ => None,
        };
        let wrapped = Self::new(error.to_string()).refused(refusal);
        match error.hint() {
            Some(hint) => wrapped.hint(hint),
            None => wrapped,
        }
    }
}
