//! YAML as `yamldecode()` reads it: with types, unlike Compose files, where only texts are needed.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::import::terraform::value::Value;

/// Documents written by hand are not nested deeper.
const MAX_DEPTH: usize = 64;

/// A list or map that is not closed yet.
struct OpenCollection {
    anchor: usize,
    is_map: bool,
    items: Vec<Value>,
}

/// Parse the first document; `None` if the text is not valid.
pub fn read(text: &str) -> Option<Value> {
    let (mut open, mut anchors): (Vec<OpenCollection>, HashMap<usize, Value>) = Default::default();
    let mut document = None;
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (anchor, value) = match event.ok()?.0 {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                (anchor, if is_plain { plain(&text) } else { Value::from(text.as_ref()) })
            }
            Event::Alias(anchor) => (0, anchors.get(&anchor)?.clone()),
            event @ (Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _)) => {
                if open.len() >= MAX_DEPTH {
                    return None;
                }
                open.push(OpenCollection {
                    anchor,
                    is_map: matches!(event, Event::MappingStart(..)),
                    items: Vec::new(),
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let OpenCollection { anchor, is_map, items } = open.pop()?;
                (anchor, if is_map { map(items) } else { items.into_iter().collect() })
            }
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, value.clone());
        }
        match open.last_mut() {
            Some(open) => open.items.push(value),
            None => drop(document.get_or_insert(value)),
        }
    }
    document
}

/// Build a map from alternating keys and values. Its own entries take precedence over those of `<<`.
fn map(items: Vec<Value>) -> Value {
    let (mut own, mut merged): (BTreeMap<String, Value>, BTreeMap<String, Value>) = Default::default();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let Ok(key) = key.into_text() else { continue };
        if &*key == "<<" {
            for map in value.maps() {
                if let Value::Map(map) = map {
                    for (key, value) in &map.entries {
                        merged.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
            }
        } else {
            own.insert(key.to_string(), value);
        }
    }
    merged.extend(own);
    Value::map(merged, None)
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let based = |prefix: &str, base: u32| i64::from_str_radix(text.strip_prefix(prefix)?, base).ok();
    if let Some(number) = based("0x", 16).or_else(|| based("0o", 8)) {
        return Value::Number(number as f64);
    }
    let is_number = text.starts_with(|start: char| start.is_ascii_digit() || "+-.".contains(start));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => Value::Number(number),
        _ => Value::from(text),
    }
}
