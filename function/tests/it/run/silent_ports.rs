//! A port that does not answer is closed, unless the monitor itself has no network.

use std::time::Duration;

use plexmon_function::contract::secrets::Secrets;
use plexmon_function::contract::settings::{Expect, Protocol, Target};
use plexmon_function::probe::{Cause, Observation, Tls, Verdict};
use plexmon_function::run::{Monitor, NetworkProber};
use plexmon_function::store::{MemoryStore, SecretCache};
use tokio::time::Instant;

use crate::fixtures;
use crate::server::{Server, http, refusing, silent};

/// Examine targets that are ports which must be closed, with this control host.
async fn examine(addresses: &[std::net::SocketAddr], control: String) -> Vec<Observation> {
    let mut settings = fixtures::settings(&[]);
    settings.control = vec![control];
    settings.targets = addresses
        .iter()
        .map(|address| Target {
            url: format!("tcp://{address}"),
            protocol: Protocol::Tcp { tls: false },
            expect: Expect::Refusal,
            timeout_s: 1,
            ..fixtures::target(&address.to_string())
        })
        .collect();
    let prober = NetworkProber(Tls::new().unwrap());
    let mut monitor = Monitor::new(
        settings,
        MemoryStore::default(),
        prober,
        Vec::new(),
        SecretCache::fixed(Secrets::default()),
    );
    monitor.examine(Instant::now() + Duration::from_secs(20)).await
}

#[tokio::test]
async fn a_silent_port_is_closed_only_if_the_monitor_is_online() {
    let (_connections, silent) = silent().await;
    let (_reserved, refuses) = refusing();
    let control = Server::start(&[http("204 No Content", "", "")]).await;
    let online = examine(&[silent], control.url()).await;
    assert_eq!(online[0].verdict(), Verdict::Up, "{online:?}");
    let nowhere = format!("http://{refuses}/");
    let offline = examine(&[silent], nowhere.clone()).await;
    assert_eq!(offline[0].cause(), Some(Cause::MonitorOffline), "{offline:?}");
    // A refusal is an answer.
    let seen = examine(&[silent, refuses], nowhere).await;
    assert!(seen.iter().all(|seen| seen.verdict() == Verdict::Up), "{seen:?}");
}
