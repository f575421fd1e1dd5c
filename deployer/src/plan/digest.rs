//! A digest that identifies a plan.

use serde_json::{Map, Value};

use super::Plan;
use crate::artifact::sha256;

/// Return the SHA-256 of the plan's place and steps as JSON, in which the values of secrets are hidden.
pub(super) fn of(plan: &Plan) -> String {
    let Plan { place, steps, kept: _ } = plan;
    of_json(serde_json::to_value((place, steps)).unwrap_or_default())
}

/// Return the digest of a list of the place and the steps.
pub(super) fn of_json(place_and_steps: Value) -> String {
    sha256(canonical(place_and_steps).to_string().as_bytes())
}

/// Sort the keys of each object alphabetically: AWS may return documents in another order than ours.
pub(super) fn canonical(value: Value) -> Value {
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
