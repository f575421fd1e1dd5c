//! Writes times, durations and numbers in a language, by the owner's clock.

use maud::{Markup, Render, html};

use super::extent::Extent;
use crate::contract::history::Percent;
use crate::contract::settings::Clock;
use crate::page::language::{Counted, Language, Text, Texts, count, fill};
use crate::page::view::{Reason, View};
use crate::time::{DAY, civil, clock, date};

/// In seconds.
pub(super) const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A language, the clock and the time of a view, and how much is written.
pub(super) struct Format<'a> {
    pub(super) texts: &'static Texts,
    pub(super) extent: &'static Extent,
    clock: &'a Clock,
    now: u64,
}

/// A time as the owner's clock shows it.
struct Local {
    /// Days since 1970.
    day: u64,
    time: String,
    zone: String,
}

impl<'a> Format<'a> {
    pub(super) fn new(view: &'a View, language: Language, extent: &'static Extent) -> Self {
        Self { texts: language.texts(), extent, clock: &view.clock, now: view.now }
    }

    /// Write a time, with its date unless it is today.
    pub(super) fn time(&self, at: u64) -> Markup {
        let local = self.local(at);
        let values: [(&str, &dyn Render); 2] = [("time", &local.time), ("zone", &local.zone)];
        match local.day == self.local(self.now).day {
            true => element(at, &fill(self.texts.time, &values)),
            false => self.moment(at),
        }
    }

    /// Write a time with its date.
    pub(super) fn moment(&self, at: u64) -> Markup {
        self.dated(at, self.texts.moment)
    }

    fn dated(&self, at: u64, text: Text) -> Markup {
        let local = self.local(at);
        let date = self.date(local.day);
        let values: [(&str, &dyn Render); 3] =
            [("date", &date), ("time", &local.time), ("zone", &local.zone)];
        element(at, &fill(text, &values))
    }

    /// Write from when to when something lasts.
    pub(super) fn span(&self, from: u64, until: u64) -> Markup {
        let (begin, end) = (self.local(from), self.local(until));
        if begin.day != end.day || begin.zone != end.zone {
            let values: [(&str, &dyn Render); 2] =
                [("from", &self.moment(from)), ("until", &self.moment(until))];
            return fill(self.texts.long_span, &values);
        }
        let date = self.date(begin.day);
        let (from, until) = (element(from, &html! { (begin.time) }), element(until, &html! { (end.time) }));
        let values: [(&str, &dyn Render); 4] =
            [("date", &date), ("from", &from), ("until", &until), ("zone", &end.zone)];
        fill(self.texts.span, &values)
    }

    /// Write a day since 1970, with its year unless it is the current one.
    pub(super) fn date(&self, day: u64) -> Markup {
        let (year, month, day_of_month) = civil(day);
        let month =
            usize::try_from(month).ok().and_then(|month| self.texts.months.get(month.wrapping_sub(1)));
        let month = month.copied().unwrap_or_default();
        let is_this_year = year == civil(self.local(self.now).day).0;
        let text = if is_this_year { self.texts.date } else { self.texts.date_year };
        fill(text, &[("day", &day_of_month), ("month", &month), ("year", &year)])
    }

    /// Write a duration, with at most two units.
    pub(super) fn duration(&self, seconds: u64) -> Markup {
        let texts = self.texts;
        let (days, hours, minutes) = (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE);
        match (days, hours, minutes) {
            (0, 0, 0) => fill(texts.below_a_minute, &[]),
            (0, 0, _) => count(texts.minutes, minutes, &[]),
            (0, _, 0) => count(texts.hours, hours, &[]),
            (0, _, _) => fill(texts.hours_minutes, &[("hours", &hours), ("minutes", &minutes)]),
            (_, 0, _) => count(texts.days, days, &[]),
            (_, _, _) => count(texts.days_hours, days, &[("hours", &hours)]),
        }
    }

    /// Write when the results were found. The time is first: a copy of the page is older than it says.
    pub(super) fn checked(&self, at: u64) -> Markup {
        let passed = self.now.saturating_sub(at);
        let (text, n): (Counted, u64) = match passed {
            0..HOUR => (self.texts.checked_minutes, passed / MINUTE),
            HOUR..DAY => (self.texts.checked_hours, passed / HOUR),
            _ => (self.texts.checked_days, passed / DAY),
        };
        count(text, n, &[("time", &self.dated(at, self.texts.checked_at))])
    }

    /// Write how often the targets are checked.
    pub(super) fn interval(&self, seconds: u64) -> Markup {
        match seconds % HOUR {
            0 => count(self.texts.every_hours, seconds / HOUR, &[]),
            _ => count(self.texts.every_minutes, seconds.div_ceil(MINUTE), &[]),
        }
    }

    pub(super) fn percent(&self, percent: Percent) -> Markup {
        let text = percent.to_string();
        let number = text.strip_suffix(" %").unwrap_or(&text);
        self.number(self.texts.percent, number)
    }

    /// Write a response time.
    pub(super) fn response(&self, milliseconds: f64) -> Markup {
        match milliseconds {
            0.0..999.5 => self.number(self.texts.milliseconds, &format!("{milliseconds:.0}")),
            _ => self.number(self.texts.seconds, &format!("{:.1}", milliseconds / 1000.0)),
        }
    }

    /// Say why, in visitors' words.
    pub(super) fn reason(&self, reason: Reason) -> Text {
        match reason {
            Reason::NotReachable => self.texts.not_reachable,
            Reason::Errors => self.texts.errors,
            Reason::Maintenance => self.texts.planned,
        }
    }

    fn number(&self, text: Text, number: &str) -> Markup {
        let number = number.replace('.', self.texts.decimal_sign);
        fill(text, &[("number", &number)])
    }

    fn local(&self, at: u64) -> Local {
        let (offset, zone) = self.clock.zone_at(at);
        let seconds = at.saturating_add_signed(offset);
        Local { day: seconds / DAY, time: clock(seconds), zone }
    }
}

/// Return a text that stands for a time, with the time in UTC for programs.
fn element(at: u64, text: &Markup) -> Markup {
    html! { time datetime={ (date(at)) "T" (clock(at)) "Z" } { (text) } }
}
