//! Paths that are written as regular expressions: a tunnel's, and those of `PathRegexp`.

use super::name::is_path;

/// Nobody writes longer ones by hand.
const LONGEST: usize = 500;

/// A path that the expression fits, as short as possible: empty for the whole site, nothing if none is found.
pub fn of_pattern(pattern: &str) -> Option<String> {
    let pattern = pattern.trim();
    let literal = literal(pattern.trim_start_matches('^'));
    let path = literal.trim_end_matches('/');
    let path = if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let expression = (pattern.len() <= LONGEST).then(|| regex_lite::Regex::new(pattern).ok())?;
    let is_start =
        pattern.starts_with(['^', '/']) || pattern.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !path.is_empty() && !is_start {
        return None;
    }
    let fits = match &expression {
        Some(expression) => expression.is_match(&path) || expression.is_match(&format!("{path}/")),
        // Of another dialect; what is literal in it is all that can be known.
        None => !path.is_empty(),
    };
    (fits && (path.is_empty() || is_path(&path))).then_some(path)
}

/// The plain text that the expression starts with.
fn literal(pattern: &str) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        let plain = match character {
            '\\' => match characters.next() {
                Some(next) if "-_./~".contains(next) => next,
                _ => break,
            },
            character if character.is_ascii_alphanumeric() || "-_/~".contains(character) => character,
            _ => break,
        };
        // What may be left out or repeated is no part of it.
        if characters.peek().is_some_and(|next| "?*{".contains(*next)) {
            break;
        }
        text.push(plain);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::of_pattern;

    #[test]
    fn the_shortest_path_that_fits_is_found() {
        for (pattern, path) in [
            ("", Some("")),
            ("/*", Some("")),
            ("^/.*$", Some("")),
            (".*", Some("")),
            ("/sonarr", Some("/sonarr")),
            ("^/sonarr", Some("/sonarr")),
            ("sonarr", Some("/sonarr")),
            ("^/push(/.*)?$", Some("/push")),
            ("^/sonarr/?", Some("/sonarr")),
            ("^/sonarr/.*", Some("/sonarr")),
            ("^/web\\.app$", Some("/web.app")),
            ("^/api/v[0-9]+", None),
            ("\\.(jpg|png)$", None),
            ("^/(films|series)$", None),
            ("^/${TOKEN}", None),
        ] {
            assert_eq!(of_pattern(pattern).as_deref(), path, "{pattern}");
        }
    }
}
