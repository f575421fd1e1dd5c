//! A short name for what a plan does.

use serde_json::{Map, Value};

use super::Step;
use crate::artifact::sha256;

/// SHA-256 of the steps as JSON. The values of secrets are hidden there.
pub(super) fn of(steps: &[Step]) -> String {
    let json = serde_json::to_value(steps).unwrap_or_default();
    sha256(canonical(json).to_string().as_bytes())
}

/// With the keys of each object in alphabetical order: AWS may return documents in another order than ours.
fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(
                fields.into_iter().map(|(key, value)| (key, canonical(value))).collect::<Map<_, _>>(),
            )
        }
        plain => plain,
    }
}
