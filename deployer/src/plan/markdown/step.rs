//! One step: its title, and its changes behind it.

use super::diff::lines_of;
use super::escape::{fenced, fitting, html_code, shortened};
use crate::plan::{Action, Need, Step};

/// A step with all lines of its changes.
pub struct StepBlock {
    title: String,
    lines: Vec<String>,
}

const END: &str = "\n</details>\n";

impl StepBlock {
    /// `home` is the plan's own region, which is not repeated.
    pub fn new(step: &Step, home: &str) -> Self {
        let region = step.region_besides(home);
        let region = region.map_or_else(String::new, |region| format!(" in {}", html_code(region)));
        let (mark, action, kind) = (step.action.mark(), step.action, step.kind);
        let title = format!("{mark} {action} {kind} {}{region}", html_code(&step.name));
        let mut lines: Vec<String> = step.changes.iter().flat_map(lines_of).collect();
        if step.action == Action::Delete {
            lines.push("- all of it".to_owned());
        }
        if !step.needs.is_empty() {
            let needs: Vec<String> = step.needs.iter().map(Need::to_string).collect();
            lines.push(format!("  after: {}", super::escape::line(&needs.join(", "))));
        }
        let lines = lines.iter().map(|line| shortened(line)).collect();
        Self { title, lines }
    }

    /// Return the size of its title without any line.
    pub fn smallest(&self) -> usize {
        self.head().len() + fenced("diff", &[], self.lines.len()).len() + END.len()
    }

    /// Return the text in at most `largest` bytes, and how many lines are left out.
    pub fn text(&self, largest: usize) -> (String, usize) {
        let head = self.head();
        let shown = fitting(&self.lines, largest.saturating_sub(head.len() + END.len()));
        let more = self.lines.len() - shown;
        (format!("{head}{}{END}", fenced("diff", &self.lines[..shown], more)), more)
    }

    /// The blank line ends the HTML, so that what follows is Markdown.
    fn head(&self) -> String {
        format!("\n<details>\n<summary>{}</summary>\n\n", self.title)
    }
}
