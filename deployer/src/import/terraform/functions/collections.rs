//! Functions on lists and maps. Unknown parts of a list stay unknown; the rest is used.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::arguments::Arguments;
use crate::import::missing_value::MissingValue;
use crate::import::terraform::value::{Evaluated, MAX_WEIGHT, Unknown, Value, entry, same};

/// Lists are not nested deeper than the parser allows.
const MAX_DEPTH: usize = 64;
/// The maximum length of `range()`.
const MAX_RANGE: f64 = 10_000.0;

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let result = match arguments.name {
        "concat" => Ok(joined(&arguments.values, 0)),
        "flatten" => arguments.list(0).map(|list| joined(&[Value::List(list)], MAX_DEPTH)),
        "merge" => Ok(merge(&arguments.values)),
        "keys" => arguments.map(0).map(|map| {
            let named = map.entries.keys().map(|key| Value::from(key.as_str()));
            let unnamed = map.unnamed.iter().map(|(key, _)| Value::from(key.clone()));
            Value::list(named.chain(unnamed).collect(), map.rest.clone())
        }),
        "values" => {
            arguments.map(0).map(|map| Value::list(map.values().cloned().collect(), map.rest.clone()))
        }
        "element" => element(arguments),
        "index" => index(arguments),
        "length" => length(arguments),
        "contains" => contains(arguments),
        "distinct" => arguments.list(0).map(|list| Value::list(distinct(&list.items), list.rest.clone())),
        "compact" => arguments.list(0).map(|list| {
            let items = list.items.iter().filter(|item| !item.is_empty()).cloned();
            Value::list(items.collect(), list.rest.clone())
        }),
        "sort" => sort(arguments),
        "reverse" => arguments
            .list(0)
            .map(|list| Value::list(list.items.iter().rev().cloned().collect(), list.rest.clone())),
        "slice" => slice(arguments),
        "chunklist" => chunks(arguments),
        "range" => range(arguments),
        "zipmap" => zipmap(arguments),
        "matchkeys" => matchkeys(arguments),
        _ => return None,
    };
    Some(result)
}

/// Concatenate lists, and flatten lists within them down to `depth`.
fn joined(lists: &[Value], depth: usize) -> Value {
    let (mut items, mut rest) = (Vec::new(), None);
    for list in lists {
        spread(list, depth, &mut items, &mut rest);
        if items.len() > MAX_WEIGHT {
            return Unknown::limit_exceeded("a list").into();
        }
    }
    Value::list(items, rest)
}

fn spread(value: &Value, depth: usize, items: &mut Vec<Value>, rest: &mut Option<MissingValue>) {
    match value {
        Value::Null => {}
        Value::List(list) => {
            if let Some(missing) = &list.rest {
                add_missing_elements(missing, items, rest);
            }
            for item in &list.items {
                match item {
                    Value::List(_) | Value::Unknown(_) if depth > 0 => spread(item, depth - 1, items, rest),
                    item => items.push(item.clone()),
                }
                if items.len() > MAX_WEIGHT {
                    return;
                }
            }
        }
        Value::Unknown(unknown) => match &unknown.likely {
            Some(likely @ Value::List(_)) => {
                let mut guesses = Vec::new();
                spread(likely, depth, &mut guesses, rest);
                let tainted = |likely: Value| match likely {
                    Value::Unknown(_) => likely,
                    likely => Value::Unknown(Rc::new(Unknown {
                        missing: unknown.missing.clone(),
                        likely: Some(likely),
                    })),
                };
                items.extend(guesses.into_iter().map(tainted));
            }
            Some(_) => items.push(value.clone()),
            None => add_missing_elements(&unknown.missing, items, rest),
        },
        other => items.push(other.clone()),
    }
}

/// A list can hold one reason for missing elements; a second one becomes an unknown element.
fn add_missing_elements(missing: &MissingValue, items: &mut Vec<Value>, rest: &mut Option<MissingValue>) {
    if rest.get_or_insert_with(|| missing.clone()) != missing {
        items.push(missing.clone().into());
    }
}

fn merge(maps: &[Value]) -> Value {
    let (mut merged, mut unnamed, mut rest) = (BTreeMap::new(), Vec::new(), None);
    for map in maps {
        match map {
            Value::Map(map) => {
                merged.extend(map.entries.iter().map(|(key, value)| (key.clone(), value.clone())));
                unnamed.extend(map.unnamed.iter().cloned());
                if let Some(missing) = &map.rest {
                    add_missing_entries(missing, &mut unnamed, &mut rest);
                }
            }
            Value::Unknown(unknown) => {
                if let Some(Value::Map(likely)) = &unknown.likely {
                    for (key, value) in &likely.entries {
                        let likely = Some(value.clone().likely());
                        let value =
                            Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely }));
                        merged.entry(key.clone()).or_insert(value);
                    }
                } else {
                    add_missing_entries(&unknown.missing, &mut unnamed, &mut rest);
                }
            }
            _ => {}
        }
    }
    Value::partly_named(merged, unnamed, rest)
}

