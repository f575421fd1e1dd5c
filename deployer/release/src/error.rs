//! A failure with its cause, a hint with one action, and the exit code.

use std::fmt::{self, Display};
use std::process::ExitCode;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The exit code after Ctrl-C.
const INTERRUPTED: u8 = 130;

/// A failure as it is shown to the user.
#[derive(Debug)]
pub struct Error {
    message: String,
    cause: Option<String>,
    hint: Option<String>,
    exit: u8,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None, hint: None, exit: 1 }
    }

    pub fn interrupted() -> Self {
        Self { exit: INTERRUPTED, ..Self::new("interrupted; nothing was written") }
    }

    #[must_use]
    pub fn cause(mut self, cause: impl Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Set the message to what was attempted; the previous message becomes the cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let previous = std::mem::replace(&mut self.message, message.into());
        self.cause = Some(match self.cause {
            Some(cause) => format!("{previous}: {cause}"),
            None => previous,
        });
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn exit(&self) -> ExitCode {
        self.exit.into()
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.message)?;
        if let Some(cause) = &self.cause {
            write!(formatter, "\n  cause: {}", cause.trim_end().replace('\n', "\n         "))?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// `result.context(|| "could not read ...")?` for anything that can fail.
pub trait Context<T> {
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T> {
        self.map_err(|error| Error::new(message()).cause(error))
    }
}
