//! What a function finds around it: a target behind TLS, SSM, and a channel. The same for every one that is measured.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use plexmon_function::contract::settings::{ChannelKind, ChannelSettings, Settings, Severity, Target};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};

use crate::http::{Request, Server, pause, reply};

pub const STATE: &str = "/homelab/plex_remote_status";
const SECRETS: &str = "/homelab/plex_remote_status_secrets";

/// What Plex answers to `/identity`.
const IDENTITY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer size="0" apiVersion="1.1.1" claimed="1" machineIdentifier="2c6b0ce0a4c3c0a5f0b8f7d6b5a4938271605f4e" version="1.41.3.9314-a0bfb8370">
</MediaContainer>
"#;

/// How slow everything is.
#[derive(Clone, Copy, Default)]
pub struct Slowness {
    /// A round trip to the target.
    pub target: Duration,
    /// A round trip to SSM.
    pub ssm: Duration,
    /// What the target thinks about before it answers.
    pub thought: Duration,
}

/// What a function finds around it.
pub struct World {
    pub target: Server,
    pub ssm: Server,
    pub channel: Server,
    pub ca_pem: String,
    is_up: Arc<AtomicBool>,
    last_probe: Arc<Mutex<Instant>>,
    writes: Arc<Mutex<u64>>,
}

/// What was done, up to some moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calls {
    pub probes: u64,
    pub ssm_reads: u64,
    pub ssm_writes: u64,
    pub ssm_connections: u64,
    pub messages: u64,
}

impl World {
    pub fn new(slowness: Slowness) -> Self {
        let (tls, ca_pem) = certified();
        Self::with(slowness, Some(tls), ca_pem)
    }

    /// The same with another TLS to the target, or with none.
    pub fn with(slowness: Slowness, tls: Option<Arc<ServerConfig>>, ca_pem: String) -> Self {
        let is_up = Arc::new(AtomicBool::new(true));
        let last_probe = Arc::new(Mutex::new(Instant::now()));
        let writes = Arc::new(Mutex::new(0));
        let (up, last) = (Arc::clone(&is_up), Arc::clone(&last_probe));
        let target = Server::start(tls, slowness.target, move |_| {
            pause(slowness.thought);
            *last.lock().unwrap() = Instant::now();
            let status = if up.load(Ordering::SeqCst) { "200 OK" } else { "502 Bad Gateway" };
            Some(reply(status, "content-type: text/xml;charset=utf-8\r\n", IDENTITY))
        });
        let secrets = json!({ "pushover": { "token": "t", "user": "u" } }).to_string();
        let first = json!({ "status": "up", "ts": 1_700_000_000 }).to_string();
        let kept = Mutex::new(HashMap::from([(SECRETS.to_owned(), secrets), (STATE.to_owned(), first)]));
        let written = Arc::clone(&writes);
        let ssm = Server::start(None, slowness.ssm, move |request| Some(parameter(request, &kept, &written)));
        let channel = Server::start(None, Duration::ZERO, |_| {
            Some(reply("200 OK", "", r#"{"status":1,"request":"r"}"#))
        });
        Self { target, ssm, channel, ca_pem, is_up, last_probe, writes }
    }

    /// Breaks the target.
    pub fn break_down(&self) {
        self.is_up.store(false, Ordering::SeqCst);
    }

    /// When the last probe was answered.
    pub fn last_probe(&self) -> Instant {
        *self.last_probe.lock().unwrap()
    }

    pub fn calls(&self) -> Calls {
        let ssm_writes = *self.writes.lock().unwrap();
        Calls {
            probes: self.target.requests(),
            ssm_reads: self.ssm.requests() - ssm_writes,
            ssm_writes,
            ssm_connections: self.ssm.connections(),
            messages: self.channel.requests(),
        }
    }

    /// The target's address. By name, as everybody has it, so the name is looked up each time.
    pub fn url(&self) -> String {
        let scheme = if self.ca_pem.is_empty() { "http" } else { "https" };
        format!("{scheme}://localhost:{}/identity", self.target.address.port())
    }

    /// Settings with so many targets.
    pub fn settings(&self, targets: usize) -> Settings {
        let one = |at| Target {
            name: if at == 0 { "plex".to_owned() } else { format!("plex-{at}") },
            app: "Plex".to_owned(),
            url: self.url(),
            status: vec![200],
            contains: Some("machineIdentifier=".to_owned()),
            ca_pem: Some(self.ca_pem.clone()).filter(|pem| !pem.is_empty()),
            ..Target::default()
        };
        let url = format!("http://{}/1/messages.json", self.channel.address);
        let pushover = ChannelSettings {
            name: "pushover".to_owned(),
            kind: ChannelKind::Pushover { url },
            min: Severity::Info,
            quiet: None,
        };
        Settings {
            deployment: "plex-remote-health".to_owned(),
            state_parameter: STATE.to_owned(),
            secrets_parameter: Some(SECRETS.to_owned()),
            targets: (0..targets).map(one).collect(),
            channels: vec![pushover],
            ..Settings::default()
        }
    }
}

/// SSM's two calls: what was put is got. It looks at no signature.
fn parameter(request: &Request, kept: &Mutex<HashMap<String, String>>, writes: &Mutex<u64>) -> Vec<u8> {
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let name = asked["Name"].as_str().unwrap();
    let mut kept = kept.lock().unwrap();
    let json = |status: &str, body: &Value| {
        let headers = "content-type: application/x-amz-json-1.1\r\nx-amzn-requestid: 1\r\n";
        reply(status, headers, &body.to_string())
    };
    if request.header("x-amz-target") == Some("AmazonSSM.PutParameter") {
        *writes.lock().unwrap() += 1;
        kept.insert(name.to_owned(), asked["Value"].as_str().unwrap().to_owned());
        return json("200 OK", &json!({ "Tier": "Standard", "Version": 2 }));
    }
    match kept.get(name) {
        Some(value) => json(
            "200 OK",
            &json!({ "Parameter": {
                "ARN": format!("arn:aws:ssm:us-east-1:123456789012:parameter{name}"), "DataType": "text",
                "LastModifiedDate": 1_700_000_000.0, "Name": name, "Type": "String", "Value": value, "Version": 1,
            } }),
        ),
        None => json("400 Bad Request", &json!({ "__type": "ParameterNotFound" })),
    }
}

/// A server's side for `localhost`, and the authority that vouches for it.
fn certified() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    // OpenSSL takes a certificate for self-signed that has its issuer's name.
    params.distinguished_name.push(rcgen::DnType::CommonName, "authority of the benchmark");
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (Arc::new(config), issuer.pem())
}
