//! Conditions of a `[[target]]` that have settings of their own: `lacks`, `matches`, `header`, `json` and `metrics`.

mod limits;
mod values;

use std::collections::BTreeMap;

use http::HeaderName;
use plexmon_function::contract::description::Checked;
use plexmon_function::contract::settings::{Consequence, Target, TextCondition};
use plexmon_function::probe::condition::matches;
use toml::de::DeValue;

use super::described;
use super::reader::{Table, Value, filled};
use crate::error::Result;

/// More conditions of one kind are probably a mistake, and each takes time in every run.
const MAX_CONDITIONS: usize = 20;

/// The longest text or expression.
const MAX_TEXT_CHARS: usize = 1000;

/// The keys for which `severity` of a target is the default.
const KEYS: [&str; 6] = ["lacks", "matches", "header", "json", "metrics", "redirect"];

/// Read the conditions of a target.
pub fn read(table: &Table<'_>, target: &mut Target) -> Result<()> {
    let default = severity(table, Consequence::Down)?;
    let [lacks, matches, header, json, metrics, redirect] = KEYS.map(|key| table.get(key));
    if let Some(severity) = table.get("severity")
        && [&lacks, &matches, &header, &json, &metrics, &redirect].iter().all(|value| value.is_none())
    {
        let keys = KEYS.map(|key| format!("`{key}`")).join(", ");
        return Err(severity
            .error(format!("has no effect without one of {keys}"))
            .hint("remove it; other conditions always decide whether the target is down"));
    }
    if let (Some(_), Some(metrics)) = (&json, &metrics) {
        let error = metrics.error("cannot be used together with `json`: a body has one of these formats");
        return Err(error.hint("write a [[target]] of its own for the address of the metrics"));
    }
    if redirect.is_some() {
        target.redirect_severity = default;
    }
    if let Some(value) = lacks {
        target.lacks = texts(&value, "text", default, |_| Ok(()))?;
    }
    if let Some(value) = matches {
        target.matches = texts(&value, "regex", default, matches::check)?;
    }
    if let Some(value) = header {
        target.header = headers(&value, default)?;
    }
    if let Some(value) = json {
        target.json = several(&value, |value| values::json(value, default))?;
    }
    if let Some(value) = metrics {
        target.metrics = several(&value, |value| values::metric(value, default))?;
    }
    Ok(())
}

/// Read `severity` of a table.
fn severity(table: &Table<'_>, default: Consequence) -> Result<Consequence> {
    let Some(value) = table.get("severity") else { return Ok(default) };
    let is_warning = described::choice(&value, &["down", "warn"])? == "warn";
    Ok(if is_warning { Consequence::Warn } else { Consequence::Down })
}

/// Read one condition, or a list of at least one, each different from the others.
fn several<T: PartialEq>(value: &Value<'_>, read: impl Fn(&Value<'_>) -> Result<T>) -> Result<Vec<T>> {
    let values = if value.value.as_array().is_some() { filled(value)? } else { vec![value.clone()] };
    if values.len() > MAX_CONDITIONS {
        return Err(
            value.error(format!("has {} entries, but at most {MAX_CONDITIONS} are possible", values.len()))
        );
    }
    let mut conditions = Vec::new();
    for value in values {
        let condition = read(&value)?;
        if conditions.contains(&condition) {
            return Err(value.error("has the same condition twice"));
        }
        conditions.push(condition);
    }
    Ok(conditions)
}

/// Read `"text"`, `{ text = "...", severity = "warn" }`, or a list of those.
fn texts(
    value: &Value<'_>,
    key: &'static str,
    default: Consequence,
    check: fn(&str) -> Checked,
) -> Result<Vec<TextCondition>> {
    several(value, |value| text(value, key, default, check))
}

fn text(
    value: &Value<'_>,
    key: &'static str,
    default: Consequence,
    check: fn(&str) -> Checked,
) -> Result<TextCondition> {
    let (content, severity) = match value.value {
        DeValue::String(_) => (value.clone(), default),
        DeValue::Table(_) => {
            let table = value.table(&value.key)?;
            let content = table.require(key, &format!("{key} = \"...\""))?;
            let severity = severity(&table, default)?;
            table.finish()?;
            (content, severity)
        }
        _ => {
            return Err(value
                .error(format!("must be a string or a table, not {}", value.type_name()))
                .hint(format!("for example: \"...\", or {{ {key} = \"...\", severity = \"warn\" }}")));
        }
    };
    let text = content.string()?;
    if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS {
        return Err(content.error(format!("must have from 1 to {MAX_TEXT_CHARS} characters")));
    }
    check(text).map_err(|why| content.error(format!("cannot be used: {why}")))?;
    Ok(TextCondition { text: text.to_owned(), severity })
}

/// Read `{ Name = "text" }`.
fn headers(value: &Value<'_>, default: Consequence) -> Result<BTreeMap<String, TextCondition>> {
    let example = "for example: header = { Content-Type = \"json\" }";
    let table = value.table(&value.key).map_err(|error| error.hint(example))?;
    let mut headers: BTreeMap<String, TextCondition> = BTreeMap::new();
    for (name, value) in table.entries() {
        if HeaderName::try_from(name).is_err() {
            return Err(value.error("is not a valid HTTP header name"));
        }
        if headers.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(value.error("is given twice: upper and lower case do not differ"));
        }
        headers.insert(name.to_owned(), text(&value, "text", default, |_| Ok(()))?);
    }
    if headers.is_empty() {
        return Err(value.error("is empty").hint(example));
    }
    Ok(headers)
}
