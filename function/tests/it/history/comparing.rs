//! Compares what the history says with the list.

use plexmon_function::contract::history::{Class, Counts, DAYS, Event, HOUR_S, Period, Room, TargetHistory};

use super::counting::Case;
use super::list::{Check, List, counts, quantile, uptime};

impl Case {
    pub fn room(&self) -> Room {
        let names = self.settings.targets.iter().chain(&self.removed).map(|target| &target.name);
        let longest = names.map(|name| serde_json::to_string(name).unwrap().len() + 5).max().unwrap();
        Room::new(self.records, &self.settings.deployment, longest, DAYS as usize)
    }

    pub fn compare_one(&self, list: &List, history: &TargetHistory) -> Result<(), String> {
        let Room { days, hours, .. } = self.room();
        let (today, hour) = (self.zone.day(self.last_run), self.last_run / HOUR_S);
        same("today", u64::from(history.today), self.zone.day(self.last_run))?;
        // The checks of an hour count for the day on which it began.
        let day_of = |check: &&Check| self.zone.day_of_hour(check.at);
        for at in (0..24).map(|back| hour - back) {
            let checks = list.checks.iter().filter(|one| one.at / HOUR_S == at);
            let known = history.record.hours.get(&u32::try_from(at).unwrap()).copied().unwrap_or_default();
            same(&format!("hour {at}"), classes(&known.counts), counts(checks))?;
        }
        for at in (0..hours as u64).map(|back| hour - back) {
            let checks: Vec<&Check> = list.checks.iter().filter(|one| one.at / HOUR_S == at).collect();
            let known = history.record.hours.get(&u32::try_from(at).unwrap()).copied().unwrap_or_default();
            close(
                &format!("median of hour {at}"),
                known.median.map(|time| time.ms()),
                quantile(&checks, 0.5),
            )?;
            close(&format!("p95 of hour {at}"), known.p95.map(|time| time.ms()), quantile(&checks, 0.95))?;
        }
        for day in (0..days as u64).map(|back| today - back) {
            let checks: Vec<&Check> = list.checks.iter().filter(|one| day_of(one) == day).collect();
            let known = history.record.days.get(&u32::try_from(day).unwrap()).copied().unwrap_or_default();
            same(&format!("day {day}"), classes(&known.counts), counts(checks.iter().copied()))?;
            close(
                &format!("median of day {day}"),
                known.median.map(|time| time.ms()),
                quantile(&checks, 0.5),
            )?;
        }
        for period in [1, 7, 30, u32::try_from(days).unwrap()] {
            let checks = list.checks.iter().filter(|one| day_of(one) + u64::from(period) > today);
            same(&format!("{period} days"), history.uptime(Period::Days(period)), uptime(checks))?;
        }
        let checks = list.checks.iter().filter(|one| one.at / HOUR_S + 24 > hour);
        same("24 hours", history.uptime(Period::Hours24), uptime(checks))?;
        same("events", self.recent(history.record.events.clone()), self.kept_events(list))?;
        same("outage", history.outage, list.outage(self.last_run))
    }
}

impl Case {
    /// What happened, as far as the history keeps it.
    pub fn kept_events(&self, list: &List) -> Vec<Event> {
        self.recent(list.events.iter().map(|(_, event)| *event).collect())
    }

    fn recent(&self, list: Vec<Event>) -> Vec<Event> {
        let since = self.last_run - 89 * 24 * HOUR_S;
        let mut recent: Vec<Event> = list.into_iter().filter(|event| event.end >= since).collect();
        recent.drain(..recent.len().saturating_sub(self.room().events));
        recent
    }
}

fn classes(counts: &Counts) -> [u32; 6] {
    Class::ALL.map(|class| counts.of(class))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

fn close(what: &str, found: Option<f64>, expected: Option<f64>) -> Result<(), String> {
    match (found, expected) {
        (None, None) => Ok(()),
        (Some(found), Some(expected)) if (found - expected).abs() <= expected * 0.05 => Ok(()),
        _ => Err(format!("{what}: {found:?} instead of {expected:?}")),
    }
}
