//! Functions that select, test or convert a value.

use super::arguments::Arguments;
use crate::import::missing_value::MissingReason;
use crate::import::terraform::value::{Evaluated, Unknown, Value};

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let result = match arguments.name {
        "try" => attempt(arguments),
        "can" => can(arguments),
        "coalesce" => coalesce(arguments),
        "coalescelist" => coalescelist(arguments),
        "lookup" => lookup(arguments),
        "one" => one(arguments),
        "sensitive" | "nonsensitive" | "ephemeralasnull" => arguments.value(0),
        "tostring" => converted(arguments, |value| value.into_text().map(Value::Text)),
        "tonumber" => converted(arguments, |value| value.into_number().map(Value::Number)),
        "tobool" => converted(arguments, |value| value.into_bool().map(Value::Bool)),
        "tomap" => arguments.map(0).map(Value::Map),
        "alltrue" => every(arguments, true).map(Value::Bool),
        "anytrue" => every(arguments, false).map(|none| Value::Bool(!none)),
        _ => return None,
    };
    Some(result)
}

/// Skip expressions without a value. One that is merely unknown may have a value, and is not skipped.
fn attempt(arguments: &Arguments<'_>) -> Evaluated {
    for value in &arguments.values {
        match value {
            Value::Unknown(unknown) if unknown.missing.reason == MissingReason::Invalid => {}
            value => return value.clone().known(),
        }
    }
    Err(arguments.invalid())
}

fn can(arguments: &Arguments<'_>) -> Evaluated {
    match arguments.values.first() {
        Some(Value::Unknown(unknown)) if unknown.missing.reason == MissingReason::Invalid => {
            Ok(Value::Bool(false))
        }
        Some(Value::Unknown(unknown)) => Err(unknown.clone()),
        Some(_) => Ok(Value::Bool(true)),
        None => Err(arguments.invalid()),
    }
}

fn coalesce(arguments: &Arguments<'_>) -> Evaluated {
    for value in &arguments.values {
        match value {
            Value::Null => {}
            Value::Text(text) if text.is_empty() => {}
            value => return value.clone().known(),
        }
    }
    Err(arguments.invalid())
}

fn coalescelist(arguments: &Arguments<'_>) -> Evaluated {
    for value in &arguments.values {
        if !value.is_empty() {
            return value.clone().known();
        }
    }
    Err(arguments.invalid())
}

fn lookup(arguments: &Arguments<'_>) -> Evaluated {
    let map = arguments.value(0)?;
    let found = map.get(&arguments.text(1)?);
    found.or_else(|| arguments.values.get(2).cloned()).ok_or_else(|| arguments.invalid())?.known()
}

fn one(arguments: &Arguments<'_>) -> Evaluated {
    match arguments.value(0)? {
        Value::Null => Ok(Value::Null),
        Value::List(_) => match arguments.complete(0)?.items.as_slice() {
            [] => Ok(Value::Null),
            [only] => only.clone().known(),
            _ => Err(arguments.invalid()),
        },
        _ => Err(arguments.invalid()),
    }
}

fn converted(arguments: &Arguments<'_>, convert: impl Fn(Value) -> Evaluated) -> Evaluated {
    match arguments.value(0)? {
        Value::Null => Ok(Value::Null),
        value => convert(value),
    }
}

/// Whether every element equals `wanted`. A single other element decides, even if others are unknown.
fn every(arguments: &Arguments<'_>, wanted: bool) -> Evaluated<bool> {
    let list = arguments.list(0)?;
    let mut unknown = list.rest.as_ref().map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
    for item in &list.items {
        match item.clone().into_bool() {
            Ok(value) if value == wanted => {}
            Ok(_) => return Ok(false),
            Err(part) => unknown = Some(part),
        }
    }
    unknown.map_or(Ok(true), Err)
}
