//! Where text is printed: how wide its lines may be, and whether it may have color.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};

use console::{Style, Term, measure_text_width};

use super::Charset;

/// The width of tables where the reader's width is not known.
const DEFAULT_WIDTH: usize = 80;
/// Narrower lines would break after almost every word.
const MIN_WIDTH: usize = 40;

/// The width, style and characters that text is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The columns of the terminal; `None` for pipes and files, whose lines are not wrapped.
    width: Option<usize>,
    pub paint: Paint,
    pub charset: Charset,
}

/// Whether text has color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Colored,
}

/// Whether details are shown: the calls to AWS, the order of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Details {
    Shown,
    Hidden,
}

impl Page {
    /// A terminal of this width.
    pub fn of_width(columns: usize, paint: Paint) -> Self {
        Self { width: Some(columns.max(MIN_WIDTH)), paint, charset: Charset::of_environment() }
    }

    /// A pipe or a file.
    pub fn unbounded(paint: Paint) -> Self {
        Self { width: None, paint, charset: Charset::of_environment() }
    }

    /// The same, for these characters.
    #[must_use]
    pub fn in_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    pub fn of_stdout() -> Self {
        Self::of(&Term::stdout(), io::stdout().is_terminal(), Paint::from_flag(console::colors_enabled()))
    }

    pub fn of_stderr() -> Self {
        let paint = Paint::from_flag(console::colors_enabled_stderr());
        Self::of(&Term::stderr(), io::stderr().is_terminal(), paint)
    }

    fn of(term: &Term, is_terminal: bool, paint: Paint) -> Self {
        match term.size_checked().filter(|_| is_terminal) {
            // Some terminals do not know their own size.
            Some((_, 0)) => Self::of_width(DEFAULT_WIDTH, paint),
            Some((_, columns)) => Self::of_width(columns.into(), paint),
            None => Self::unbounded(paint),
        }
    }

    /// The width of tables: that of the terminal, or the default.
    pub fn table_width(self) -> usize {
        self.width.unwrap_or(DEFAULT_WIDTH)
    }

    /// Wrap every line that is too long, with a hanging indent.
    pub fn wrapped(self, text: &str) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let lines = text.split('\n').map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len() + 2;
            wrapped(line, width, indent)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Wrap a line of a table; the lines that follow have this indent.
    pub fn wrapped_at(self, line: &str, indent: usize) -> String {
        wrapped(line, self.table_width(), indent)
    }

    /// Like [`wrapped_at`](Self::wrapped_at), but only on a terminal.
    pub fn wrapped_on_terminal(self, line: &str, indent: usize) -> String {
        self.width.map_or_else(|| line.to_owned(), |width| wrapped(line, width, indent))
    }
}

/// Break a line at spaces into lines no wider than `width`, each but the first with `indent` spaces before it.
///
/// A word that is too long by itself stays whole: it may be an address that the user wants to copy.
fn wrapped(line: &str, width: usize, indent: usize) -> String {
    if measure_text_width(line) <= width {
        return line.to_owned();
    }
    let (margin, words) = line.split_at(line.len() - line.trim_start().len());
    let mut text = margin.to_owned();
    let mut column = margin.len();
    let mut is_first = true;
    for word in words.split_inclusive(' ') {
        let wide = measure_text_width(word.trim_end());
        if !is_first && wide > 0 && column + wide > width {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        text.push_str(word);
        column += measure_text_width(word);
        is_first = false;
    }
    text
}

/// Pad to a width, measured as on a terminal, where a character may be two columns wide.
pub fn padded(text: &str, width: usize) -> String {
    console::pad_str(text, width, console::Alignment::Left, None).into_owned()
}

/// The state of a target that is up and has warnings.
pub const DEGRADED: &str = "degraded";

impl Paint {
    fn from_flag(is_colored: bool) -> Self {
        if is_colored { Self::Colored } else { Self::Plain }
    }

    pub fn green(self, text: impl Display) -> String {
        self.styled(Style::new().green(), text)
    }

    pub fn yellow(self, text: impl Display) -> String {
        self.styled(Style::new().yellow(), text)
    }

    pub fn red(self, text: impl Display) -> String {
        self.styled(Style::new().red(), text)
    }

    pub fn cyan(self, text: impl Display) -> String {
        self.styled(Style::new().cyan(), text)
    }

    /// A grey that is readable on light and dark backgrounds; "bright black" is the background of some themes.
    pub fn grey(self, text: impl Display) -> String {
        self.styled(Style::new().color256(244), text)
    }

    /// A target's state: up is green, down is red, anything else grey.
    pub fn state(self, state: &str) -> String {
        match state {
            "up" => self.green(state),
            "down" => self.red(state),
            DEGRADED => self.yellow(state),
            _ => self.grey(state),
        }
    }

    fn styled(self, style: Style, text: impl Display) -> String {
        style.force_styling(self == Self::Colored).apply_to(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_words_with_a_hanging_indent() {
        let text = "short\n  + create parameter /homelab/plex_remote_status_secrets";
        assert_eq!(
            Page::of_width(44, Paint::Plain).wrapped(text),
            "short\n  + create parameter\n    /homelab/plex_remote_status_secrets"
        );
        assert_eq!(Page::unbounded(Paint::Plain).wrapped(text), text);
    }

    #[test]
    fn a_word_that_is_too_long_stays_whole() {
        let address = format!("https://example.com/{}", "a".repeat(60));
        let page = Page::of_width(40, Paint::Plain);
        assert_eq!(page.wrapped(&address), address);
        assert_eq!(page.wrapped(&format!("see {address}")), format!("see\n  {address}"));
    }

    #[test]
    fn color_takes_no_width() {
        let word = Paint::Colored.red("down");
        let line = format!("{} {word}", "x".repeat(35));
        assert_eq!(Page::of_width(40, Paint::Colored).wrapped(&line), line);
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let line = "家家家家家家家家家家 家家家家家家家家家家";
        assert_eq!(
            Page::of_width(40, Paint::Plain).wrapped(line),
            "家家家家家家家家家家\n  家家家家家家家家家家"
        );
        assert_eq!(padded("家", 4), "家  ");
    }

    #[test]
    fn states_have_their_colors() {
        let paint = Paint::Colored;
        assert_eq!(paint.state("up"), "\u{1b}[32mup\u{1b}[0m");
        assert_eq!(paint.state("down"), "\u{1b}[31mdown\u{1b}[0m");
        assert_eq!(paint.state("unknown"), "\u{1b}[38;5;244munknown\u{1b}[0m");
        assert_eq!(Paint::Plain.state("down"), "down");
    }
}
