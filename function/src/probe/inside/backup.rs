//! The latest snapshot of each of Kopia's sources: how old it is, and whether it is complete.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::Client;
use super::finding::{Failed, bounded, finding, seconds, warning};
use crate::probe::finding::{Finding, Level};
use crate::text::single_line;
use crate::time::now;

pub(super) const NAME: &str = "backup";

const MAX_NAME_CHARS: usize = 80;
const MAX_REASON_CHARS: usize = 60;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// One source, by the fields that matter.
struct Source<'a> {
    user: &'a str,
    /// Host and path.
    place: String,
    is_uploading: bool,
    snapshot: Option<&'a Value>,
}

pub(super) async fn check(
    client: &Client<'_>,
    max_age_s: u64,
    control: bool,
) -> Result<Vec<Finding>, Failed> {
    let path = if control { "/api/v1/control/sources" } else { "/api/v1/sources" };
    let answer = client.get(path).await?;
    let app = client.app();
    if answer.is_refusal() {
        let why = match answer.contains("CSRF") {
            // The password may be right: the pages' own API also wants a token of the session.
            true => format!(
                "{app} wants a CSRF token: use the user server-control with the password of its control API"
            ),
            false => format!("{app} refuses the user or the password"),
        };
        return Err(Failed::Refused(why));
    }
    if answer.status == 400 && answer.contains("NOT_CONNECTED") {
        return Err(Failed::Unknown(format!("{app} is not connected to its repository")));
    }
    let json = client.json(&answer)?;
    let Some(sources) = json.get("sources").and_then(Value::as_array) else {
        return Err(Failed::Unknown(format!("{app} does not list its sources")));
    };
    if sources.is_empty() {
        let why = format!("{app} has no sources: nothing is backed up");
        return Ok(vec![warning(NAME, "sources", why)]);
    }
    let sources: Vec<Source<'_>> = sources.iter().filter_map(read).collect();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &sources {
        *places.entry(&source.place).or_default() += 1;
    }
    let now = now();
    let findings = sources.iter().map(|source| {
        let is_shared = places.get(source.place.as_str()).is_some_and(|count| *count > 1);
        let name = if is_shared { format!("{}@{}", source.user, source.place) } else { source.place.clone() };
        let (level, what) = evaluate(source, max_age_s, now);
        finding(NAME, &name, level, format!("Backup of {}: {what}", single_line(&name, MAX_NAME_CHARS)))
    });
    Ok(bounded(NAME, findings.collect(), "backups are not as they should be"))
}

fn read(entry: &Value) -> Option<Source<'_>> {
    let source = entry.get("source")?;
    let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(Source {
        user: text("userName"),
        place: format!("{}:{}", text("host"), text("path")),
        is_uploading: entry.get("status").and_then(Value::as_str) == Some("UPLOADING"),
        snapshot: entry.get("lastSnapshot").filter(|snapshot| snapshot.is_object()),
    })
}

fn evaluate(source: &Source<'_>, max_age_s: u64, now: u64) -> (Level, String) {
    let Some(snapshot) = source.snapshot else {
        return (Level::NotMet, "there is no snapshot yet".to_owned());
    };
    let at = |key: &str| snapshot.get(key).and_then(Value::as_str).and_then(seconds);
    let age = |key: &str| Some(now.saturating_sub(at(key)?));
    let limit = hours(max_age_s);
    let is_ahead = ["startTime", "endTime"].into_iter().filter_map(at).any(|at| at > now.saturating_add(DAY));
    if is_ahead {
        return (Level::Unknown, "the time of the last snapshot is in the future".to_owned());
    }
    if let Some(reason) = snapshot.get("incomplete").and_then(Value::as_str) {
        return match age("startTime") {
            // A long upload stores what it has so far as an incomplete snapshot.
            Some(age) if source.is_uploading && age <= max_age_s => {
                (Level::Unknown, format!("in progress for {}", hours(age)))
            }
            Some(age) if source.is_uploading => {
                (Level::NotMet, format!("in progress for {}, more than {limit}", hours(age)))
            }
            _ => {
                let reason = single_line(reason, MAX_REASON_CHARS);
                (Level::NotMet, format!("the last snapshot is incomplete ({reason})"))
            }
        };
    }
    let Some(age) = age("endTime") else {
        return (Level::Unknown, "the time of the last snapshot cannot be read".to_owned());
    };
    if age > max_age_s {
        return (Level::NotMet, format!("last snapshot {} ago, more than {limit}", hours(age)));
    }
    let count = |pointer: &str| snapshot.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    match count("/stats/errorCount").max(count("/rootEntry/summ/numFailed")) {
        0 => (Level::Met, format!("last snapshot {} ago", hours(age))),
        1 => (Level::NotMet, "the last snapshot has 1 error".to_owned()),
        errors => (Level::NotMet, format!("the last snapshot has {errors} errors")),
    }
}

/// Format an age in one unit. Limits are usually given in hours, also those of more than a day.
fn hours(seconds: u64) -> String {
    match seconds {
        0..HOUR => format!("{} min", seconds / MINUTE),
        _ if seconds < 3 * DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}
