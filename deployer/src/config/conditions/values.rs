//! `json` and `metrics`: conditions on values.

use std::collections::BTreeMap;

use plexmon_function::contract::settings::{Consequence, JsonCondition, Limits, MetricCondition};
use plexmon_function::probe::condition::{json, metrics};
use serde_json::Value as Json;
use toml::de::DeValue;

use super::limits::{limits, number};
use super::severity;
use crate::config::reader::{Table, Value};
use crate::error::Result;

/// The longest label.
const MAX_LABEL_CHARS: usize = 60;

/// Read one entry of `json`.
pub fn json(value: &Value<'_>, default: Consequence) -> Result<JsonCondition> {
    let table = entry(value, "{ path = \"$.freeSpace\", min = \"50 GB\" }")?;
    let path = table.require("path", "path = \"$.freeSpace\"")?;
    let condition = JsonCondition {
        path: path.string()?.to_owned(),
        label: label(&table)?,
        equals: table.get("equals").map(|value| scalar(&value)).transpose()?,
        exists: table.get("exists").map(|value| value.boolean()).transpose()?,
        limits: limits(&table)?,
        severity: severity(&table, default)?,
    };
    let [exists, equals] = ["exists", "equals"].map(|key| table.get(key));
    table.finish()?;
    json::check(&condition.path).map_err(|why| {
        path.error(format!("cannot be used: {why}"))
            .hint("a JSONPath (RFC 9535), for example: $.a.b, $[0].x, or $[?@.path=='/data'].freeSpace")
    })?;
    let has_limits = condition.limits != Limits::default();
    match (exists, equals) {
        (Some(exists), equals) if condition.exists == Some(false) && (has_limits || equals.is_some()) => {
            Err(exists.error("is false, so that there is no value for the other conditions").hint(
                "leave out one of them; with severity = \"warn\", a missing value is a warning, not an outage",
            ))
        }
        (_, Some(equals)) if has_limits => {
            Err(equals.error("cannot be used together with `min`, `max` and `newer_than`"))
        }
        (None, None) if !has_limits => Err(value
            .error(format!("demands nothing of `{}`", condition.path))
            .hint("add `min`, `max`, `equals`, `newer_than` or `exists`, for example: min = \"50 GB\"")),
        _ => Ok(condition),
    }
}

/// Return the table of one condition.
fn entry<'a>(value: &Value<'a>, example: &str) -> Result<Table<'a>> {
    value.table(&value.key).map_err(|error| error.hint(format!("for example: {example}")))
}

/// Read one entry of `metrics`.
pub fn metric(value: &Value<'_>, default: Consequence) -> Result<MetricCondition> {
    let table = entry(value, "{ name = \"node_load5\", max = 8 }")?;
    let name = table.require("name", "name = \"node_load5\"")?;
    let condition = MetricCondition {
        name: name.string()?.to_owned(),
        labels: labels(&table)?,
        label: label(&table)?,
        limits: limits(&table)?,
        severity: severity(&table, default)?,
    };
    table.finish()?;
    metrics::check_name(&condition.name).map_err(|why| {
        let error = name.error(format!("is \"{}\": {why}", condition.name));
        if condition.name.contains('{') {
            error.hint("write the labels as a table: labels = { mountpoint = \"/data\" }")
        } else {
            error.hint("for example: node_load5")
        }
    })?;
    if condition.limits == Limits::default() {
        return Err(value
            .error(format!("demands nothing of `{}`", condition.name))
            .hint("add `min`, `max` or `newer_than`, for example: max = 8"));
    }
    Ok(condition)
}

fn labels(table: &Table<'_>) -> Result<BTreeMap<String, String>> {
    let Some(value) = table.get("labels") else { return Ok(BTreeMap::new()) };
    let mut labels = BTreeMap::new();
    for (name, value) in value.table(&value.key)?.entries() {
        metrics::check_label(name).map_err(|why| value.error(format!("is not a label: {why}")))?;
        labels.insert(name.to_owned(), value.string()?.to_owned());
    }
    Ok(labels)
}

fn label(table: &Table<'_>) -> Result<Option<String>> {
    let Some(value) = table.get("label") else { return Ok(None) };
    let label = value.string()?;
    let is_good = label.trim() == label
        && (1..=MAX_LABEL_CHARS).contains(&label.chars().count())
        && !label.contains(char::is_control);
    if is_good {
        return Ok(Some(label.to_owned()));
    }
    Err(value.error(format!(
        "must be 1 to {MAX_LABEL_CHARS} characters, without spaces at the beginning and the end"
    )))
}

/// Read a text, a number, `true`, `false`, a date or a time.
fn scalar(value: &Value<'_>) -> Result<Json> {
    Ok(match value.value {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Datetime(time) => Json::from(time.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) => number(value)?,
        DeValue::Array(_) | DeValue::Table(_) => {
            let message = format!("must be a text, a number, true or false, not {}", value.type_name());
            return Err(value.error(message));
        }
    })
}
