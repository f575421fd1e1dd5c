//! An error as it is printed: the text of its `Display`, with color and wrapped.

use super::Page;
use crate::error::Error;

/// `error: ...`, a line for each cause, and the hint.
pub fn error_text(error: &Error, page: Page) -> String {
    let mut text = format!("{} {}", page.paint.red("error:"), error.message());
    for cause in error.causes() {
        let cause = cause.replace('\n', "\n         ");
        text += &format!("\n  {} {cause}", page.paint.grey("cause:"));
    }
    if let Some(hint) = error.hint_text() {
        text += &format!("\n\n{} {hint}", page.paint.cyan("hint:"));
    }
    page.wrapped(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Paint;

    fn error() -> Error {
        Error::new("could not read the file")
            .cause("two\nlines")
            .hint("check the path of the file in the configuration")
    }

    #[test]
    fn without_a_terminal_it_is_the_plain_text() {
        assert_eq!(error_text(&error(), Page::unbounded(Paint::Plain)), error().to_string());
    }

    #[test]
    fn on_a_terminal_its_labels_have_color_and_its_lines_are_wrapped() {
        insta::assert_snapshot!(error_text(&error(), Page::of_width(40, Paint::Colored)).replace('\u{1b}', "ESC"), @"
        ESC[31merror:ESC[0m could not read the file
          ESC[38;5;244mcause:ESC[0m two
                 lines

        ESC[36mhint:ESC[0m check the path of the file in the
          configuration
        ");
    }
}
