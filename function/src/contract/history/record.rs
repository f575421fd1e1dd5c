//! The record of one target, and how it grows by an hour.
//!
//! Hours may come in any order: a clock that was wrong is corrected, and a run that was late ends after another one.

use std::collections::BTreeMap;

use super::closed_hour::{ClosedHour, Mark};
use super::counts::Counts;
use super::event::Event;
use super::response_time::{Histogram, ResponseTime};
use super::sections::Sections;
use super::{DAYS, HOUR_S, HOURS, RECENT_HOURS};

/// One day of a target, by the owner's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    /// Its checks.
    pub counts: Counts,
    /// The median of its response times.
    pub median: Option<ResponseTime>,
}

/// One hour of a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    /// Its checks; empty unless it is one of the last [`RECENT_HOURS`].
    pub counts: Counts,
    /// The median of its response times.
    pub median: Option<ResponseTime>,
    /// Their 95th percentile.
    pub p95: Option<ResponseTime>,
}

/// What is known about one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// The check that was made last.
    pub check: String,
    /// The last hour that was added.
    pub mark: Option<Mark>,
    /// Its days, since 1970.
    pub days: BTreeMap<u32, Day>,
    /// Its hours, since 1970.
    pub hours: BTreeMap<u32, Hour>,
    /// The last day with response times, and how often each was measured in it.
    pub today: (u32, Histogram),
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Sections of a later release, which are kept as they are while there is room.
    pub(super) others: Sections,
}

impl Record {
    /// Return whether an hour is in it already.
    pub fn has(&self, mark: Mark) -> bool {
        self.mark.is_some_and(|last| last.epoch == mark.epoch && mark.seq <= last.seq)
    }

    /// Add an hour, once. Return whether it was new.
    pub fn add(&mut self, closed: &ClosedHour) -> bool {
        if self.has(closed.mark) {
            return false;
        }
        self.mark = Some(closed.mark);
        self.check.clone_from(&closed.check);
        self.forget_future(closed);
        if !(closed.counts.is_empty() && closed.times.is_empty()) {
            self.add_checks(closed);
        }
        self.events.extend(&closed.events);
        self.trim();
        true
    }

    fn add_checks(&mut self, closed: &ClosedHour) {
        let hour = self.hours.entry(closed.hour).or_default();
        hour.counts.add_all(&closed.counts);
        let day = self.days.entry(closed.day).or_default();
        day.counts.add_all(&closed.counts);
        if closed.times.is_empty() {
            return;
        }
        let times = Histogram::from(closed.times.as_slice());
        (hour.median, hour.p95) = (times.median(), times.percentile(95));
        let (today, measured) = &mut self.today;
        if closed.day > *today {
            (*today, *measured) = (closed.day, Histogram::default());
        }
        // The median of an earlier day stays: of its response times, nothing else is left.
        if closed.day == *today {
            measured.add(&closed.times);
            day.median = measured.median();
        }
    }

    /// Return whether nothing in it is less than [`DAYS`] old on this day.
    pub fn is_past(&self, today: u32) -> bool {
        self.days.last_key_value().is_none_or(|(day, _)| day + DAYS <= today)
    }

    /// Drop what is so far in the future that the present has no room beside it: the clock was wrong then.
    fn forget_future(&mut self, present: &ClosedHour) {
        if self.hours.last_key_value().is_some_and(|(last, _)| *last >= present.hour.saturating_add(HOURS)) {
            self.hours.retain(|hour, _| *hour <= present.hour);
        }
        if self.days.last_key_value().is_some_and(|(last, _)| *last >= present.day.saturating_add(DAYS)) {
            self.days.retain(|day, _| *day <= present.day);
        }
        if self.today.0 > present.day && !self.days.contains_key(&self.today.0) {
            self.today = (0, Histogram::default());
        }
    }

    /// Drop what is too old.
    fn trim(&mut self) {
        let Some((&last, _)) = self.hours.last_key_value() else { return };
        self.hours.retain(|hour, _| *hour + HOURS > last);
        for (hour, kept) in &mut self.hours {
            if *hour + RECENT_HOURS <= last {
                kept.counts = Counts::default();
            }
        }
        self.hours.retain(|_, hour| *hour != Hour::default());
        let Some((&last_day, _)) = self.days.last_key_value() else { return };
        self.days.retain(|day, _| *day + DAYS > last_day);
        let begin = (u64::from(last) * HOUR_S).saturating_sub(u64::from(DAYS) * 24 * HOUR_S);
        self.events.retain(|event| event.end >= begin);
    }
}
