//! The small world in which the tests happen: settings, targets, and what was seen of them.

use std::collections::BTreeMap;

use plexmon_function::probe::{Failure, Link, LinkName, Observation};
use plexmon_function::settings::{Notify, Pushover, Settings, Target};

/// 2026-11-03 10:05:00 UTC.
pub const NOW: u64 = 1_793_700_300;

pub fn target(name: &str) -> Target {
    Target {
        name: name.to_owned(),
        url: format!("https://{name}.example.com/identity"),
        status: vec![200],
        contains: Some("machineIdentifier=".to_owned()),
        headers: BTreeMap::new(),
        timeout_s: 10,
        ca_pem: None,
        secrets_over_http: false,
    }
}

pub fn settings(names: &[&str]) -> Settings {
    Settings {
        deployment: "plex-remote-health".to_owned(),
        state_parameter: "/homelab/plex_remote_status".to_owned(),
        secrets_parameter: Some("/homelab/plex_remote_status_secrets".to_owned()),
        targets: names.iter().map(|name| target(name)).collect(),
        notify: Notify { pushover: Some(Pushover { url: "https://push.example.com/".to_owned() }) },
    }
}

pub fn up(name: &str) -> Observation {
    Observation {
        target: name.to_owned(),
        ok: true,
        http: Some(200),
        address: None,
        links: vec![Link { name: LinkName::Http, ok: true, ms: 5.0, detail: "HTTP 200".to_owned() }],
        failed: None,
        certificate_expires: None,
        total_ms: 12.3,
    }
}

pub fn down(name: &str) -> Observation {
    let failed = Failure { link: LinkName::Http, why: "HTTP 502 instead of 200".to_owned() };
    Observation { ok: false, http: Some(502), failed: Some(failed), ..up(name) }
}
