//! The history of one target up to now: its record, with what is still in the state.

use super::closed_hour::{ClosedHour, Mark};
use super::counts::Counts;
use super::event::{Event, EventKind};
use super::record::{Hour, Record};
use super::uptime::Uptime;
use super::{HOUR_S, RECENT_HOURS, hour_of};
use crate::contract::settings::{Clock, Target};
use crate::contract::state::{State, Status};
use crate::local_time::{begin_of_day, day_of};

/// A period that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The current hour and those before it, 24 in all.
    Hours24,
    /// Today and the days before it, this many in all.
    Days(u32),
}

/// Where a history begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// In this hour, since 1970.
    Hour(u32),
    /// On this day by the owner's clock, since 1970.
    Day(u32),
}

impl Begin {
    /// Return when it is, in Unix seconds.
    pub fn at(self, clock: &Clock) -> u64 {
        match self {
            Self::Hour(hour) => u64::from(hour) * HOUR_S,
            Self::Day(day) => begin_of_day(day, clock),
        }
    }
}

/// The history of one target up to now.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetHistory {
    /// Everything up to now.
    pub record: Record,
    /// The outage that lasts.
    pub outage: Option<Event>,
    /// The current hour, since 1970.
    pub hour: u32,
    /// Today by the owner's clock, since 1970.
    pub today: u32,
}

impl TargetHistory {
    /// Combine a target's record, if it has one, with the state at a time in Unix seconds.
    pub fn new(record: Option<&Record>, state: &State, target: &Target, clock: &Clock, now: u64) -> Self {
        let mut record = record.cloned().unwrap_or_default();
        let hours = [closed_hour(state, target, clock), open_hour(state, target, clock)];
        for hour in hours.into_iter().flatten() {
            record.add(&hour);
        }
        let known = state.target(&target.name).filter(|known| known.status == Status::Down);
        let outage = known.map(|known| Event {
            kind: EventKind::Outage,
            begin: known.since,
            end: now,
            cause: known.cause,
        });
        Self { record, outage, hour: hour_of(now), today: day_of(now, clock) }
    }

    /// Return how much of a period the target was up.
    pub fn uptime(&self, period: Period) -> Uptime {
        Uptime::of(&self.counts(period))
    }

    /// Return how much of a period the target was up. An outage in it counts as one check at least: its checks may have
    /// been counted in the hour or day before.
    pub fn uptime_in(&self, period: Period, clock: &Clock) -> Uptime {
        self.uptime_since(self.begin_of(period).at(clock), &self.counts(period))
    }

    /// [`uptime_in`](Self::uptime_in) the checks since a time in Unix seconds.
    pub fn uptime_since(&self, begin: u64, counts: &Counts) -> Uptime {
        let Uptime { known, down } = Uptime::of(counts);
        let had_outage = self.outages().any(|outage| outage.end > begin);
        Uptime { known, down: down.max(u64::from(had_outage)).min(known) }
    }

    /// Return the checks of a period.
    pub fn counts(&self, period: Period) -> Counts {
        let first = self.first_of(period);
        let mut sum = Counts::EMPTY;
        match period {
            Period::Hours24 => {
                let hours = self.record.hours.range(first..=self.hour.max(first));
                hours.for_each(|(_, hour)| sum.add_all(&hour.counts));
            }
            Period::Days(_) => {
                let days = self.record.days.range(first..=self.today.max(first));
                days.for_each(|(_, day)| sum.add_all(&day.counts));
            }
        }
        sum
    }

    /// Return with which hour or day a period begins.
    pub fn begin_of(&self, period: Period) -> Begin {
        let first = self.first_of(period);
        if period == Period::Hours24 { Begin::Hour(first) } else { Begin::Day(first) }
    }

    /// Return the first hour or day of a period.
    fn first_of(&self, period: Period) -> u32 {
        match period {
            Period::Hours24 => self.hour.saturating_sub(RECENT_HOURS - 1),
            Period::Days(days) => self.today.saturating_sub(days.saturating_sub(1)),
        }
    }

    /// Return the first day that has checks.
    pub fn first_day(&self) -> Option<u32> {
        self.record.days.keys().next().copied()
    }

    /// Return where the history begins, if that is after the beginning of a period.
    pub fn begin_within(&self, period: Period) -> Option<Begin> {
        let (first, first_day) = (self.first_of(period), self.first_day()?);
        match period {
            Period::Days(_) => (first_day > first).then_some(Begin::Day(first_day)),
            // Before yesterday is before the last 24 hours.
            Period::Hours24 if first_day + 1 < self.today => None,
            Period::Hours24 => {
                let hour = *self.record.hours.keys().next()?;
                (hour > first).then_some(Begin::Hour(hour))
            }
        }
    }

    /// Return the last hours, the current one last; nothing for an hour without checks.
    pub fn last_hours(&self, count: u32) -> Vec<Option<Hour>> {
        let first = (self.hour + 1).saturating_sub(count);
        (first..=self.hour).map(|hour| self.record.hours.get(&hour).copied()).collect()
    }

    /// Return the outages that are over and the one that lasts, in order, without those in maintenance.
    pub fn outages(&self) -> impl Iterator<Item = &Event> {
        self.record.events.iter().filter(|event| event.is_outage()).chain(&self.outage)
    }
}

/// Return a target's share of the hour that is over, if it is still in the state.
pub fn closed_hour(state: &State, target: &Target, clock: &Clock) -> Option<ClosedHour> {
    let history = state.history.as_ref()?;
    let closed = history.closed.as_ref()?;
    let known = state.target(&target.name)?;
    let times = history.closed_times.get(&target.name).map(|times| times.0.clone());
    Some(ClosedHour {
        mark: Mark { epoch: history.epoch, seq: history.seq },
        hour: closed.hour,
        day: day_of(u64::from(closed.hour) * HOUR_S, clock),
        counts: known.closed_counts(*closed),
        times: times.unwrap_or_default(),
        events: known.closed_events.0.clone(),
        check: known.check.clone(),
    })
}

/// Return a target's share of the current hour so far.
fn open_hour(state: &State, target: &Target, clock: &Clock) -> Option<ClosedHour> {
    let history = state.history.as_ref()?;
    let known = state.target(&target.name)?;
    let times = history.times.get(&target.name).map(|times| times.0.clone());
    Some(ClosedHour {
        mark: Mark { epoch: history.epoch, seq: history.seq.saturating_add(1) },
        hour: history.hour,
        day: day_of(u64::from(history.hour) * HOUR_S, clock),
        counts: known.open_counts(history),
        times: times.unwrap_or_default(),
        events: known.events.0.clone(),
        check: known.check.clone(),
    })
}
