//! Why a probe failed.

use super::cause::Cause;

/// Why a probe failed: the class, and an explanation for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProbeError {
    pub(super) cause: Cause,
    pub(super) why: String,
}

impl ProbeError {
    pub(super) fn new(cause: Cause, why: impl Into<String>) -> Self {
        Self { cause, why: why.into() }
    }

    /// [`ProbeError::new`], for `map_err`.
    pub(super) fn of<W: Into<String>>(cause: Cause) -> impl Fn(W) -> Self {
        move |why| Self::new(cause, why)
    }
}
