//! A month with four outages: `status`, `history` and the report say what happened in it. The function's own code plays
//! the month in memory. The deployed function then reads and writes what it left behind.

mod month;

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_function::contract::history::{Parameter, Place, Record, Uptime};
use plexmon_function::time;
use serde_json::{Value, json};

use self::month::{Check, INTERVAL_S, OUTAGES, Outage, checks, play};
use crate::support::{Fixture, RULE, STATE};

const HOUR_S: u64 = 60 * 60;
const DAY_S: u64 = 24 * HOUR_S;

/// A deployment that monitors Plex and a NAS, and in which this month is over.
fn after(month: &[Check]) -> Fixture {
    deployed_after(Fixture::new(), month)
}

fn deployed_after(fixture: Fixture, month: &[Check]) -> Fixture {
    let nas =
        format!("[[target]]\nname = \"nas\"\nurl = \"{}/identity\"\n\n[notify.pushover]", fixture.plex.url());
    fixture.edit("[notify.pushover]", &nas);
    fixture.up().ended(0);
    fixture.phone.take_new();
    // From now on, it runs when the test says so.
    fixture.aws("events", "disable_rule", json!({ "Name": RULE }));
    let config = Config::load(&Path::new(fixture.home()).join("config.toml")).unwrap();
    let played = play(&config.settings(), month);
    put(&fixture, STATE, &played.state);
    for (place, text) in &played.history {
        put(&fixture, &place.parameter(STATE), text);
    }
    fixture
}

fn put(fixture: &Fixture, name: &str, text: &str) {
    let parameter = json!({"Name": name, "Value": text, "Type": "String", "Overwrite": true});
    fixture.aws("ssm", "put_parameter", parameter);
}

fn get(fixture: &Fixture, name: &str) -> String {
    let parameter = fixture.aws("ssm", "get_parameter", json!({ "Name": name }));
    parameter["Parameter"]["Value"].as_str().unwrap().to_owned()
}

/// The beginning of the current hour.
fn this_hour() -> u64 {
    time::now() / HOUR_S * HOUR_S
}

/// What the plain list says about a period that begins then: how many checks there were, and in how many it was down.
fn known_and_down(month: &[Check], target: &str, begin: u64) -> (u64, u64) {
    let checks = || month.iter().filter(|check| check.at >= begin);
    let down = checks().filter(|check| check.down.contains_key(target)).count();
    (checks().count() as u64, down as u64)
}

/// Rounded down to hundredths.
fn percent(known: u64, down: u64) -> f64 {
    ((known - down) * 10_000 / known) as f64 / 100.0
}

/// The status, and the hour in which it was read.
fn status_within_an_hour(fixture: &Fixture) -> (Value, u64) {
    loop {
        let hour = this_hour();
        let status = fixture.deploy(&["status", "--json"]).run().ended(0).json();
        if this_hour() == hour {
            return (status, hour);
        }
    }
}

#[test]
fn after_a_month_status_and_history_say_what_happened() {
    let end = this_hour();
    let month = checks(end);
    let fixture = after(&month);
    fixture.invoke().ended(0);
    assert!(fixture.messages().is_empty(), "nothing has changed");

    let (status, hour) = status_within_an_hour(&fixture);
    let today = hour / DAY_S * DAY_S;
    for target in status["targets"].as_array().unwrap() {
        let name = target["name"].as_str().unwrap();
        for (period, begin) in
            [("24h", hour - 23 * HOUR_S), ("30d", today - 29 * DAY_S), ("90d", today - 89 * DAY_S)]
        {
            let (known, down) = known_and_down(&month, name, begin);
            // The deployed function has checked once since.
            let known = known + 1;
            assert_eq!(target["uptime"][period], percent(known, down), "{name}, {period}: {down} of {known}");
        }
    }

    let history = fixture.deploy(&["history", "--json", "--since", "90d"]).run().ended(0).json();
    let mut listed: Vec<Value> = Vec::new();
    for target in history["targets"].as_array().unwrap() {
        let of = |event: &Value| {
            json!([target["name"], event["kind"], event["begin"], event["end"], event["cause"]])
        };
        listed.extend(target["events"].as_array().unwrap().iter().map(of));
    }
    let event = |one: &Outage| {
        let begin = end - one.before_end * INTERVAL_S;
        json!([one.target, "outage", begin, begin + one.checks * INTERVAL_S, one.cause])
    };
    let of = |target| OUTAGES.iter().filter(move |one| one.target == target).map(event);
    assert_eq!(listed, of("plex").chain(of("nas")).collect::<Vec<_>>());
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

/// How many checks each record has, and in how many of them the target was down.
fn recorded(fixture: &Fixture) -> BTreeMap<String, (u64, u64)> {
    let parameters = [Place::Number(0), Place::Number(1)].map(|place| get(fixture, &place.parameter(STATE)));
    let records = parameters.iter().flat_map(|text| Parameter::parse(text).unwrap().records);
    let sum = |record: Record| {
        let mut sum = Uptime::default();
        record.days.values().for_each(|day| sum += Uptime::of(&day.counts));
        (sum.known, sum.down)
    };
    records.map(|(name, record)| (name, sum(record))).collect()
}

/// The role of the deployed function allows what the move needs, and nothing is counted twice.
#[test]
fn the_deployed_function_moves_the_last_hour_once() {
    let month = checks(this_hour());
    let fixture = after(&month);
    let all = |month: &[Check], further: u64| -> BTreeMap<String, (u64, u64)> {
        ["nas", "plex"]
            .map(|name| {
                let (known, down) = known_and_down(month, name, 0);
                (name.to_owned(), (known + further, down))
            })
            .into()
    };
    // The last hour is in the state until the next run.
    assert_eq!(recorded(&fixture), all(&month[..month.len() - 12], 0));
    let first = this_hour();
    for run in 0..2 {
        let reply = fixture.invoke().ended(0).json();
        assert_eq!(reply["problems"], json!([]));
        // The first run moves to the history as well if the second one is in another hour.
        let further = u64::from(run == 1 && this_hour() != first);
        assert_eq!(recorded(&fixture), all(&month, further));
    }
}

/// The report of the deployed function is due when the month is over.
#[test]
fn the_report_of_the_last_week_says_what_happened() {
    const DAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
    let end = this_hour();
    let month = checks(end);
    let fixture = Fixture::new();
    // 1970 began on a Thursday.
    let day = DAYS[usize::try_from(end / DAY_S % 7).unwrap()];
    let report = format!("[report]\nweekly = \"{day} {}\"\n\n[notify.pushover]", time::clock(end));
    fixture.edit("[notify.pushover]", &report);
    let fixture = deployed_after(fixture, &month);
    for _ in 0..2 {
        fixture.invoke().ended(0);
    }

    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let title = messages[0].title.clone().unwrap();
    let today = end / DAY_S * DAY_S;
    let week: Vec<Check> =
        month.into_iter().filter(|check| (today - 7 * DAY_S..today).contains(&check.at)).collect();
    let begins = |one: &&Outage| week.iter().any(|check| check.at == end - one.before_end * INTERVAL_S);
    let outages = match OUTAGES.iter().filter(begins).count() {
        1 => "1 outage".to_owned(),
        count => format!("{count} outages"),
    };
    assert_eq!(title.split_once(": ").unwrap().1, format!("{outages}, 1 of 2 apps were always up"));
    let (known, down) = known_and_down(&week, "plex", 0);
    let text = &messages[0].message;
    assert!(text.starts_with(&format!("Plex: {:.2} % up. ", percent(known, down))), "{title}\n{text}");
    println!("{title}\n{text}");
}