/// A map can hold one reason for missing entries; a second one becomes an unknown entry.
fn add_missing_entries(
    missing: &MissingValue,
    unnamed: &mut Vec<(Rc<Unknown>, Value)>,
    rest: &mut Option<MissingValue>,
) {
    if rest.get_or_insert_with(|| missing.clone()) != missing {
        unnamed.push((Unknown::new(&missing.what, missing.reason.clone()), missing.clone().into()));
    }
}

fn element(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.complete(0)?;
    let length = list.items.len() as f64;
    let index = arguments.number(1)?.trunc().rem_euclid(length);
    list.items
        .get(index as usize)
        .filter(|_| length > 0.0)
        .cloned()
        .ok_or_else(|| arguments.invalid())?
        .known()
}

fn index(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.complete(0)?;
    let wanted = arguments.value(1)?;
    for (index, item) in list.items.iter().enumerate() {
        if same(item, &wanted)? {
            return Ok(Value::Number(index as f64));
        }
    }
    Err(arguments.invalid())
}

fn length(arguments: &Arguments<'_>) -> Evaluated {
    let length = match arguments.value(0)? {
        Value::Text(text) => text.chars().count(),
        Value::List(_) => arguments.complete(0)?.items.len(),
        Value::Map(map) => match &map.rest {
            Some(missing) => return Err(Unknown::new(&missing.what, missing.reason.clone())),
            None => map.values().count(),
        },
        _ => return Err(arguments.invalid()),
    };
    Ok(Value::Number(length as f64))
}

fn contains(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.list(0)?;
    let wanted = arguments.value(1)?;
    let mut unknown = list.rest.as_ref().map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
    for item in &list.items {
        match same(item, &wanted) {
            Ok(true) => return Ok(Value::Bool(true)),
            Ok(false) => {}
            Err(part) => unknown = Some(part),
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), Err)
}

/// Remove duplicates and keep the order. Unknown elements are kept, because they may differ from all others.
pub fn distinct(items: &[Value]) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let is_new = |item: &&Value| item.first_unknown().is_some() || known.insert(item.fingerprint());
    items.iter().filter(is_new).cloned().collect()
}

fn sort(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.list(0)?;
    let mut items = list.items.clone();
    // Unknown elements come last.
    items.sort_by_key(|item| (item.as_text().is_none(), item.as_text().map(str::to_owned)));
    Ok(Value::list(items, list.rest.clone()))
}

fn slice(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.list(0)?;
    let (from, to) = (arguments.number(1)?.max(0.0) as usize, arguments.number(2)?.max(0.0) as usize);
    let to = if list.rest.is_some() { to.min(list.items.len()) } else { to };
    let items = list.items.get(from.min(to)..to).ok_or_else(|| arguments.invalid())?;
    Ok(Value::list(items.to_vec(), list.rest.clone()))
}

fn chunks(arguments: &Arguments<'_>) -> Evaluated {
    let list = arguments.list(0)?;
    let size = arguments.number(1)?;
    if !(1.0..=MAX_RANGE).contains(&size) {
        return Err(arguments.invalid());
    }
    let chunks = list.items.chunks(size as usize).map(|chunk| Value::list(chunk.to_vec(), None));
    Ok(Value::list(chunks.collect(), list.rest.clone()))
}

fn range(arguments: &Arguments<'_>) -> Evaluated {
    let (from, to) = match arguments.values.len() {
        1 => (0.0, arguments.number(0)?),
        _ => (arguments.number(0)?, arguments.number(1)?),
    };
    let step = match arguments.values.len() {
        3 => arguments.number(2)?,
        _ if to < from => -1.0,
        _ => 1.0,
    };
    let count = ((to - from) / step).ceil();
    if step == 0.0 || count.is_nan() || count < 0.0 {
        return Err(arguments.invalid());
    }
    if count > MAX_RANGE {
        return Err(Unknown::limit_exceeded("range()"));
    }
    Ok((0..count as usize).map(|index| Value::Number(from + step * index as f64)).collect())
}

fn zipmap(arguments: &Arguments<'_>) -> Evaluated {
    let (keys, values) = (arguments.list(0)?, arguments.list(1)?);
    let missing = keys.rest.as_ref().or(values.rest.as_ref());
    if missing.is_none() && keys.items.len() != values.items.len() {
        return Err(arguments.invalid());
    }
    let rest = missing.cloned();
    let (mut entries, mut unnamed) = (BTreeMap::new(), Vec::new());
    for (index, key) in keys.items.iter().enumerate() {
        let value =
            values.items.get(index).cloned().or_else(|| Some(rest.clone()?.into())).unwrap_or(Value::Null);
        entry(key.clone().into_text(), value, &mut entries, &mut unnamed);
    }
    Ok(Value::partly_named(entries, unnamed, rest))
}

/// Return the elements of the first list whose counterparts in the second are in the third.
fn matchkeys(arguments: &Arguments<'_>) -> Evaluated {
    let (values, keys, wanted) = (arguments.complete(0)?, arguments.complete(1)?, arguments.complete(2)?);
    let wanted: BTreeSet<String> = wanted.items.iter().map(Value::fingerprint).collect();
    let pairs = values.items.iter().zip(&keys.items);
    Ok(pairs.filter(|(_, key)| wanted.contains(&key.fingerprint())).map(|(value, _)| value.clone()).collect())
}
