//! Where a target stands: site, group, exposure, and the gate in front of it.

use super::{below, parse, refuses, target};

const GATE: &str =
    "[access.cloudflare]\nid = { env = \"CF_ACCESS_CLIENT_ID\" }\nsecret = { file = \"cf-secret\" }";

#[test]
fn they_are_taken() {
    for text in [
        target("site = \"home\"\ngroup = \"gluetun\"\nexposure = \"open\""),
        target("exposure = \"closed\""),
        format!("{}\n{GATE}\n", target("access = \"cloudflare\"\nexposure = \"closed\"")),
        target("access = { id = { env = \"ID\" }, secret = { env = \"SECRET\" } }"),
        below(GATE),
    ] {
        assert!(parse(&text).is_ok(), "{text}\n{:?}", parse(&text));
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    refuses![
        target("exposure = \"hidden\""),
        target("group = \"\""),
        target("site = 5"),
        target("access = \"cloudflare\""),
        format!("{}\n{GATE}\n", target("access = \"cloudflair\"")),
        format!("{}\n{GATE}\n", target("access = \"cloudflare\"").replace("https://", "http://")),
        target("access = { id = { env = \"ID\" } }"),
        below("[access.cloudflare]\nid = \"token\"\nsecret = { env = \"SECRET\" }"),
        below("[access.cloudflare]\nid = { env = \"ID\" }\nsecret = { env = \"SECRET\" }\nkey = 1"),
    ];
}
