//! Functions that decode and encode JSON, YAML, CSV and base64.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::arguments::Arguments;
use super::yaml;
use crate::import::terraform::value::{Evaluated, Unknown, Value};

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let result = match arguments.name {
        "jsondecode" => jsondecode(arguments),
        "yamldecode" => {
            arguments.text(0).and_then(|text| yaml::read(&text).ok_or_else(|| arguments.invalid()))
        }
        // JSON is valid YAML, so `yamlencode` may return it.
        "jsonencode" | "yamlencode" => {
            arguments.value(0).and_then(|value| json_text(&value)).map(Value::from)
        }
        "csvdecode" => arguments.text(0).map(|text| csvdecode(&text)),
        "base64decode" => base64decode(arguments),
        "base64encode" => arguments.text(0).map(|text| Value::from(STANDARD.encode(text.as_bytes()))),
        "urlencode" => arguments.text(0).map(|text| {
            let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
            Value::from(encoded.to_string())
        }),
        _ => return None,
    };
    Some(result)
}

fn jsondecode(arguments: &Arguments<'_>) -> Evaluated {
    let json: Json = serde_json::from_str(&arguments.text(0)?).map_err(|_| arguments.invalid())?;
    Ok(of_json(&json))
}

fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(of_json).collect(),
        Json::Object(object) => object.iter().map(|(key, value)| (key.clone(), of_json(value))).collect(),
    }
}

/// Encode a value as JSON. If parts are unknown, the likely text has placeholders for them.
pub fn json_text(value: &Value) -> Evaluated<String> {
    let text = to_json(value).to_string();
    match value.first_unknown() {
        Some(part) => {
            Err(Rc::new(Unknown { missing: part.missing.clone(), likely: Some(Value::from(text)) }))
        }
        None => Ok(text),
    }
}

fn placeholder(what: &str) -> Json {
    Json::from(format!("${{{what}}}"))
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Json::from(*number as i64),
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::from(text.as_ref()),
        Value::List(list) => {
            let rest = list.rest.as_ref().map(|missing| placeholder(&missing.what));
            Json::Array(list.items.iter().map(to_json).chain(rest).collect())
        }
        Value::Map(map) => {
            let named = map.entries.iter().map(|(key, value)| (key.clone(), to_json(value)));
            let unnamed = map.unnamed.iter();
            let unnamed = unnamed.map(|(key, value)| (format!("${{{}}}", key.missing.what), to_json(value)));
            Json::Object(named.chain(unnamed).collect())
        }
        Value::Id(address) => placeholder(&format!("{address}.id")),
        // Do not present a likely value as known.
        Value::Unknown(unknown) => match unknown.likely.as_ref().and_then(Value::as_text) {
            Some(text) if text.contains("${") => Json::from(text),
            _ => placeholder(&unknown.missing.what),
        },
        Value::Null => Json::Null,
    }
}

fn base64decode(arguments: &Arguments<'_>) -> Evaluated {
    let bytes = STANDARD.decode(arguments.text(0)?.as_bytes()).map_err(|_| arguments.invalid())?;
    String::from_utf8(bytes).map(Value::from).map_err(|_| arguments.invalid())
}

/// Decode a list of maps. The first line has the keys.
fn csvdecode(text: &str) -> Value {
    let mut rows = csv_rows(text).into_iter();
    let Some(keys) = rows.next() else { return Value::list(Vec::new(), None) };
    let row = |fields: Vec<String>| -> Value {
        if fields.len() != keys.len() {
            return Unknown::invalid("csvdecode()").into();
        }
        keys.iter().cloned().zip(fields.into_iter().map(Value::from)).collect()
    };
    rows.map(row).collect()
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().filter(|character| *character != '\r').peekable();
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => field.extend(characters.next()),
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut field)),
            (false, '\n') => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (_, character) => field.push(character),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    // Skip empty lines.
    rows.retain(|row| row.iter().any(|field| !field.is_empty()));
    rows
}
