//! The tokens of a Caddyfile, which are separated by whitespace, quoted with `"` or backticks, and have line numbers.

/// A token with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
    /// Braces in a quoted token do not open blocks.
    pub is_quoted: bool,
}

impl Token {
    pub fn is_mark(&self, mark: &str) -> bool {
        !self.is_quoted && self.text == mark
    }
}

/// Split the text into tokens. An unclosed quote ends with the text.
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
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
                tokens.push(Token { text, line: start, is_quoted: true });
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
                    tokens.push(Token { text: document, line: start, is_quoted: true });
                    line += lines;
                } else if !text.is_empty() {
                    tokens.push(Token { text, line: start, is_quoted: false });
                }
            }
        }
    }
    tokens
}

/// Return the lines of a heredoc up to its `mark`, and their number.
fn until(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, mark: &str) -> (String, usize) {
    let mut document = String::new();
    let mut lines = 0;
    let mut line = String::new();
    // Ignore the rest of the opening line.
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
