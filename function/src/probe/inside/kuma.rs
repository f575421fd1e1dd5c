//! The monitors on a public page of Uptime Kuma: what it sees from inside the home.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::Client;
use super::finding::{Failed, bounded, finding, seconds};
use crate::probe::finding::{Finding, Level};
use crate::text::single_line;
use crate::time::{duration, now};

pub(super) const NAME: &str = "inner";

const MAX_NAME_CHARS: usize = 60;

/// Older beats say nothing about now: the monitor is paused, or Kuma has stopped.
const FRESH_S: u64 = 10 * 60;

/// The number of intervals that may pass without a beat, if they take longer than that.
const FRESH_INTERVALS: u64 = 3;

const DOWN: u64 = 0;

/// The last beats of one monitor.
struct Beats {
    status: u64,
    /// How old the last one is, in seconds.
    age: u64,
    is_fresh: bool,
    /// For how long it has been down, in seconds.
    down_for: u64,
    /// Whether it was down in all of them, so that the outage may be longer.
    is_always_down: bool,
}

pub(super) async fn check(client: &Client<'_>, slug: &str) -> Result<Vec<Finding>, Failed> {
    let app = client.app();
    let no_page = || Failed::Unknown(format!("{app} has no published status page `{slug}`"));
    let page = client.get(&format!("/api/status-page/{slug}")).await?;
    if page.status == 404 {
        return Err(no_page());
    }
    let names = names(&client.json(&page)?);
    // It may be long, as the next answer may.
    drop(page);
    let beats = client.get(&format!("/api/status-page/heartbeat/{slug}")).await?;
    let beats = client.json(&beats)?;
    // For a page that does not exist, this list is empty instead of the answer being 404.
    let Some(list) = beats.get("heartbeatList").and_then(Value::as_object).filter(|list| !list.is_empty())
    else {
        return Err(if names.is_empty() {
            Failed::Unknown(format!("the status page `{slug}` of {app} shows no monitors"))
        } else {
            no_page()
        });
    };
    let now = now();
    let read = |(id, beats): (&String, &Value)| Some((id.clone(), read(beats.as_array()?, now)?));
    let monitors: Vec<(String, Beats)> = list.iter().filter_map(read).collect();
    if monitors.is_empty() {
        return Err(Failed::Unknown(format!("the monitors of {app} have no results yet")));
    }
    if let Some(age) = monitors.iter().map(|(_, beats)| beats.age).min()
        && monitors.iter().all(|(_, beats)| !beats.is_fresh)
    {
        let why = format!("{app} has stopped checking; its last result is {} old", duration(age));
        return Err(Failed::Unknown(why));
    }
    // While others have results, one without was paused on purpose: like one that was deleted, it is not reported.
    let fresh = monitors.iter().filter(|(_, beats)| beats.is_fresh);
    let findings = fresh.map(|(id, beats)| {
        let name = names.get(id).map_or_else(|| format!("monitor {id}"), Clone::clone);
        let (level, what) = evaluate(beats);
        finding(NAME, id, level, format!("{name} {what} inside ({app}){}", since(beats)))
    });
    Ok(bounded(NAME, findings.collect(), "monitors are down inside"))
}

/// Return the names of the page's monitors, by their ids.
fn names(page: &Value) -> BTreeMap<String, String> {
    let of = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let monitors = of(page, "publicGroupList").into_iter().flat_map(|group| of(&group, "monitorList"));
    let read = |monitor: Value| {
        let name = single_line(monitor.get("name")?.as_str()?, MAX_NAME_CHARS);
        Some((monitor.get("id")?.to_string(), name))
    };
    monitors.filter_map(read).collect()
}

/// Read the beats of one monitor, of which the last is the latest.
fn read(beats: &[Value], now: u64) -> Option<Beats> {
    let status = |beat: &Value| beat.get("status").and_then(Value::as_u64);
    let at = |beat: &Value| beat.get("time").and_then(Value::as_str).and_then(seconds);
    let last = beats.last()?;
    let (status_now, last_at) = (status(last)?, at(last)?);
    let before = beats.len().checked_sub(2).and_then(|index| at(&beats[index]));
    let interval = last_at.saturating_sub(before.unwrap_or(last_at));
    let age = now.saturating_sub(last_at);
    let down: Vec<&Value> = beats.iter().rev().take_while(|beat| status(beat) == Some(DOWN)).collect();
    let down_since = down.last().and_then(|beat| at(beat)).unwrap_or(last_at);
    Some(Beats {
        status: status_now,
        age,
        is_fresh: age <= FRESH_S.max(interval.saturating_mul(FRESH_INTERVALS)),
        down_for: now.saturating_sub(down_since),
        is_always_down: down.len() == beats.len(),
    })
}

fn evaluate(beats: &Beats) -> (Level, &'static str) {
    match beats.status {
        DOWN => (Level::NotMet, "is down"),
        1 => (Level::Met, "is up"),
        3 => (Level::Met, "is under maintenance"),
        // Pending: it has failed, and is tried again before it counts as down.
        _ => (Level::NearLimit, "is pending"),
    }
}

/// Return for how long it has been down, as far as the page shows.
fn since(beats: &Beats) -> String {
    match beats.status {
        DOWN if beats.is_always_down => format!(", for at least {}", duration(beats.down_for)),
        DOWN => format!(", for {}", duration(beats.down_for)),
        _ => String::new(),
    }
}
