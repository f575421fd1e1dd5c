//! `min`, `max` and `newer_than` of a condition.

use plexmon_function::contract::settings::{Limits, Quantity};
use serde_json::Value as Json;
use toml::de::DeValue;

use crate::config::calendar;
use crate::config::reader::{Table, Value};
use crate::error::Result;

/// Read the limits of a table.
pub fn limits(table: &Table<'_>) -> Result<Limits> {
    let read = |key| table.get(key).map(|value| quantity(&value)).transpose();
    let limits = Limits { min: read("min")?, max: read("max")?, newer_than_s: newer_than(table)? };
    if let (Some(min), Some(max), Some(value)) = (&limits.min, &limits.max, table.get("max")) {
        if min.dimension() != max.dimension() {
            return Err(value
                .error(format!("is {}, but `min` is {}", max.dimension(), min.dimension()))
                .hint("use the same unit for both"));
        }
        if min.value() > max.value() {
            return Err(
                value.error(format!("is {max}, which is less than `min`, {min}: nothing is within them"))
            );
        }
    }
    Ok(limits)
}

fn newer_than(table: &Table<'_>) -> Result<Option<u64>> {
    let Some(value) = table.get("newer_than") else { return Ok(None) };
    let seconds = calendar::seconds(&value)?;
    if seconds == 0 {
        return Err(value.error("must be longer than no time").hint("for example: newer_than = \"26h\""));
    }
    Ok(Some(seconds))
}

/// Read a number, or a text with a unit.
fn quantity(value: &Value<'_>) -> Result<Quantity> {
    let text = match value.value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(_) | DeValue::Float(_) => number(value)?.to_string(),
        _ => {
            return Err(value
                .error(format!("must be a number, or a text with a unit, not {}", value.type_name()))
                .hint("for example: \"50 GB\", \"90 %\", or 8"));
        }
    };
    Quantity::parse(&text).map_err(|why| {
        value.error(format!("cannot be used: {why}")).hint("for example: \"50 GB\", \"90 %\", or 8")
    })
}

/// Read a number as JSON has it.
pub fn number(value: &Value<'_>) -> Result<Json> {
    let number = match value.value {
        DeValue::Integer(integer) => {
            i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok().map(Json::from)
        }
        DeValue::Float(float) => {
            let float = float.as_str().replace('_', "").parse().ok();
            float.filter(|float: &f64| float.is_finite()).map(Json::from)
        }
        _ => None,
    };
    number.ok_or_else(|| value.error("is not a number that can be compared"))
}
