//! `contains`: the body contains this text.

use super::Received;
use crate::contract::description::{Need, Setting, Type, any};
use crate::contract::settings::Target;
use crate::probe::error::ProbeError;
use crate::probe::identity;
use crate::text::bounded;

const MAX_SHOWN_CHARS: usize = 120;

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "contains",
    kind: Type::Text(any),
    need: Need::Depends("from the preset"),
    example: "\"applicationTitle\"",
    about: "the body contains this text, within its first 64 KiB; if it is longer and the text is not found, the \
            target is unknown, not down",
};

/// Search the body for the text.
pub(super) fn evaluate(target: &Target, received: &Received<'_>) -> Option<Result<String, ProbeError>> {
    let text = target.contains.as_deref()?;
    if text.is_empty() {
        return Some(Ok("empty".to_owned()));
    }
    let shown = format!("`{}`", bounded(text, MAX_SHOWN_CHARS));
    Some(if has(received.body, text) {
        Ok(format!("contains {shown}"))
    } else {
        Err(received.not_found(&shown))
    })
}

/// Return whether the body contains the text. Bytes are compared: the body may have any character encoding, or none.
pub(in crate::probe) fn has(body: &[u8], text: &str) -> bool {
    text.is_empty()
        || body.windows(text.len()).any(|window| window == text.as_bytes())
        || (text == identity::ID_IN_XML && identity::has_id_in_json(body))
}
