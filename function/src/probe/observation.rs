//! The result of one probe: what worked, what failed and why.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::cause::{Cause, Verdict};
use super::finding::Finding;
use super::identity::Identity;
use super::incident::Incident;

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The target's name.
    pub target: String,
    /// Whether every link worked and the response met the target's conditions.
    pub ok: bool,
    /// The HTTP status code, if there was a response.
    pub http: Option<u16>,
    /// The address that was connected to, or else the last one that was tried.
    pub address: Option<IpAddr>,
    /// Every link that was begun, in order. If the probe failed, the last one is what failed.
    pub links: Vec<Link>,
    /// What failed and why; absent if nothing did.
    pub failed: Option<Failure>,
    /// When the server's certificate expires, in Unix seconds.
    pub certificate_expires: Option<u64>,
    /// When it became valid, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_begins: Option<u64>,
    /// The certificate itself, in DER, for callers that show more of it.
    #[serde(skip)]
    pub certificate: Option<Vec<u8>>,
    /// How the server identifies itself.
    #[serde(default)]
    pub server: Identity,
    /// What its conditions found whose failure is only a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Whether a value is so close to a limit that it does not end an outage that this limit began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_near_limit: bool,
    /// Whether nothing answered although that is what is expected: a closed port, or a monitor without a network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_silent: bool,
    /// Whether the app refused a secret of the checks of what it says about itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret_refused: bool,
    /// What the service behind the app reports about itself, which may explain the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// How many times the target was probed for this observation.
    #[serde(default = "once")]
    pub tries: u32,
    /// The whole probe's time, in milliseconds.
    pub total_ms: f64,
}

fn once() -> u32 {
    1
}

impl Observation {
    /// Return what it says about the target.
    pub fn verdict(&self) -> Verdict {
        match &self.failed {
            _ if self.ok => Verdict::Up,
            Some(failure) => failure.cause.verdict(),
            None => Verdict::Down,
        }
    }

    /// Return what failed and why, for people, with what the service behind the app reports about itself.
    pub fn why(&self) -> Option<String> {
        let failed = self.failed.as_ref()?.to_string();
        Some(match &self.incident {
            Some(incident) => format!("{failed}. {incident}"),
            None => failed,
        })
    }

    /// Return why the target is not up.
    pub fn cause(&self) -> Option<Cause> {
        self.failed.as_ref().map(|failure| failure.cause)
    }

    /// Create an observation that says only whether the target is up.
    pub fn bare(target: &str, ok: bool) -> Self {
        Self {
            target: target.to_owned(),
            ok,
            http: None,
            address: None,
            links: Vec::new(),
            failed: None,
            certificate_expires: None,
            certificate_begins: None,
            certificate: None,
            server: Identity::default(),
            findings: Vec::new(),
            is_near_limit: false,
            is_silent: false,
            secret_refused: false,
            incident: None,
            tries: 1,
            total_ms: 0.0,
        }
    }
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Which one.
    pub name: LinkName,
    /// Whether it worked.
    pub ok: bool,
    /// Its time, in milliseconds.
    pub ms: f64,
    /// What was found: an address, a TLS version, a status.
    pub detail: String,
}

/// The links of the chain, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkName {
    /// Resolve the host name.
    Dns,
    /// Connect.
    Tcp,
    /// Complete the handshake and verify the certificate.
    Tls,
    /// Send the request; receive status and headers.
    Http,
    /// Receive the body and search it.
    Body,
}

impl fmt::Display for LinkName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Body => "body",
        })
    }
}

/// The link that failed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which link.
    pub link: LinkName,
    /// An explanation for people: "connection refused", "Plex is stopped; nginx returns 502".
    pub why: String,
    /// Its class.
    pub cause: Cause,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cause.is_self_explanatory() {
            return formatter.write_str(&self.why);
        }
        write!(formatter, "{} ({})", self.why, self.link)
    }
}
