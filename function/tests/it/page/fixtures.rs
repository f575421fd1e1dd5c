//! A store in memory, requests, and a state with its history.

use std::cell::RefCell;
use std::collections::BTreeMap;

use plexmon_function::contract::history::{
    Class, ClosedHour, Counts, Event, EventKind, HOUR_S, Mark, Record, ResponseTime, hour_of,
};
use plexmon_function::contract::settings::Recurrence;
use plexmon_function::contract::settings::{HistorySettings, PageSettings, Settings, Target, Window};
use plexmon_function::contract::state::{State, Status, TargetState, VERSION};
use plexmon_function::page::view::App;
use plexmon_function::page::{Data, PageRequest, PageServer, Response, View};
use plexmon_function::probe::Cause;
use plexmon_function::store::{ParameterSource, StoreError};
use serde_json::{Value, json};

pub use crate::fixtures::NOW;

/// The values of parameters by their names.
#[derive(Debug, Default)]
pub struct Memory(pub RefCell<BTreeMap<String, String>>);

impl ParameterSource for &Memory {
    async fn read(&self, names: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        Ok(names.iter().map(|name| self.0.borrow().get(name).cloned()).collect())
    }
}

impl Memory {
    /// A store with this state.
    pub fn with(state: &State, settings: &Settings) -> Self {
        let values = BTreeMap::from([(settings.state_parameter.clone(), text(state))]);
        Self(RefCell::new(values))
    }
}

/// A state as it is stored.
pub fn text(state: &State) -> String {
    serde_json::to_string(state).unwrap()
}

/// Settings with a page and these targets, checked every five minutes.
pub fn settings(names: &[&str]) -> Settings {
    let page = PageSettings {
        title: "Home".to_owned(),
        secret_sha256: None,
        noindex: true,
        languages: vec!["en".to_owned(), "de".to_owned()],
        home_region: None,
    };
    let mut settings = Settings {
        schedule: Some("rate(5 minutes)".to_owned()),
        history: Some(HistorySettings { days: 90, records: 1, parameters: 250 }),
        page: Some(page),
        ..crate::fixtures::settings(names)
    };
    settings.targets.iter_mut().for_each(|target| target.site = "home".to_owned());
    settings
}

/// A state in which all targets are up since an hour, checked a minute ago.
pub fn up(settings: &Settings) -> State {
    let target = |target: &Target| TargetState {
        name: target.name.clone(),
        check: target.check_id(),
        status: Status::Up,
        since: NOW - 3_600,
        ..TargetState::default()
    };
    State {
        status: Status::Up,
        ts: NOW - 60,
        next: Some(NOW + 240),
        version: VERSION,
        targets: settings.targets.iter().map(target).collect(),
        ..State::default()
    }
}

/// [`up`], but these targets are down since ten minutes.
pub fn down(settings: &Settings, names: &[&str]) -> State {
    let mut state = up(settings);
    for target in state.targets.iter_mut().filter(|target| names.contains(&target.name.as_str())) {
        (target.status, target.since, target.cause) = (Status::Down, NOW - 600, Some(Cause::Timeout));
    }
    state
}

/// Data with this state and nothing else.
pub fn data(state: State) -> Data {
    Data { state: Some(state), ..Data::default() }
}

/// The view of a state.
pub fn view(settings: &Settings, state: State) -> View {
    View::new(settings, &data(state), NOW)
}

/// The app with this name.
pub fn app<'a>(view: &'a View, name: &str) -> &'a App {
    view.apps().find(|app| app.name == name).unwrap()
}

/// A maintenance of these targets.
pub fn window(from: u64, until: u64, targets: &[&str]) -> Window {
    let targets = targets.iter().map(|name| (*name).to_owned()).collect();
    Window { recurrence: Recurrence::Once { from, until }, targets, clock: None }
}

/// A record with the checks of each day before today, counted back from yesterday, in the hour of [`NOW`].
pub fn record(days: &[&[(Class, u32)]], events: Vec<Event>) -> Record {
    let mut record = Record::default();
    let mut events = Some(events);
    for (back, checks) in days.iter().enumerate().rev() {
        let hour = hour_of(NOW) - 24 * (u32::try_from(back).unwrap() + 1);
        let mut counts = Counts::EMPTY;
        checks.iter().for_each(|(class, count)| counts.add(*class, *count));
        let is_last = back == 0;
        record.add(&ClosedHour {
            mark: Mark { epoch: 1, seq: hour },
            hour,
            day: hour / 24,
            counts,
            times: vec![ResponseTime::of_ms(64.0)],
            events: events.take_if(|_| is_last).unwrap_or_default(),
            check: String::new(),
        });
    }
    record
}

/// An outage that began this many hours before [`NOW`] and lasted some minutes.
pub fn outage(kind: EventKind, hours_ago: u64, minutes: u64, cause: Cause) -> Event {
    let begin = NOW - hours_ago * HOUR_S;
    Event { kind, begin, end: begin + minutes * 60, cause: Some(cause) }
}

/// The event of a request.
pub fn event(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.9" },
        },
        "isBase64Encoded": false,
    })
}

/// The response to an event.
pub async fn respond(settings: &Settings, memory: &Memory, event: &Value) -> Response {
    PageServer::new(settings.clone(), memory).respond(PageRequest::of(event), NOW).await
}

/// The response to a `GET`.
pub async fn get(settings: &Settings, memory: &Memory, path: &str) -> Response {
    respond(settings, memory, &event("GET", path, &[])).await
}

/// The value of a header that a response has once.
pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found: Vec<_> = response.headers.iter().filter(|(other, _)| *other == name).collect();
    assert!(found.len() < 2, "{name} is there twice");
    found.first().map(|(_, value)| value.as_str())
}

/// All formats of a view, by their paths.
pub fn formats(settings: &Settings, data: &Data) -> Vec<(String, String)> {
    let files = plexmon_function::page::files(settings, data, NOW);
    files.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

/// The content of a format.
pub fn format(settings: &Settings, data: &Data, path: &str) -> String {
    formats(settings, data).into_iter().find(|(other, _)| other == path).unwrap().1
}
