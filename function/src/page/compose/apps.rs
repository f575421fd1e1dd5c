//! How each app is doing, and how it did.

use super::super::data::Data;
use super::super::view::{App, AppStatus, DayClass, DayView, Freshness, Reason, Share, Span};
use super::events::is_planned;
use super::label;
use super::reason::reason;
use crate::contract::history::{
    Begin, Class, Counts, DAYS, Event, Period, RECENT_HOURS, Record, ResponseTime, TargetHistory,
};
use crate::contract::reply::WarningReply;
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{State, Status, TargetState};
use crate::local_time::{begin_of_day, day_of};

/// What the apps of a view have in common.
pub(super) struct Apps<'a> {
    pub(super) settings: &'a Settings,
    pub(super) data: &'a Data,
    pub(super) freshness: Freshness,
    /// How often they are checked, in seconds, if it is regular.
    pub(super) interval: Option<u64>,
    pub(super) now: u64,
}

/// A status, since when, and why.
type Now = (AppStatus, Option<u64>, Option<Reason>);

impl Apps<'_> {
    /// Return the history of a target.
    pub(super) fn history(&self, target: &Target) -> TargetHistory {
        let none = State::default();
        let state = self.data.state.as_ref().unwrap_or(&none);
        let record = Record::newest(&self.data.records, &target.name);
        let mut history = TargetHistory::new(record, state, target, &self.settings.clock, self.now);
        // The outage of another address or condition ended when the check was changed.
        history.outage = history.outage.filter(|_| self.known(target).is_some());
        if !self.data.is_past_known(&target.name) {
            // The last hours alone would be mistaken for all of it.
            history.record.days.clear();
            history.record.hours.clear();
        }
        history
    }

    /// Return an app.
    pub(super) fn app(&self, target: &Target, history: &TargetHistory) -> App {
        let (status, since, reason) = self.status(target);
        App {
            name: target.name.clone(),
            label: label(target),
            status,
            since,
            reason,
            uptime: self.uptime(history),
            days: self.days(target, history),
            response_ms: response_ms(history),
        }
    }

    /// Return the state of a target, unless it is about another address or condition.
    fn known(&self, target: &Target) -> Option<&TargetState> {
        let known = self.data.state.as_ref()?.target(&target.name)?;
        (known.check == target.check_id()).then_some(known)
    }

    fn status(&self, target: &Target) -> Now {
        match self.freshness {
            Freshness::Stale(since) => return (AppStatus::Unknown, Some(since), None),
            Freshness::NeverChecked => return (AppStatus::Unknown, None, None),
            Freshness::Current => {}
        }
        let windows = self.settings.maintenance.iter();
        let begin = windows.filter_map(|window| window.covered(&target.name, self.now, &self.settings.clock));
        if let Some(begin) = begin.map(|time| time.start).min() {
            return (AppStatus::Maintenance, Some(begin), Some(Reason::Maintenance));
        }
        let Some(known) = self.known(target) else { return (AppStatus::Unknown, None, None) };
        if let Some(unknown) = known.unknown.filter(|unknown| unknown.runs >= target.down_after) {
            return (AppStatus::Unknown, Some(unknown.since), None);
        }
        match known.status {
            Status::Unknown => (AppStatus::Unknown, None, None),
            Status::Down => (AppStatus::Down, Some(known.since), Some(reason(known.cause))),
            Status::Up => match degraded_since(known, target) {
                Some(since) => (AppStatus::Degraded, Some(since), None),
                None => (AppStatus::Up, Some(known.since), None),
            },
        }
    }

    fn uptime(&self, history: &TargetHistory) -> [(Span, Share); 4] {
        let spans = [
            (Span::Day, Period::Hours24),
            (Span::Week, Period::Days(7)),
            (Span::Month, Period::Days(30)),
            (Span::Quarter, Period::Days(DAYS)),
        ];
        let clock = &self.settings.clock;
        spans.map(|(span, period)| {
            let since = history.begin_within(period).map(|begin| match begin {
                Begin::Hour(_) => day_of(begin.at(clock), clock),
                Begin::Day(day) => day,
            });
            (span, Share { uptime: history.uptime_in(period, clock), since })
        })
    }

    /// Return the days that are shown: as many as are kept.
    fn days(&self, target: &Target, history: &TargetHistory) -> Vec<(u32, DayView)> {
        let kept = self.settings.history.and_then(|history| u32::try_from(history.days).ok());
        let count = kept.unwrap_or(DAYS).clamp(1, DAYS);
        let first = history.today.saturating_sub(count - 1);
        let is_unplanned = |event: &&Event| {
            history.outage.as_ref() != Some(*event)
                || !is_planned(&target.name, event.begin, self.settings, self.now)
        };
        let outages: Vec<&Event> = history.outages().filter(is_unplanned).collect();
        (first..=history.today).map(|day| (day, self.day(history, &outages, day))).collect()
    }

    fn day(&self, history: &TargetHistory, outages: &[&Event], day: u32) -> DayView {
        let counts = history.record.days.get(&day).map_or(Counts::EMPTY, |day| day.counts);
        let clock = &self.settings.clock;
        let (begin, end) =
            (begin_of_day(day, clock), begin_of_day(day.saturating_add(1), clock).min(self.now));
        let overlap = |event: &&Event| event.end.min(end).saturating_sub(event.begin.max(begin));
        let lasted: u64 = outages.iter().map(overlap).sum();
        if lasted > 0 && counts.known() > 0 {
            return DayView { class: class(&counts), down_s: lasted.min(end.saturating_sub(begin)) };
        }
        // Single failed checks are no outage, and the oldest outages are forgotten first.
        let checks: u64 = Class::ALL.iter().map(|class| u64::from(counts.of(*class))).sum();
        let down = u64::from(counts.of(Class::Down));
        let share = end.saturating_sub(begin).saturating_mul(down).checked_div(checks).unwrap_or_default();
        // The first day may have begun before its first check.
        let first = self.interval.filter(|_| history.first_day() == Some(day));
        let down_s = first.map_or(share, |interval| share.min(down.saturating_mul(interval)));
        DayView { class: class(&counts), down_s }
    }
}

/// Return since when an app that is up is slow, beyond a limit, failing or flapping.
fn degraded_since(known: &TargetState, target: &Target) -> Option<u64> {
    let warnings = WarningReply::all(known, target).into_iter().map(|warning| warning.since);
    let flapping = known.changes.filter(|_| known.flapping);
    let streaks = known.pending.into_iter().chain(flapping).map(|streak| streak.since);
    warnings.chain(streaks).min()
}

/// Return the class of a day with these checks.
fn class(counts: &Counts) -> DayClass {
    let has = |class| counts.of(class) > 0;
    match counts.known() {
        0 if has(Class::Maintenance) => DayClass::Maintenance,
        0 => DayClass::Unknown,
        known if counts.of(Class::Down) == known => DayClass::Down,
        _ if has(Class::Down) || has(Class::Partial) => DayClass::Partial,
        _ if has(Class::Degraded) => DayClass::Degraded,
        _ => DayClass::Up,
    }
}

fn response_ms(history: &TargetHistory) -> Vec<Option<f64>> {
    let hours = history.last_hours(RECENT_HOURS).into_iter();
    hours.map(|hour| hour?.median.map(ResponseTime::ms)).collect()
}
