//! A week of a few targets, whose report is read as people do.

use std::collections::BTreeMap;

use super::super::*;
use crate::contract::history::{Class, ClosedHour, Event, EventKind, Mark, ResponseTime};
use crate::contract::settings::{Clock, ReportSchedule};
use crate::contract::state::{Status, TargetState};

pub const HOUR: u64 = 60 * 60;
pub const DAY: u64 = 24 * HOUR;

/// Monday, 2026-11-23 08:00 UTC, 09:00 in Berlin.
pub const DUE: u64 = 1_795_420_800;

/// The midnight before it, in Berlin.
pub const END: u64 = DUE - 9 * HOUR;

/// A week in which every hour has twelve checks.
pub struct Week {
    pub settings: Settings,
    pub state: State,
    pub observations: Vec<Observation>,
    pub records: BTreeMap<String, Record>,
}

impl Week {
    pub fn of(names: &[&str]) -> Self {
        let targets = names.iter().map(|name| Target {
            name: (*name).to_owned(),
            url: format!("https://{name}.example.com"),
            ..Target::default()
        });
        let settings = Settings {
            targets: targets.collect(),
            clock: Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3"),
            report: Some(ReportSchedule { day: ReportDay::Weekly(0), minute: 9 * 60 }),
            ..Settings::default()
        };
        let up = |name: &&str| TargetState {
            name: (*name).to_owned(),
            status: Status::Up,
            ..TargetState::default()
        };
        let state = State { targets: names.iter().map(up).collect(), ..State::default() };
        let observations = names.iter().map(|name| Observation::bare(name, true)).collect();
        let mut week = Self { settings, state, observations, records: BTreeMap::new() };
        for name in names {
            week.records.insert((*name).to_owned(), Record::default());
            week.add(name, END - 7 * DAY, 7 * 24, Class::Up, 100.0);
        }
        week
    }

    /// Add hours that all went the same way.
    pub fn add(&mut self, name: &str, from: u64, hours: u64, class: Class, ms: f64) {
        let record = self.records.get_mut(name).unwrap();
        for hour in (0..hours).map(|hour| from + hour * HOUR) {
            let seq = record.mark.map_or(1, |mark| mark.seq + 1);
            let mut closed = ClosedHour {
                mark: Mark { epoch: 1, seq },
                hour: u32::try_from(hour / HOUR).unwrap(),
                day: u32::try_from((hour + HOUR) / DAY).unwrap(),
                counts: Default::default(),
                times: vec![ResponseTime::of_ms(ms)],
                events: Vec::new(),
                check: "check".to_owned(),
            };
            closed.counts.add(class, 12);
            record.add(&closed);
        }
    }

    pub fn outage(&mut self, name: &str, begin: u64, seconds: u64) {
        let record = self.records.get_mut(name).unwrap();
        record.events.push(Event { kind: EventKind::Outage, begin, end: begin + seconds, cause: None });
        let day = u32::try_from((begin + HOUR) / DAY).unwrap();
        if let Some(day) = record.days.get_mut(&day) {
            day.counts.shift(Class::Up, Class::Down, u32::try_from(seconds / 300).unwrap());
        }
    }

    pub fn text(&self) -> String {
        self.report(true)
    }

    pub fn report(&self, is_complete: bool) -> String {
        let Self { settings, state, observations, .. } = self;
        let due = settings.report.unwrap().last_due(DUE, &settings.clock).unwrap();
        let now = DUE + 20;
        let mut report = Report { due, is_complete, targets: Vec::new(), observations, state, settings, now };
        for target in &settings.targets {
            report.add(target, self.records.get(&target.name));
        }
        let Text { title, body } = report.text();
        assert!(body.chars().count() <= 1_000, "{} characters: {body}", body.chars().count());
        format!("{title}\n{body}")
    }
}
