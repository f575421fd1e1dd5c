//! The dead man's switch: it hears of every run, after the run was kept, and that a failed one has failed.

use plexmon_function::heartbeat::Heartbeat;
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_function::secrets::Secret;
use plexmon_function::settings;

use crate::handler::World;
use crate::server::{Answer, Server, http};
use crate::world::settings;

async fn world(address: settings::Heartbeat) -> World {
    let heartbeat = Heartbeat::new(address, &Http::new(&Tls::new().unwrap()));
    let mut world = World::new(settings(&["plex"])).with_heartbeat(heartbeat);
    world.store().secrets.borrow_mut().heartbeat = Some(Secret::new("http://127.0.0.1:1/hush"));
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
    let (_server, address) = listener(&[http("404 Not Found", "", "")]).await;
    let run = world(address).await.run().await;
    assert_eq!(run.reply.problems, ["the heartbeat was not heard: it answered HTTP 404"]);
    assert_eq!(run.fault, None);
}

#[tokio::test]
async fn a_secret_address_comes_from_the_secrets_and_is_not_quoted() {
    let run = world(settings::Heartbeat::Secret).await.run().await;
    assert_eq!(run.reply.problems, ["the heartbeat was not heard: no connection, or no answer"]);
}
