//! `contains`: the body contains this text.

use super::judgement::Judgement;
use crate::contract::description::{Need, Setting, Type, any};
use crate::probe::identity;
use crate::probe::received::{Received, Unread};
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
pub(super) fn judge(text: &str, received: Received<'_>) -> Judgement {
    if text.is_empty() {
        return Judgement::met("empty");
    }
    if has(received.body, text) {
        return Judgement::met(format!("contains {}", shown(text))).with_proof();
    }
    missing(&shown(text), received.unread)
}

/// Judge a condition that demands what the body, as far as it was read, does not contain.
pub(super) fn missing(what: &str, unread: Option<&Unread>) -> Judgement {
    match unread {
        None => Judgement::not_met(format!("the body does not contain {what}")),
        Some(Unread::BeyondLimit { bytes }) => Judgement::unknown(format!(
            "the first {} KiB of the body do not contain {what}; the rest is not read",
            bytes / 1024
        )),
        Some(unread) => Judgement::unread(unread),
    }
}

/// Return a text for messages.
pub(super) fn shown(text: &str) -> String {
    format!("`{}`", bounded(text, MAX_SHOWN_CHARS))
}

/// Return whether the body contains the text. Bytes are compared: the body may have any character encoding, or none.
pub(in crate::probe) fn has(body: &[u8], text: &str) -> bool {
    text.is_empty()
        || body.windows(text.len()).any(|window| window == text.as_bytes())
        || (text == identity::ID_IN_XML && identity::has_id_in_json(body))
}
