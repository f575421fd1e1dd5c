//! Conditions on responses of real servers: what is met, what is not, and what is not known.

mod hostile;
mod json;
#[cfg(target_os = "linux")]
#[cfg(target_os = "linux")]
mod memory;
mod metrics;
mod texts;

use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::{Consequence, JsonCondition, MetricCondition, Quantity, Target};
use plexmon_function::probe::{Cause, Level, Observation, Tls, probe};

use crate::fixtures;
use crate::server::{Answer, Server, http};

async fn observe(answer: Answer, adjust: impl FnOnce(&mut Target)) -> Observation {
    observe_server(&Server::start(&[answer]).await, adjust).await
}

async fn observe_server(server: &Server, adjust: impl FnOnce(&mut Target)) -> Observation {
    let mut target = Target { url: server.url(), timeout_s: 5, contains: None, ..fixtures::target("app") };
    adjust(&mut target);
    probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

fn ok(body: &str) -> Answer {
    http("200 OK", "", body)
}

/// Return whether it is up or near a limit, or the cause and the explanation.
fn outcome(observation: &Observation) -> String {
    match &observation.failed {
        None if observation.is_near_limit => "near".to_owned(),
        None => "up".to_owned(),
        Some(failure) => format!("{}: {}", failure.cause, failure.why),
    }
}

/// Return the level and the explanation of the only finding.
fn finding(observation: &Observation) -> (Level, &str) {
    let [finding] = observation.findings.as_slice() else { panic!("{observation:?}") };
    (finding.level, finding.why.as_str())
}

fn json(settings: &str) -> JsonCondition {
    serde_json::from_str(settings).unwrap()
}

fn metric(settings: &str) -> MetricCondition {
    serde_json::from_str(settings).unwrap()
}

#[tokio::test]
async fn what_is_known_to_have_failed_comes_before_what_is_not_known() {
    let long = format!("error{}", "x".repeat(70_000));
    let observation = observe(ok(&long), |target| {
        target.contains = Some("missing".to_owned());
        target.lacks = vec![texts::condition("error", Consequence::Down)];
    })
    .await;
    assert_eq!(outcome(&observation), "condition: the body contains `error`");
}

#[tokio::test]
async fn warnings_do_not_end_an_outage_and_an_outage_has_no_warnings() {
    let observation = observe(ok("error"), |target| {
        target.contains = Some("missing".to_owned());
        target.lacks = vec![texts::condition("error", Consequence::Warn)];
    })
    .await;
    assert_eq!(observation.cause(), Some(Cause::Condition));
    assert!(observation.findings.is_empty());
}

#[test]
fn limits_are_read_as_they_are_written() {
    let condition = json(r#"{"path":"$.a","limits":{"min":"50 GB"}}"#);
    assert_eq!(condition.limits.min, Some(Quantity::parse("50 GB").unwrap()));
}
