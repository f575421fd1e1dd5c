//! The heartbeat: it is sent after every run, once the state is saved, and reports failed runs as such.

use std::time::Duration;

use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::secrets::{SecretValue, Secrets};
use plexmon_function::contract::settings;
use plexmon_function::heartbeat::Heartbeat;
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use tokio::time::Instant;

use crate::fixtures::settings;
use crate::run::TestMonitor;
use crate::server::{Answer, Server, http};

async fn monitor(url: settings::HeartbeatSettings) -> TestMonitor {
    let heartbeat = Heartbeat::new(url, &Http::new(&Tls::new().unwrap()));
    let mut monitor = TestMonitor::new(settings(&["plex"])).with_heartbeat(heartbeat);
    monitor.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new("http://127.0.0.1:1/hush"));
    monitor.now += 1;
    monitor
}

async fn service(answers: &[Answer]) -> (Server, settings::HeartbeatSettings) {
    let server = Server::start(answers).await;
    let url = settings::HeartbeatSettings::Address(format!("http://{}/uuid", server.address));
    (server, url)
}

fn paths(server: &Server) -> Vec<String> {
    let path = |request: &String| request.split(' ').nth(1).unwrap().to_owned();
    server.requests().iter().map(path).collect()
}

fn not_delivered(why: &str) -> Problem {
    Problem::new(ProblemKind::Heartbeat, format!("the heartbeat was not delivered: {why}"))
}

#[tokio::test]
async fn every_run_is_reported_and_failed_runs_as_failed() {
    let (server, url) = service(&[http("200 OK", "", "OK")]).await;
    let mut monitor = monitor(url).await;
    assert_eq!(monitor.run().await.fault, None);
    monitor.set_down(&["plex"]);
    assert_eq!(monitor.run().await.fault, None, "an outage is not a failure of the monitor");
    monitor.store().failing_saves.set(9);
    assert!(monitor.run().await.fault.is_some());
    assert_eq!(paths(&server), ["/uuid", "/uuid", "/uuid/fail"]);
}

#[tokio::test]
async fn an_undelivered_heartbeat_is_a_problem_but_not_a_failed_run() {
    for (answer, why) in [
        (http("404 Not Found", "", ""), "it returned HTTP 404"),
        (http("302 Found", "location: /login\r\n", ""), "it returned HTTP 302"),
        (
            http("200 OK", "", "OK (not found)"),
            "it returned HTTP 200, but the response reports a failure: unknown check",
        ),
        (
            http("200 OK", "", r#"{"ok":false,"msg":"Monitor not found or not active."}"#),
            "it returned HTTP 200, but the response reports a failure",
        ),
        (http("200 OK", "", "<!doctype html><form>"), "it returned HTTP 200, but with a web page"),
        (Answer::Reset, "the connection was lost before the response"),
    ] {
        let (_server, url) = service(&[answer]).await;
        let run = monitor(url).await.run().await;
        assert_eq!(run.reply.problems, [not_delivered(why)]);
        assert_eq!(run.fault, None);
    }
}

#[tokio::test]
async fn a_silent_service_does_not_delay_the_run() {
    let (_server, url) = service(&[Answer::Hang(Vec::new())]).await;
    let heartbeat = Heartbeat::new(url, &Http::new(&Tls::new().unwrap()));
    let (mut cache, store) = (SecretCache::fixed(Secrets::default()), MemoryStore::default());
    // Half a second of it is reserved for the run.
    let deadline = Instant::now() + Duration::from_millis(1_500);
    let sent = heartbeat.ping(true, &mut cache, &store, deadline).await;
    assert_eq!(sent, Err("no answer within 1 s".to_owned()));
    let late = heartbeat.ping(true, &mut cache, &store, Instant::now()).await;
    assert_eq!(late, Err("no connection: no connection within 1 s".to_owned()));
}

#[tokio::test]
async fn credentials_in_the_url_are_sent_in_a_header() {
    let (server, _) = service(&[http("200 OK", "", "OK")]).await;
    let mut monitor = monitor(settings::HeartbeatSettings::Secret).await;
    let address = format!("http://us%40er:p%3Ass@{}/uuid", server.address);
    monitor.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new(address));
    assert_eq!(monitor.run().await.reply.problems, []);
    let request = server.requests().remove(0);
    // `us@er:p:ss`
    assert!(request.contains("authorization: Basic dXNAZXI6cDpzcw=="), "{request}");
    assert!(request.starts_with("GET /uuid HTTP/1.1\r\n") && !request.contains("%3A"), "{request}");
}

#[tokio::test]
async fn a_secret_url_is_pinged_over_https_only() {
    let mut monitor = monitor(settings::HeartbeatSettings::Secret).await;
    monitor.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new("http://hc.example.invalid/hush"));
    let expected = "its URL is plain http, over which secrets are not sent: use https";
    assert_eq!(monitor.run().await.reply.problems, [not_delivered(expected)]);
}

#[tokio::test]
async fn a_secret_url_is_never_quoted() {
    let run = monitor(settings::HeartbeatSettings::Secret).await.run().await;
    assert_eq!(run.reply.problems, [not_delivered("no connection: connection refused")]);
}
