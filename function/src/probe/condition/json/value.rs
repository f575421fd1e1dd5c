//! Compares one JSON value with what a condition demands.

use serde_json::Value;

use crate::contract::settings::{JsonCondition, Quantity};
use crate::probe::condition::limits::{self, Compared};
use crate::probe::condition::moment;
use crate::text::single_line;

const MAX_SHOWN_CHARS: usize = 40;

/// Compare a value with the limits; `None` if there are none. The error says in which other way it is not as expected.
pub(super) fn compare<'a>(
    condition: &'a JsonCondition,
    value: &Value,
    now: u64,
) -> Result<Option<Compared<'a>>, String> {
    if let Some(expected) = &condition.equals
        && !is_equal(value, expected)
    {
        return Err(format!("{}, not {}", shown(value), shown(expected)));
    }
    let limits = &condition.limits;
    let mut compared = None;
    if limits.min.is_some() || limits.max.is_some() {
        let number = number(value).ok_or_else(|| format!("{} is not a number", shown(value)))?;
        compared = Some(limits::compare(limits, number));
    }
    if let Some(max_age_s) = limits.newer_than_s {
        let time = time(value).ok_or_else(|| format!("{} is not a time", shown(value)))?;
        let age = limits::age(max_age_s, time, now);
        compared = Some(compared.map_or(age, |compared| compared.worse(age)));
    }
    Ok(compared)
}

/// Return a number, also one in a string: `123`, `"123"`, `"45 %"`.
pub(in crate::probe) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Quantity::parse(text).ok().map(|quantity| quantity.value()),
        _ => None,
    }
}

/// Return a time in Unix seconds.
pub(in crate::probe) fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().map(moment::of_number),
        Value::String(text) => moment::of_text(text),
        _ => None,
    }
}

/// Return whether a value is the expected one. Numbers are compared by their value: `1` is `1.0`, and `"1"`.
fn is_equal(value: &Value, expected: &Value) -> bool {
    match expected {
        Value::Number(expected) if !value.is_number() || expected.is_f64() || value.is_f64() => {
            number(value).is_some_and(|number| expected.as_f64() == Some(number))
        }
        _ => value == expected,
    }
}

/// Return a value for messages.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("`{}`", single_line(text, MAX_SHOWN_CHARS)),
        other => format!("`{other}`"),
    }
}
