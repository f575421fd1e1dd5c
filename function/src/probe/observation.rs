//! What a probe found, and the journal that is kept while it runs.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::cause::{Cause, Fault};
use super::certificate::Validity;
use super::identity::Identity;
use crate::text::single_line;

/// Reasons are shown to people and kept in a small parameter.
const MAX_WHY_CHARS: usize = 200;

/// What one probe found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The target's name.
    pub target: String,
    /// Whether the whole chain held and the answer was the expected one.
    pub ok: bool,
    /// The HTTP status code, if there was an answer.
    pub http: Option<u16>,
    /// The address that was connected to, or else the last that was tried.
    pub address: Option<IpAddr>,
    /// Every link that was begun, in order. If the probe failed, the last one is what failed.
    pub links: Vec<Link>,
    /// What failed and why; absent if all is well.
    pub failed: Option<Failure>,
    /// When the server's certificate expires, in Unix seconds.
    pub certificate_expires: Option<u64>,
    /// When it became valid, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_begins: Option<u64>,
    /// The certificate itself, in DER; for whoever wants to show more of it.
    #[serde(skip)]
    pub certificate: Option<Vec<u8>>,
    /// What the server says of itself.
    #[serde(default)]
    pub server: Identity,
    /// How often it was asked.
    #[serde(default = "once")]
    pub tries: u32,
    /// How long it all took, in milliseconds.
    pub total_ms: f64,
}

/// What an observation says of its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is well.
    Up,
    /// It is not.
    Down,
    /// Nobody can tell from here.
    Unseen,
}

fn once() -> u32 {
    1
}

impl Observation {
    /// What it says of the target.
    pub fn verdict(&self) -> Verdict {
        match &self.failed {
            _ if self.ok => Verdict::Up,
            Some(failure) => failure.cause.verdict(),
            None => Verdict::Down,
        }
    }

    /// Why the target is not well.
    pub fn cause(&self) -> Option<Cause> {
        self.failed.as_ref().map(|failure| failure.cause)
    }

    /// The least that can be said of a target: whether it is up.
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
    /// Whether it held.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// What was found, in a few words: an address, a TLS version, a status.
    pub detail: String,
}

/// The links of the chain, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkName {
    /// The host name is looked up.
    Dns,
    /// A connection is made.
    Tcp,
    /// The certificate is verified.
    Tls,
    /// The request is sent; status and headers arrive.
    Http,
    /// The body arrives and is searched.
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
    /// Why, in plain words: "connection refused", "Plex is stopped; nginx answers 502".
    pub why: String,
    /// The class of it.
    pub cause: Cause,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cause.speaks_for_itself() {
            return formatter.write_str(&self.why);
        }
        write!(formatter, "{} ({})", self.why, self.link)
    }
}

/// Notes each link's time. It outlives the probe's future, so that a time-out loses nothing.
pub(super) struct Journal {
    observation: Observation,
    started: Instant,
    under_way: Option<(LinkName, Instant)>,
}

impl Journal {
    pub(super) fn new(target: &str) -> Self {
        let observation = Observation::bare(target, false);
        Self { observation, started: Instant::now(), under_way: None }
    }

    pub(super) fn begin(&mut self, link: LinkName) {
        self.under_way = Some((link, Instant::now()));
    }

    pub(super) fn done(&mut self, detail: String) {
        self.end(true, detail);
    }

    /// The class of not being through in time, by the link that is under way.
    pub(super) fn time_out(&self) -> Cause {
        match self.under_way.map_or(LinkName::Dns, |(link, _)| link) {
            LinkName::Dns => Cause::Dns,
            LinkName::Tcp => Cause::Connect,
            LinkName::Tls | LinkName::Http | LinkName::Body => Cause::Timeout,
        }
    }

    pub(super) fn fail(&mut self, fault: Fault) {
        let Fault { cause, why } = fault;
        let why = single_line(&why, MAX_WHY_CHARS);
        let link = self.under_way.map_or(LinkName::Dns, |(link, _)| link);
        self.end(false, why.clone());
        self.observation.failed = Some(Failure { link, why, cause });
    }

    pub(super) fn address(&mut self, address: IpAddr) {
        self.observation.address = Some(address);
    }

    pub(super) fn http(&mut self, status: u16) {
        self.observation.http = Some(status);
    }

    pub(super) fn certificate(&mut self, validity: Option<Validity>, der: Option<Vec<u8>>) {
        self.observation.certificate_begins = validity.map(|validity| validity.begins);
        self.observation.certificate_expires = validity.map(|validity| validity.ends);
        self.observation.certificate = der;
    }

    pub(super) fn server(&mut self, identity: Identity) {
        self.observation.server = identity;
    }

    pub(super) fn finish(mut self) -> Observation {
        self.observation.ok = self.observation.failed.is_none();
        self.observation.total_ms = milliseconds(self.started);
        self.observation
    }

    fn end(&mut self, ok: bool, detail: String) {
        if let Some((name, since)) = self.under_way.take() {
            self.observation.links.push(Link { name, ok, ms: milliseconds(since), detail });
        }
    }
}

/// Milliseconds since then, to a tenth: more digits would only be noise.
fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
