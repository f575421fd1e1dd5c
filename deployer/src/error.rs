//! The one error type of the deployer: what failed, why, one hint that is an action, and the exit code.

use std::fmt::{self, Display};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a command ends. The numbers are a contract, see docs/configuration.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Success = 0,
    /// Something failed on the way.
    Failure = 1,
    /// The command line or the configuration is wrong; nothing was attempted.
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

/// A failure as the user gets to read it.
///
/// Messages are lower-case fragments without a full stop. Each layer that knows more adds a
/// [`context`](Error::context); what was said before becomes a cause.
#[derive(Debug, Clone)]
pub struct Error(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    exit: Exit,
}

impl Error {
    /// Something failed (exit code 1).
    pub fn new(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Failure)
    }

    /// The user has to change the command line or the configuration (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Usage)
    }

    /// Ctrl-C (exit code 130).
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self::with_exit(message, Exit::Interrupted)
    }

    fn with_exit(message: impl Into<String>, exit: Exit) -> Self {
        Self(Box::new(Parts { message: message.into(), causes: Vec::new(), hint: None, exit }))
    }

    /// Adds the reason below those already given.
    #[must_use]
    pub fn cause(mut self, cause: impl Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Sets what the user can do about it. The innermost hint stays: it knows most.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Says what was being done; the old message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let old = std::mem::replace(&mut self.0.message, message.into());
        self.0.causes.insert(0, old);
        self
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

/// The whole story, as it is printed once, at the top.
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
