//! Draw events on stderr: moving lines on a terminal, one plain line per event elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use console::style;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::print::stderr;
use crate::report::{BuildStage, Event, Reporter};
use crate::text::{Details, Page, seconds};

/// For pipes, files and CI: only results, and each wait once.
pub struct Lines {
    details: Details,
    /// Title and last reported wait of each step.
    steps: Mutex<BTreeMap<usize, (String, String)>>,
}

impl Lines {
    pub fn new(details: Details) -> Self {
        Self { details, steps: Mutex::default() }
    }

    fn line(&self, event: &Event<'_>) -> Option<String> {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut title = |step: &usize| steps.remove(step).map(|(title, _)| title).unwrap_or_default();
        Some(match event {
            Event::Started { step, title } => {
                steps.insert(*step, ((*title).to_owned(), String::new()));
                return None;
            }
            Event::Waiting { step, waiting_for } => {
                let (title, last) = steps.get_mut(step)?;
                if last == waiting_for {
                    return None;
                }
                (*waiting_for).clone_into(last);
                format!("  {}  {title}: {waiting_for}", style("waiting").for_stderr().dim())
            }
            Event::Done { step, took } => {
                format!("  {}     {} ({})", style("done").for_stderr().green(), title(step), seconds(*took))
            }
            Event::Failed { step, .. } => {
                format!("  {}   {}", style("failed").for_stderr().red(), title(step))
            }
            Event::NotRun { title, .. } => format!("  not run  {title}"),
            Event::Building(stage @ (BuildStage::Started { .. } | BuildStage::Continues(_))) => {
                format!("  {stage}")
            }
            Event::Building(BuildStage::Advanced(_)) | Event::Built => return None,
            Event::Note(text) => (*text).to_owned(),
            Event::Warning(text) => format!("{} {text}", style("warning:").for_stderr().yellow()),
            Event::Detail(text) if self.details == Details::Shown => format!("  {text}"),
            Event::Detail(_) => return None,
        })
    }
}

impl Reporter for Lines {
    fn report(&self, event: Event<'_>) {
        if let Some(line) = self.line(&event) {
            stderr(&format!("{}\n", Page::of_stderr().wrapped(&line)));
        }
    }
}

/// For a terminal: a line per step with a spinner while it runs and a mark when it has ended.
pub struct Bars {
    details: Details,
    all: MultiProgress,
    steps: Mutex<BTreeMap<usize, (ProgressBar, String)>>,
    build: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub fn new(details: Details) -> Self {
        Self { details, all: MultiProgress::new(), steps: Mutex::default(), build: Mutex::default() }
    }

    fn spinner(&self, message: &str) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new_spinner().with_style(spinning()));
        bar.set_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    fn end(&self, step: usize, line: impl FnOnce(&str) -> String) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bar, title)) = steps.remove(&step) {
            bar.set_style(plain());
            bar.finish_with_message(line(&title));
        }
    }

    /// Print a line above the spinners.
    fn print(&self, line: &str) {
        let line = Page::of_stderr().wrapped(line);
        // Without spinners, the library is not needed, and it would pad the line to the width of the terminal.
        if !self.is_moving() || self.all.println(&line).is_err() {
            stderr(&format!("{line}\n"));
        }
    }

    fn is_moving(&self) -> bool {
        let is_building = self.build.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        is_building || !self.steps.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// `wide_msg` is cut at the terminal's edge, however narrow that is.
fn spinning() -> ProgressStyle {
    ProgressStyle::with_template("  {spinner:.cyan} {wide_msg} {elapsed:>4.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn plain() -> ProgressStyle {
    ProgressStyle::with_template("  {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl Reporter for Bars {
    fn report(&self, event: Event<'_>) {
        match event {
            Event::Started { step, title } => {
                let bar = self.spinner(title);
                let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
                steps.insert(step, (bar, title.to_owned()));
            }
            Event::Waiting { step, waiting_for } => {
                let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((bar, title)) = steps.get(&step) {
                    bar.set_message(format!("{title}: waiting for {waiting_for}"));
                }
            }
            Event::Done { step, took } => self.end(step, |title| {
                format!(
                    "{} {title} {}",
                    style("✓").for_stderr().green(),
                    style(seconds(took)).for_stderr().dim()
                )
            }),
            Event::Failed { step, .. } => {
                self.end(step, |title| format!("{} {title}", style("✗").for_stderr().red()));
            }
            Event::NotRun { step, title } => {
                // It may have started with the part that does not depend on other steps.
                let started = self.steps.lock().unwrap_or_else(PoisonError::into_inner).remove(&step);
                if let Some((bar, _)) = started {
                    bar.finish_and_clear();
                }
                self.print(&format!("  - {title} (not run)"));
            }
            Event::Building(stage) => {
                let text = stage.to_string();
                let mut build = self.build.lock().unwrap_or_else(PoisonError::into_inner);
                build.get_or_insert_with(|| self.spinner(&text)).set_message(text);
            }
            Event::Built => {
                let mut build = self.build.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(bar) = build.take() {
                    bar.finish_and_clear();
                }
            }
            Event::Note(text) => self.print(text),
            Event::Warning(text) => {
                self.print(&format!("{} {text}", style("warning:").for_stderr().yellow()))
            }
            Event::Detail(text) if self.details == Details::Shown => {
                self.print(&format!("  {}", style(text).for_stderr().dim()))
            }
            Event::Detail(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{BuildPhase, BuildProgress};

    #[test]
    fn without_a_terminal_a_build_is_a_line_at_its_start_and_for_each_heartbeat() {
        let lines = Lines::new(Details::Hidden);
        let phase = BuildPhase::Compiling { done: 143, total: Some(210), current: None };
        let progress = BuildProgress { phase, elapsed: Duration::from_secs(40) };
        let printed = |stage| lines.line(&Event::Building(stage));
        assert_eq!(
            printed(BuildStage::Started { platform: "this machine", tool: "cargo" }).as_deref(),
            Some("  building the function for this machine with cargo")
        );
        assert_eq!(printed(BuildStage::Advanced(&progress)), None);
        assert_eq!(
            printed(BuildStage::Continues(&progress)).as_deref(),
            Some("  building the function: 143 of 210 crates")
        );
    }
}
