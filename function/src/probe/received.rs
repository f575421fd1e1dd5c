//! A body, as far as it was received, and why that may not be all of it.

use crate::text::bounded;

/// A body, as far as it was received and could be decoded.
#[derive(Clone, Copy)]
pub(super) struct Received<'a> {
    /// What was received.
    pub(super) body: &'a [u8],
    /// Why this is not all of it.
    pub(super) unread: Option<&'a Unread>,
}

/// Why a body could not be read completely.
pub(super) enum Unread {
    /// The rest, after this limit, was not read.
    BeyondLimit { bytes: usize },
    /// The rest was not read, because the bodies of other targets take the memory.
    NoRoom,
    /// It is compressed, and corrupt or incomplete.
    Corrupt,
    /// It is compressed with an encoding that is not supported.
    Unsupported(String),
}

impl Unread {
    /// Return whether this is a fault of the server. Anything else is a limit of the monitor.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self, Self::Corrupt)
    }

    /// Explain it.
    pub(super) fn why(&self) -> String {
        match self {
            Self::BeyondLimit { bytes } => {
                format!("the body is longer than {} KiB; the rest is not read", bytes / 1024)
            }
            Self::NoRoom => {
                "too many long bodies arrive at the same time for all of them to be read".to_owned()
            }
            Self::Corrupt => "the compressed body is corrupt or incomplete".to_owned(),
            Self::Unsupported(encoding) => {
                format!("the body is compressed with {}, which plexmon cannot decode", bounded(encoding, 20))
            }
        }
    }
}
