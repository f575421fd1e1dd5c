//! The licences that `.cargo/deny.toml` allows.

use std::path::Path;

use spdx::{Expression, ParseMode};

use crate::error::{Context as _, Error, Result};

/// SPDX identifiers, with `WITH` and an exception where there is one.
#[derive(Debug)]
pub struct Allowed(Vec<String>);

impl Allowed {
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).context(|| format!("could not read `{}`", path.display()))?;
        Self::parse(&text).map_err(|error| error.context(format!("could not use `{}`", path.display())))
    }

    pub fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().context(|| "it is not TOML")?;
        let list = table.get("licenses").and_then(|licenses| licenses.get("allow")?.as_array());
        let list = list.ok_or_else(|| Error::new("it has no list `allow` in [licenses]"))?;
        Ok(Self(list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()))
    }

    /// Whether one of the choices of an SPDX expression is allowed. Old packages separate choices with `/`.
    pub fn allows(&self, expression: &str) -> bool {
        let parsed = Expression::parse_mode(expression, ParseMode::LAX);
        parsed.is_ok_and(|parsed| {
            parsed.evaluate(|required| self.0.iter().any(|allowed| *allowed == required.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_allowed_if_one_of_its_choices_is() {
        let allowed = Allowed::parse("[licenses]\nallow = [\"MIT\", \"ISC\", \"Unicode-3.0\"]").unwrap();
        for (expression, is_allowed) in [
            ("MIT", true),
            ("MIT OR Apache-2.0", true),
            ("Apache-2.0/MIT", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR MIT", true),
            ("Apache-2.0", false),
            ("MIT AND GPL-3.0-only", false),
            ("MIT WITH LLVM-exception", false),
            ("no licence", false),
            ("", false),
        ] {
            assert_eq!(allowed.allows(expression), is_allowed, "{expression}");
        }
    }

    #[test]
    fn a_file_without_the_list_is_an_error() {
        for text in ["", "[licenses]\n", "[licenses]\nallow = 1\n", "["] {
            assert!(Allowed::parse(text).is_err(), "{text}");
        }
    }
}
