//! What `status` says about a target's past.

use console::measure_text_width;
use jiff::ToSpan as _;
use jiff::civil::date;
use plexmon_function::contract::history::{
    Begin, HOUR_S, Percent, Period, RECENT_HOURS, ResponseTime, TargetHistory,
};
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time;
use serde::Serialize;

use crate::history::{Checks, Milliseconds};
use crate::text::{Charset, Page, padded, sparkline};

/// The columns before each line, and the space between two columns.
const INDENT: usize = 4;
const GAP: &str = "  ";

/// The periods with their names, the shortest first.
const PERIODS: [(&str, Period); 3] =
    [("24 h", Period::Hours24), ("30 d", Period::Days(30)), ("90 d", Period::Days(90))];

/// Percentages; `null` where nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct UptimeReport {
    #[serde(rename = "24h")]
    hours_24: Option<f64>,
    #[serde(rename = "30d")]
    days_30: Option<f64>,
    #[serde(rename = "90d")]
    days_90: Option<f64>,
}

impl UptimeReport {
    pub(super) fn of(history: &TargetHistory, clock: &Clock) -> Self {
        let [hours_24, days_30, days_90] =
            PERIODS.map(|(_, period)| history.uptime_in(period, clock).percent().map(Percent::value));
        Self { hours_24, days_30, days_90 }
    }
}

/// Everything behind the percentages, and the response times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct HistoryReport {
    /// The beginning of the first day with checks, in Unix seconds; `null` if there are none.
    since: Option<u64>,
    checks: ChecksReport,
    response_times: ResponseTimesReport,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct ChecksReport {
    #[serde(rename = "24h")]
    hours_24: Checks,
    #[serde(rename = "30d")]
    days_30: Checks,
    #[serde(rename = "90d")]
    days_90: Checks,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ResponseTimesReport {
    /// Of today by the owner's clock.
    today: Quantiles,
    /// The last 24 hours, the current one last.
    hours: Vec<HourReport>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Quantiles {
    median_ms: Option<Milliseconds>,
    p95_ms: Option<Milliseconds>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct HourReport {
    /// Unix seconds.
    begin: u64,
    #[serde(flatten)]
    times: Quantiles,
}

impl Quantiles {
    fn of(median: Option<ResponseTime>, p95: Option<ResponseTime>) -> Self {
        Self { median_ms: median.map(Milliseconds::from), p95_ms: p95.map(Milliseconds::from) }
    }
}

impl HistoryReport {
    pub(super) fn of(history: &TargetHistory, clock: &Clock) -> Self {
        let [hours_24, days_30, days_90] = PERIODS.map(|(_, period)| history.counts(period).into());
        let (day, times) = &history.record.today;
        let of_today = |percent| times.percentile(percent).filter(|_| *day == history.today);
        let first = (history.hour + 1).saturating_sub(RECENT_HOURS);
        let hours = (first..).zip(history.last_hours(RECENT_HOURS)).map(|(hour, seen)| HourReport {
            begin: u64::from(hour) * HOUR_S,
            times: seen.map_or(Quantiles::of(None, None), |seen| Quantiles::of(seen.median, seen.p95)),
        });
        Self {
            since: history.first_day().map(|day| Begin::Day(day).at(clock)),
            checks: ChecksReport { hours_24, days_30, days_90 },
            response_times: ResponseTimesReport {
                today: Quantiles::of(of_today(50), of_today(95)),
                hours: hours.collect(),
            },
        }
    }
}

/// Return the lines about each target's past: one if it fits into the width of tables for all of them, else two.
pub(super) fn lines<'a>(
    pasts: impl Iterator<Item = Option<&'a TargetHistory>> + Clone,
    clock: &Clock,
    page: Page,
) -> Vec<Vec<String>> {
    let cells = |past: Option<&TargetHistory>| past.map_or_else(Vec::new, |past| uptime_cells(past, clock));
    let uptimes = aligned(&pasts.clone().map(cells).collect::<Vec<_>>());
    let times = pasts.map(|past| response_times(past?, page.charset)).collect::<Vec<_>>();
    let longest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| measure_text_width(text)).max().unwrap_or_default()
    };
    let (left, right) = (longest(&mut uptimes.iter()), longest(&mut times.iter().flatten()));
    let is_one = INDENT + left + GAP.len() + right <= page.table_width();
    let of_target = |(uptime, times): (String, Option<String>)| match times {
        Some(times) if is_one => vec![format!("{}{GAP}{times}", padded(&uptime, left))],
        times => [Some(uptime).filter(|uptime| !uptime.is_empty()), times].into_iter().flatten().collect(),
    };
    uptimes.into_iter().zip(times).map(of_target).collect()
}

/// Join the cells of each row, with columns of the same width.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        // The last cell of a row has nothing behind it.
        let cells = rows.iter().filter(|row| row.len() > column + 1).map(|row| row[column].len());
        cells.max().unwrap_or_default()
    };
    let row = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| padded(cell, width(column)));
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    rows.iter().map(row).collect()
}

/// Return the uptime in each period, up to the first one in which the history begins: that one has the beginning in
/// place of its name.
pub(super) fn uptime_cells(history: &TargetHistory, clock: &Clock) -> Vec<String> {
    let mut cells = Vec::new();
    for (name, period) in PERIODS {
        let uptime = history.uptime_in(period, clock);
        let percent = uptime.percent().map_or_else(|| "no data".to_owned(), |percent| percent.to_string());
        if let Some(begin) = history.begin_within(period) {
            cells.push(format!("since {} {percent}", short(begin, clock)));
            break;
        }
        cells.push(format!("{name} {percent}"));
    }
    if history.first_day().is_none() {
        return vec!["no history yet".to_owned()];
    }
    cells
}

/// `12 Nov`, or `10:00 CET` within the last 24 hours.
fn short(begin: Begin, clock: &Clock) -> String {
    match begin {
        Begin::Hour(hour) => local_time::clock(u64::from(hour) * HOUR_S, clock),
        Begin::Day(day) => {
            let date = date(1970, 1, 1).checked_add(i64::from(day).days());
            date.map(|date| date.strftime("%-d %b").to_string()).unwrap_or_default()
        }
    }
}

/// Return a bar for the median of each of the last 24 hours, and the range of all; nothing without response times.
pub(super) fn response_times(history: &TargetHistory, charset: Charset) -> Option<String> {
    let hours = history.last_hours(RECENT_HOURS);
    let medians: Vec<Option<f64>> = hours
        .iter()
        .map(|hour| hour.and_then(|hour| hour.median).map(|time| Milliseconds::from(time).0))
        .collect();
    let known = || medians.iter().flatten().copied();
    let (least, most) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
    let range = if least < most { format!("{least}-{most} ms") } else { format!("{least} ms") };
    Some(format!("{} {range}", sparkline(&medians, charset)))
}
