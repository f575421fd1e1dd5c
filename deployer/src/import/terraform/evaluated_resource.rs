//! A resource after evaluation.

use super::value::Value;
use crate::import::missing_value::MissingValue;

/// An evaluated resource: one for each of its copies and those of the modules around it.
pub struct EvaluatedResource {
    pub kind: String,
    pub address: String,
    pub value: Value,
    /// The reason why it is switched off, if it is.
    pub disabled: Option<MissingValue>,
}
