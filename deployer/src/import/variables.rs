//! `${VARIABLES}` in Compose files, and their values in env files.

use std::collections::BTreeMap;

/// Values by name. They may be secrets: they are only revealed as part of an expanded text.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

/// Deeper nesting of variables is a mistake or an attack.
const MAX_DEPTH: usize = 4;
/// Far more than any host name needs.
const MAX_LENGTH: usize = 4096;
/// Contains nothing of the text, which may come from a value.
const UNUSABLE: &str = "a variable that is not closed or too long";

impl std::fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Show the names only: the values may be secrets.
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    /// Parse `NAME=value` lines as Compose does, and skip other lines.
    pub fn read(text: &str) -> Self {
        let mut variables = BTreeMap::new();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let Some((name, value)) = assignment(line) else { continue };
            if !name.starts_with('#') {
                variables.insert(name.trim().to_owned(), unquoted(value.trim()));
            }
        }
        Self(variables)
    }

    /// Add the variables of `lower` that are not set here.
    pub fn over(mut self, lower: &Self) -> Self {
        for (name, value) in &lower.0 {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    /// Return the expanded value of a variable that is set and not empty.
    pub fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(|value| self.fill(value).ok()).filter(|value| !value.is_empty())
    }

    /// Return all variables as an `env_file` passes them to a container: expanded with each other and with `outer`. A
    /// remaining `$` is doubled, because the container's values are expanded again where they are used.
    pub fn for_container(&self, outer: &Self) -> Vec<(String, String)> {
        let all = outer.clone().over(self);
        let filled = |value: &String| match all.fill(value) {
            Ok(filled) => filled.replace('$', "$$"),
            Err(_) => value.clone(),
        };
        self.0.iter().map(|(name, value)| (name.clone(), filled(value))).collect()
    }

    /// Set these values, replacing others.
    pub fn with(mut self, values: impl Iterator<Item = (String, String)>) -> Self {
        self.0.extend(values);
        self
    }

    /// Expand all variables in the text, or return the name of one without a value.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        self.fill_to(text, MAX_DEPTH)
    }

    fn fill_to(&self, text: &str, depth: usize) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                filled.push('$');
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('{') {
                let end = closing(inner).ok_or(UNUSABLE)?;
                filled.push_str(&self.expand(&inner[..end], depth)?);
                rest = &inner[end + 1..];
            } else {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                filled.push_str(&if end == 0 { "$".to_owned() } else { self.expand(&rest[..end], depth)? });
                rest = &rest[end..];
            }
            if filled.len() > MAX_LENGTH {
                return Err(UNUSABLE.to_owned());
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// `NAME`, `NAME-default`, `NAME:-default`, `NAME:?message`, `NAME:+instead`.
    fn expand(&self, inner: &str, depth: usize) -> Result<String, String> {
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let (name, operator) = inner.split_at(end);
        if depth == 0 {
            return Err(name.to_owned());
        }
        let value = self.0.get(name).filter(|value| !value.is_empty());
        if let Some(instead) = operator.strip_prefix(":+").or_else(|| operator.strip_prefix('+')) {
            return value.map_or_else(|| Ok(String::new()), |_| self.fill_to(instead, depth - 1));
        }
        if let Some(value) = value {
            // Reveal nothing of a value, not even the variables in it: it may be a password.
            return self.fill_to(value, depth - 1).map_err(|_| name.to_owned());
        }
        match operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-')) {
            Some(default) => self.fill_to(default, depth - 1),
            None => Err(name.to_owned()),
        }
    }
}

/// Return the position of the brace that closes the one before the text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, character) in text.char_indices() {
        open = match character {
            '{' => open + 1,
            '}' => open - 1,
            _ => open,
        };
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// `NAME=value`; Compose also accepts `NAME: value`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let at = line.find(['=', ':'])?;
    let (name, value) = (&line[..at], &line[at + 1..]);
    let is_colon = line[at..].starts_with(':');
    (!is_colon || value.starts_with(' ')).then_some((name, value)).or_else(|| line.split_once('='))
}

/// Remove the quotes or, without quotes, the comment after the value. Variables within single quotes are not expanded.
fn unquoted(value: &str) -> String {
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
    if let Some((inner, _)) = quoted('"') {
        return inner.to_owned();
    }
    if let Some((inner, _)) = quoted('\'') {
        return inner.replace('$', "$$");
    }
    value.split_once(" #").map_or(value, |(value, _)| value).trim().to_owned()
}
