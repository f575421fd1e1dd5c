//! Paths that are regular expressions: those of a tunnel's rules and of `PathRegexp`.

use super::host_name::is_path;

/// Longer expressions are not written by hand.
const MAX_LENGTH: usize = 500;

/// Return the shortest path that the expression matches: empty for the whole site, `None` if there is none.
pub fn shortest_match(pattern: &str) -> Option<String> {
    let pattern = pattern.trim();
    let literal = literal(pattern.trim_start_matches('^'));
    let path = literal.trim_end_matches('/');
    let path = if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let expression = (pattern.len() <= MAX_LENGTH).then(|| regex_lite::Regex::new(pattern).ok())?;
    let is_start =
        pattern.starts_with(['^', '/']) || pattern.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !path.is_empty() && !is_start {
        return None;
    }
    let fits = match &expression {
        Some(expression) => expression.is_match(&path) || expression.is_match(&format!("{path}/")),
        // The expression is of another dialect; only its literal prefix is known.
        None => !path.is_empty(),
    };
    (fits && (path.is_empty() || is_path(&path))).then_some(path)
}

/// Return the literal prefix of the expression.
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
        // An optional or repeated character does not belong to the prefix.
        if characters.peek().is_some_and(|next| "?*{".contains(*next)) {
            break;
        }
        text.push(plain);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::shortest_match;

    #[test]
    fn the_shortest_matching_path_is_found() {
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
            assert_eq!(shortest_match(pattern).as_deref(), path, "{pattern}");
        }
    }
}
