//! The output of commands, and their questions: data on stdout, everything else on stderr.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{Color, Global};
use crate::config::HistoryRoom;
use crate::cost::Estimate;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::plan::Plan;
use crate::print::{stderr, stdout};
use crate::publication::Publication;
use crate::report::{Event, Reporter, Silent};
use crate::terminal::{Bars, Lines};
use crate::text::{Details, Page, history_room, publication};

/// How and where to print.
#[derive(Clone)]
pub struct Output {
    data: Data,
    page: Page,
    details: Details,
    pub reporter: Arc<dyn Reporter>,
}

/// The form of the data on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    Text,
    Document,
    /// Nothing: an outer command prints the document.
    Nothing,
}

/// The answer to a yes-or-no question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// What a stream is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// A terminal that understands control sequences.
    Terminal,
    /// A pipe, a file, or a terminal that only prints (`TERM=dumb`).
    Plain,
}

impl Stream {
    fn of(stream: &impl io::IsTerminal) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if stream.is_terminal() && !is_dumb { Self::Terminal } else { Self::Plain }
    }
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let (out, err) = (Stream::of(&io::stdout()), Stream::of(&io::stderr()));
        console::set_colors_enabled(has_color(global.color, out));
        console::set_colors_enabled_stderr(has_color(global.color, err));
        let details = if global.verbose > 0 { Details::Shown } else { Details::Hidden };
        let reporter: Arc<dyn Reporter> = if global.quiet {
            Arc::new(Silent)
        } else if err == Stream::Terminal {
            Arc::new(Bars::new(details))
        } else {
            Arc::new(Lines::new(details))
        };
        let data = if global.json { Data::Document } else { Data::Text };
        Self { data, page: Page::of_stdout(), details, reporter }
    }

    /// For commands within a command: with `--json`, only the outer one prints a document.
    pub fn nested(&self) -> Self {
        let data = if self.data == Data::Text { Data::Text } else { Data::Nothing };
        Self { data, ..self.clone() }
    }

    pub fn is_json(&self) -> bool {
        self.data == Data::Document
    }

    /// The page that text on stdout is laid out for.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Print the requested text. On a terminal, long lines are wrapped. With `--json`, print nothing.
    pub fn text(&self, text: impl std::fmt::Display) -> Result<()> {
        self.verbatim(self.page.wrapped(&text.to_string()))
    }

    /// Print a plan.
    pub fn plan(&self, plan: &Plan) -> Result<()> {
        self.text(plan.text(self.page.paint, Details::Hidden))
    }

    /// Print a plan, with `-v` also its order and its digest.
    pub fn plan_with_details(&self, plan: &Plan) -> Result<()> {
        self.text(plan.text(self.page.paint, self.details))
    }

    /// Print what a deployment costs.
    pub fn cost(&self, estimate: &Estimate) -> Result<()> {
        self.text(estimate.text(self.page.paint, Details::Hidden))
    }

    /// Print what a deployment costs, with `-v` also the parts of the estimate.
    pub fn cost_with_details(&self, estimate: &Estimate) -> Result<()> {
        self.text(estimate.text(self.page.paint, self.details))
    }

    /// Print how much of the history has room, if that is less than configured.
    pub fn history_room(&self, room: &HistoryRoom) -> Result<()> {
        history_room(room).map_or(Ok(()), |text| self.text(text))
    }

    /// Print what becomes public, if anything does.
    pub fn publication(&self, new: Option<&Publication>) -> Result<()> {
        new.map_or(Ok(()), |new| self.text(publication(new)))
    }

    /// Print text whose lines the user may want to copy: they are never wrapped.
    pub fn verbatim(&self, text: impl std::fmt::Display) -> Result<()> {
        if self.data == Data::Text { stdout(&format!("{text}\n")) } else { Ok(()) }
    }

    /// Print the one document of `--json`; without it, nothing.
    pub fn document(&self, document: &impl Serialize) -> Result<()> {
        if !self.is_json() {
            return Ok(());
        }
        let json = serde_json::to_string_pretty(document).context(|| "could not write the result as JSON")?;
        stdout(&format!("{json}\n"))
    }

    pub fn note(&self, text: &str) {
        self.reporter.report(Event::Note(text));
    }

    pub fn warning(&self, text: &str) {
        self.reporter.report(Event::Warning(text));
    }

    pub fn warnings(&self, texts: &[String]) {
        for text in texts {
            self.warning(text);
        }
    }

    /// Ask a yes-or-no question. Ctrl-C is not an answer.
    pub async fn ask(&self, question: &str, default: Answer, interrupt: &Interrupt) -> Result<Answer> {
        let choice = match default {
            Answer::Yes => "[Y/n]",
            Answer::No => "[y/N]",
        };
        let otherwise = "add --yes to skip the confirmation";
        let line = self.line(&format!("{question} {choice} "), otherwise, interrupt).await?;
        Ok(match line.to_ascii_lowercase().as_str() {
            "" => default,
            "y" | "yes" => Answer::Yes,
            _ => Answer::No,
        })
    }

    /// Ask for a line of text. The end of the input counts as Ctrl-C.
    ///
    /// Without a terminal this is an error, and `otherwise` is its hint.
    pub async fn line(&self, prompt: &str, otherwise: &str, interrupt: &Interrupt) -> Result<String> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Error::usage("cannot ask for input without a terminal").hint(otherwise));
        }
        stderr(prompt);
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
        });
        let answer = tokio::select! {
            answer = answer => answer,
            () = interrupt.requested(1) => {
                stderr("\n");
                return Err(Error::interrupted("interrupted; nothing was changed"));
            }
        };
        match answer {
            Ok(Ok(Some(line))) => Ok(line.trim().to_owned()),
            _ => Err(Error::interrupted("no answer; nothing was changed")),
        }
    }
}

/// `--color` decides, then `NO_COLOR` (which has no effect when it is empty), then what the stream is.
fn has_color(color: Color, stream: Stream) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto => stream == Stream::Terminal,
    }
}
