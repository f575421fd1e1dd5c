//! The plan as text.

use std::fmt::{self, Display};

use plexmon_function::contract::history::ASIDE;
use serde_json::Value;

use super::{Action, Kept, Need, Plan, Step};
use crate::names::parameters::{is_history, state_parameter};
use crate::resource::{ResourceKind, Until};
use crate::text::{Details, Paint, plural};

/// Values that are longer than this are cut.
const MAX_VALUE_CHARS: usize = 100;
/// How many common characters of two long values are shown before the difference.
const COMMON_CHARS: usize = 20;
/// This many lines about the history, and more, are one line.
const MOST_ALIKE: usize = 4;

impl Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Paint::Plain, Details::Hidden))
    }
}

impl Plan {
    /// Return a line per step (one for many parameters of the history), a line per changed field, and a summary. The
    /// details are what each step needs, and the digest.
    pub fn text(&self, paint: Paint, details: Details) -> String {
        let mut text = String::new();
        let is_alike = |one: &Step, other: &Step| {
            (one.action, &one.region, &one.needs) == (other.action, &other.region, &other.needs)
                && one.action != Action::Update
                && is_history_part(one.kind, &one.name)
                && is_history_part(other.kind, &other.name)
        };
        let width = self.kind_width();
        for (step, more) in groups(&self.steps, is_alike) {
            let action = step.action.colored(&format!("{} {:<6}", step.action.mark(), step.action), paint);
            text += &format!(
                "  {action} {:<width$} {}{}{}\n",
                step.kind,
                step.name,
                and_more(more, |last| &last.name),
                step.elsewhere(&self.place.region),
            );
            for change in step.replaced() {
                let (from, to) = shortened(&change.from, &change.to);
                text += &format!("      {}: {} -> {}\n", change.field, paint.red(from), paint.green(to));
            }
            if details == Details::Shown && !step.needs.is_empty() {
                let needs: Vec<String> = step.needs.iter().map(Need::to_string).collect();
                text += &format!("      {}\n", paint.grey(format!("needs: {}", needs.join(", "))));
            }
        }
        let is_alike = |one: &Kept, other: &Kept| {
            (&one.region, &one.why) == (&other.region, &other.why)
                && is_history_part(one.kind, &one.name)
                && is_history_part(other.kind, &other.name)
        };
        for (kept, more) in groups(&self.kept, is_alike) {
            let name = format!("{}{}", kept.name, and_more(more, |last| &last.name));
            text += &format!("  {} {:<width$} {name} ({})\n", paint.grey(". keep  "), kept.kind, kept.why);
        }
        text += &self.summary();
        if details == Details::Shown {
            text += &format!("\n{}", paint.grey(format!("digest of this plan: {}", self.digest())));
        }
        text
    }

    /// The width of the column with the kinds.
    fn kind_width(&self) -> usize {
        const USUAL: usize = ResourceKind::LogGroup.text().len();
        let kinds = self.steps.iter().map(|step| step.kind).chain(self.kept.iter().map(|kept| kept.kind));
        kinds.map(|kind| kind.text().len()).fold(USUAL, usize::max)
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

/// Return each item; instead of many that are alike, the first of them with the others.
fn groups<T>(all: &[T], is_alike: impl Fn(&T, &T) -> bool) -> Vec<(&T, &[T])> {
    let mut groups = Vec::new();
    let mut rest = all;
    while let Some((first, others)) = rest.split_first() {
        let alike = others.iter().take_while(|other| is_alike(first, other)).count();
        let (more, left) = others.split_at(if alike < MOST_ALIKE { 0 } else { alike });
        groups.push((first, more));
        rest = left;
    }
    groups
}

/// Whether it is one of the parameters of the history, of which each target has one.
fn is_history_part(kind: ResourceKind, name: &str) -> bool {
    kind == ResourceKind::Parameter && is_history(name) && !name.ends_with(ASIDE)
}

/// Return the end of the name of the last one, and how many there are.
fn and_more<T>(more: &[T], name: impl Fn(&T) -> &String) -> String {
    let Some(last) = more.last().map(name) else { return String::new() };
    let end = last.strip_prefix(state_parameter(last)).unwrap_or(last);
    format!(" ... {end}, {}", plural(more.len() + 1, "parameter"))
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
