//! What estimates of the cost assume, compared with real runs and a real probe.

use std::time::Duration;

use plexmon_deploy::cost::assumptions::{EVENT_BYTES, EVENTS, LAMBDA_LOG_BYTES, PROBE_BYTES, log_bytes};
use plexmon_function::contract::secrets::{Secrets, TargetSecrets};
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::Status;
use plexmon_function::probe::{Observation, Tls, probe};
use plexmon_function::run::{Monitor, Prober};
use plexmon_function::store::{MemoryStore, SecretCache};
use plexmon_testing::certificates::Authority;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::support::runtime;

struct AllUp;

impl Prober for AllUp {
    async fn probe(&self, target: &Target, _: &TargetSecrets) -> Observation {
        Observation { http: Some(200), total_ms: 456.7, ..Observation::bare(&target.name, true) }
    }
}

fn target(name: &str, url: &str) -> Target {
    Target { name: name.to_owned(), url: url.to_owned(), status: vec![200], ..Target::default() }
}

/// The line of the second run: the first one has a notification to send.
async fn logged(targets: &[Target]) -> u64 {
    let settings = Settings { targets: targets.to_vec(), ..Settings::default() };
    let secrets = SecretCache::fixed(Secrets::default());
    let mut monitor = Monitor::new(settings, MemoryStore::default(), AllUp, Vec::new(), secrets);
    let deadline = Instant::now() + Duration::from_secs(30);
    monitor.run(1_800_000_000, deadline).await;
    let run = monitor.run(1_800_000_300, deadline).await;
    assert_eq!((run.reply.current, run.reply.targets.len()), (Status::Up, targets.len()));
    serde_json::to_string(&run).unwrap().len() as u64 + 1
}

#[test]
fn a_run_logs_hardly_less_than_is_assumed_and_never_more() {
    for count in [1, 20, 100] {
        let targets: Vec<Target> =
            (0..count).map(|number| target(&format!("app {number}"), "https://example.com")).collect();
        let line = runtime().block_on(logged(&targets));
        let assumed = log_bytes(&targets) - LAMBDA_LOG_BYTES - EVENT_BYTES * EVENTS;
        assert!(line <= assumed, "{count}: {line} bytes instead of {assumed}");
        assert!(line * 100 >= assumed * 93, "{count}: {line} bytes instead of {assumed}");
    }
}

/// Answer one HTTPS request on loopback; return the address.
async fn https(authority: &Authority) -> std::net::SocketAddr {
    let acceptor = TlsAcceptor::from(authority.server("localhost", 2090));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    address
}

#[test]
fn a_probe_sends_no_more_than_is_assumed() {
    /// Headers of a packet, and more packets than a probe sends.
    const PACKETS: u64 = 12 * 52;
    let sent = runtime().block_on(async {
        let authority = Authority::new();
        let server = https(&authority).await;
        let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", relay.local_addr().unwrap().port());
        let relayed = tokio::spawn(async move {
            let mut client = relay.accept().await.unwrap().0;
            let mut server = TcpStream::connect(server).await.unwrap();
            copy_bidirectional(&mut client, &mut server).await.unwrap().0
        });
        let target = Target { ca_pem: Some(authority.pem()), ..target("app", &url) };
        let seen = probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await;
        assert!(seen.ok, "{seen:?}");
        relayed.await.unwrap()
    });
    assert!(sent > 300, "{sent} bytes");
    assert!(sent + PACKETS <= PROBE_BYTES, "{sent} bytes");
}
