//! The services that a measured function calls: a target behind TLS, SSM, and a channel. The same for every subject.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use serde_json::{Value, json};

use super::http::{Request, Server, pause, response};
use crate::certificates::Authority;

/// The name of the state parameter.
pub const STATE_PARAMETER: &str = "/homelab/plex_remote_status";
const SECRETS_PARAMETER: &str = "/homelab/plex_remote_status_secrets";

/// Plex's response to `/identity`.
const IDENTITY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer size="0" apiVersion="1.1.1" claimed="1" machineIdentifier="2c6b0ce0a4c3c0a5f0b8f7d6b5a4938271605f4e" version="1.41.3.9314-a0bfb8370">
</MediaContainer>
"#;

/// How slow the backends are.
#[derive(Clone, Copy, Default)]
pub struct Delays {
    /// A round trip to the target.
    pub target: Duration,
    /// A round trip to SSM.
    pub ssm: Duration,
    /// The time before the target responds to a request.
    pub response: Duration,
}

/// The services that a measured function calls.
pub struct Backends {
    /// The target.
    pub target: Server,
    /// SSM.
    pub ssm: Server,
    /// The channel.
    pub channel: Server,
    /// The authority of the target's certificate; empty without TLS.
    pub ca_pem: String,
    is_up: Arc<AtomicBool>,
    last_probe: Arc<Mutex<Instant>>,
    writes: Arc<Mutex<u64>>,
    stored: Arc<Stored>,
}

/// The values of SSM's parameters by their names.
type Stored = Mutex<HashMap<String, String>>;

/// The number of calls so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calls {
    /// Requests to the target.
    pub probes: u64,
    /// Reads of parameters.
    pub ssm_reads: u64,
    /// Writes of parameters.
    pub ssm_writes: u64,
    /// Connections to SSM.
    pub ssm_connections: u64,
    /// Requests to the channel.
    pub messages: u64,
}

impl Backends {
    /// Start them, with TLS to the target.
    pub fn start(delays: Delays) -> Self {
        let authority = Authority::new();
        Self::start_with(delays, Some(authority.server("localhost", 2090)), authority.pem())
    }

    /// Start them, without TLS to the target.
    pub fn start_without_tls(delays: Delays) -> Self {
        Self::start_with(delays, None, String::new())
    }

    fn start_with(delays: Delays, tls: Option<Arc<ServerConfig>>, ca_pem: String) -> Self {
        let is_up = Arc::new(AtomicBool::new(true));
        let last_probe = Arc::new(Mutex::new(Instant::now()));
        let writes = Arc::new(Mutex::new(0));
        let (up, last) = (Arc::clone(&is_up), Arc::clone(&last_probe));
        let target = Server::start(tls, delays.target, move |_| {
            pause(delays.response);
            *last.lock().unwrap() = Instant::now();
            let status = if up.load(Ordering::SeqCst) { "200 OK" } else { "502 Bad Gateway" };
            Some(response(status, "content-type: text/xml;charset=utf-8\r\n", IDENTITY))
        });
        let secrets = json!({ "pushover": { "token": "t", "user": "u" } }).to_string();
        let first = json!({ "status": "up", "ts": 1_700_000_000 }).to_string();
        let stored =
            HashMap::from([(SECRETS_PARAMETER.to_owned(), secrets), (STATE_PARAMETER.to_owned(), first)]);
        let stored = Arc::new(Mutex::new(stored));
        let (values, written) = (Arc::clone(&stored), Arc::clone(&writes));
        let ssm =
            Server::start(None, delays.ssm, move |request| Some(parameters(request, &values, &written)));
        let channel = Server::start(None, Duration::ZERO, |_| {
            Some(response("200 OK", "", r#"{"status":1,"request":"r"}"#))
        });
        Self { target, ssm, channel, ca_pem, is_up, last_probe, writes, stored }
    }

    /// Store a parameter.
    pub fn store(&self, name: &str, value: &str) {
        self.stored.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Let the target fail from now on.
    pub fn break_target(&self) {
        self.is_up.store(false, Ordering::SeqCst);
    }

    /// When the last probe was answered.
    pub fn last_probe(&self) -> Instant {
        *self.last_probe.lock().unwrap()
    }

    /// The number of calls so far.
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

    /// The target's URL. It has a host name, as targets usually have, so that the name is resolved each time.
    pub fn target_url(&self) -> String {
        let scheme = if self.ca_pem.is_empty() { "http" } else { "https" };
        format!("{scheme}://localhost:{}/identity", self.target.address.port())
    }

    /// The channel's URL.
    pub fn channel_url(&self) -> String {
        format!("http://{}/1/messages.json", self.channel.address)
    }

    /// `plexmon.json` with this number of targets. Written here as JSON, so that this crate needs none of what it tests.
    pub fn settings(&self, targets: usize) -> Value {
        let target = |at: usize| {
            let mut target = json!({
                "name": if at == 0 { "plex".to_owned() } else { format!("plex-{at}") },
                "app": "Plex",
                "url": self.target_url(),
                "status": [200],
                "contains": "machineIdentifier=",
                "timeout_s": 10,
            });
            if !self.ca_pem.is_empty() {
                target["ca_pem"] = json!(self.ca_pem);
            }
            target
        };
        json!({
            "deployment": "plex-remote-health",
            "state_parameter": STATE_PARAMETER,
            "history": { "days": 90, "records": 1, "parameters": 250 },
            "secrets_parameter": SECRETS_PARAMETER,
            "targets": (0..targets).map(target).collect::<Vec<_>>(),
            "channels": [{ "name": "pushover", "kind": "pushover", "url": self.channel_url() }],
        })
    }
}

/// SSM's operations on parameters. Signatures are not verified.
fn parameters(request: &Request, stored: &Stored, writes: &Mutex<u64>) -> Vec<u8> {
    let input: Value = serde_json::from_slice(&request.body).unwrap();
    let mut stored = stored.lock().unwrap();
    let json_response = |status: &str, body: &Value| {
        let headers = "content-type: application/x-amz-json-1.1\r\nx-amzn-requestid: 1\r\n";
        response(status, headers, &body.to_string())
    };
    let name = input["Name"].as_str().unwrap_or_default();
    match request.header("x-amz-target") {
        Some("AmazonSSM.PutParameter") => {
            *writes.lock().unwrap() += 1;
            stored.insert(name.to_owned(), input["Value"].as_str().unwrap().to_owned());
            json_response("200 OK", &json!({ "Tier": "Standard", "Version": 2 }))
        }
        Some("AmazonSSM.GetParameters") => {
            let names: Vec<&str> =
                input["Names"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
            let (found, missing): (Vec<&str>, Vec<&str>) =
                names.into_iter().partition(|name| stored.contains_key(*name));
            let found: Vec<Value> = found.into_iter().map(|name| parameter(name, &stored[name])).collect();
            json_response("200 OK", &json!({ "Parameters": found, "InvalidParameters": missing }))
        }
        _ => match stored.get(name) {
            Some(value) => json_response("200 OK", &json!({ "Parameter": parameter(name, value) })),
            None => json_response("400 Bad Request", &json!({ "__type": "ParameterNotFound" })),
        },
    }
}

fn parameter(name: &str, value: &str) -> Value {
    json!({
        "ARN": format!("arn:aws:ssm:us-east-1:123456789012:parameter{name}"), "DataType": "text",
        "LastModifiedDate": 1_700_000_000.0, "Name": name, "Type": "String", "Value": value, "Version": 1,
    })
}
