//! A home with a past, as the monitor stores it: 90 days of its targets, some of them with trouble.

use plexmon_function::contract::announcement::{self, Announcement, Announcements};
use plexmon_function::contract::history::{
    Class, ClosedHour, Counts, Division, Event, EventKind, Mark, Parameter, Place, Record, ResponseTime,
    hour_of,
};
use plexmon_function::contract::settings::{HistorySettings, PageSettings, Settings, Target};
use plexmon_function::contract::state::{HistoryState, State, Status, TargetState, VERSION};
use plexmon_function::local_time::day_of;
use plexmon_function::probe::Cause;

const HOURS: u32 = 90 * 24;

/// Checks in an hour.
const CHECKS: u32 = 12;

/// The history parameters of a home with this many targets: each has one of its own.
const DIVISION: Division = Division { records: 1, parameters: 250 };

/// Settings with a page and this many targets, checked every five minutes.
pub fn settings(targets: usize) -> Settings {
    let target = |number: usize| Target {
        name: format!("app-{number}"),
        label: Some(format!("App number {number}")),
        group: Some(format!("Group {}", number / 5 + 1)),
        url: format!("https://app-{number}.example.com/"),
        status: vec![200],
        ..Target::default()
    };
    Settings {
        deployment: "plex-remote-health".to_owned(),
        state_parameter: "/homelab/plex_remote_status".to_owned(),
        targets: (0..targets).map(target).collect(),
        history: Some(HistorySettings {
            days: 90,
            records: DIVISION.records,
            parameters: DIVISION.parameters,
        }),
        schedule: Some("rate(5 minutes)".to_owned()),
        page: Some(PageSettings {
            title: "Home".to_owned(),
            secret_sha256: None,
            noindex: true,
            languages: vec!["en".to_owned(), "de".to_owned()],
            home_region: None,
        }),
        ..Settings::default()
    }
}

/// All parameters by their names, at a time in Unix seconds. Every third target was down at some time, and the first one
/// is.
pub fn stored(settings: &Settings, now: u64) -> Vec<(String, String)> {
    let mut parameters = vec![(settings.state_parameter.clone(), state(settings, now))];
    for (number, target) in settings.targets.iter().enumerate() {
        let mut parameter = Parameter::new(&settings.deployment);
        parameter.records.insert(target.name.clone(), record(number, target, settings, now));
        parameters.push((Place::Number(number).parameter(&settings.state_parameter), parameter.encode(90)));
    }
    let mut announcements = Announcements::new(&settings.deployment);
    let text = "New disks on Saturday: everything is off for two hours.".to_owned();
    announcements.announcements.push(Announcement { id: 1, text, made: now, from: now, until: now + 86_400 });
    parameters.push((announcement::parameter(&settings.state_parameter), announcements.encode()));
    parameters
}

fn state(settings: &Settings, now: u64) -> String {
    let target = |(number, target): (usize, &Target)| TargetState {
        name: target.name.clone(),
        check: target.check_id(),
        status: if number == 0 { Status::Down } else { Status::Up },
        since: now - 3_600,
        ..TargetState::default()
    };
    let history = HistoryState {
        epoch: 1,
        seq: HOURS,
        hour: hour_of(now),
        parameters: DIVISION.parameters_for(settings.targets.len()),
        ..HistoryState::default()
    };
    let state = State {
        status: Status::Down,
        ts: now,
        next: Some(now + 300),
        version: VERSION,
        targets: settings.targets.iter().enumerate().map(target).collect(),
        history: Some(history),
        ..State::default()
    };
    serde_json::to_string(&state).unwrap()
}

fn record(number: usize, target: &Target, settings: &Settings, now: u64) -> Record {
    let (mut record, last) = (Record::default(), hour_of(now) - 1);
    for before in (0..HOURS).rev() {
        let (hour, mut counts) = (last - before, Counts::default());
        counts.add(Class::Up, CHECKS);
        let begin = u64::from(hour) * 3_600;
        let has_outage = number.is_multiple_of(3) && before % 400 == 50;
        if has_outage {
            counts.shift(Class::Up, Class::Down, 5);
        }
        let cause = Some(Cause::Timeout);
        let outage = Event { kind: EventKind::Outage, begin, end: begin + 1_500, cause };
        record.add(&ClosedHour {
            mark: Mark { epoch: 1, seq: HOURS - before },
            hour,
            day: day_of(begin, &settings.clock),
            counts,
            times: vec![ResponseTime::of_ms(f64::from(80 + before % 24 * 5))],
            events: has_outage.then_some(outage).into_iter().collect(),
            check: target.check_id(),
        });
    }
    record
}
