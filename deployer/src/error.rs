//! The error type of the deployer: what failed, why, a hint with one action, and the exit code.

use std::fmt::{self, Display};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a command ends. The numbers are documented in `--help` and must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Success.
    Success = 0,
    /// Something failed.
    Failure = 1,
    /// The command line or the configuration is invalid; nothing was attempted.
    Usage = 2,
    /// `plan --exit-code` or `status --exit-code`: there are changes.
    Changes = 3,
    /// `status --exit-code`: nothing is deployed.
    NotDeployed = 4,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why AWS refused a call, where a caller decides by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A permission is missing.
    Denied,
    /// The credentials are not valid; a region that is not enabled answers like that, too.
    Credentials,
}

/// A failure as it is shown to the user.
///
/// Messages are lower-case fragments without a full stop. A layer that knows more adds a [`context`](Error::context); the
/// previous message becomes a cause.
#[derive(Debug, Clone)]
pub struct Error(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    exit: Exit,
    refusal: Option<Refusal>,
}

impl Error {
    /// Create an error for a failure (exit code 1).
    pub fn new(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Failure)
    }

    /// Create an error about the command line or the configuration (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Usage)
    }

    /// Create an error for Ctrl-C (exit code 130).
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Interrupted)
    }

    fn with_exit(message: impl Into<String>, exit: Exit) -> Self {
        Self(Box::new(Parts { message: message.into(), causes: Vec::new(), hint: None, exit, refusal: None }))
    }

    /// Append a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Set what the user can do, unless there is a hint already: the innermost one is the most specific.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Set the message to what was attempted; the previous message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let previous = std::mem::replace(&mut self.0.message, message.into());
        self.0.causes.insert(0, previous);
        self
    }

    /// Set why AWS refused the call.
    #[must_use]
    pub fn refused(mut self, refusal: Option<Refusal>) -> Self {
        self.0.refusal = refusal;
        self
    }

    pub fn refusal(&self) -> Option<Refusal> {
        self.0.refusal
    }

    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

/// The complete text with causes and hint, which `main` prints.
impl Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.0.message)?;
        for cause in &self.0.causes {
            write!(formatter, "\n  cause: {}", cause.replace('\n', "\n         "))?;
        }
        if let Some(hint) = &self.0.hint {
            write!(formatter, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// `result.context("could not read …")?` for anything that can fail.
pub trait Context<T> {
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T>;
}

impl<T, E: std::error::Error> Context<T> for std::result::Result<T, E> {
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T> {
        self.map_err(|error| {
            let mut wrapped = Error::new(message()).cause(&error);
            let mut source = error.source();
            while let Some(cause) = source {
                wrapped = wrapped.cause(cause);
                source = cause.source();
            }
            wrapped
        })
    }
}
