//! Bounds and cleans untrusted text before it is shown, sent or stored.

/// Shorten text to at most `limit` characters, with an ellipsis if anything was cut.
pub fn bounded(text: &str, limit: usize) -> String {
    bounded_by(text, limit, |_| 1)
}

/// [`bounded`], where `room` returns how much each character counts: its bytes, or its escape sequence.
pub fn bounded_by(text: &str, limit: usize, room: impl Fn(char) -> usize) -> String {
    if text.chars().map(&room).sum::<usize>() <= limit {
        return text.to_owned();
    }
    let mut left = limit.saturating_sub(room('…'));
    let fits = |c: &char| left.checked_sub(room(*c)).inspect(|rest| left = *rest).is_some();
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

/// Return how many bytes a character has in JSON.
pub fn json_bytes(c: char) -> usize {
    match c {
        '"' | '\\' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    }
}

/// Return the entity of the characters that begin and end markup in HTML and in messages of Slack.
pub fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

/// Replace the characters for which `escape` returns a sequence.
pub fn escaped(text: &str, escape: fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match escape(c) {
            Some(sequence) => escaped.push_str(sequence),
            None => escaped.push(c),
        }
    }
    escaped
}

/// Replace control characters with spaces: a hostile response must not control a terminal or break a log line.
pub fn single_line(text: &str, limit: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    bounded(clean.trim(), limit)
}

/// Hash with FNV-1a, which is the same in every build. The standard library's hasher may change between releases.
pub fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Remove user, password, query and fragment from a URL, so that it may be logged.
pub fn bare_url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        for (text, limit, expected) in
            [("short", 5, "short"), ("longer", 5, "long…"), ("äöüß", 3, "äö…"), ("🦀🦀🦀", 2, "🦀…")]
        {
            assert_eq!(bounded(text, limit), expected);
        }
    }

    #[test]
    fn the_limit_may_be_in_bytes() {
        for (text, limit, expected) in
            [("äöü", 6, "äöü"), ("äöüa", 6, "ä…"), ("longer", 5, "lo…"), ("🦀🦀", 7, "🦀…"), ("🦀🦀", 6, "…")]
        {
            let cut = bounded_by(text, limit, char::len_utf8);
            assert_eq!(cut, expected);
            assert!(cut.len() <= limit);
        }
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(single_line(" a\x1b[31m\r\nb ", 20), "a [31m  b");
    }

    #[test]
    fn possible_secrets_are_removed_from_a_url() {
        for (url, expected) in [
            ("https://user:pass@plex.example.com/a?token=x#y", "https://plex.example.com/a"),
            ("https://plex.example.com?token=x", "https://plex.example.com"),
            ("/login?next=%2F", "/login"),
            ("http://h/a@b", "http://h/a@b"),
        ] {
            assert_eq!(bare_url(url), expected);
        }
    }
}
