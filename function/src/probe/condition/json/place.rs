//! Finds where in a document a value is, so that a message can name one of several.

use std::fmt::Write as _;

use serde_json::Value;

use crate::text::single_line;

const MAX_CHARS: usize = 60;

/// Return the place of a value: `$[2].freeSpace`. Only the value itself counts, not another one that is equal.
pub(super) fn of(value: &Value, root: &Value) -> Option<String> {
    let mut place = "$".to_owned();
    find(value, root, &mut place).then(|| single_line(&place, MAX_CHARS))
}

/// Append the steps that lead from one value to another. The document's depth is bounded.
fn find(value: &Value, from: &Value, place: &mut String) -> bool {
    if std::ptr::eq(value, from) {
        return true;
    }
    let end = place.len();
    match from {
        Value::Array(list) => list.iter().enumerate().any(|(index, inner)| {
            place.truncate(end);
            _ = write!(place, "[{index}]");
            find(value, inner, place)
        }),
        Value::Object(table) => table.iter().any(|(key, inner)| {
            place.truncate(end);
            let is_name = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            _ = if is_name { write!(place, ".{key}") } else { write!(place, "['{key}']") };
            find(value, inner, place)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_found_among_equal_ones() {
        let long = "x".repeat(5_000);
        let root = json!({"a": [1, {"b c": 1, "d": [1]}], "line\nbreak": 1, long.as_str(): 1});
        for (pointer, expected) in [
            ("", "$"),
            ("/a/0", "$.a[0]"),
            ("/a/1/b c", "$.a[1]['b c']"),
            ("/a/1/d/0", "$.a[1].d[0]"),
            ("/line\nbreak", "$['line break']"),
        ] {
            assert_eq!(of(root.pointer(pointer).unwrap(), &root).as_deref(), Some(expected));
        }
        assert_eq!(of(&root[long.as_str()], &root).unwrap().chars().count(), MAX_CHARS);
        assert_eq!(of(&json!(1), &root), None);
    }
}
