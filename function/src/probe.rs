//! Probe one target over a new connection: which link of the chain failed and why, and how long each took.
//!
//! The chain is DNS, TCP, TLS, HTTP, body. [`probe`] always returns an observation, never an error. Nothing is reused
//! from one probe to the next, because the whole chain is what is monitored.
//!
//! - [`connect`], [`tls`] and [`exchange`] are the links; [`recorder`] records them.
//! - [`classify`] decides what an unexpected response means; [`firewall`] and [`login_wall`] contain the tables of products
//!   that may answer instead of the app. A new product is an entry there.
//! - [`condition`] evaluates the conditions that the response of a healthy app meets.

mod body;
mod cause;
mod certificate;
mod classify;
pub mod condition;
mod connect;
mod content_encoding;
mod error;
mod exchange;
mod finding;
mod firewall;
mod http_error;
mod identity;
mod login_wall;
mod observation;
mod received;
mod recorder;
mod response;
mod self_report;
mod stream;
mod tls;
mod url;
mod verifier;

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

pub use self::cause::{Cause, Verdict};
pub use self::connect::Family;
use self::error::ProbeError;
use self::exchange::Exchange;
pub use self::finding::{Finding, Level, check_of};
pub use self::identity::Identity;
pub use self::observation::{Failure, Link, LinkName, Observation};
use self::recorder::Recorder;
use self::stream::ProbeStream;
pub use self::tls::Tls;
use self::url::TargetUrl;
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{Expect, Target};

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
        let Self { family, target, secrets, tls, deadline } = self;
        recorder.begin(LinkName::Dns);
        let url = TargetUrl::parse(&target.url).map_err(ProbeError::of(Cause::Condition))?;
        let request = exchange::request(target, &url, secrets).map_err(ProbeError::of(Cause::Condition))?;
        let addresses = connect::resolve(&url, family).await.map_err(ProbeError::of(Cause::Dns))?;
        recorder.succeed(connect::listed(&addresses));

        recorder.begin(LinkName::Tcp);
        let connected = connect::connect(&addresses, deadline, recorder).await;
        let tcp = connected.map_err(ProbeError::of(Cause::Connect))?;
        recorder.succeed(tcp.peer_addr().map_or_else(|_| String::new(), |peer| peer.to_string()));

        let stream = if url.is_https {
            recorder.begin(LinkName::Tls);
            let session = tls.handshake(tcp, &url.host, target.ca_pem.as_deref()).await?;
            let validity = tls::validity(&session);
            recorder.set_certificate(validity, tls::certificate(&session));
            recorder.succeed(tls::described(&session, validity));
            ProbeStream(Box::new(session))
        } else {
            ProbeStream(Box::new(tcp))
        };
        Exchange { target, host: &url.host, recorder }.run(stream, request).await
    }
}
