//! Times and durations: `[[maintenance]]` and quiet hours.

use jiff::civil::DateTime;
use plexmon_function::contract::settings::{Hours, Recurrence, Window};
use toml::de::DeValue;

use super::filled;
use super::reader::{Table, Value};
use super::zone::{self, Edge, Zone};
use crate::error::Result;

const MINUTES_A_DAY: u32 = 24 * 60;
/// Longer, and it is no maintenance any more.
const LONGEST_DAYS: u32 = 7;
/// So many names can be taken in at a glance.
const MANY: usize = 12;
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// `[[maintenance]]`, either once (`from`, `to`) or again and again (`time`, `duration`, perhaps `weekday`).
pub fn window(table: Table<'_>, zone: &Zone, targets: &[String]) -> Result<Window> {
    let own = table.get("timezone").map(|value| zone::read(&value)).transpose()?;
    let zone = own.as_ref().unwrap_or(zone);
    let example =
        "weekday = \"sunday\", time = \"03:00\", duration = \"2h\"; or from = 2026-12-01T22:00:00 and to";
    let recurrence = match (table.get("from"), table.get("time")) {
        (Some(from), None) => {
            let to = table.require("to", "to = 2026-12-02T02:00:00")?;
            let (begins, ends) = (instant(&from, zone, Edge::Begin)?, instant(&to, zone, Edge::End)?);
            if ends <= begins {
                return Err(to.error("is not after `from`"));
            }
            if let Some(stray) = table.get("weekday").or_else(|| table.get("duration")) {
                return Err(stray.error("goes with `time`, not with `from` and `to`"));
            }
            Recurrence::Once { from: begins, until: ends }
        }
        (None, Some(time)) => {
            let days = table.get("weekday").map(|value| weekdays(&value)).transpose()?.unwrap_or_default();
            let duration = table.require("duration", "duration = \"2h\"")?;
            let minutes = u32::try_from(seconds(&duration)? / 60).unwrap_or(u32::MAX);
            if minutes == 0 || minutes > LONGEST_DAYS * MINUTES_A_DAY {
                return Err(duration.error(format!("must be from 1 minute to {LONGEST_DAYS} days")));
            }
            if let Some(stray) = table.get("to") {
                return Err(stray.error("goes with `from`, not with `time`"));
            }
            Recurrence::Weekly { days, start: minute(&time, time.string()?)?, minutes }
        }
        _ => {
            return Err(table
                .error("[[maintenance]] must have either `from` and `to`, or `time` and `duration`")
                .hint(format!("for example: {example}")));
        }
    };
    let mut covered = Vec::new();
    for value in table.get("targets").map(|value| filled(&value)).transpose()?.unwrap_or_default() {
        let name = value.string()?;
        if !targets.iter().any(|target| target == name) {
            return Err(value
                .error(format!("names \"{name}\", and there is no such target"))
                .hint(known(targets)));
        }
        covered.push(name.to_owned());
    }
    table.finish()?;
    Ok(Window { recurrence, targets: covered, clock: own.map(|zone| zone.clock) })
}

/// Some of the names that there are, for whom has mistaken one.
fn known(targets: &[String]) -> String {
    let more = if targets.len() > MANY { ", and others" } else { "" };
    let names: Vec<String> = targets.iter().take(MANY).map(|name| format!("\"{name}\"")).collect();
    format!("the targets are {}{more}; without `targets`, it is for all", names.join(", "))
}

/// `22:00-07:00`
pub fn hours(value: &Value<'_>) -> Result<Hours> {
    let text = value.string()?;
    let Some((from, until)) = text.split_once('-') else {
        return Err(value.error("must be hours of the day such as \"22:00-07:00\""));
    };
    let hours = Hours { from: minute(value, from.trim())?, until: minute(value, until.trim())? };
    if hours.from == hours.until {
        Err(value.error("would last all day, or no time at all"))
    } else {
        Ok(hours)
    }
}

/// `90s`, `30m`, `6h`, `2days`, in seconds.
pub fn seconds(value: &Value<'_>) -> Result<u64> {
    let text = value.string()?;
    humantime::parse_duration(text).map(|duration| duration.as_secs()).map_err(|why| {
        value.error(format!("is no duration ({why})")).hint("write it as \"30m\", \"6h\" or \"1day\"")
    })
}

/// Minutes after midnight.
fn minute(value: &Value<'_>, text: &str) -> Result<u32> {
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    });
    parsed.ok_or_else(|| value.error(format!("has \"{text}\" where a time of day such as \"03:00\" belongs")))
}

fn weekdays(value: &Value<'_>) -> Result<Vec<u8>> {
    let values = if value.value.as_str().is_some() {
        vec![value.string()?]
    } else {
        filled(value)?.iter().map(Value::string).collect::<Result<_>>()?
    };
    let mut days = Vec::new();
    for text in values {
        let lower = text.to_ascii_lowercase();
        let day = DAYS.iter().position(|day| lower.len() >= 3 && day.starts_with(&lower));
        let day = day.ok_or_else(|| {
            value
                .error(format!("has \"{text}\" where a weekday belongs"))
                .hint("allowed: \"monday\" to \"sunday\", or the first three letters or more")
        })?;
        days.push(u8::try_from(day + 1).unwrap_or_default());
    }
    Ok(days)
}

/// A TOML date and time, with an offset or without; without, it is that of the time zone.
fn instant(value: &Value<'_>, zone: &Zone, edge: Edge) -> Result<u64> {
    let wrong = || value.error("must be a date and time such as 2026-12-01T22:00:00");
    let text = match value.value {
        DeValue::Datetime(datetime) => datetime.to_string(),
        _ => value.string().map_err(|_| wrong())?.to_owned(),
    };
    let timestamp = match text.parse::<jiff::Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) => {
            let local: DateTime = text.parse().map_err(|_| wrong())?;
            zone.instant(local, edge).ok_or_else(wrong)?
        }
    };
    u64::try_from(timestamp.as_second()).map_err(|_| wrong())
}
