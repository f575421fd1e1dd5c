//! Functions that use or create sets.

use std::collections::BTreeSet;

use super::arguments::Arguments;
use crate::import::terraform::value::{Evaluated, List, MAX_WEIGHT, Unknown, Value};

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let result = match arguments.name {
        "toset" => arguments.value(0).map(to_set),
        "tolist" => arguments.value(0).map(|value| match value {
            Value::List(list) => Value::list(list.items.clone(), list.rest.clone()),
            other => other,
        }),
        "setunion" => union(arguments),
        "setintersection" => kept(arguments, true),
        "setsubtract" => kept(arguments, false),
        "setproduct" => product(arguments),
        _ => return None,
    };
    Some(result)
}

/// Convert a list to a set.
pub fn to_set(value: Value) -> Value {
    if let Value::List(list) = value { Value::set(list.items.clone(), list.rest.clone()) } else { value }
}

fn union(arguments: &Arguments<'_>) -> Evaluated {
    let (mut items, mut rest) = (Vec::new(), None);
    for value in &arguments.values {
        match value {
            Value::List(list) => {
                items.extend(list.items.iter().cloned());
                rest = rest.or_else(|| list.rest.clone());
            }
            Value::Unknown(unknown) => rest = rest.or_else(|| Some(unknown.missing.clone())),
            _ => return Err(arguments.invalid()),
        }
    }
    Ok(Value::set(items, rest))
}

/// Return the elements of the first set that are in all the others, or in none of them.
fn kept(arguments: &Arguments<'_>, shared: bool) -> Evaluated {
    let first = arguments.list(0)?;
    let mut items = first.items.clone();
    for index in 1..arguments.values.len() {
        let other = arguments.complete(index)?;
        if let Some(part) = Value::List(other.clone()).first_unknown() {
            return Err(part);
        }
        let other: BTreeSet<String> = other.items.iter().map(Value::fingerprint).collect();
        items.retain(|item| other.contains(&item.fingerprint()) == shared || item.first_unknown().is_some());
    }
    Ok(Value::set(items, first.rest.clone()))
}

fn product(arguments: &Arguments<'_>) -> Evaluated {
    let lists: Vec<std::rc::Rc<List>> =
        (0..arguments.values.len()).map(|index| arguments.list(index)).collect::<Evaluated<_>>()?;
    let count = lists.iter().map(|list| list.items.len()).fold(1, usize::saturating_mul);
    if lists.len() < 2 {
        return Err(arguments.invalid());
    }
    if count.saturating_mul(lists.len()) > MAX_WEIGHT {
        return Err(Unknown::limit_exceeded("setproduct()"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in &lists {
        let extended = |row: &Vec<Value>| {
            let with = |item: &Value| [row.as_slice(), std::slice::from_ref(item)].concat();
            list.items.iter().map(with).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(extended).collect();
    }
    let rest = lists.iter().find_map(|list| list.rest.clone());
    Ok(Value::list(rows.into_iter().map(|row| Value::list(row, None)).collect(), rest))
}
