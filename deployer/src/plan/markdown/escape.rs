//! Show text in Markdown exactly as it is: no HTML, no formatting, no mentions, no links.
//!
//! All of it is code: in code, GitHub neither formats nor links anything. What remains is to keep the text from ending the
//! code, and to show characters that are invisible or change the order of others.

/// The most characters of one line.
const LONGEST_LINE: usize = 1_000;
/// The bytes of a code block besides its lines and the backticks of its fences.
const OF_A_BLOCK: usize = 40;

/// Return the text in one line, with characters that a reader could not see replaced by their escape sequences.
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character is a control character, has no width, or changes the direction of the text around it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Cut a line that is too long, and say by how much.
pub fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        None => line.to_owned(),
        Some((end, _)) => {
            let more = line[end..].chars().count();
            format!("{}... ({more} more characters)", &line[..end])
        }
    }
}

/// Return a code span.
pub fn code(text: &str) -> String {
    let text = shortened(&line(text));
    let ticks = "`".repeat(longest_run(&text) + 1);
    // One space on both sides is not a part of the code. Without it, a backtick at an end would be one of the ticks.
    let pad =
        if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Return code for a line of HTML.
pub fn html_code(text: &str) -> String {
    let text = shortened(&line(text));
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("<code>{text}</code>")
}

/// Return a code block with these lines, and one that says how many more there are.
pub fn fenced(language: &str, lines: &[String], more: usize) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut text = format!("{fence}{language}\n");
    for line in lines {
        text += line;
        text.push('\n');
    }
    if more > 0 {
        text += &format!(" ... {more} more lines\n");
    }
    text + &fence + "\n"
}

/// Return how many of the lines fit into a code block of this many bytes.
pub fn fitting(lines: &[String], largest: usize) -> usize {
    let (mut size, mut longest) = (OF_A_BLOCK, 2);
    let fits = |line: &&String| {
        size += line.len() + 1;
        longest = longest.max(longest_run(line));
        size + 2 * (longest + 1) <= largest
    };
    lines.iter().take_while(fits).count()
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}
