//! `lacks`: the body does not contain this text.

use super::contains::{has, shown};
use super::judgement::Judgement;
use crate::contract::description::{Need, Setting, Type};
use crate::probe::received::{Received, Unread};

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "lacks",
    kind: Type::Other("text, table, or list"),
    need: Need::Optional,
    example: "[\"Fatal error\", { text = \"maintenance\", severity = \"warn\" }]",
    about: "the body does not contain this text, or any of these; if it is longer than 64 KiB and the text is not in \
            that part, this is unknown",
};

/// Search the body for the text.
pub(super) fn judge(text: &str, received: Received<'_>) -> Judgement {
    let shown = shown(text);
    if has(received.body, text) {
        return Judgement::not_met(format!("the body contains {shown}"));
    }
    match received.unread {
        None => Judgement::met(format!("does not contain {shown}")),
        Some(Unread::BeyondLimit { bytes }) => Judgement::unknown(format!(
            "the first {} KiB of the body do not contain {shown}, but the rest is not read",
            bytes / 1024
        )),
        Some(unread) => Judgement::unread(unread),
    }
}
