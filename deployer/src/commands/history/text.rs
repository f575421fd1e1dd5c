//! `history` as text, in times of the owner's clock.

use std::fmt::Write as _;

use plexmon_function::contract::history::EventKind;
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time::{begin_of_day, clock as time_of, date, day_of, span};
use plexmon_function::time;

use super::report::{EventReport, Report, TargetReport};
use crate::text::{Page, Paint, padded, plural};

/// The columns of a length, and those of a cause with the spaces between all.
const LENGTH: usize = 11;
const CAUSE: usize = 20;

impl Report {
    /// Return a line for each target, and below it one for each event.
    pub(super) fn text(&self, page: Page) -> String {
        let events = self.targets.iter().flat_map(|target| &target.events);
        let widths = events.map(|event| when(event, &self.clock).len());
        // A longer one has no room beside a cause.
        let most = page.table_width().saturating_sub(LENGTH + CAUSE);
        let width = widths.filter(|width| *width <= most).max().unwrap_or_default();
        let mut text = String::new();
        for target in &self.targets {
            let _ = writeln!(text, "{}: {}", target.name, target.summary(&self.clock));
            for event in &target.events {
                let when = padded(&when(event, &self.clock), width);
                let _ = writeln!(text, "  {when}  {}", what(event, page.paint));
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl TargetReport {
    /// `99.97 % up, 3 outages (1 h 18 min down) since 2026-08-29`.
    fn summary(&self, clock: &Clock) -> String {
        if self.since.is_none() && self.events.is_empty() {
            return "no history yet".to_owned();
        }
        let mut text = self.uptime.map_or_else(|| "no data".to_owned(), |percent| format!("{percent} up"));
        let _ = match self.outages {
            0 => write!(text, ", no outages"),
            count => {
                write!(text, ", {} ({} down)", plural(count, "outage"), time::duration(self.down_seconds))
            }
        };
        if let Some(since) = self.since {
            let _ = write!(text, " since {}", day_or_hour(since, clock));
        }
        text
    }
}

/// Format the beginning of a day as its date, and that of an hour with its time.
fn day_or_hour(at: u64, clock: &Clock) -> String {
    let date = date(at, clock);
    if begin_of_day(day_of(at, clock), clock) == at { date } else { format!("{date} {}", time_of(at, clock)) }
}

/// `2026-11-03 10:05-10:40 CET`, with both dates if it spans days.
fn when(event: &EventReport, clock: &Clock) -> String {
    let EventReport { begin, .. } = *event;
    let at = || format!("{} {}", date(begin, clock), time_of(begin, clock));
    match event.end {
        _ if event.kind == EventKind::CheckChanged => at(),
        None => format!("{} - now", at()),
        Some(end) => {
            let same_zone = clock.zone_at(begin).1 == clock.zone_at(end).1;
            let same_day = day_of(begin, clock) == day_of(end, clock);
            let span = span(begin, end, clock);
            if same_day && same_zone { format!("{} {span}", date(begin, clock)) } else { span }
        }
    }
}

fn what(event: &EventReport, paint: Paint) -> String {
    if event.kind == EventKind::CheckChanged {
        return "the check was changed".to_owned();
    }
    let cause = event.cause.map_or_else(|| "cause not known".to_owned(), |cause| cause.to_string());
    let length = time::duration(event.seconds);
    let note = match event.kind {
        EventKind::Planned => ", in maintenance",
        EventKind::Interrupted => ", until the check was changed",
        EventKind::Outage | EventKind::CheckChanged => "",
    };
    let ongoing = if event.end.is_none() { format!(", {}", paint.red("ongoing")) } else { String::new() };
    format!("{length:<LENGTH$}  {cause}{note}{ongoing}")
}
