//! Equality of partly unknown values.

use super::{Evaluated, Unknown, Value};

/// Compare two values whose weight has been charged already.
pub fn same(left: &Value, right: &Value) -> Evaluated<bool> {
    match (left, right) {
        (Value::Id(one), Value::Id(other)) if one == other => Ok(true),
        // An id is never null.
        (Value::Id(_), Value::Null) | (Value::Null, Value::Id(_)) => Ok(false),
        (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => Err(unknown.clone()),
        (id @ Value::Id(_), _) | (_, id @ Value::Id(_)) => id.clone().into_text().map(|_| false),
        (Value::List(one), Value::List(other)) => {
            let mut unknown = one
                .rest
                .as_ref()
                .or(other.rest.as_ref())
                .map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
            if unknown.is_none() && one.items.len() != other.items.len() {
                return Ok(false);
            }
            for (one, other) in one.items.iter().zip(&other.items) {
                match same(one, other) {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(part) => unknown = Some(part),
                }
            }
            unknown.map_or(Ok(true), Err)
        }
        (Value::Map(one), Value::Map(other)) => {
            if let Some((key, _)) = one.unnamed.first().or(other.unnamed.first()) {
                return Err(key.clone());
            }
            let mut unknown = one
                .rest
                .as_ref()
                .or(other.rest.as_ref())
                .map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
            if unknown.is_none() && !one.entries.keys().eq(other.entries.keys()) {
                return Ok(false);
            }
            for (key, value) in &one.entries {
                match other.entries.get(key).map_or(Ok(true), |other| same(value, other)) {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(part) => unknown = Some(part),
                }
            }
            unknown.map_or(Ok(true), Err)
        }
        _ => Ok(left.fingerprint() == right.fingerprint()),
    }
}
