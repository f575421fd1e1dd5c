//! What a report says about one target.

use crate::contract::history::{Class, Counts, Event, Histogram, ResponseTime, TargetHistory, Uptime};
use crate::contract::settings::{Clock, DueReport, Expect, Target};
use crate::local_time::begin_of_day;

/// A target that could not be checked for less than this part of its checks needs no mention.
const LITTLE_UNKNOWN: u32 = 100;

/// What happened to a target in a period.
#[derive(Debug, Clone, Default)]
pub struct TargetReport {
    /// Its name.
    pub(super) name: String,
    /// Whether it must refuse: it is not up or down, but closed or open.
    pub(super) is_exposure: bool,
    /// Its checks.
    pub(super) counts: Counts,
    /// On which days of the period it was checked: a bit for each, the first day's first.
    pub(super) days: u32,
    /// The median of its daily medians.
    pub(super) median: Option<ResponseTime>,
    /// Its outages that are over, as far as they are within the period.
    pub(super) outages: Vec<Outage>,
    /// When the outage began that lasts, if it did so before the end of the period.
    pub(super) lasts_since: Option<u64>,
}

/// An outage within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outage {
    /// When it began, in Unix seconds, even if that was before the period.
    pub(super) begin: u64,
    /// For how many seconds of the period it lasted.
    pub(super) length: u64,
}

impl TargetReport {
    /// Summarize a target's history in the period of a report. Without its history, only the outage that lasts is
    /// known.
    pub(super) fn new(
        history: &TargetHistory,
        is_complete: bool,
        target: &Target,
        due: DueReport,
        clock: &Clock,
    ) -> Self {
        let (begin, end) = (begin_of_day(due.first, clock), begin_of_day(due.day, clock));
        let lasts_since = history.outage.map(|outage| outage.begin).filter(|since| *since < end);
        let is_exposure = target.expect == Expect::Refusal;
        let mut report = Self { name: target.name.clone(), is_exposure, lasts_since, ..Self::default() };
        if !is_complete {
            return report;
        }
        let mut medians = Vec::new();
        for (day, kept) in history.record.days.range(due.first..due.day) {
            report.counts.add_all(&kept.counts);
            report.days |= 1 << (day - due.first);
            medians.extend(kept.median);
        }
        report.median = Histogram::from(medians.as_slice()).median();
        let within = |event: &&Event| event.is_outage() && event.begin < end && event.end > begin;
        let outage = |event: &Event| Outage {
            begin: event.begin,
            length: event.end.min(end).saturating_sub(event.begin.max(begin)),
        };
        report.outages = history.record.events.iter().filter(within).map(outage).collect();
        report
    }

    /// Return how much of the time it was up. An outage counts as one check at least: its checks may be those of the
    /// day after, on which it was confirmed.
    pub(super) fn uptime(&self) -> Uptime {
        let Uptime { known, down } = Uptime::of(&self.counts);
        Uptime { known, down: down.max(u64::from(self.outages() > 0)).min(known) }
    }

    /// Return how often it was down.
    pub(super) fn outages(&self) -> usize {
        self.outages.len() + usize::from(self.lasts_since.is_some())
    }

    /// Return whether it was down at least once.
    pub(super) fn was_down(&self) -> bool {
        self.outages() > 0 || self.counts.of(Class::Down) > 0
    }

    /// Return whether it was up whenever that was known.
    pub(super) fn was_always_up(&self) -> bool {
        !self.was_down() && self.counts.known() > 0
    }

    /// Return which part of its checks could not be made, in percent, if that is worth a mention.
    pub(super) fn unknown_percent(&self) -> Option<u32> {
        let unknown = self.counts.of(Class::Unknown);
        let all = unknown.saturating_add(self.counts.known());
        (unknown > 0 && unknown.saturating_mul(LITTLE_UNKNOWN) >= all).then(|| (unknown * 100 / all).max(1))
    }

    /// Return a number that is larger for a target that was down for a larger part of the time.
    pub(super) fn badness(&self) -> u64 {
        let Uptime { known, down } = self.uptime();
        (down * 1_000_000).checked_div(known).unwrap_or_default()
    }
}
