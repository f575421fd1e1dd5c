//! The dead man's switch: it hears of every run, after the run was kept, and that a failed one has failed.

use std::time::Duration;

use plexmon_function::contract::secrets::{SecretValue, Secrets};
use plexmon_function::contract::settings;
use plexmon_function::heartbeat::Heartbeat;
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use tokio::time::Instant;

use crate::handler::World;
use crate::server::{Answer, Server, http};
use crate::world::settings;

async fn world(address: settings::Heartbeat) -> World {
    let heartbeat = Heartbeat::new(address, &Http::new(&Tls::new().unwrap()));
    let mut world = World::new(settings(&["plex"])).with_heartbeat(heartbeat);
    world.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new("http://127.0.0.1:1/hush"));
    world.now += 1;
    world
}

async fn listener(answers: &[Answer]) -> (Server, settings::Heartbeat) {
    let server = Server::start(answers).await;
    let address = settings::Heartbeat::Address(format!("http://{}/uuid", server.address));
    (server, address)
}

fn paths(server: &Server) -> Vec<String> {
    let path = |request: &String| request.split(' ').nth(1).unwrap().to_owned();
    server.requests().iter().map(path).collect()
}

#[tokio::test]
async fn every_run_is_heard_and_a_failed_one_as_such() {
    let (server, address) = listener(&[http("200 OK", "", "OK")]).await;
    let mut world = world(address).await;
    assert_eq!(world.run().await.fault, None);
    world.set_down(&["plex"]);
    assert_eq!(world.run().await.fault, None, "an outage is no failure of the monitor");
    world.store().failing_saves.set(9);
    assert!(world.run().await.fault.is_some());
    assert_eq!(paths(&server), ["/uuid", "/uuid", "/uuid/fail"]);
}

#[tokio::test]
async fn who_does_not_hear_it_is_a_problem_and_no_failure() {
    for (answer, why) in [
        (http("404 Not Found", "", ""), "it answered HTTP 404"),
        (http("302 Found", "location: /login\r\n", ""), "it answered HTTP 302"),
        (
            http("200 OK", "", "OK (not found)"),
            "it answered HTTP 200, but the answer speaks of a failure: it knows no such check",
        ),
        (
            http("200 OK", "", r#"{"ok":false,"msg":"Monitor not found or not active."}"#),
            "it answered HTTP 200, but the answer speaks of a failure",
        ),
        (http("200 OK", "", "<!doctype html><form>"), "it answered HTTP 200, but with a web page"),
        (Answer::Reset, "its answer was lost"),
    ] {
        let (_server, address) = listener(&[answer]).await;
        let run = world(address).await.run().await;
        assert_eq!(run.reply.problems, [format!("the heartbeat was not heard: {why}")]);
        assert_eq!(run.fault, None);
    }
}

#[tokio::test]
async fn a_silent_one_holds_no_run_up() {
    let (_server, address) = listener(&[Answer::Hang(Vec::new())]).await;
    let heartbeat = Heartbeat::new(address, &Http::new(&Tls::new().unwrap()));
    let (mut vault, store) = (SecretCache::given(Secrets::default()), MemoryStore::default());
    // Half a second of it is the run's own.
    let deadline = Instant::now() + Duration::from_millis(1_500);
    let heard = heartbeat.beat(true, &mut vault, &store, deadline).await;
    assert_eq!(heard, Err("no answer within 1 s".to_owned()));
    let late = heartbeat.beat(true, &mut vault, &store, Instant::now()).await;
    assert_eq!(late, Err("no connection: no connection within 1 s".to_owned()));
}

#[tokio::test]
async fn an_address_may_sign_in_by_itself() {
    let (server, _) = listener(&[http("200 OK", "", "OK")]).await;
    let mut world = world(settings::Heartbeat::Secret).await;
    let address = format!("http://us%40er:p%3Ass@{}/uuid", server.address);
    world.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new(address));
    assert_eq!(world.run().await.reply.problems, [""; 0]);
    let request = server.requests().remove(0);
    // `us@er:p:ss`
    assert!(request.contains("authorization: Basic dXNAZXI6cDpzcw=="), "{request}");
    assert!(request.starts_with("GET /uuid HTTP/1.1\r\n") && !request.contains("%3A"), "{request}");
}

#[tokio::test]
async fn a_secret_address_is_asked_over_https_only() {
    let mut world = world(settings::Heartbeat::Secret).await;
    world.store().secrets.borrow_mut().heartbeat = Some(SecretValue::new("http://hc.example.invalid/hush"));
    let expected =
        "the heartbeat was not heard: its address is plain http, over which no secret is sent: use https";
    assert_eq!(world.run().await.reply.problems, [expected]);
}

#[tokio::test]
async fn a_secret_address_comes_from_the_secrets_and_is_not_quoted() {
    let run = world(settings::Heartbeat::Secret).await.run().await;
    assert_eq!(run.reply.problems, ["the heartbeat was not heard: no connection: connection refused"]);
}
