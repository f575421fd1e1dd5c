//! Times and durations: `[[maintenance]]`, quiet hours and reminders.

use plexmon_function::contract::settings::{Hours, Recurrence, Target, Window};
use toml::de::DeValue;

use super::reader::{Table, Value, filled, tables};
use super::zone::{self, Edge, Zone};
use crate::error::Result;

const MINUTES_A_DAY: u32 = 24 * 60;
/// A longer window is probably a mistake.
const LONGEST_DAYS: u32 = 7;
/// A hint lists at most this many targets.
const LISTED_TARGETS: usize = 12;
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// All tables `[[maintenance]]`.
pub fn maintenance(list: Option<Value<'_>>, zone: &Zone, targets: &[Target]) -> Result<Vec<Window>> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    tables(&list)?.iter().map(|value| window(value.table("[[maintenance]]")?, zone, &names)).collect()
}

fn window(table: Table<'_>, zone: &Zone, targets: &[&str]) -> Result<Window> {
    let own = table.get("timezone").map(|value| zone::read(&value)).transpose()?;
    let recurrence = recurrence(&table, own.as_ref().unwrap_or(zone))?;
    let covered = covered(&table, targets)?;
    table.finish()?;
    Ok(Window { recurrence, targets: covered, clock: own.map(|zone| zone.clock) })
}

/// Either once (`from`, `to`) or every week (`time`, `duration`, optionally `weekday`).
fn recurrence(table: &Table<'_>, zone: &Zone) -> Result<Recurrence> {
    let example =
        "weekday = \"sunday\", time = \"03:00\", duration = \"2h\"; or from = 2026-12-01T22:00:00 and to";
    Ok(match (table.get("from"), table.get("time")) {
        (Some(from), None) => {
            let to = table.require("to", "to = 2026-12-02T02:00:00")?;
            let (begins, ends) = (instant(&from, zone, Edge::Begin)?, instant(&to, zone, Edge::End)?);
            if ends <= begins {
                return Err(to.error("must be later than `from`"));
            }
            if let Some(stray) = table.get("weekday").or_else(|| table.get("duration")) {
                return Err(stray.error("can be used with `time`, but not with `from` and `to`"));
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
                return Err(stray.error("can be used with `from`, but not with `time`"));
            }
            Recurrence::Weekly { days, start: minute(&time, time.string()?)?, minutes }
        }
        _ => {
            return Err(table
                .error("[[maintenance]] must have either `from` and `to`, or `time` and `duration`")
                .hint(format!("for example: {example}")));
        }
    })
}

/// Return the targets that a window names; none if it covers all of them.
fn covered(table: &Table<'_>, targets: &[&str]) -> Result<Vec<String>> {
    let mut covered = Vec::new();
    for value in table.get("targets").map(|value| filled(&value)).transpose()?.unwrap_or_default() {
        let name = value.string()?;
        if !targets.contains(&name) {
            return Err(value
                .error(format!("names \"{name}\", but there is no such target"))
                .hint(known(targets)));
        }
        covered.push(name.to_owned());
    }
    Ok(covered)
}

/// A hint with the names of the existing targets.
fn known(targets: &[&str]) -> String {
    let more = if targets.len() > LISTED_TARGETS { " and others" } else { "" };
    let names: Vec<String> = targets.iter().take(LISTED_TARGETS).map(|name| format!("\"{name}\"")).collect();
    format!("the targets are {}{more}; leave out `targets` to cover all of them", names.join(", "))
}

/// `22:00-07:00`
pub fn hours(value: &Value<'_>) -> Result<Hours> {
    let text = value.string()?;
    let Some((from, until)) = text.split_once('-') else {
        return Err(value.error("must be a range of hours such as \"22:00-07:00\""));
    };
    let hours = Hours { from: minute(value, from.trim())?, until: minute(value, until.trim())? };
    if hours.from == hours.until {
        Err(value.error("must not begin and end at the same time"))
    } else {
        Ok(hours)
    }
}

/// `90s`, `30m`, `6h`, `2days`, in seconds.
pub fn seconds(value: &Value<'_>) -> Result<u64> {
    let hint = "for example: \"30m\", \"6h\" or \"1day\"";
    let text = value.string().map_err(|error| error.hint(hint))?;
    humantime::parse_duration(text)
        .map(|duration| duration.as_secs())
        .map_err(|why| value.error(format!("must be a duration ({why})")).hint(hint))
}

/// Minutes after midnight.
pub fn minute(value: &Value<'_>, text: &str) -> Result<u32> {
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    });
    parsed.ok_or_else(|| value.error(format!("must be a time of day such as \"03:00\", not \"{text}\"")))
}

fn weekdays(value: &Value<'_>) -> Result<Vec<u8>> {
    let values = if value.value.as_str().is_some() {
        vec![value.string()?]
    } else {
        filled(value)?.iter().map(Value::string).collect::<Result<_>>()?
    };
    values.into_iter().map(|text| Ok(u8::try_from(weekday(value, text)? + 1).unwrap_or_default())).collect()
}

/// Return the number of a day of the week; Monday is 0.
pub fn weekday(value: &Value<'_>, text: &str) -> Result<u32> {
    let lower = text.to_ascii_lowercase();
    let day = (0..).zip(DAYS).find(|(_, day)| lower.len() >= 3 && day.starts_with(&lower));
    day.map(|(number, _)| number).ok_or_else(|| {
        value
            .error(format!("must be a weekday, not \"{text}\""))
            .hint("allowed: \"monday\" to \"sunday\", or at least their first three letters")
    })
}

/// A TOML date and time; without an offset, it is local time in the time zone.
fn instant(value: &Value<'_>, zone: &Zone, edge: Edge) -> Result<u64> {
    let wrong = || value.error("must be a date and time such as 2026-12-01T22:00:00");
    let text = match value.value {
        DeValue::Datetime(datetime) => datetime.to_string(),
        _ => value.string().map_err(|_| wrong())?.to_owned(),
    };
    zone.moment(&text, edge).ok_or_else(wrong)
}
