//! Functions on strings.

use regex_lite::{Captures, Regex, RegexBuilder};

use super::arguments::Arguments;
use super::format;
use crate::import::terraform::value::{Evaluated, MAX_WEIGHT, Unknown, Value};

/// The maximum size of a compiled regular expression in bytes.
const MAX_REGEX_SIZE: usize = 256 * 1024;

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let changed = |change: fn(&str) -> String| arguments.text(0).map(|text| Value::from(change(&text)));
    let compared =
        |compare: fn(&str, &str) -> bool| Ok(Value::Bool(compare(&arguments.text(0)?, &arguments.text(1)?)));
    let result = match arguments.name {
        "lower" => changed(str::to_lowercase),
        "upper" => changed(str::to_uppercase),
        "title" => changed(title),
        "trimspace" => changed(|text| text.trim().to_owned()),
        "chomp" => changed(|text| text.trim_end_matches(['\r', '\n']).to_owned()),
        "strrev" => changed(|text| text.chars().rev().collect()),
        "startswith" => compared(|text, part| text.starts_with(part)),
        "endswith" => compared(|text, part| text.ends_with(part)),
        "strcontains" => compared(|text, part| text.contains(part)),
        "trim" => trimmed(arguments, |text, cut| text.trim_matches(|character| cut.contains(character))),
        "trimprefix" => trimmed(arguments, |text, cut| text.strip_prefix(cut).unwrap_or(text)),
        "trimsuffix" => trimmed(arguments, |text, cut| text.strip_suffix(cut).unwrap_or(text)),
        "substr" => substr(arguments),
        "split" => split(arguments),
        "join" => join(arguments),
        "replace" => replace(arguments),
        "regex" => regex(arguments),
        "regexall" => regexall(arguments),
        "format" => {
            arguments.text(0).and_then(|form| format::filled(&form, &arguments.values[1..]).map(Value::from))
        }
        "formatlist" => format::list(arguments),
        _ => return None,
    };
    Some(result)
}

fn title(text: &str) -> String {
    let mut start = true;
    let capital = |character: char| {
        let upper = std::mem::replace(&mut start, !character.is_alphanumeric());
        if upper { character.to_uppercase().to_string() } else { character.to_string() }
    };
    text.chars().map(capital).collect()
}

fn trimmed(arguments: &Arguments<'_>, trim: for<'t> fn(&'t str, &str) -> &'t str) -> Evaluated {
    Ok(Value::from(trim(&arguments.text(0)?, &arguments.text(1)?)))
}

fn substr(arguments: &Arguments<'_>) -> Evaluated {
    let characters: Vec<char> = arguments.text(0)?.chars().collect();
    let (offset, length) = (arguments.number(1)?, arguments.number(2)?);
    let count = characters.len() as f64;
    let from = if offset < 0.0 { (count + offset).max(0.0) } else { offset.min(count) };
    let to = if length < 0.0 { count } else { (from + length).min(count) };
    Ok(Value::from(characters[from as usize..to as usize].iter().collect::<String>()))
}

fn split(arguments: &Arguments<'_>) -> Evaluated {
    let (separator, text) = (arguments.text(0)?, arguments.text(1)?);
    if separator.is_empty() {
        return Ok(text.chars().map(|character| Value::from(character.to_string())).collect());
    }
    Ok(text.split(&*separator).map(Value::from).collect())
}

fn join(arguments: &Arguments<'_>) -> Evaluated {
    let separator = arguments.text(0)?;
    let mut parts = Vec::new();
    for index in 1..arguments.values.len() {
        for item in &arguments.complete(index)?.items {
            parts.push(item.clone().into_text()?);
        }
    }
    let length = parts.iter().map(|part| part.len() + separator.len()).fold(0, usize::saturating_add);
    if length / 32 > MAX_WEIGHT {
        return Err(Unknown::limit_exceeded("join()"));
    }
    Ok(Value::from(parts.join(&*separator)))
}

/// Between slashes, the pattern is a regular expression.
fn replace(arguments: &Arguments<'_>) -> Evaluated {
    let (text, old, new) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    let found = text.len() + 1;
    if found.saturating_mul(new.len()) / 32 > MAX_WEIGHT {
        return Err(Unknown::limit_exceeded("replace()"));
    }
    let inner = old.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    Ok(Value::from(match inner {
        Some(expression) => compiled(arguments, expression)?.replace_all(&text, &*new).into_owned(),
        None => text.replace(&*old, &new),
    }))
}

fn compiled(arguments: &Arguments<'_>, expression: &str) -> Evaluated<Regex> {
    RegexBuilder::new(expression).size_limit(MAX_REGEX_SIZE).build().map_err(|_| arguments.invalid())
}

fn regex(arguments: &Arguments<'_>) -> Evaluated {
    let (expression, text) = (arguments.text(0)?, arguments.text(1)?);
    let regex = compiled(arguments, &expression)?;
    regex.captures(&text).map(|captures| matched(&regex, &captures)).ok_or_else(|| arguments.invalid())
}

fn regexall(arguments: &Arguments<'_>) -> Evaluated {
    let (expression, text) = (arguments.text(0)?, arguments.text(1)?);
    let regex = compiled(arguments, &expression)?;
    Ok(regex.captures_iter(&text).map(|captures| matched(&regex, &captures)).collect())
}

/// Return the whole match, or its groups: a map if they are named.
fn matched(regex: &Regex, captures: &Captures<'_>) -> Value {
    let value = |index: usize| captures.get(index).map_or(Value::Null, |found| Value::from(found.as_str()));
    if captures.len() == 1 {
        return value(0);
    }
    let names: Vec<_> = regex.capture_names().enumerate().skip(1).collect();
    if names.iter().any(|(_, name)| name.is_some()) {
        return names
            .into_iter()
            .filter_map(|(index, name)| Some((name?.to_owned(), value(index))))
            .collect();
    }
    (1..captures.len()).map(value).collect()
}
