//! The plan as text.

use std::fmt::{self, Display};

use serde_json::Value;

use super::{Action, Need, Plan};
use crate::resource::Until;
use crate::text::{Details, Paint};

/// Values that are longer than this are cut.
const MAX_VALUE_CHARS: usize = 100;
/// How many common characters of two long values are shown before the difference.
const COMMON_CHARS: usize = 20;

impl Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Paint::Plain, Details::Hidden))
    }
}

impl Plan {
    /// Return a line per step, a line per changed field, and a summary. The details are what each step needs, and the
    /// digest.
    pub fn text(&self, paint: Paint, details: Details) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let action = step.action.colored(&format!("{} {:<6}", step.action.mark(), step.action), paint);
            text += &format!("  {action} {:<9} {}\n", step.kind, step.name);
            if step.action == Action::Update {
                for change in &step.changes {
                    let (from, to) = shortened(&change.from, &change.to);
                    text += &format!("      {}: {} -> {}\n", change.field, paint.red(from), paint.green(to));
                }
            }
            if details == Details::Shown && !step.needs.is_empty() {
                let needs: Vec<String> = step.needs.iter().map(Need::to_string).collect();
                text += &format!("      {}\n", paint.grey(format!("needs: {}", needs.join(", "))));
            }
        }
        for kept in &self.kept {
            text += &format!("  {} {:<9} {} ({})\n", paint.grey(". keep  "), kept.kind, kept.name, kept.why);
        }
        text += &self.summary();
        if details == Details::Shown {
            text += &format!("\n{}", paint.grey(format!("digest of this plan: {}", self.digest())));
        }
        text
    }

    /// How many steps of each kind there are.
    pub(super) fn summary(&self) -> String {
        format!(
            "{} to create, {} to update, {} to delete",
            self.count(Action::Create),
            self.count(Action::Update),
            self.count(Action::Delete)
        )
    }
}

impl Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)?;
        match self.until {
            Until::Effective => Ok(()),
            Until::Done => formatter.write_str(" (complete)"),
        }
    }
}

impl Action {
    pub(super) fn mark(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
        }
    }

    /// Color a text about a step: creations are green, updates yellow, deletions red.
    pub fn colored(self, text: &str, paint: Paint) -> String {
        match self {
            Self::Create => paint.green(text),
            Self::Update => paint.yellow(text),
            Self::Delete => paint.red(text),
        }
    }
}

/// Both values on one line each; long ones from where they begin to differ.
pub(super) fn shortened(from: &Value, to: &Value) -> (String, String) {
    let (from, to) = (line(from), line(to));
    let common = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
    let is_long = from.len().max(to.len()) > MAX_VALUE_CHARS;
    let start = if is_long { common.saturating_sub(COMMON_CHARS) } else { 0 };
    let cut = |text: &[char]| {
        let rest = text.get(start..).unwrap_or_default();
        let shown: String = rest.iter().take(MAX_VALUE_CHARS).collect();
        let (before, after) =
            (if start > 0 { "..." } else { "" }, if rest.len() > MAX_VALUE_CHARS { "..." } else { "" });
        format!("{before}{shown}{after}")
    };
    (cut(&from), cut(&to))
}

fn line(value: &Value) -> Vec<char> {
    let text = match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_values_are_shown_from_where_they_differ() {
        let long = |end: &str| json!(format!("{}{end}", "a".repeat(150)));
        let (from, to) = shortened(&long("x"), &long("y"));
        assert_eq!((from, to), (format!("...{}x", "a".repeat(20)), format!("...{}y", "a".repeat(20))));
        assert_eq!(shortened(&Value::Null, &json!("a\nb")), ("(none)".to_owned(), "a b".to_owned()));
    }
}
