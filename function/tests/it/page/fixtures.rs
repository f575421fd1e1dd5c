//! A store in memory, requests, and a state with its announcements.

use std::cell::RefCell;
use std::collections::BTreeMap;

use plexmon_function::contract::settings::{PageSettings, Settings};
use plexmon_function::contract::state::{State, Status, TargetState, VERSION};
use plexmon_function::page::{PageRequest, PageServer, Response};
use plexmon_function::store::{ParameterSource, StoreError};
use serde_json::{Value, json};

pub use crate::fixtures::NOW;

/// The values of parameters by their names.
#[derive(Debug, Default)]
pub struct Memory {
    pub values: RefCell<BTreeMap<String, String>>,
}

impl ParameterSource for &Memory {
    async fn read(&self, names: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let values = self.values.borrow();
        Ok(names.iter().map(|name| values.get(name).cloned()).collect())
    }
}

impl Memory {
    /// A store with this state.
    pub fn with(state: &State, settings: &Settings) -> Self {
        let memory = Self::default();
        let text = serde_json::to_string(state).unwrap();
        memory.values.borrow_mut().insert(settings.state_parameter.clone(), text);
        memory
    }
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
    Settings {
        schedule: Some("rate(5 minutes)".to_owned()),
        page: Some(page),
        ..crate::fixtures::settings(names)
    }
}

/// A state in which all targets are up since an hour, checked a minute ago.
pub fn up(settings: &Settings) -> State {
    let target = |target: &plexmon_function::contract::settings::Target| TargetState {
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
