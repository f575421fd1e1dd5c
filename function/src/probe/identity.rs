//! The identity of the server: the id and version that Plex reports, in XML or in JSON.

use serde::{Deserialize, Serialize};

/// Longer values are ignored.
const MAX_CHARS: usize = 64;

/// How a server identifies itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Plex's `machineIdentifier`: it stays the same as long as the server keeps its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The text that identifies Plex's response in XML. Settings contain this one even where the response is JSON.
pub(super) const ID_IN_XML: &str = "machineIdentifier=";

/// Return whether the body contains the key that corresponds to [`ID_IN_XML`] in JSON.
pub(super) fn has_id_in_json(body: &[u8]) -> bool {
    const KEY: &[u8] = b"\"machineIdentifier\"";
    let keys = body.windows(KEY.len()).enumerate().filter(|(_, window)| *window == KEY);
    let mut after = keys.map(|(at, _)| body[at + KEY.len()..].trim_ascii_start());
    after.any(|rest| rest.starts_with(b":"))
}

/// Read the identity from a body, if it has one.
pub(super) fn of(body: &[u8]) -> Identity {
    let text = String::from_utf8_lossy(body);
    // The XML declaration has a version of its own.
    let text = match text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
        None => &text,
    };
    Identity { id: attribute(text, "machineIdentifier"), version: attribute(text, "version") }
}

/// Find `name="value"` or `"name":"value"`, where the name is not the end of another one.
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
    fn the_identity_is_read_from_xml_and_json() {
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
        let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"0\" apiVersion=\"1.1.1\" \
                     claimed=\"1\" machineIdentifier=\"abc\" version=\"1.41.2-9\"></MediaContainer>";
        assert_eq!(of(whole), both, "the version is Plex's, not XML's");
        let none = (String::new(), String::new());
        for text in
            ["", "machineIdentifier=", r#"machineIdentifier="a b" version="""#, "version=\"\u{1F980}\""]
        {
            assert_eq!(of(text), none, "{text}");
        }
    }

    #[test]
    fn the_json_key_counts_as_the_xml_attribute() {
        for (body, has) in [
            ("{\"machineIdentifier\":\"a\"}", true),
            ("{\"machineIdentifier\" : \"a\"}", true),
            ("{\"note\":\"machineIdentifier\",\"machineIdentifier\"\n:\"a\"}", true),
            ("{\"note\":\"machineIdentifier\"}", false),
            ("machineIdentifier: a", false),
            ("\"machineIdentifier\"", false),
        ] {
            assert_eq!(has_id_in_json(body.as_bytes()), has, "{body}");
        }
    }
}
