//! Cleans and bounds texts from outside before they are shown.

use crate::text::bounded;

/// Return a text on one line, with at most this many characters.
pub(super) fn line(text: &str, limit: usize) -> String {
    let clean: String = text.chars().filter_map(|c| shown(c, false)).collect();
    bounded(&clean.split_whitespace().collect::<Vec<_>>().join(" "), limit)
}

/// Return a text that may have several lines, with at most this many characters.
pub(super) fn lines(text: &str, limit: usize) -> String {
    let clean: String = text.replace("\r\n", "\n").chars().filter_map(|c| shown(c, true)).collect();
    bounded(clean.trim(), limit)
}

/// Return what is shown for a character: nothing for an invisible one that could reorder or hide others, and a space for
/// a control character.
fn shown(c: char, keeps_lines: bool) -> Option<char> {
    match c {
        '\n' if keeps_lines => Some('\n'),
        '\u{2028}' | '\u{2029}' => Some(if keeps_lines { '\n' } else { ' ' }),
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e007f}' => None,
        c if c.is_control() => Some(' '),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_characters_that_hide_or_reorder_others() {
        for (text, expected) in [
            ("Plex", "Plex"),
            ("  Movies \t and\r\nseries ", "Movies and series"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{0}f\u{85}g", "abcde f g"),
            ("\u{202e}\u{200f}", ""),
            ("1\u{2028}2", "1 2"),
            ("caf\u{e9} \u{1f3ac} \u{5d0}", "caf\u{e9} \u{1f3ac} \u{5d0}"),
        ] {
            assert_eq!(line(text, 40), expected, "{text:?}");
        }
        assert_eq!(line(&"x".repeat(10_000), 5), "xxxx…");
    }

    #[test]
    fn only_an_announcement_keeps_its_lines() {
        assert_eq!(lines(" one\r\ntwo\u{2029}\u{7}three\n", 40), "one\ntwo\n three");
        assert_eq!(lines(&"\n".repeat(10_000), 40), "");
    }
}
