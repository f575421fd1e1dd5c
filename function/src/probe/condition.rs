//! The conditions that the response of a healthy app meets. Each is described and evaluated in a file of its own.
//!
//! To add one:
//!
//! 1. Add a field with the name of its key to [`Target`], and to [`Target::check_id`].
//! 2. Write its file, and add it to [`SETTINGS`] and, if it needs the body, to [`OF_BODY`].
//! 3. Write the documentation: `PLEXMON_WRITE_DOCS=1 cargo test -p plexmon-deploy --test it config::documentation`.
//!
//! The deployer reads it by its description. Tests compare the description with the field, and with the example.

pub mod contains;
pub mod status;

use super::cause::Cause;
use super::error::ProbeError;
use crate::contract::description::Setting;
use crate::contract::settings::Target;
use crate::text::bounded;

/// The settings of all conditions.
pub const SETTINGS: &[Setting] = &[status::SETTING, contains::SETTING];

/// Evaluates a condition on the body: `None` if the target has no such condition, else what was found, or the error.
type OfBody = fn(&Target, &Received<'_>) -> Option<Result<String, ProbeError>>;

/// The conditions on the body, in the order of their evaluation.
const OF_BODY: [OfBody; 1] = [contains::evaluate];

/// A body, as far as it was received.
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
    /// It is compressed, and corrupt or incomplete.
    Corrupt,
    /// It is compressed with an encoding that is not supported.
    Unsupported(String),
}

/// Evaluate all conditions on the body: `None` if there are none, else what was found last, or the first error.
pub(super) fn of_body(target: &Target, received: &Received<'_>) -> Option<Result<String, ProbeError>> {
    let mut last = None;
    for evaluate in OF_BODY {
        match evaluate(target, received) {
            None => {}
            Some(Ok(found)) => last = Some(Ok(found)),
            error => return error,
        }
    }
    last
}

impl Received<'_> {
    /// Return the error of a body that does not contain something. If the body was not read completely, the target is
    /// unknown.
    pub(super) fn not_found(&self, what: &str) -> ProbeError {
        match self.unread {
            None => ProbeError::new(Cause::Condition, format!("the body does not contain {what}")),
            Some(Unread::Corrupt) => {
                ProbeError::new(Cause::Condition, "the compressed body is corrupt or incomplete")
            }
            Some(Unread::BeyondLimit { bytes }) => ProbeError::new(
                Cause::Unreadable,
                format!(
                    "the first {} KiB of the body do not contain {what}; the rest is not read",
                    bytes / 1024
                ),
            ),
            Some(Unread::Unsupported(encoding)) => ProbeError::new(
                Cause::Unreadable,
                format!("the body is compressed with {}, which plexmon cannot decode", bounded(encoding, 20)),
            ),
        }
    }
}
