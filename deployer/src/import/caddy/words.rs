//! The words of a Caddyfile: blanks separate them, quotes and backticks join them, lines count.

/// A word with the line that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub line: usize,
    /// It was written in quotes: braces in it open nothing.
    pub is_quoted: bool,
}

impl Word {
    pub fn is_mark(&self, mark: &str) -> bool {
        !self.is_quoted && self.text == mark
    }
}

/// All words of the text. What is not closed ends with the text.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut line = 1;
    while let Some(&first) = characters.peek() {
        let start = line;
        match first {
            '\n' => {
                line += 1;
                characters.next();
            }
            first if first.is_whitespace() => drop(characters.next()),
            '#' => while characters.next_if(|next| *next != '\n').is_some() {},
            quote @ ('"' | '`') => {
                characters.next();
                let mut text = String::new();
                while let Some(next) = characters.next().filter(|next| *next != quote) {
                    line += usize::from(next == '\n');
                    match characters.next_if(|after| quote == '"' && next == '\\' && *after == '"') {
                        Some(escaped) => text.push(escaped),
                        None => text.push(next),
                    }
                }
                words.push(Word { text, line: start, is_quoted: true });
            }
            _ => {
                let mut text = String::new();
                while let Some(next) = characters.next_if(|next| !next.is_whitespace()) {
                    if next == '\\' && characters.peek() == Some(&'\n') {
                        // The line continues.
                        characters.next();
                        break;
                    }
                    text.push(next);
                }
                if let Some(mark) = text.strip_prefix("<<").filter(|mark| !mark.is_empty()) {
                    let (document, lines) = until(&mut characters, mark);
                    words.push(Word { text: document, line: start, is_quoted: true });
                    line += lines;
                } else if !text.is_empty() {
                    words.push(Word { text, line: start, is_quoted: false });
                }
            }
        }
    }
    words
}

/// The lines up to the one that is `mark`, and how many there are.
fn until(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, mark: &str) -> (String, usize) {
    let mut document = String::new();
    let mut lines = 0;
    let mut line = String::new();
    // What is behind the mark in its own line counts for nothing.
    while characters.next_if(|next| *next != '\n').is_some() {}
    lines += usize::from(characters.next().is_some());
    for next in characters.by_ref() {
        if next != '\n' {
            line.push(next);
            continue;
        }
        lines += 1;
        if line.trim() == mark {
            break;
        }
        document.push_str(&line);
        document.push('\n');
        line.clear();
    }
    (document, lines)
}
