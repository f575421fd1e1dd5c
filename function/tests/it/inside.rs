//! What apps say about themselves: their own answers, and everything that may come instead.

mod backup;
mod disk;
mod kuma;
mod limits;
mod plex;

use plexmon_function::contract::secrets::{SecretValue, TargetSecrets};
use plexmon_function::contract::settings::{InsideCheck, Target};
use plexmon_function::probe::{Level, Observation, Tls, probe};
use plexmon_function::time::now;

use crate::fixtures;
use crate::server::{Answer, Server, http};

/// What a target answers when it is up.
const UP: &str = r#"{"status": "OK"}"#;

/// A target that is up, with one check.
fn target(app: &str, url: String, check: InsideCheck) -> Target {
    Target {
        url,
        app: app.to_owned(),
        contains: None,
        timeout_s: 5,
        inside: vec![check],
        ..fixtures::target("app")
    }
}

async fn observe(target: &Target) -> Observation {
    probe(target, &secrets(target), &Tls::new().unwrap()).await
}

async fn probe_without_secrets(target: &Target) -> Observation {
    probe(target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

/// The value of each secret header is `hush`.
fn secrets(target: &Target) -> TargetSecrets {
    let header = |name: &String| (name.clone(), SecretValue::new("hush"));
    TargetSecrets { headers: target.inside_headers.iter().map(header).collect(), access: None }
}

/// The findings when the check is answered in this way, as `key: level: why`. The target itself is up.
async fn found(app: &str, check: InsideCheck, answers: &[Answer]) -> String {
    let answers = [&[http("200 OK", "", UP)], answers].concat();
    let server = Server::start(&answers).await;
    let observation = observe(&target(app, server.url(), check)).await;
    assert!(observation.ok, "{observation:?}");
    listed(&observation)
}

fn listed(observation: &Observation) -> String {
    let level = |level: Level| match level {
        Level::Met => "ok",
        Level::NearLimit => "near",
        Level::NotMet => "WARNING",
        Level::Unknown => "unknown",
    };
    let lines: Vec<String> = observation
        .findings
        .iter()
        .map(|one| format!("{}: {}: {}", one.key, level(one.level), one.why))
        .collect();
    lines.join("\n")
}

fn json(body: &str) -> Answer {
    http("200 OK", "content-type: application/json\r\n", body)
}

/// The time that many seconds ago, as `2026-11-26T10:00:00`.
fn ago(seconds: u64) -> String {
    let at = now() - seconds;
    let clock = plexmon_function::time::clock(at);
    format!("{}T{clock}:{:02}", plexmon_function::time::date(at), at % 60)
}
