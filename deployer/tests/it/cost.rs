//! What estimates of the cost assume, compared with real runs and a real probe.

use std::time::Duration;

use plexmon_deploy::cost::assumptions::{
    ANSWER_BYTES, EVENT_BYTES, EVENTS, LAMBDA_LOG_BYTES, PROBE_BYTES, log_bytes,
};
use plexmon_function::contract::secrets::{Secrets, TargetSecrets};
use plexmon_function::contract::settings::{PageSettings, Settings, Target};
use plexmon_function::contract::state::Status;
use plexmon_function::page::{PageRequest, PageServer};
use plexmon_function::probe::{Observation, Tls, probe};
use plexmon_function::run::{Monitor, Prober};
use plexmon_function::store::{MemoryStore, ParameterSource, SecretCache, StoreError};
use plexmon_testing::certificates::Authority;
use serde_json::json;
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

/// Nothing is stored.
struct Nothing;

impl ParameterSource for Nothing {
    async fn read(&self, names: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        Ok(vec![None; names.len()])
    }
}

#[test]
fn the_headers_of_an_answer_are_no_larger_than_is_assumed() {
    /// Certificates and keys of a handshake, and the headers that Lambda adds.
    const HANDSHAKE: u64 = 4500;
    const OF_LAMBDA: u64 = 300;
    let settings = Settings {
        targets: vec![target("app", "https://example.com")],
        page: Some(PageSettings {
            title: "Status".to_owned(),
            secret_sha256: None,
            noindex: true,
            languages: vec!["en".to_owned()],
            home_region: None,
        }),
        ..Settings::default()
    };
    let mut server = PageServer::new(settings, Nothing);
    for path in ["/", "/status.json", "/feed.atom", "/badge/app.svg"] {
        let event = json!({ "rawPath": path, "requestContext": { "http": { "method": "GET" } } });
        let answer = runtime().block_on(server.respond(PageRequest::of(&event), 1_800_000_000));
        assert!(answer.status == 200 && !answer.body.is_empty(), "{answer:?}");
        let headers: u64 =
            answer.headers.iter().map(|(name, value)| (name.len() + value.len() + 4) as u64).sum();
        assert!(headers > 200, "{answer:?}");
        assert!(headers + HANDSHAKE + OF_LAMBDA <= ANSWER_BYTES, "{path}: {headers} bytes");
    }
}
