//! Collections as pairs of key and value.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Evaluated, Unknown, Value};
use crate::import::missing_value::MissingValue;

/// Add an entry to those with known keys, or to the others.
pub fn entry(
    key: Evaluated<Rc<str>>,
    value: Value,
    entries: &mut BTreeMap<String, Value>,
    unnamed: &mut Vec<(Rc<Unknown>, Value)>,
) {
    match key {
        Ok(key) => drop(entries.insert(key.to_string(), value)),
        Err(unknown) => unnamed.push((unknown, value)),
    }
}

/// The pairs that a loop visits, and the value that is missing to know the rest.
pub type Pairs = (Vec<(Value, Value)>, Option<MissingValue>);

/// Return pairs of key and value. The keys of a list are indexes; the elements of a set are their own keys.
pub fn pairs(collection: &Value) -> Evaluated<Pairs> {
    match collection {
        Value::Map(map) => {
            let named = map.entries.iter().map(|(key, value)| (Value::from(key.as_str()), value.clone()));
            let unnamed = map.unnamed.iter().map(|(key, value)| (Value::from(key.clone()), value.clone()));
            Ok((named.chain(unnamed).collect(), map.rest.clone()))
        }
        Value::List(list) => {
            let pair = |(index, item): (usize, &Value)| {
                let key = if list.is_set { item.clone() } else { Value::Number(index as f64) };
                (key, item.clone())
            };
            Ok((list.items.iter().enumerate().map(pair).collect(), list.rest.clone()))
        }
        Value::Unknown(unknown) => Err(unknown.clone()),
        _ => Err(Unknown::invalid("a loop over a value that is not a list or map")),
    }
}
