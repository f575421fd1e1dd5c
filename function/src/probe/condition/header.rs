//! `header`: the response has this header, and its value contains this text.

use http::HeaderMap;

use super::contains::shown;
use super::judgement::Judgement;
use crate::contract::description::{Need, Setting, Type};

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "header",
    kind: Type::Other("table"),
    need: Need::Optional,
    example: "{ Content-Type = \"json\", X-Cache = { text = \"HIT\", severity = \"warn\" } }",
    about: "the response has each of these headers, and its value contains the text; upper and lower case differ in the \
            value, not in the name",
};

/// Search the header's lines for the text. The value is not shown: it may be a secret.
pub(in crate::probe) fn judge(name: &str, text: &str, headers: &HeaderMap) -> Judgement {
    let lines = headers.get_all(name);
    let has =
        |value: &[u8]| text.is_empty() || value.windows(text.len()).any(|window| window == text.as_bytes());
    if lines.iter().any(|value| has(value.as_bytes())) {
        Judgement::met(format!("the header `{name}` contains {}", shown(text)))
    } else if lines.iter().next().is_none() {
        Judgement::not_met(format!("the response has no header `{name}`"))
    } else {
        Judgement::not_met(format!("the header `{name}` does not contain {}", shown(text)))
    }
}
