//! Nobody prints but this: data to stdout, everything else to stderr, both able to cope with a closed pipe.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{Color, Global};
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::report::{Event, Reporter, Silent};
use crate::terminal;

/// How and where to print.
#[derive(Clone)]
pub struct Output {
    data: Data,
    pub reporter: Arc<dyn Reporter>,
}

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    Text,
    Document,
    /// The document is somebody else's.
    Nothing,
}

/// Where nobody can say how wide the paper is.
const USUAL_WIDTH: usize = 80;
/// Narrower, and lines of one word would be all there is.
const LEAST_WIDTH: usize = 40;

/// How many columns a line on stdout may have.
pub fn width() -> usize {
    let term = console::Term::stdout();
    let columns = if io::stdout().is_terminal() { term.size_checked() } else { None };
    columns.map_or(USUAL_WIDTH, |(_, columns)| usize::from(columns).max(LEAST_WIDTH))
}

/// One line as several that are no wider than `width`, broken at spaces, each but the first with `indent` spaces before
/// it. A word that is too long by itself stays whole: it may be an address that is to be copied.
pub fn wrapped(line: &str, width: usize, indent: usize) -> String {
    let (margin, words) = line.split_at(line.len() - line.trim_start().len());
    let mut text = margin.to_owned();
    let mut column = margin.len();
    let mut begins = true;
    for word in words.split_inclusive(' ') {
        let wide = console::measure_text_width(word.trim_end());
        if !begins && column + wide > width {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        text.push_str(word);
        column += console::measure_text_width(word);
        begins = false;
    }
    text
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let forced = match global.color {
            Color::Always => Some(true),
            Color::Never => Some(false),
            Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => Some(false),
            Color::Auto => None,
        };
        let color = |terminal: bool| forced.unwrap_or(terminal);
        console::set_colors_enabled(color(io::stdout().is_terminal()));
        console::set_colors_enabled_stderr(color(io::stderr().is_terminal()));
        let reporter: Arc<dyn Reporter> = if global.quiet {
            Arc::new(Silent)
        } else if io::stderr().is_terminal() && console::Term::stderr().features().is_attended() {
            Arc::new(terminal::Bars::new(global.verbose > 0))
        } else {
            Arc::new(terminal::Lines::new(global.verbose > 0))
        };
        Self { data: if global.json { Data::Document } else { Data::Text }, reporter }
    }

    /// For commands within a command: with `--json`, only the outer one prints a document.
    pub fn nested(&self) -> Self {
        let data = if self.data == Data::Text { Data::Text } else { Data::Nothing };
        Self { data, reporter: self.reporter.clone() }
    }

    pub fn is_json(&self) -> bool {
        self.data == Data::Document
    }

    /// Text that was asked for. With `--json`, nothing.
    pub fn text(&self, text: impl std::fmt::Display) -> Result<()> {
        if self.data == Data::Text { stdout(&format!("{text}\n")) } else { Ok(()) }
    }

    /// The one document of `--json`; without it, nothing.
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

    /// Asks a yes-or-no question. Ctrl-C is no answer.
    pub async fn ask(&self, question: &str, default: bool, interrupt: &Interrupt) -> Result<bool> {
        let choice = if default { "[Y/n]" } else { "[y/N]" };
        let otherwise = "add --yes to go on without a question";
        let line = self.line(&format!("{question} {choice} "), otherwise, interrupt).await?;
        Ok(match line.to_ascii_lowercase().as_str() {
            "" => default,
            "y" | "yes" => true,
            _ => false,
        })
    }

    /// Asks for a line of text. The end of input is an empty answer to nothing: it counts as Ctrl-C.
    ///
    /// Where there is no terminal, `otherwise` says what to do instead.
    pub async fn line(&self, prompt: &str, otherwise: &str, interrupt: &Interrupt) -> Result<String> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Error::usage("there is no terminal to ask on").hint(otherwise));
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

/// Data. A reader that has seen enough and closed the pipe ends the program quietly.
pub fn stdout(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context(|| "could not write to stdout"),
    }
}

/// Everything else. If even this fails there is nobody left to tell.
pub fn stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
