//! The fields in which a resource differs from the desired one.

use serde::Serialize;
use serde_json::Value;

/// One field that differs from the desired resource. `null` means that it does not exist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub field: &'static str,
    pub from: Value,
    pub to: Value,
}

/// Collects differences, field by field.
#[derive(Debug, Default)]
pub struct Differences(Vec<Difference>);

impl Differences {
    /// Compare one field; `observed` is `None` if the whole resource is missing.
    pub fn field<T: Serialize + PartialEq>(
        &mut self,
        field: &'static str,
        desired: &T,
        observed: Option<&T>,
    ) {
        if observed == Some(desired) {
            return;
        }
        let value = |of: &T| serde_json::to_value(of).unwrap_or(Value::Null);
        let (from, to) = (observed.map_or(Value::Null, value), value(desired));
        if from != to {
            self.0.push(Difference { field, from, to });
        }
    }

    /// Add a field whose values must not be shown.
    pub fn hidden(&mut self, field: &'static str, existed: bool) {
        self.0.push(Difference { field, from: hidden(existed), to: hidden(true) });
    }

    /// Compare one field whose values must not be shown.
    pub fn hidden_field<T: PartialEq>(
        &mut self,
        field: &'static str,
        desired: Option<&T>,
        observed: Option<&T>,
    ) {
        if desired != observed {
            let (from, to) = (hidden(observed.is_some()), hidden(desired.is_some()));
            self.0.push(Difference { field, from, to });
        }
    }

    pub fn into_vec(self) -> Vec<Difference> {
        self.0
    }
}

/// Return what is shown in place of a value; `null` if there is none.
fn hidden(exists: bool) -> Value {
    if exists { Value::from("(hidden)") } else { Value::Null }
}
