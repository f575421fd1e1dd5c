//! Findings of these checks, and why a check has none.

use crate::probe::condition::moment;
use crate::probe::error::ProbeError;
use crate::probe::finding::{Finding, Level};
use crate::text::{fnv, single_line};

/// What follows the colon in the key of a finding about those without keys of their own.
const MORE: &str = "more";

/// Longer names are shortened in keys, which are stored.
const MAX_NAME_BYTES: usize = 48;

/// More findings that are not met share one key: each key takes room in the state.
const MAX_WARNINGS: usize = 10;

/// More findings than any page has.
const MAX_FINDINGS: usize = 200;

/// Why a check found nothing.
#[derive(Debug)]
pub(super) enum Failed {
    /// It is not known, for this reason.
    Unknown(String),
    /// The app refused the secret.
    Refused(String),
    /// The target is down.
    Down(ProbeError),
}

/// Create a finding. `name` comes from the app: the key contains it without control characters, and bounded.
pub(super) fn finding(check: &str, name: &str, level: Level, why: String) -> Finding {
    let name = single_line(name, usize::MAX);
    let key = if name.len() <= MAX_NAME_BYTES {
        format!("{check}:{name}")
    } else {
        let begin: String = name.chars().take(MAX_NAME_BYTES / 4).collect();
        format!("{check}:{begin}~{:08x}", fnv(&name))
    };
    Finding { key, level, why }
}

/// Create the finding that a check is not met.
pub(super) fn warning(check: &str, name: &str, why: String) -> Finding {
    finding(check, name, Level::NotMet, why)
}

/// Read a time, as Unix seconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    // The conversion saturates.
    moment::of_text(text).filter(|seconds| *seconds > 0.0).map(|seconds| seconds as u64)
}

/// Bound the number of findings. The first ones that are not met keep their own keys; one says how many there are beside
/// them: "3 more monitors are down".
pub(super) fn bounded(check: &str, findings: Vec<Finding>, what: &str) -> Vec<Finding> {
    let may_be_more = findings.len() > MAX_WARNINGS;
    let mut not_met = 0;
    let mut kept = findings;
    kept.retain(|finding| {
        not_met += usize::from(finding.level == Level::NotMet);
        finding.level != Level::NotMet || not_met <= MAX_WARNINGS
    });
    if kept.len() > MAX_FINDINGS {
        // What may begin or keep a warning comes first.
        kept.sort_by_key(|finding| finding.level == Level::Met);
        kept.truncate(MAX_FINDINGS);
    }
    match not_met.saturating_sub(MAX_WARNINGS) {
        0 if may_be_more => kept.push(finding(check, MORE, Level::Met, format!("no more {what}"))),
        0 => {}
        more => kept.push(warning(check, MORE, format!("{more} more {what}"))),
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded_and_still_differ() {
        let key = |name: &str| finding("disk", name, Level::Met, String::new()).key;
        assert_eq!(key("/data"), "disk:/data");
        assert_eq!(key("/a\n\u{1b}[31mb"), "disk:/a  [31mb");
        let (one, other) = (key(&format!("{}1", "ä".repeat(500))), key(&format!("{}2", "ä".repeat(500))));
        assert!(one.starts_with("disk:ääää") && one.len() < 60 && one != other, "{one} {other}");
    }
}
