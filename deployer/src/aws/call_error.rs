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
use crate::error::Error;

/// A call that did not succeed.
#[derive(Debug, Clone)]
pub struct CallError {
    pub operation: Operation,
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// AWS answered no.
    Refused { code: String, message: String },
    /// No usable answer; whether the call was carried out is unknown.
    NoAnswer { detail: String },
    /// There was nothing to sign the call with.
    NoCredentials { detail: String },
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
                let message = inner.message().unwrap_or("no further explanation").to_owned();
                Reason::Refused { code, message }
            }
            other => unanswered(other),
        };
        Self { operation, reason }
    }

    /// A refusal that came inside of a successful answer, as EventBridge has them.
    pub fn refused(operation: Operation, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { operation, reason: Reason::Refused { code: code.into(), message: message.into() } }
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
            Reason::NoAnswer { detail } | Reason::NoCredentials { detail } => detail,
        }
    }

    /// The named thing does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(
            self.code(),
            "NoSuchEntity"
                | "NoSuchEntityException"
                | "ResourceNotFoundException"
                | "ParameterNotFound"
                | "InvalidResourceId"
        )
    }

    /// It exists already: perhaps by an earlier try of the same call whose answer was lost.
    pub fn already_exists(&self) -> bool {
        match self.code() {
            "EntityAlreadyExists"
            | "EntityAlreadyExistsException"
            | "ResourceAlreadyExistsException"
            | "ParameterAlreadyExists" => true,
            // Lambda uses one code for "exists" and for "busy"; only the text tells them apart.
            "ResourceConflictException" => self.message().contains("already exist"),
            _ => false,
        }
    }

    /// The caller has no right to it.
    pub fn is_denied(&self) -> bool {
        matches!(
            self.code(),
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized"
        )
    }

    /// One thing that the user can do.
    pub fn hint(&self) -> Option<String> {
        let region_or_keys =
            "check the access key; in a region that must be enabled first, enable it in the console";
        Some(match &self.reason {
            Reason::NoCredentials { .. } => {
                "sign in with `aws configure` or `aws sso login`, and name the profile with --profile or AWS_PROFILE"
                    .to_owned()
            }
            Reason::NoAnswer { .. } => {
                "check the network, the region and AWS_ENDPOINT_URL, then run the same command again: it continues"
                    .to_owned()
            }
            Reason::Refused { code, .. } if self.is_denied() => {
                let _ = code;
                format!("the credentials in use need `{}` on this resource", self.permission())
            }
            Reason::Refused { code, .. } => match code.as_str() {
                "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
                    "the session has expired: sign in again, for example with `aws sso login`".to_owned()
                }
                "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" => {
                    region_or_keys.to_owned()
                }
                "SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature" => {
                    "check the secret access key and this computer's clock".to_owned()
                }
                "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "TooManyUpdates" => {
                    "AWS asks for patience: run the same command again in a minute, it continues".to_owned()
                }
                _ => return None,
            },
        })
    }

    /// The IAM action that allows the call; a few are called otherwise than the operation.
    fn permission(&self) -> String {
        let name = match (self.operation.service, self.operation.name) {
            ("lambda", "Invoke") => "InvokeFunction",
            (_, name) => name,
        };
        // A denied call may lack a right other than its own, such as `iam:PassRole`; AWS's text names it.
        let named = self.message().split("perform: ").nth(1).and_then(|rest| rest.split_whitespace().next());
        named.map_or_else(|| format!("{}:{name}", self.operation.service), str::to_owned)
    }
}

fn unanswered<E: StdError + 'static>(error: &SdkError<E, HttpResponse>) -> Reason {
    let mut parts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.downcast_ref::<CredentialsError>().is_some() {
            return Reason::NoCredentials { detail: deepest(cause) };
        }
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = cause.source();
    }
    if parts.is_empty() {
        parts.push(error.to_string());
    }
    Reason::NoAnswer { detail: parts.join(": ") }
}

fn deepest(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Refused { code, message } => {
                write!(formatter, "{} was refused ({code}): {message}", self.operation)
            }
            Reason::NoAnswer { detail } => write!(formatter, "{} got no answer: {detail}", self.operation),
            Reason::NoCredentials { detail } => {
                write!(formatter, "{} was not sent, for lack of credentials: {detail}", self.operation)
            }
        }
    }
}

impl StdError for CallError {}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        let wrapped = match &error.reason {
            Reason::NoCredentials { detail } => Self::new("no AWS credentials were found").cause(detail),
            _ => Self::new(error.to_string()),
        };
        match error.hint() {
            Some(hint) => wrapped.hint(hint),
            None => wrapped,
        }
    }
}
