//! The conditions that the response of a healthy app meets. Each is described and evaluated in a file of its own.
//!
//! To add one:
//!
//! 1. Add a field with the name of its key to [`Target`], and to [`Target::check_id`].
//! 2. Write its file, and add it to [`SETTINGS`] and, if it needs the body, to [`of_body`].
//! 3. Write the documentation: `PLEXMON_WRITE_DOCS=1 cargo test -p plexmon-deploy --test it config::documentation`.
//!
//! The deployer reads it by its description. Tests compare the description with the field, and with the example.

pub mod contains;
pub mod header;
pub mod json;
pub(super) mod judgement;
mod keys;
pub mod lacks;
pub(super) mod limits;
pub mod matches;
pub mod metrics;
pub(super) mod moment;
pub mod redirect;
pub mod status;

use http::HeaderMap;

use self::judgement::{Evaluation, Judgement};
use super::received::Received;
use crate::contract::description::Setting;
use crate::contract::settings::{Consequence, Target, TextCondition};
use crate::text::fnv;

/// The settings of all conditions.
pub const SETTINGS: &[Setting] = &[
    status::SETTING,
    contains::SETTING,
    lacks::SETTING,
    matches::SETTING,
    header::SETTING,
    json::SETTING,
    metrics::SETTING,
    redirect::SETTING,
];

/// All tables of keys, by their names in the documentation.
pub const TABLES: &[(&str, &[Setting])] =
    &[("conditions", SETTINGS), ("settings of json", json::KEYS), ("settings of metrics", metrics::KEYS)];

/// A body, as the conditions need it.
pub(super) struct Bodies<'a> {
    /// Its beginning, which is searched for texts.
    pub(super) beginning: Received<'a>,
    /// More of it, for values in JSON.
    pub(super) whole: Received<'a>,
    /// What the conditions on metrics found, in their order, when it arrived.
    pub(super) metrics: Vec<Judgement>,
}

/// Evaluate the conditions on headers.
pub(super) fn of_headers(target: &Target, headers: &HeaderMap) -> Evaluation {
    let mut evaluation = Evaluation::default();
    for (name, TextCondition { text, severity }) in &target.header {
        let key = || key("header", &format!("{name}: {text}"));
        evaluation.add(*severity, key, header::judge(name, text, headers));
    }
    evaluation
}

/// Evaluate the conditions on the body.
pub(super) fn of_body(target: &Target, bodies: Bodies<'_>, now: u64) -> Evaluation {
    let Bodies { beginning, whole, metrics } = bodies;
    let mut evaluation = Evaluation::default();
    if let Some(text) = &target.contains {
        evaluation.add(Consequence::Down, String::new, contains::judge(text, beginning));
    }
    for TextCondition { text, severity } in &target.lacks {
        evaluation.add(*severity, || key("lacks", text), lacks::judge(text, beginning));
    }
    for TextCondition { text, severity } in &target.matches {
        evaluation.add(*severity, || key("matches", text), matches::judge(text, beginning));
    }
    if !target.json.is_empty() {
        let document = json::read(whole);
        for condition in &target.json {
            let judgement = json::judge(condition, &document, now);
            evaluation.add(condition.severity, || key("json", &condition.id()), judgement);
        }
    }
    for (condition, judgement) in target.metrics.iter().zip(metrics) {
        evaluation.add(condition.severity, || key("metrics", &condition.id()), judgement);
    }
    evaluation
}

/// Return the key of a condition's finding: its kind and a hash.
fn key(kind: &str, id: &str) -> String {
    format!("{kind}:{:08x}", fnv(id))
}
