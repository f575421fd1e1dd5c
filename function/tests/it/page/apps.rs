//! How each app is doing, all of them together, their groups, and their past.

use plexmon_function::contract::history::{Class, Percent};
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::{State, Status, Streak, TargetState, Warning};
use plexmon_function::page::view::{AppStatus, DayClass, Overall, Reason, Span};
use plexmon_function::page::{Data, View};
use plexmon_function::probe::Cause;

use super::fixtures::{NOW, app, data, down, record, settings, up, view, window};

fn streak(runs: u32) -> Option<Streak> {
    Some(Streak { since: NOW - 120, runs })
}

/// The status of `plex` after a change of its state.
fn status(settings: &Settings, change: impl FnOnce(&mut TargetState)) -> (AppStatus, Option<u64>) {
    let mut state = up(settings);
    change(&mut state.targets[0]);
    let view = view(settings, state);
    let app = app(&view, "plex");
    (app.status, app.since)
}

#[test]
fn the_status_is_that_of_the_state() {
    let mut settings = settings(&["plex"]);
    settings.targets[0].slow_ms = Some(1_000);
    settings.targets[0].down_after = 2;
    let since = Some(NOW - 120);
    let with = |change: fn(&mut TargetState)| status(&settings, change);
    assert_eq!(with(|_| ()), (AppStatus::Up, Some(NOW - 3_600)));
    assert_eq!(with(|plex| plex.status = Status::Down), (AppStatus::Down, Some(NOW - 3_600)));
    assert_eq!(with(|plex| plex.status = Status::Unknown), (AppStatus::Unknown, None));
    assert_eq!(with(|plex| plex.slow = streak(2)), (AppStatus::Degraded, since), "slow");
    assert_eq!(with(|plex| plex.slow = streak(1)).0, AppStatus::Up, "slow once");
    assert_eq!(with(|plex| plex.pending = streak(1)), (AppStatus::Degraded, since), "failed once");
    assert_eq!(with(|plex| plex.unknown = streak(2)), (AppStatus::Unknown, since), "cannot be checked");
    assert_eq!(with(|plex| plex.unknown = streak(1)).0, AppStatus::Up, "could not be checked once");
    let flapping = |plex: &mut TargetState| (plex.flapping, plex.changes) = (true, streak(7));
    assert_eq!(with(flapping), (AppStatus::Degraded, since), "flapping");
    for (active, expected) in [(true, AppStatus::Degraded), (false, AppStatus::Up)] {
        let warning = Warning { since: NOW - 120, runs: 2, active, ..Warning::default() };
        let warned = status(&settings, |plex| {
            plex.warnings.insert("json.1".to_owned(), warning);
        });
        assert_eq!(warned.0, expected, "{active}");
    }
    let certificate = |plex: &mut TargetState| plex.certificate = Some(7);
    assert_eq!(with(certificate).0, AppStatus::Up, "that its certificate ends soon is the owner's business");
    assert_eq!(with(|plex| plex.check.push('x')), (AppStatus::Unknown, None), "of another check");
    assert_eq!(with(|plex| plex.name.push('x')), (AppStatus::Unknown, None), "not in the state");
}

#[test]
fn in_maintenance_nothing_else_counts() {
    let mut settings = settings(&["plex", "nas"]);
    settings.maintenance = vec![window(NOW - 60, NOW + 60, &["plex"]), window(NOW - 30, NOW + 90, &[])];
    for state in [up(&settings), down(&settings, &["plex", "nas"])] {
        let view = view(&settings, state);
        let of = |name| (app(&view, name).status, app(&view, name).since, app(&view, name).reason);
        assert_eq!(of("plex"), (AppStatus::Maintenance, Some(NOW - 60), Some(Reason::Maintenance)));
        assert_eq!(of("nas"), (AppStatus::Maintenance, Some(NOW - 30), Some(Reason::Maintenance)));
        assert_eq!(view.overall, Overall::Maintenance);
    }
}

#[test]
fn causes_are_in_visitors_words() {
    let settings = settings(&["plex"]);
    for (cause, expected) in [
        (None, Reason::NotReachable),
        (Some(Cause::Dns), Reason::NotReachable),
        (Some(Cause::Connect), Reason::NotReachable),
        (Some(Cause::Home), Reason::NotReachable),
        (Some(Cause::Timeout), Reason::NotReachable),
        (Some(Cause::App), Reason::Errors),
        (Some(Cause::Condition), Reason::Errors),
        (Some(Cause::Certificate), Reason::Errors),
        (Some(Cause::Exposed), Reason::Errors),
    ] {
        let mut state = down(&settings, &["plex"]);
        state.targets[0].cause = cause;
        let view = view(&settings, state);
        assert_eq!(app(&view, "plex").reason, Some(expected), "{cause:?}");
        assert_eq!(view.outages[0].reason, expected, "{cause:?}");
    }
}

