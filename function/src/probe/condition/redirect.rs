//! `redirect`: plain http leads to https. `probe/plain_http.rs` evaluates it, with a request of its own.

use crate::contract::description::{Need, Setting, Type};

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "redirect",
    kind: Type::Choice(&["https"]),
    need: Need::Optional,
    example: "\"https\"",
    about: "`https`: a request over plain http, to port 80, is redirected to https; a port that does not answer is fine, \
            too",
};
