//! What can be wrong with a stored state, or with one that is to be stored.

use std::fmt;

use super::MAX_BYTES;

/// A value that is not a state, or a state that cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateError {
    /// No release writes such a value.
    Unreadable(String),
    /// The state needs this many bytes, even without everything that can be left out.
    TooLarge(usize),
}

impl fmt::Display for StateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(formatter, "the stored state is invalid: {why}"),
            Self::TooLarge(bytes) => {
                write!(
                    formatter,
                    "the state needs {bytes} bytes, and SSM stores at most {MAX_BYTES}: too many targets"
                )
            }
        }
    }
}

impl std::error::Error for StateError {}
