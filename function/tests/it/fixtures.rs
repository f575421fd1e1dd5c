//! Settings, targets and observations that many tests use.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::settings::{ChannelKind, ChannelSettings, Settings, Severity, Target};
use plexmon_function::contract::state::{Lease, State};
use plexmon_function::decide::{Context, before_sending, record_delivery};
use plexmon_function::probe::{Cause, Failure, Link, LinkName, Observation};

/// 2026-11-03 10:05:00 UTC.
pub const NOW: u64 = 1_793_700_300;

/// A target with a site of its own, so that its changes are reported on their own.
pub fn target(name: &str) -> Target {
    Target {
        name: name.to_owned(),
        site: name.to_owned(),
        url: format!("https://{name}.example.com/identity"),
        status: vec![200],
        contains: Some("machineIdentifier=".to_owned()),
        ..Target::default()
    }
}

pub fn pushover(name: &str) -> ChannelSettings {
    let kind = ChannelKind::pushover("https://push.example.com/");
    ChannelSettings { name: name.to_owned(), kind, min: Severity::Info, quiet: None }
}

pub fn settings(names: &[&str]) -> Settings {
    Settings {
        deployment: "plex-remote-health".to_owned(),
        state_parameter: "/homelab/plex_remote_status".to_owned(),
        secrets_parameter: Some("/homelab/plex_remote_status_secrets".to_owned()),
        targets: names.iter().map(|name| target(name)).collect(),
        channels: vec![pushover("pushover")],
        ..Settings::default()
    }
}

pub fn up(name: &str) -> Observation {
    Observation {
        http: Some(200),
        links: vec![Link { name: LinkName::Http, ok: true, ms: 5.0, detail: "HTTP 200".to_owned() }],
        total_ms: 12.3,
        ..Observation::bare(name, true)
    }
}

pub fn down(name: &str) -> Observation {
    failing(name, Cause::Condition, "HTTP 502 instead of 200")
}

pub fn failing(name: &str, cause: Cause, why: &str) -> Observation {
    let failed = Failure { link: LinkName::Http, why: why.to_owned(), cause };
    Observation { ok: false, http: Some(502), failed: Some(failed), ..up(name) }
}

/// The state that is saved before everything in the outbox is sent.
pub fn before_sending_all(state: &State, now: u64) -> State {
    before_sending(state, &state.outbox, Lease { by: "test".to_owned(), until: now + 30 }, now)
}

/// Record the result of sending the notification with this id.
pub fn record_result(state: &mut State, id: &str, delivery: &Delivery, settings: &Settings, now: u64) {
    let entry = state.outbox.iter().find(|entry| entry.id == id).cloned();
    if let Some(entry) = entry {
        record_delivery(state, &entry, delivery, Context::new(settings, now));
    }
}

/// The problem of a run that had no time for something.
pub fn no_time(detail: &str) -> Problem {
    Problem::new(ProblemKind::NoTime, detail)
}
