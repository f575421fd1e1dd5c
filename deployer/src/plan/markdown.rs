//! The plan as Markdown, for a comment on a pull request.
//!
//! The same plan is the same text on every run, so that a comment changes only if the plan does. Whatever comes from the
//! configuration or from AWS is shown as it is: it is never formatted, and never notifies or links anyone.

mod diff;
mod escape;
mod step;

use self::escape::{code, fenced};
use self::step::StepBlock;
use super::Plan;
use crate::text::{Page, Paint, plural};

/// The most bytes of the text. GitHub refuses comments of more than 65,536 characters; a workflow may add to it.
const LARGEST: usize = 60_000;
/// The most bytes of each list of remarks.
const LARGEST_REMARKS: usize = 6_000;
/// The most bytes of one step, so that a long one does not take the place of all others.
const LARGEST_STEP: usize = 16_000;
/// Reserved for the sentence that says what is left out.
const RESERVED: usize = 300;
/// The width of sentences, which a code block does not wrap.
const COLUMNS: usize = 100;

/// What belongs to a plan without being a part of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remarks<'a> {
    pub warnings: &'a [String],
    /// What the deployment costs, in one or a few lines.
    pub cost: &'a str,
}

/// What is left out because the text would be too long.
#[derive(Debug, Default)]
struct LeftOut {
    steps: usize,
    lines: usize,
}

impl Plan {
    /// Return the plan as Markdown, which begins with a marker by which a workflow finds its comment.
    pub fn markdown(&self, remarks: &Remarks<'_>) -> String {
        let mut left_out = LeftOut::default();
        let head = self.head();
        let tail = self.tail(remarks, &mut left_out);
        let room = LARGEST.saturating_sub(head.len() + tail.len() + RESERVED);
        let steps = self.step_blocks(room, &mut left_out);
        format!("{head}{steps}{tail}{}", left_out.sentence())
    }

    fn head(&self) -> String {
        let place = &self.place;
        let name = &place.deployment;
        // A name that the configuration accepts stays as it is; nothing else could end the comment.
        let marker: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        let summary = if self.is_empty() {
            "No changes: AWS matches the configuration".to_owned()
        } else {
            self.summary()
        };
        format!(
            "<!-- plexmon-plan:{marker} -->\n## plexmon plan: {}\n\n**{summary}** in account {}, region {}\n",
            code(name),
            code(&place.account),
            code(&place.region),
        )
    }

    fn step_blocks(&self, room: usize, left_out: &mut LeftOut) -> String {
        let blocks: Vec<StepBlock> =
            self.steps.iter().map(|step| StepBlock::new(step, &self.place.region)).collect();
        let mut text = String::new();
        // The later steps keep room for at least their titles.
        let mut later: usize = blocks.iter().map(StepBlock::smallest).sum();
        for (index, block) in blocks.iter().enumerate() {
            later -= block.smallest();
            let free = room.saturating_sub(text.len());
            let largest = free.saturating_sub(later).max(block.smallest());
            if largest > free {
                left_out.steps = blocks.len() - index;
                break;
            }
            let (shown, lines) = block.text(largest.min(LARGEST_STEP));
            text += &shown;
            left_out.lines += lines;
        }
        text
    }

    fn tail(&self, remarks: &Remarks<'_>, left_out: &mut LeftOut) -> String {
        let kept: Vec<String> = self
            .kept
            .iter()
            .map(|kept| format!("{} {} in {}: {}", kept.kind, kept.name, kept.region, kept.why))
            .collect();
        let mut text = left_out.list("Kept as they are", &kept);
        text += &left_out.list("Warnings", remarks.warnings);
        // As code: a dollar sign would begin a formula.
        text += &left_out.list("Cost", &remarks.cost.lines().map(str::to_owned).collect::<Vec<_>>());
        text + &format!("\nDigest of this plan: {}\n", code(&self.digest()))
    }
}

impl LeftOut {
    /// Return a title and a list of sentences, without those that are too many.
    fn list(&mut self, title: &str, sentences: &[String]) -> String {
        if sentences.is_empty() {
            return String::new();
        }
        let page = Page::of_width(COLUMNS, Paint::Plain);
        let mut lines = Vec::new();
        for sentence in sentences {
            let sentence = page.wrapped(&escape::line(sentence));
            lines.extend(sentence.split('\n').map(escape::shortened));
        }
        let shown = escape::fitting(&lines, LARGEST_REMARKS);
        self.lines += lines.len() - shown;
        format!("\n{title}:\n\n{}", fenced("text", &lines[..shown], lines.len() - shown))
    }

    fn sentence(&self) -> String {
        let parts = [(self.steps, "step"), (self.lines, "line")];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!(
            "\n**This is not the whole plan**: {} did not fit and {} left out. `plexmon-deploy plan --json` has all of it.\n",
            parts.join(" and "),
            if self.steps + self.lines == 1 { "is" } else { "are" },
        )
    }
}
