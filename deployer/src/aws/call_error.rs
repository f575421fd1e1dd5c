//! Why a call failed, in AWS's own words, and what to do about it.
//!
//! The SDK's `Display` says only "service error", and most codes that matter are not modelled: so
//! everything here goes by code and message.

use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Operation;
use super::answer::{self, Meaning};
use super::chain::{causes, find, text};
use super::denied::Denial;
use super::failure::Failure;
use super::identity;
use super::obstacle::Obstacle;
use crate::error::Error;

/// A call that did not succeed.
#[derive(Debug, Clone)]
pub struct CallError {
    pub operation: Operation,
    pub reason: Reason,
    /// Where it was sent, if that is known.
    pub region: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// AWS answered no.
    Refused { code: String, message: String },
    /// No usable answer; whether the call was carried out is unknown.
    NoAnswer { detail: String, obstacle: Obstacle },
    /// There was nothing to sign the call with.
    NoCredentials(Box<Failure>),
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
                let message = without_values(message.unwrap_or("no further explanation"));
                Reason::Refused { code, message }
            }
            // From something between us and AWS.
            SdkError::ResponseError(response) if response.raw().status().as_u16() >= 400 => Reason::Refused {
                code: format!("HTTP {}", response.raw().status().as_u16()),
                message: "an answer that is not AWS's".to_owned(),
            },
            other => unanswered(other),
        };
        Self { operation, reason, region: None }
    }

    /// A refusal that came inside of a successful answer, as EventBridge has them.
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

    /// What AWS's answer means; `is_new` says that this run has just created what the call is about.
    pub fn meaning(&self, is_new: bool) -> Meaning {
        match &self.reason {
            Reason::Refused { code, message } => answer::meaning(self.operation, code, message, is_new),
            Reason::NoAnswer { .. } => Meaning::Final,
            Reason::NoCredentials { .. } => Meaning::Credentials,
        }
    }

    /// The named thing does not exist.
    pub fn is_missing(&self) -> bool {
        self.meaning(false) == Meaning::Gone
    }

    /// It exists already: perhaps by an earlier try of the same call whose answer was lost.
    pub fn already_exists(&self) -> bool {
        self.meaning(false) == Meaning::Exists
    }

    /// The caller has no right to it.
    pub fn is_denied(&self) -> bool {
        self.meaning(false) == Meaning::Denied
    }

    /// Whether the service failed in a way that leaves open whether the call was carried out.
    pub fn is_fault(&self) -> bool {
        answer::is_fault(self.code())
    }

    /// One thing that the user can do.
    pub fn hint(&self) -> Option<String> {
        match &self.reason {
            // Its own hint is part of the failure.
            Reason::NoCredentials(_) => None,
            Reason::NoAnswer { obstacle, .. } => Some(obstacle.hint()),
            Reason::Refused { message, .. } if self.is_denied() => {
                Some(Denial::of(message).hint(&self.permission()))
            }
            Reason::Refused { code, message } => match code.as_str() {
                "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "TooManyUpdates" => Some(
                    "AWS asks for patience: run the same command again in a minute, it continues".to_owned(),
                ),
                code => identity::hint(code, message, self.region.as_deref()),
            },
        }
    }

    /// The IAM action that allows the call; a few are called otherwise than the operation.
    fn permission(&self) -> String {
        let name = match (self.operation.service, self.operation.name) {
            ("lambda", "Invoke") => "InvokeFunction",
            (_, name) => name,
        };
        // A denied call may lack a right other than its own, such as `iam:PassRole`; AWS's text names it.
        let named = self.message().split_once("perform").and_then(|(_, rest)| {
            let action = rest.trim_start_matches([':', ' ']).split_whitespace().next()?;
            Some(action.trim_end_matches(['.', ','])).filter(|action| action.contains(':'))
        });
        named.map_or_else(|| format!("{}:{name}", self.operation.service), str::to_owned)
    }
}

/// One of Lambda's messages repeats all values of the environment.
fn without_values(message: &str) -> String {
    const BEFORE_VALUES: &str = "String measured:";
    match message.split_once(BEFORE_VALUES) {
        Some((before, _)) => format!("{before}{BEFORE_VALUES} (hidden)"),
        None => message.to_owned(),
    }
}

fn unanswered<E: StdError + Send + Sync + 'static>(error: &SdkError<E, HttpResponse>) -> Reason {
    let causes = causes(error);
    if let Some(failure) = find::<Failure>(&causes) {
        return Reason::NoCredentials(Box::new(failure.clone()));
    }
    if let Some(failure) = find::<CredentialsError>(&causes) {
        return Reason::NoCredentials(Box::new(Failure::unexplained(failure)));
    }
    // The first one is the SDK's own frame around the others.
    let detail = text(causes.get(1..).filter(|inner| !inner.is_empty()).unwrap_or(&causes));
    let obstacle = match error {
        SdkError::ConstructionFailure(_) => Obstacle::Settings,
        _ => Obstacle::of(&causes),
    };
    Reason::NoAnswer { detail, obstacle }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Refused { code, message } => {
                write!(formatter, "{} was refused ({code}): {message}", self.operation)
            }
            Reason::NoAnswer { detail, obstacle: Obstacle::Settings } => {
                write!(formatter, "{} could not be sent: {detail}", self.operation)
            }
            Reason::NoAnswer { detail, .. } => {
                write!(formatter, "{} got no answer: {detail}", self.operation)
            }
            Reason::NoCredentials(failure) => {
                write!(formatter, "{} was not sent, for lack of credentials: {failure}", self.operation)
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
        let wrapped = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => wrapped.hint(hint),
            None => wrapped,
        }
    }
}
