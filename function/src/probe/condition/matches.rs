//! `matches`: the body matches this regular expression.

mod cost;

use regex_lite::{Regex, RegexBuilder};

use super::contains::{missing, shown};
use super::judgement::Judgement;
use crate::contract::description::{Checked, Need, Setting, Type};
use crate::probe::received::Received;

/// The largest size of a compiled expression, which bounds its memory.
const MAX_COMPILED_BYTES: usize = 4 * 1024;

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "matches",
    kind: Type::Other("regular expression, table, or list"),
    need: Need::Depends("from the preset"),
    example: "['\"version\": *\"4\\.', { regex = 'queue: \\d{1,2}\\b', severity = \"warn\" }]",
    about: "the first 64 KiB of the body match this \
            [regular expression](https://docs.rs/regex-lite/latest/regex_lite/#syntax), or each of these, anywhere; \
            `(?i)` in front ignores case, `(?s)` lets `.` match line breaks; an expression whose search would take long, \
            such as `.{20}x`, is refused",
};

/// Check an expression of the configuration.
pub fn check(expression: &str) -> Checked {
    compiled(expression)?;
    cost::check(expression)
}

/// Search the body for a match.
pub(super) fn judge(expression: &str, received: Received<'_>) -> Judgement {
    let shown = shown(expression);
    let regex = match compiled(expression) {
        Ok(regex) => regex,
        Err(why) => return Judgement::unknown(format!("{shown} cannot be used: {why}")),
    };
    if regex.is_match(&String::from_utf8_lossy(received.body)) {
        return Judgement::met(format!("matches {shown}")).with_proof();
    }
    missing(&format!("a match of {shown}"), received.unread)
}

fn compiled(expression: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(expression).size_limit(MAX_COMPILED_BYTES).build();
    built.map_err(|why| {
        let why = why.to_string();
        // The crate has no other way to tell.
        if why.contains("size") {
            "it is too large; shorten it, or repeat less in it".to_owned()
        } else {
            why
        }
    })
}
