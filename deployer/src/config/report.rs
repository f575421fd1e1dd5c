//! `[report]`: when a report is sent.

use plexmon_function::contract::settings::{ChannelSettings, HistorySettings, ReportDay, ReportSchedule};

use super::calendar::{minute, weekday};
use super::reader::{Table, Value};
use crate::error::Result;

/// Every month has these days.
const LAST_DAY: u32 = 28;

const WEEKLY: &str = "weekly = \"monday 09:00\"";
const MONTHLY: &str = "monthly = \"1 09:00\"";

/// Read the table. One of its keys says on which days, and at what time.
pub fn read(
    table: Table<'_>,
    channels: &[ChannelSettings],
    history: HistorySettings,
) -> Result<ReportSchedule> {
    let schedule = match (table.get("weekly"), table.get("monthly")) {
        (Some(weekly), None) => {
            schedule(&weekly, WEEKLY, |day| Ok(ReportDay::Weekly(weekday(&weekly, day)?)))?
        }
        (None, Some(monthly)) => schedule(&monthly, MONTHLY, |day| of_month(&monthly, day))?,
        (Some(_), Some(monthly)) => {
            return Err(monthly.error("cannot be used together with `weekly`").hint("keep one of them"));
        }
        (None, None) => {
            let missing = || {
                table
                    .error("[report] must have either `weekly` or `monthly`")
                    .hint(format!("add, for example: {WEEKLY}; or {MONTHLY}"))
            };
            return Err(table
                .misspelling_of("weekly")
                .or_else(|| table.misspelling_of("monthly"))
                .unwrap_or_else(missing));
        }
    };
    let without_channel = table
        .error("[report] needs a channel that takes reports")
        .hint("add a [notify.NAME] with `min = \"info\"`, which is the default; PagerDuty takes only alerts");
    // The day on which it is sent is one of those that are kept.
    let needed = schedule.longest() + 1;
    let without_days = table
        .error(format!("[report] needs {needed} days of history, but [history] keeps {}", history.days))
        .hint(format!("set `days` in [history] to at least {needed}, or leave it out"));
    table.finish()?;
    if history.days < usize::try_from(needed).unwrap_or(usize::MAX) {
        return Err(without_days);
    }
    if channels.iter().any(ChannelSettings::takes_reports) { Ok(schedule) } else { Err(without_channel) }
}

/// `monday 09:00`
fn schedule(
    value: &Value<'_>,
    example: &str,
    day: impl Fn(&str) -> Result<ReportDay>,
) -> Result<ReportSchedule> {
    let hint = format!("for example: {example}");
    let text = value.string().map_err(|error| error.hint(&hint))?;
    let mut words = text.split_whitespace();
    let (Some(first), Some(time), None) = (words.next(), words.next(), words.next()) else {
        return Err(value.error(format!("must be a day and a time, not \"{text}\"")).hint(hint));
    };
    Ok(ReportSchedule { day: day(first)?, minute: minute(value, time).map_err(|error| error.hint(hint))? })
}

fn of_month(value: &Value<'_>, text: &str) -> Result<ReportDay> {
    let day = text.parse().ok().filter(|day| (1..=LAST_DAY).contains(day));
    day.map(ReportDay::Monthly).ok_or_else(|| {
        value
            .error(format!("must begin with a day of the month from 1 to {LAST_DAY}, not \"{text}\""))
            .hint(format!("for example: {MONTHLY}"))
    })
}
