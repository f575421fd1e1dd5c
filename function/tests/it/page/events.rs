//! Outages, maintenances and announcements.

use plexmon_function::contract::announcement::Announcement;
use plexmon_function::contract::history::{Class, EventKind};
use plexmon_function::contract::settings::{Recurrence, Settings, Window};
use plexmon_function::page::view::{Maintenance, Outage, Reason};
use plexmon_function::page::{Data, View};
use plexmon_function::probe::Cause;

use super::fixtures::{NOW, data, down, outage, record, settings, up, view, window};

const DAY_S: u64 = 24 * 60 * 60;

fn of(outage: &Outage) -> (&str, Option<u64>, Reason) {
    (&outage.name, outage.end.map(|end| (end - outage.begin) / 60), outage.reason)
}

#[test]
fn outages_of_all_apps_are_listed_the_latest_first() {
    let settings = settings(&["plex", "nas"]);
    let events = vec![
        outage(EventKind::Outage, 50, 12, Cause::Condition),
        outage(EventKind::Planned, 40, 30, Cause::Connect),
        outage(EventKind::Interrupted, 30, 5, Cause::Dns),
        outage(EventKind::CheckChanged, 30, 0, Cause::Other),
    ];
    let plex = record(&[&[(Class::Up, 288)], &[(Class::Up, 288)]], events);
    let nas = record(&[&[(Class::Up, 288)]], vec![outage(EventKind::Outage, 45, 7, Cause::App)]);
    let records = vec![("plex".to_owned(), plex), ("nas".to_owned(), nas)];
    let view = View::new(&settings, &Data { records, ..data(down(&settings, &["nas"])) }, NOW);
    let found: Vec<_> = view.outages.iter().map(of).collect();
    assert_eq!(
        found,
        [
            ("nas", None, Reason::NotReachable),
            ("plex", Some(5), Reason::NotReachable),
            ("plex", Some(30), Reason::Maintenance),
            ("nas", Some(7), Reason::Errors),
            ("plex", Some(12), Reason::Errors),
        ]
    );
}

#[test]
fn an_outage_that_began_in_the_maintenance_that_is_on_is_planned() {
    let mut settings = settings(&["plex"]);
    for (from, expected) in [(NOW - 601, Reason::Maintenance), (NOW - 599, Reason::NotReachable)] {
        settings.maintenance = vec![window(from, NOW + 60, &[])];
        let view = view(&settings, down(&settings, &["plex"]));
        assert_eq!(of(&view.outages[0]), ("plex", None, expected));
    }
}

#[test]
fn the_outage_of_another_check_does_not_last() {
    let settings = settings(&["plex"]);
    let mut state = down(&settings, &["plex"]);
    state.targets[0].check.push('x');
    assert_eq!(view(&settings, state).outages, []);
}

fn maintenances(settings: &Settings) -> Vec<Maintenance> {
    view(settings, up(settings)).maintenances
}

#[test]
fn maintenances_that_are_on_or_begin_within_a_week_are_shown() {
    let mut settings = settings(&["plex", "nas", "hidden"]);
    settings.targets[0].label = Some("Movies".to_owned());
    settings.targets[2].public = Some(false);
    // Tuesdays and Thursdays at 20:00.
    let recurrence = Recurrence::Weekly { days: vec![2, 4], start: 20 * 60, minutes: 90 };
    settings.maintenance = vec![
        window(NOW + 7 * DAY_S, NOW + 8 * DAY_S, &[]),
        window(NOW + 7 * DAY_S + 1, NOW + 8 * DAY_S, &[]),
        window(NOW - 2, NOW - 1, &[]),
        window(NOW - 60, NOW + 60, &["nas", "hidden", "plex"]),
        window(NOW - 70, NOW + 60, &["hidden"]),
        window(NOW - 70, NOW + 60, &["removed"]),
        Window { recurrence, targets: vec!["plex".to_owned()], clock: None },
    ];
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    let tonight = NOW - (10 * 60 + 5) * 60 + 20 * 3_600;
    assert_eq!(
        maintenances(&settings),
        [
            Maintenance { labels: labels(&["Movies", "nas"]), from: NOW - 60, until: NOW + 60 },
            Maintenance { labels: labels(&["Movies"]), from: tonight, until: tonight + 5_400 },
            Maintenance { labels: Vec::new(), from: NOW + 7 * DAY_S, until: NOW + 8 * DAY_S },
        ]
    );
    settings.maintenance.truncate(1);
    settings.maintenance.push(settings.maintenance[0].clone());
    assert_eq!(maintenances(&settings).len(), 1, "the same one twice");
}

#[test]
fn announcements_are_shown_until_they_are_older_than_what_is_kept() {
    let mut settings = settings(&["plex"]);
    settings.history.as_mut().unwrap().days = 30;
    let announcement = |id, made, until| Announcement { id, text: format!("{id}"), made, from: made, until };
    let announcements = vec![
        announcement(1, NOW - 40 * DAY_S, NOW - 30 * DAY_S - 1),
        announcement(2, NOW - 40 * DAY_S, NOW - 30 * DAY_S),
        announcement(4, NOW, NOW + DAY_S),
        announcement(3, NOW, NOW + DAY_S),
        Announcement { text: "\u{202e} ".to_owned(), ..announcement(5, NOW, NOW + DAY_S) },
        Announcement { from: NOW + DAY_S, ..announcement(6, NOW - 5, NOW + 2 * DAY_S) },
    ];
    let view = View::new(&settings, &Data { announcements, ..data(up(&settings)) }, NOW);
    let ids: Vec<u64> = view.announcements.iter().map(|notice| notice.id).collect();
    assert_eq!(ids, [4, 3, 6, 2]);
}
