//! The id of a target's check: what decides whether the target is up.

use serde::Serialize;

use super::{Expect, Target};
use crate::contract::settings::{Consequence, TextCondition};

impl Target {
    /// Return an id of the check, which is the same in every build. A target whose id has changed starts with a new
    /// state.
    pub fn check_id(&self) -> String {
        let mut status = self.status.clone();
        status.sort_unstable();
        status.dedup();
        let expect = if self.expect == Expect::Refusal { "\nrefusal" } else { "" };
        let contains = self.contains.as_deref().unwrap_or_default();
        let more = self.more_that_is_checked();
        let check = format!("{}\n{status:?}\n{contains}{expect}{more}", self.url);
        format!("{:08x}", crate::text::fnv(&check))
    }

    /// Return what else decides whether it is up; empty for a target that earlier releases know.
    ///
    /// Conditions that only cause warnings are left out: changing one must not begin a new state.
    fn more_that_is_checked(&self) -> String {
        let Self { protocol, method, body, lacks, matches, header, json, metrics, .. } = self;
        let mut more = String::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                more.push_str(&format!("\n{name} {value}"));
            }
        };
        let texts = |texts: &[TextCondition]| -> Option<String> {
            let down = texts.iter().filter(|one| one.severity == Consequence::Down);
            let texts: Vec<&str> = down.map(|one| one.text.as_str()).collect();
            (!texts.is_empty()).then(|| format!("{texts:?}"))
        };
        add("protocol", Some(protocol).filter(|protocol| !protocol.is_http()).map(text_of));
        add("method", method.clone());
        add("body", body.clone());
        let redirect = self.redirect.filter(|_| self.redirect_severity == Consequence::Down);
        add("redirect", redirect.map(|_| "https".to_owned()));
        add("lacks", texts(lacks));
        add("matches", texts(matches));
        for (name, one) in header.iter().filter(|(_, one)| one.severity == Consequence::Down) {
            add("header", Some(format!("{name}: {}", one.text)));
        }
        for one in json.iter().filter(|one| one.severity == Consequence::Down) {
            add("json", Some(text_of(one)));
        }
        for one in metrics.iter().filter(|one| one.severity == Consequence::Down) {
            add("metrics", Some(text_of(one)));
        }
        more
    }
}

/// Return settings as JSON, which is the same in every build.
fn text_of(settings: &impl Serialize) -> String {
    serde_json::to_string(settings).unwrap_or_default()
}
