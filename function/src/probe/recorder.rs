//! Records each link's time and outcome while a probe runs.

use std::net::IpAddr;

use tokio::time::Instant;

use super::cause::Cause;
use super::certificate::Validity;
use super::error::ProbeError;
use super::finding::Finding;
use super::identity::Identity;
use super::observation::{Failure, Link, LinkName, Observation};
use crate::text::single_line;

/// Explanations are shown to people and stored in a small parameter.
const MAX_WHY_CHARS: usize = 200;

/// The observation in progress. It outlives the probe's future, so that a timeout loses nothing.
pub(super) struct Recorder {
    observation: Observation,
    started: Instant,
    current: Option<(LinkName, Instant)>,
    /// Whether the response time is complete.
    has_ended: bool,
}

impl Recorder {
    pub(super) fn new(target: &str) -> Self {
        let observation = Observation::bare(target, false);
        Self { observation, started: Instant::now(), current: None, has_ended: false }
    }

    pub(super) fn begin(&mut self, link: LinkName) {
        self.current = Some((link, Instant::now()));
    }

    pub(super) fn succeed(&mut self, detail: String) {
        self.end(true, detail);
    }

    /// Return the class of a timeout, by the current link.
    pub(super) fn timeout_cause(&self) -> Cause {
        match self.current_link() {
            LinkName::Dns => Cause::Dns,
            LinkName::Tcp => Cause::Connect,
            LinkName::Tls | LinkName::Http | LinkName::Body => Cause::Timeout,
        }
    }

    pub(super) fn fail(&mut self, error: ProbeError) {
        let ProbeError { cause, why } = error;
        let why = single_line(&why, MAX_WHY_CHARS);
        let link = self.current_link();
        self.end(false, why.clone());
        self.observation.failed = Some(Failure { link, why, cause });
    }

    pub(super) fn set_address(&mut self, address: IpAddr) {
        self.observation.address = Some(address);
    }

    pub(super) fn set_status(&mut self, status: u16) {
        self.observation.http = Some(status);
    }

    pub(super) fn set_certificate(&mut self, validity: Option<Validity>, der: Option<Vec<u8>>) {
        self.observation.certificate_begins = validity.map(|validity| validity.begins);
        self.observation.certificate_expires = validity.map(|validity| validity.ends);
        self.observation.certificate = der;
    }

    pub(super) fn set_server(&mut self, identity: Identity) {
        self.observation.server = identity;
    }

    /// Record what conditions found whose failure is only a warning.
    pub(super) fn add_findings(&mut self, findings: impl IntoIterator<Item = Finding>) {
        let shortened =
            |finding: Finding| Finding { why: single_line(&finding.why, MAX_WHY_CHARS), ..finding };
        self.observation.findings.extend(findings.into_iter().map(shortened));
    }

    /// Record that the app refused a secret of the checks of what it says about itself.
    pub(super) fn set_secret_refused(&mut self) {
        self.observation.secret_refused = true;
    }

    /// Record that the target has answered. What follows does not count as its response time.
    pub(super) fn end_response(&mut self) {
        self.observation.total_ms = milliseconds(self.started);
        self.has_ended = true;
    }

    /// Record that a value is close to a limit beyond which the target is down.
    pub(super) fn set_near_limit(&mut self) {
        self.observation.is_near_limit = true;
    }

    /// Record that nothing answered, as expected.
    pub(super) fn set_silent(&mut self) {
        self.observation.is_silent = true;
    }

    pub(super) fn finish(mut self) -> Observation {
        self.observation.ok = self.observation.failed.is_none();
        if !self.has_ended {
            self.observation.total_ms = milliseconds(self.started);
        }
        self.observation
    }

    fn current_link(&self) -> LinkName {
        self.current.map_or(LinkName::Dns, |(link, _)| link)
    }

    fn end(&mut self, ok: bool, detail: String) {
        if let Some((name, since)) = self.current.take() {
            self.observation.links.push(Link { name, ok, ms: milliseconds(since), detail });
        }
    }
}

/// Return the milliseconds since then, rounded to a tenth: more digits would be noise.
fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
