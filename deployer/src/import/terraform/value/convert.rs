//! Conversions between primitive types, as Terraform does them.

use std::rc::Rc;

use super::{Evaluated, Unknown, Value};
use crate::import::missing_value::MissingReason;

impl Value {
    /// Convert a string, number or boolean to the string that a template inserts.
    pub fn into_text(self) -> Evaluated<Rc<str>> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Bool(value) => Ok(Rc::from(value.to_string())),
            Self::Number(number) => Ok(Rc::from(number_text(number))),
            Self::Unknown(unknown) => Err(unknown),
            Self::Id(address) => Err(Unknown::new(format!("{address}.id"), MissingReason::Provider)),
            Self::Null => Err(Unknown::invalid("a string that is null")),
            Self::List(_) | Self::Map(_) => Err(Unknown::invalid("a string where a list or map is given")),
        }
    }

    pub fn into_number(self) -> Evaluated<f64> {
        let invalid = || Unknown::invalid("a number");
        match self {
            Self::Number(number) => Ok(number),
            Self::Text(text) => {
                text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(invalid)
            }
            Self::Unknown(unknown) => Err(unknown),
            _ => Err(invalid()),
        }
    }

    pub fn into_bool(self) -> Evaluated<bool> {
        match &self {
            Self::Bool(value) => Ok(*value),
            Self::Text(text) if matches!(text.as_ref(), "true" | "1") => Ok(true),
            Self::Text(text) if matches!(text.as_ref(), "false" | "0") => Ok(false),
            Self::Unknown(unknown) => Err(unknown.clone()),
            _ => Err(Unknown::invalid("a condition")),
        }
    }
}

/// Format a number as Terraform does: without a fraction if it is an integer.
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}
