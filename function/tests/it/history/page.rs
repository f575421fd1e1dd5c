//! Compares what the status page shows of an app with the list.

use plexmon_function::contract::history::{Class, Event, EventKind, HOUR_S, Uptime};
use plexmon_function::local_time::begin_of_day;
use plexmon_function::page::view::{App, AppStatus, Reason, Span};
use plexmon_function::page::{Data, View};

use super::counting::Case;
use super::list::{Check, List, counts, uptime};

impl Case {
    pub fn compare_page(&self, list: &List, data: &Data, name: &str) -> Result<(), String> {
        let view = View::new(&self.settings, data, self.last_run);
        let app = view.apps().find(|app| app.name == name).ok_or("the app is missing")?;
        self.compare_status(list, app)?;
        self.compare_days(list, app)?;
        let shown = view.outages.iter().filter(|outage| outage.name == name);
        let shown: Vec<_> =
            shown.map(|one| (one.begin, one.end, one.reason == Reason::Maintenance)).collect();
        let of = |(event, planned): (Event, bool)| (event.begin, Some(event.end), planned);
        let lasting = list.outage(self.last_run);
        let lasting = lasting.map(|event| (event.begin, None, self.is_planned(name, event.begin)));
        let kept: Vec<_> = outages(self.kept_events(list)).into_iter().map(of).chain(lasting).collect();
        // A history has room for some more until it is written.
        let all = outages(list.events.iter().map(|(_, event)| *event).collect());
        let all: Vec<_> = all.into_iter().map(of).chain(lasting).collect();
        let is_complete = kept.iter().all(|one| shown.contains(one));
        if is_complete
            && shown.iter().all(|one| all.contains(one))
            && shown.is_sorted_by_key(|one| std::cmp::Reverse(one.0))
        {
            return Ok(());
        }
        Err(format!("outages on the page: {shown:?} instead of {kept:?}"))
    }

    /// The last check says how the app is.
    fn compare_status(&self, list: &List, app: &App) -> Result<(), String> {
        let expected = match list.checks.last().map(|check| check.class) {
            Some(Class::Up) => AppStatus::Up,
            Some(Class::Degraded) => AppStatus::Degraded,
            Some(Class::Down) => AppStatus::Down,
            Some(Class::Maintenance) => AppStatus::Maintenance,
            // Once is not enough.
            Some(Class::Unknown | Class::Partial) | None => return Ok(()),
        };
        same("status on the page", app.status, expected)
    }

    fn compare_days(&self, list: &List, app: &App) -> Result<(), String> {
        let today = self.zone.day(self.last_run);
        let kept = self.room().days as u64;
        same("last day on the page", app.days.last().map(|(day, _)| u64::from(*day)), Some(today))?;
        let of_day = |day: u64| list.checks.iter().filter(move |one| self.zone.day_of_hour(one.at) == day);
        for (day, view) in app.days.iter().map(|(day, view)| (u64::from(*day), view)) {
            if day + kept > today {
                let expected = letter(counts(of_day(day)));
                same(&format!("day {day} on the page"), view.class.letter(), expected)?;
            }
        }
        let hours = |one: &&Check| one.at / HOUR_S + 24 > self.last_run / HOUR_S;
        let begin = (self.last_run / HOUR_S - 23) * HOUR_S;
        self.compare_uptime(list, app, Span::Day, begin, uptime(list.checks.iter().filter(hours)))?;
        for (span, days) in [(Span::Week, 7), (Span::Month, 30), (Span::Quarter, 90)] {
            if days <= kept || list.checks.iter().all(|one| self.zone.day_of_hour(one.at) + kept > today) {
                let first = (today + 1).saturating_sub(days);
                let begin = begin_of_day(u32::try_from(first).unwrap(), &self.settings.clock);
                let checks = uptime((first..=today).flat_map(of_day));
                self.compare_uptime(list, app, span, begin, checks)?;
            }
        }
        Ok(())
    }

    /// An outage since the beginning of the period counts at least once.
    fn compare_uptime(
        &self,
        list: &List,
        app: &App,
        span: Span,
        begin: u64,
        checks: Uptime,
    ) -> Result<(), String> {
        let lasts = list.outage(self.last_run).is_some();
        let has_outage = lasts
            || outages(self.kept_events(list)).iter().any(|(event, planned)| !planned && event.end > begin);
        let down = checks.down.max(u64::from(has_outage)).min(checks.known);
        let shown = app.uptime.iter().find(|(other, _)| *other == span).map(|(_, share)| share.uptime);
        same(&format!("{span:?} on the page"), shown, Some(Uptime { down, ..checks }))
    }
}

/// The outages among events, and whether they were planned.
fn outages(events: Vec<Event>) -> Vec<(Event, bool)> {
    let outages = events.into_iter().filter(|event| event.kind != EventKind::CheckChanged);
    outages.map(|event| (event, !event.is_outage())).collect()
}

fn letter([up, degraded, partial, down, maintenance, _unknown]: [u32; 6]) -> char {
    match up + degraded + partial + down {
        0 if maintenance > 0 => 'm',
        0 => 'n',
        known if down == known => 'd',
        _ if down + partial > 0 => 'p',
        _ if degraded > 0 => 'w',
        _ => 'u',
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}
