//! The conditions that the answer of a healthy app meets: each is described and evaluated in a file of its own.
//!
//! To add one, write its file, add it to [`SETTINGS`] and, if it needs the body, to [`OF_BODY`], and add the field with the
//! name of its key to [`Target`]. The deployer reads it by its description, and the documentation is generated from that.

pub mod contains;
pub mod status;

use super::cause::{Cause, Fault};
use crate::contract::description::Setting;
use crate::contract::settings::Target;
use crate::text::bounded;

/// The settings of all conditions.
pub const SETTINGS: &[Setting] = &[status::SETTING, contains::SETTING];

/// Evaluates a condition on the body: `None` if the target has no such condition, else what was found, or the fault.
type OfBody = fn(&Target, &Received<'_>) -> Option<Result<String, Fault>>;

/// The conditions on the body, in the order of their evaluation.
const OF_BODY: [OfBody; 1] = [contains::evaluate];

/// A body, as far as it was received.
pub(super) struct Received<'a> {
    /// What was received.
    pub(super) body: &'a [u8],
    /// Why this is not all of it.
    pub(super) missing: Option<&'a Missing>,
}

/// Why a body was not received completely.
pub(super) enum Missing {
    /// Nothing after these first bytes was read.
    Rest { limit: usize },
    /// It is compressed, and damaged or not complete.
    Damaged,
    /// It is compressed in an unknown way.
    Coding(String),
}

/// Evaluate all conditions on the body: `None` if there are none, else what was found last, or the first fault.
pub(super) fn of_body(target: &Target, received: &Received<'_>) -> Option<Result<String, Fault>> {
    let mut last = None;
    for evaluate in OF_BODY {
        match evaluate(target, received) {
            None => {}
            Some(Ok(found)) => last = Some(Ok(found)),
            fault => return fault,
        }
    }
    last
}

impl Received<'_> {
    /// Return the fault of a body that lacks something. If it is incomplete, the state of the target is unknown.
    pub(super) fn fault(&self, what: &str) -> Fault {
        match self.missing {
            None => Fault::new(Cause::Condition, format!("body lacks {what}")),
            Some(Missing::Damaged) => {
                Fault::new(Cause::Condition, "the compressed body is damaged or not complete")
            }
            Some(Missing::Rest { limit }) => Fault::new(
                Cause::Unreadable,
                format!("the first {} KiB of the body lack {what}; no more is read", limit / 1024),
            ),
            Some(Missing::Coding(coding)) => Fault::new(
                Cause::Unreadable,
                format!("the body is compressed ({}), which plexmon cannot read", bounded(coding, 20)),
            ),
        }
    }
}
