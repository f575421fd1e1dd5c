//! The plan as text.

use std::fmt::{self, Display};

use serde_json::Value;

use super::{Action, Plan};

/// A line per step, a line per changed field, a summary.
impl Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let mark = match step.action {
                Action::Create => '+',
                Action::Update => '~',
                Action::Delete => '-',
            };
            writeln!(formatter, "  {mark} {:<6} {:<9} {}", step.action, step.kind, step.name)?;
            if step.action == Action::Update {
                for change in &step.changes {
                    let (from, to) = shown(&change.from, &change.to);
                    writeln!(formatter, "      {}: {from} -> {to}", change.field)?;
                }
            }
        }
        for kept in &self.kept {
            writeln!(formatter, "  . keep   {:<9} {} ({})", kept.kind, kept.name, kept.why)?;
        }
        write!(
            formatter,
            "{} to create, {} to update, {} to delete",
            self.count(Action::Create),
            self.count(Action::Update),
            self.count(Action::Delete)
        )
    }
}

/// Two values in a plan's text: short, on one line, and long ones from where they begin to differ.
fn shown(from: &Value, to: &Value) -> (String, String) {
    const LONGEST: usize = 100;
    /// So much of what is the same is shown before the difference.
    const BEFORE: usize = 20;
    let (from, to) = (line(from), line(to));
    let same = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
    let long = from.len().max(to.len()) > LONGEST;
    let start = if long { same.saturating_sub(BEFORE) } else { 0 };
    let cut = |text: &[char]| {
        let rest = text.get(start..).unwrap_or_default();
        let shown: String = rest.iter().take(LONGEST).collect();
        let (before, after) =
            (if start > 0 { "..." } else { "" }, if rest.len() > LONGEST { "..." } else { "" });
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