#[test]
fn the_worst_that_matters_is_the_overall_status() {
    use AppStatus::{Degraded, Down, Maintenance, Unknown, Up};
    for (statuses, expected) in [
        (&[Up, Up][..], Overall::Operational),
        (&[Up, Down, Degraded], Overall::Outage),
        (&[Unknown, Down, Maintenance], Overall::Outage),
        (&[Up, Degraded, Maintenance], Overall::Degraded),
        (&[Up, Unknown], Overall::Degraded),
        (&[Maintenance, Unknown], Overall::Degraded),
        (&[Up, Maintenance], Overall::Maintenance),
        (&[Maintenance], Overall::Maintenance),
        (&[Unknown, Unknown], Overall::Unknown),
        (&[], Overall::Unknown),
    ] {
        let names = ["a", "b", "c"];
        let mut settings = settings(&names[..statuses.len()]);
        let mut state = up(&settings);
        for (target, status) in state.targets.iter_mut().zip(statuses) {
            match status {
                Up => {}
                Down => target.status = Status::Down,
                Unknown => target.status = Status::Unknown,
                Degraded => target.pending = streak(1),
                Maintenance => settings.maintenance.push(window(0, NOW + 1, &[&target.name])),
            }
        }
        // A hidden target does not matter.
        let mut hidden = crate::fixtures::target("hidden");
        hidden.public = Some(false);
        state.targets.push(TargetState { status: Status::Down, ..state_of(&hidden) });
        settings.targets.push(hidden);
        assert_eq!(view(&settings, state).overall, expected, "{statuses:?}");
    }
}

fn state_of(target: &plexmon_function::contract::settings::Target) -> TargetState {
    TargetState { name: target.name.clone(), check: target.check_id(), ..TargetState::default() }
}

#[test]
fn apps_are_grouped_by_group_or_else_by_site_in_the_order_of_the_settings() {
    let mut settings = settings(&["a", "b", "c", "d", "hidden"]);
    let headings = |settings: &Settings| {
        let view = view(settings, up(settings));
        let group = |group: &plexmon_function::page::view::Group| {
            let apps: Vec<&str> = group.apps.iter().map(|app| app.name.as_str()).collect();
            format!("{}: {}", group.name.as_deref().unwrap_or("-"), apps.join(" "))
        };
        view.groups.iter().map(group).collect::<Vec<_>>().join(", ")
    };
    settings.targets[4].public = Some(false);
    settings.targets[4].site = "secret".to_owned();
    assert_eq!(headings(&settings), "-: a b c d", "the site of a hidden target does not count");
    settings.targets[1].group = Some("Media".to_owned());
    settings.targets[3].group = Some("Media".to_owned());
    settings.targets[4].group = Some("Private".to_owned());
    assert_eq!(headings(&settings), "-: a c, Media: b d");
    settings.targets[2].site = "parents".to_owned();
    assert_eq!(headings(&settings), "home: a, Media: b d, parents: c");
    settings.targets[0].group = Some(" \u{202e}\n".to_owned());
    assert_eq!(headings(&settings), "-: a, Media: b d, parents: c", "a heading that has nothing to show");
}

