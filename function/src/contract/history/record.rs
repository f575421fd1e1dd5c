//! The record of one target, and how it grows by an hour.
//!
//! Hours may come in any order: a clock that was wrong is corrected, and a run that was late ends after another one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::closed_hour::{ClosedHour, Mark};
use super::counts::Counts;
use super::event::Event;
use super::response_time::{Histogram, ResponseTime};
use super::{DAYS, HOUR_S, HOURS, RECENT_HOURS};

/// A record as text: sections by name.
pub(super) type Sections = Map<String, Value>;

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
    /// Return the record of a target among those of all parameters. One that had to move has an obsolete record elsewhere.
    pub fn newest<'a>(records: &'a [(String, Self)], target: &str) -> Option<&'a Self> {
        let own = records.iter().filter(|(name, _)| name == target).map(|(_, record)| record);
        own.max_by_key(|record| record.hours.keys().next_back().copied())
    }

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
        self.days.last_key_value().is_none_or(|(day, _)| day.saturating_add(DAYS) <= today)
    }

    /// Drop the future if the present has no room beside it, and if the future is what is wrong: there is a gap before
    /// it, and it is no longer than what is known of the past. Otherwise the present is wrong, and all is kept.
    fn forget_future(&mut self, present: &ClosedHour) {
        let ClosedHour { hour, day, .. } = *present;
        let last_hour = self.hours.last_key_value().map_or(0, |(hour, _)| *hour);
        let last_day = self.days.last_key_value().map_or(0, |(day, _)| *day);
        let is_too_far = last_day >= day.saturating_add(DAYS);
        if last_hour < hour.saturating_add(RECENT_HOURS) && !is_too_far {
            return;
        }
        let (next_hour, next_day) = (hour.saturating_add(1), day.saturating_add(1));
        let goes_on = self.hours.range(next_hour..hour.saturating_add(RECENT_HOURS / 2)).next().is_some()
            || (last_day > next_day.saturating_add(1)
                && self.days.range(next_day..=next_day.saturating_add(1)).next().is_some());
        let later = self.days.range(next_day..).count();
        if goes_on || (later > self.days.len() - later && !is_too_far) {
            return;
        }
        self.hours.retain(|known, _| *known <= hour);
        self.days.retain(|known, _| *known <= day);
        if self.today.0 > day {
            self.today = (0, Histogram::default());
        }
        let end = u64::from(hour).saturating_add(2) * HOUR_S;
        self.events.retain(|event| event.begin < end);
        self.events.iter_mut().for_each(|event| event.end = event.end.min(end));
    }

    /// Drop what is too old.
    fn trim(&mut self) {
        let Some((&last, _)) = self.hours.last_key_value() else { return };
        self.hours.retain(|hour, _| hour.saturating_add(HOURS) > last);
        for (hour, kept) in &mut self.hours {
            if hour.saturating_add(RECENT_HOURS) <= last {
                kept.counts = Counts::default();
            }
        }
        self.hours.retain(|_, hour| *hour != Hour::default());
        let Some((&last_day, _)) = self.days.last_key_value() else { return };
        self.days.retain(|day, _| day.saturating_add(DAYS) > last_day);
        let begin = (u64::from(last) * HOUR_S).saturating_sub(u64::from(DAYS) * 24 * HOUR_S);
        self.events.retain(|event| event.end >= begin);
    }
}
