//! Who answers: the id and version that a Plex server tells of itself, in XML or in JSON.

use serde::{Deserialize, Serialize};

/// Longer ones are none.
const MAX_CHARS: usize = 64;

/// What a server says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Plex's `machineIdentifier`: the same as long as the server's data are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// As far as the body tells.
pub(super) fn of(body: &[u8]) -> Identity {
    let text = String::from_utf8_lossy(body);
    Identity { id: attribute(&text, "machineIdentifier"), version: attribute(&text, "version") }
}

/// `name="value"` or `"name":"value"`, where the name is not the end of another one.
fn attribute(text: &str, name: &str) -> Option<String> {
    text.match_indices(name).find_map(|(at, _)| {
        let is_whole = !text[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        let rest = text[at + name.len()..].trim_start_matches('"').trim_start();
        let value = rest.strip_prefix(['=', ':'])?.trim_start().strip_prefix('"')?;
        let (value, _) = value.split_once('"').filter(|_| is_whole)?;
        let is_plain = !value.is_empty()
            && value.len() <= MAX_CHARS
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        is_plain.then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nonsense_is_none() {
        let of = |text: &str| {
            let identity = of(text.as_bytes());
            (identity.id.unwrap_or_default(), identity.version.unwrap_or_default())
        };
        let both = ("abc".to_owned(), "1.41.2-9".to_owned());
        assert_eq!(
            of(r#"<MediaContainer size="0" apiVersion="1.1" machineIdentifier="abc" version="1.41.2-9">"#),
            both
        );
        assert_eq!(of(r#"{"MediaContainer":{"machineIdentifier": "abc","version":"1.41.2-9"}}"#), both);
        let none = (String::new(), String::new());
        for text in
            ["", "machineIdentifier=", r#"machineIdentifier="a b" version="""#, "version=\"\u{1F980}\""]
        {
            assert_eq!(of(text), none, "{text}");
        }
    }
}
