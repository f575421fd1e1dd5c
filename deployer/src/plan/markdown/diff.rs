//! A change as the lines of a diff. Documents such as policies are compared line by line.

use serde_json::Value;

use super::escape;
use crate::plan::digest::canonical;
use crate::resource::Difference;

/// How many equal lines are shown before and after different ones.
const CONTEXT: usize = 2;
/// Longer documents are not compared: the comparison takes the product of their lengths.
const MOST_LINES: usize = 1_000;

/// Return the lines of one change, which begin with `+`, `-` or a space.
pub fn lines_of(change: &Difference) -> Vec<String> {
    let Difference { field, from, to } = change;
    let (old, new) = (value_lines(from), value_lines(to));
    if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
        let removed = (!from.is_null()).then(|| format!("- {field}: {old}"));
        return removed.into_iter().chain([format!("+ {field}: {new}")]).collect();
    }
    let mark = if from.is_null() { '+' } else { ' ' };
    let old = if from.is_null() { Vec::new() } else { old };
    std::iter::once(format!("{mark} {field}:"))
        .chain(with_context(&compared(&old, &new)).into_iter().map(|(mark, line)| format!("{mark}   {line}")))
        .collect()
}

/// A document has a line for each part of it; anything else is one line.
fn value_lines(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec!["(none)".to_owned()],
        Value::String(text) => vec![escape::line(text)],
        Value::Array(items) if items.is_empty() => vec!["[]".to_owned()],
        Value::Array(_) | Value::Object(_) => {
            // The same document is the same text, in whichever order AWS returns its keys.
            let document = serde_json::to_string_pretty(&canonical(value.clone())).unwrap_or_default();
            document.lines().map(escape::line).collect()
        }
        plain => vec![plain.to_string()],
    }
}

/// A line with its mark.
type Marked<'a> = (char, &'a str);

/// Compare two lists of lines: what only the first has (`-`), what only the second has (`+`), and what both have.
fn compared<'a>(old: &'a [String], new: &'a [String]) -> Vec<Marked<'a>> {
    if old.len().max(new.len()) > MOST_LINES {
        let removed = old.iter().map(|line| ('-', line.as_str()));
        return removed.chain(new.iter().map(|line| ('+', line.as_str()))).collect();
    }
    let common = common(old, new);
    let (mut one, mut other) = (0, 0);
    let mut lines = Vec::new();
    while one < old.len() || other < new.len() {
        let is_removed =
            other == new.len() || (one < old.len() && common[one + 1][other] >= common[one][other + 1]);
        if one < old.len() && other < new.len() && old[one] == new[other] {
            lines.push((' ', old[one].as_str()));
            (one, other) = (one + 1, other + 1);
        } else if is_removed {
            lines.push(('-', old[one].as_str()));
            one += 1;
        } else {
            lines.push(('+', new[other].as_str()));
            other += 1;
        }
    }
    lines
}

/// The length of the longest common part of what follows each pair of places.
fn common(old: &[String], new: &[String]) -> Vec<Vec<u16>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            common[one][other] = if old[one] == new[other] {
                common[one + 1][other + 1] + 1
            } else {
                common[one + 1][other].max(common[one][other + 1])
            };
        }
    }
    common
}

/// Replace equal lines that are far from any difference by `...`.
fn with_context<'a>(lines: &[Marked<'a>]) -> Vec<Marked<'a>> {
    let is_near = |index: usize| {
        let (from, to) = (index.saturating_sub(CONTEXT), (index + CONTEXT + 1).min(lines.len()));
        lines[from..to].iter().any(|(mark, _)| *mark != ' ')
    };
    let mut shown: Vec<Marked<'a>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if is_near(index) {
            shown.push(*line);
        } else if shown.last() != Some(&(' ', "...")) {
            shown.push((' ', "..."));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(from: Value, to: Value) -> String {
        lines_of(&Difference { field: "field", from, to }).join("\n")
    }

    #[test]
    fn plain_values_take_a_line_each() {
        assert_eq!(shown(json!(128), json!(256)), "- field: 128\n+ field: 256");
        assert_eq!(shown(Value::Null, json!("a\nb")), "+ field: a\\nb");
        assert_eq!(shown(json!("a"), Value::Null), "- field: a\n+ field: (none)");
    }

    #[test]
    fn documents_are_compared_by_line() {
        let of = |actions: &[&str]| json!({ "Statement": [{ "Action": actions, "Effect": "Allow" }], "Version": "1" });
        let expected = [
            "  field:",
            "    ...",
            "          \"Action\": [",
            "            \"a\",",
            "-           \"b\",",
            "+           \"d\",",
            "            \"c\"",
            "          ],",
            "    ...",
        ];
        assert_eq!(shown(of(&["a", "b", "c"]), of(&["a", "d", "c"])), expected.join("\n"));
        let expected = ["+ field:", "+   {", "+     \"a\": [],", "+     \"b\": 1", "+   }"];
        assert_eq!(shown(Value::Null, json!({ "b": 1, "a": [] })), expected.join("\n"));
        assert_eq!(shown(json!({ "a": 1, "b": 2 }), json!({ "b": 2, "a": 1 })), "  field:\n    ...");
    }

    #[test]
    fn documents_that_are_too_long_are_shown_one_after_the_other() {
        let long = |number: usize| json!(vec![number; MOST_LINES]);
        let shown = shown(long(1), long(2));
        assert_eq!(shown.lines().count(), 1 + 2 * (MOST_LINES + 2));
    }
}
