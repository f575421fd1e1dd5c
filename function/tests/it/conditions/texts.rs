//! `lacks`, `matches` and `header`.

use std::collections::BTreeMap;

use plexmon_function::contract::settings::{Consequence, TextCondition};
use plexmon_function::probe::{Level, LinkName};

use super::{finding, observe, ok, outcome};
use crate::server::http;

pub fn condition(text: &str, severity: Consequence) -> TextCondition {
    TextCondition { text: text.to_owned(), severity }
}

fn down(text: &str) -> TextCondition {
    condition(text, Consequence::Down)
}

#[tokio::test]
async fn the_body_must_not_contain_a_text() {
    let long = format!("{}error", "x".repeat(64 * 1024));
    let unread = "the first 64 KiB of the body do not contain `error`, but the rest is not read";
    for (body, expected) in [
        ("all is well", "up".to_owned()),
        ("an error", "condition: the body contains `error`".to_owned()),
        (&long, format!("unreadable: {unread}")),
        (&"x".repeat(64 * 1024), "up".to_owned()),
    ] {
        let observation = observe(ok(body), |target| target.lacks = vec![down("error")]).await;
        assert_eq!(outcome(&observation), expected);
    }
    let warning = vec![condition("error", Consequence::Warn)];
    let observation = observe(ok("an error"), |target| target.lacks = warning.clone()).await;
    assert!(observation.ok);
    assert_eq!(finding(&observation), (Level::NotMet, "the body contains `error`"));
    let observation = observe(ok(&long), |target| target.lacks = warning).await;
    assert_eq!(finding(&observation), (Level::Unknown, unread));
}

/// The text may follow the one that must be there.
#[tokio::test]
async fn a_text_that_is_found_early_does_not_end_the_search_for_others() {
    let body = format!("good{}bad", "x".repeat(40_000));
    let observation = observe(ok(&body), |target| {
        target.contains = Some("good".to_owned());
        target.lacks = vec![down("bad")];
    })
    .await;
    assert_eq!(outcome(&observation), "condition: the body contains `bad`");
    let unfinished = format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{body}");
    let answer = crate::server::Answer::Bytes(unfinished.replace("bad", "").into());
    let observation = observe(answer, |target| {
        target.contains = Some("good".to_owned());
        target.lacks = vec![down("bad")];
    })
    .await;
    assert!(!observation.ok, "{observation:?}");
}

#[tokio::test]
async fn the_body_matches_a_regular_expression() {
    let long = format!("{}version 4", "x".repeat(64 * 1024));
    for (expression, body, expected) in [
        (r"version \d+", "version 4".to_owned(), "up"),
        (
            r"^version \d+$",
            "a version 4".to_owned(),
            "condition: the body does not contain a match of `^version \\d+$`",
        ),
        ("(?i)VERSION", "version".to_owned(), "up"),
        ("\u{fc}ber.", "\u{fc}ber uns".to_owned(), "up"),
        (
            r"version \d+",
            long,
            "unreadable: the first 64 KiB of the body do not contain a match of `version \\d+`; the rest is not read",
        ),
    ] {
        let observation = observe(ok(&body), |target| target.matches = vec![down(expression)]).await;
        assert_eq!(outcome(&observation), expected, "{expression}");
    }
}

#[tokio::test]
async fn headers_have_texts() {
    let answer = |headers: &str| http("200 OK", headers, "fine");
    let headers = |text: &str, severity| BTreeMap::from([("X-Cache".to_owned(), condition(text, severity))]);
    for (sent, expected) in [
        ("x-cache: a HIT from b\r\n", "up"),
        ("X-CACHE: MISS\r\nx-cache: HIT\r\n", "up"),
        ("x-cache: \u{fc} HIT\r\n", "up"),
        ("x-cache: secret\r\n", "condition: the header `X-Cache` does not contain `HIT`"),
        ("", "condition: the response has no header `X-Cache`"),
    ] {
        let observation =
            observe(answer(sent), |target| target.header = headers("HIT", Consequence::Down)).await;
        assert_eq!(outcome(&observation), expected, "{sent}");
        let link = observation.failed.map_or(LinkName::Http, |failure| failure.link);
        assert_eq!(link, LinkName::Http);
        let observation =
            observe(answer(sent), |target| target.header = headers("HIT", Consequence::Warn)).await;
        let level = if expected == "up" { Level::Met } else { Level::NotMet };
        assert!(observation.ok);
        assert_eq!(finding(&observation).0, level, "{sent}");
    }
}