#[test]
fn a_day_has_its_worst_class_and_how_long_the_app_was_down() {
    let settings = settings(&["plex"]);
    let days: &[&[(Class, u32)]] = &[
        &[(Class::Up, 288)],
        &[(Class::Up, 287), (Class::Degraded, 1)],
        &[(Class::Up, 216), (Class::Down, 72)],
        &[(Class::Down, 100), (Class::Unknown, 100)],
        &[(Class::Maintenance, 10), (Class::Unknown, 3)],
        &[(Class::Unknown, 288)],
        &[],
        &[(Class::Up, 10), (Class::Maintenance, 10), (Class::Partial, 1)],
        &[(Class::Up, 11), (Class::Down, 1)],
    ];
    let data = Data { records: vec![("plex".to_owned(), record(days, Vec::new()))], ..data(up(&settings)) };
    let view = View::new(&settings, &data, NOW);
    let app = app(&view, "plex");
    assert_eq!(app.days.len(), 90);
    assert_eq!(app.days.last().unwrap(), &(20_760, app.days[89].1), "2026-11-03");
    let letters: String = app.days.iter().map(|(_, day)| day.class.letter()).collect();
    assert_eq!(letters, format!("{}ppnnmdpwun", "n".repeat(80)));
    let down: Vec<u64> = app.days.iter().rev().skip(1).map(|(_, day)| day.down_s).take(9).collect();
    // Of the first day, no more is known than that one check failed: five minutes, and not two hours.
    assert_eq!(down, [0, 0, 21_600, 43_200, 0, 0, 0, 0, 300]);
    assert_eq!(app.days[89].1.class, DayClass::Unknown, "today has no checks yet");
    let of = |span| app.uptime.iter().find(|(other, _)| *other == span).unwrap().1;
    let percent = |span| of(span).uptime.percent().map(Percent::value);
    assert_eq!(percent(Span::Quarter), Some(82.47), "rounded down: 173 of 987 failed");
    assert_eq!(percent(Span::Week), Some(82.15), "172 of 964, today and the six days before");
    assert_eq!(of(Span::Quarter).since, Some(20_751));
    assert_eq!(of(Span::Week).since, None, "it began before");
    assert_eq!(app.response_ms.len(), 24);
}

#[test]
fn no_more_days_are_shown_than_are_kept() {
    let mut settings = settings(&["plex"]);
    for (days, expected) in [(1, 1), (30, 30), (90, 90), (0, 1), (usize::MAX, 90)] {
        settings.history.as_mut().unwrap().days = days;
        assert_eq!(app(&view(&settings, up(&settings)), "plex").days.len(), expected);
    }
    settings.history = None;
    assert_eq!(app(&view(&settings, up(&settings)), "plex").days.len(), 90);
}

#[test]
fn an_outage_of_a_period_keeps_it_below_100_percent() {
    use plexmon_function::contract::history::EventKind;
    let settings = settings(&["plex"]);
    let event = super::fixtures::outage(EventKind::Outage, 26, 8 * 60, Cause::Home);
    let record = record(&[&[(Class::Up, 288)], &[(Class::Up, 288)]], vec![event]);
    let data = Data { records: vec![("plex".to_owned(), record)], ..data(State { ..up(&settings) }) };
    let view = View::new(&settings, &data, NOW);
    let (_, share) = app(&view, "plex").uptime[3];
    assert_eq!(share.uptime.percent().map(Percent::value), Some(99.82));
}

#[test]
fn an_app_was_down_as_long_as_its_outages_lasted_on_that_day() {
    use plexmon_function::contract::history::EventKind;
    let mut settings = settings(&["plex"]);
    // It was checked only for a part of each day.
    let days: &[&[(Class, u32)]] =
        &[&[(Class::Up, 10), (Class::Down, 2)], &[(Class::Up, 10), (Class::Down, 2)]];
    let events = vec![
        super::fixtures::outage(EventKind::Planned, 30, 60, Cause::Home),
        super::fixtures::outage(EventKind::Outage, 24, 10, Cause::Home),
        // From 23:05 on, into today.
        super::fixtures::outage(EventKind::Outage, 11, 60, Cause::Home),
    ];
    let records = vec![("plex".to_owned(), record(days, events))];
    let down_s = |settings: &Settings, state| {
        let view = View::new(settings, &Data { records: records.clone(), ..data(state) }, NOW);
        app(&view, "plex").days[87..].iter().map(|(_, day)| day.down_s).collect::<Vec<_>>()
    };
    // Without any outage, the first day has the checks that failed; today, of which nothing is known, has none.
    assert_eq!(down_s(&settings, up(&settings)), [600, 600 + 55 * 60, 0]);
    let mut state = down(&settings, &["plex"]);
    state.history = Some(plexmon_function::contract::state::HistoryState {
        epoch: 2,
        hour: u32::try_from(NOW / 3_600).unwrap(),
        runs: 2,
        ..Default::default()
    });
    assert_eq!(down_s(&settings, state.clone()), [600, 600 + 55 * 60, 5 * 60 + 600], "the outage that lasts");
    settings.maintenance = vec![window(NOW - 700, NOW + 60, &["plex"])];
    assert_eq!(down_s(&settings, state), [600, 600 + 55 * 60, 5 * 60], "it is planned");
}
