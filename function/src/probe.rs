//! Probe one target over a new connection: which link of the chain failed and why, and how long each took.
//!
//! The chain is DNS, TCP, TLS, HTTP, body. [`probe`] always returns an observation, never an error. Nothing is reused
//! from one probe to the next, because the whole chain is what is monitored.
//!
//! - [`connect`], [`tls`] and [`exchange`] are the links; [`recorder`] records them.
//! - [`classify`] decides what an unexpected response means; [`firewall`] and [`login_wall`] contain the tables of products
//!   that may answer instead of the app. A new product is an entry there.
//! - [`tcp`] ends after the connection; [`dns`] asks DNS services over HTTPS, and [`dns_record`] compares their records.
//! - [`plain_http`] asks the same over plain http, and [`https_redirect`] judges the answer.
//! - [`registry`] asks when a domain ends, which is not a part of a probe.
//! - [`condition`] evaluates the conditions that the response of a healthy app meets.
//! - [`inside`] asks the app about itself, after it has answered.

mod body;
mod cause;
mod certificate;
mod classify;
pub mod condition;
mod connect;
mod content_encoding;
mod dns;
pub mod dns_record;
mod error;
mod exchange;
mod finding;
mod firewall;
mod http_error;
mod https_redirect;
mod identity;
mod incident;
mod inside;
mod login_wall;
mod observation;
mod plain_http;
mod received;
mod recorder;
mod registry;
mod request;
mod response;
mod room;
mod self_report;
mod stream;
mod tcp;
mod tls;
mod url;
mod verifier;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

pub use self::cause::{Cause, Verdict};
pub use self::connect::Family;
use self::error::ProbeError;
use self::exchange::Exchange;
pub use self::finding::{Finding, Level, check_of};
pub use self::identity::Identity;
pub use self::incident::Incident;
pub use self::inside::cloud::incident;
pub use self::observation::{Failure, Link, LinkName, Observation};
use self::recorder::Recorder;
pub use self::registry::{Registration, RegistryAnswer, ask_registry};
use self::stream::ProbeStream;
use self::tls::Alpn;
pub use self::tls::Tls;
use self::url::TargetUrl;
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{Expect, Protocol, Target};

/// Probe `target` once, over any of its addresses.
pub async fn probe(target: &Target, secrets: &TargetSecrets, tls: &Tls) -> Observation {
    probe_over(Family::Any, target, secrets, tls).await
}

/// [`probe`], over addresses of one family.
pub async fn probe_over(family: Family, target: &Target, secrets: &TargetSecrets, tls: &Tls) -> Observation {
    let deadline = Instant::now() + Duration::from_secs(target.timeout_s.into());
    let mut recorder = Recorder::new(&target.name);
    let run = Probe { family, target, secrets, tls, deadline }.run(&mut recorder);
    let error = match timeout_at(deadline, run).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => {
            let why = format!("no answer within {} s", target.timeout_s);
            Some(ProbeError::new(recorder.timeout_cause(), why))
        }
    };
    match error {
        // A target that cannot be reached is not open now, but that does not prove that it would refuse.
        Some(error)
            if target.expect == Expect::Refusal
                && error.cause != Cause::Exposed
                && error.cause.verdict() == Verdict::Down =>
        {
            recorder.fail(ProbeError { cause: Cause::MonitorOffline, ..error });
        }
        Some(error) => recorder.fail(error),
        None => {}
    }
    recorder.finish()
}

/// What one probe needs.
struct Probe<'a> {
    family: Family,
    target: &'a Target,
    secrets: &'a TargetSecrets,
    tls: &'a Tls,
    deadline: Instant,
}

impl Probe<'_> {
    /// Follow the chain, link by link. The link that is current when this returns an error, or is dropped, is the one
    /// that failed.
    async fn run(self, recorder: &mut Recorder) -> Result<(), ProbeError> {
        match &self.target.protocol {
            Protocol::Http => self.http(recorder).await,
            Protocol::Tcp { tls } => self.tcp(*tls, recorder).await,
            Protocol::Dns { .. } => self.dns(recorder).await,
        }
    }

    async fn http(&self, recorder: &mut Recorder) -> Result<(), ProbeError> {
        let Self { target, secrets, tls, deadline, .. } = self;
        recorder.begin(LinkName::Dns);
        let url = TargetUrl::parse(&target.url).map_err(ProbeError::of(Cause::Condition))?;
        let request = request::of_target(target, &url, secrets).map_err(ProbeError::of(Cause::Condition))?;
        let addresses = self.resolve(&url, recorder).await?;
        let (tcp, peer) = self.connect(&addresses, recorder).await?;
        recorder.succeed(peer);
        let stream = if url.is_https {
            let (session, described) = self.secure(tcp, &url, Alpn::Http, recorder).await?;
            recorder.succeed(described);
            ProbeStream(Box::new(session))
        } else {
            ProbeStream(Box::new(tcp))
        };
        Exchange { target, url: &url, recorder }.run(stream, request).await?;
        recorder.end_response();
        self.check_redirect(&url, &addresses, recorder).await?;
        if target.inside.is_empty() {
            return Ok(());
        }
        recorder.begin(LinkName::Body);
        let route =
            inside::Route { target, url: &url, addresses: &addresses, secrets, tls, deadline: *deadline };
        // On the heap, because few targets have such checks.
        Box::pin(inside::check(route, recorder)).await
    }

    async fn resolve(&self, url: &TargetUrl, recorder: &mut Recorder) -> Result<Vec<SocketAddr>, ProbeError> {
        let addresses = connect::resolve(url, self.family).await.map_err(ProbeError::of(Cause::Dns))?;
        recorder.succeed(connect::listed(&addresses));
        Ok(addresses)
    }

    /// Connect, and describe the connection. The caller completes the link.
    async fn connect(
        &self,
        addresses: &[SocketAddr],
        recorder: &mut Recorder,
    ) -> Result<(TcpStream, String), ProbeError> {
        recorder.begin(LinkName::Tcp);
        let connected = connect::connect(addresses, self.deadline, recorder).await;
        let tcp = connected.map_err(ProbeError::of(Cause::Connect))?;
        let peer = tcp.peer_addr().map_or_else(|_| String::new(), |peer| peer.to_string());
        Ok((tcp, peer))
    }

    /// Complete the TLS handshake, and describe the session. The caller completes the link.
    async fn secure(
        &self,
        tcp: TcpStream,
        url: &TargetUrl,
        alpn: Alpn,
        recorder: &mut Recorder,
    ) -> Result<(TlsStream<TcpStream>, String), ProbeError> {
        recorder.begin(LinkName::Tls);
        let ca_pem = self.target.ca_pem.as_deref();
        let session = self.tls.handshake(tcp, &url.host, ca_pem, alpn).await?;
        let validity = tls::validity(&session);
        recorder.set_certificate(validity, tls::certificate(&session));
        let described = tls::described(&session, validity);
        Ok((session, described))
    }
}
