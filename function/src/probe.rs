//! Asks one target, over a fresh connection, and says which link of the chain held and for how long.
//!
//! The chain is DNS, TCP, TLS, HTTP, body. A value comes back whatever happens: [`probe`] has no error. Nothing is
//! reused from one probe to the next, because the whole chain is what is being watched.

mod address;
mod answer;
mod body;
mod cause;
mod certificate;
mod coding;
pub mod condition;
mod connect;
mod edge;
mod exchange;
mod failure;
mod identity;
mod judge;
mod lenient;
mod observation;
mod tls;
mod trust;
mod wall;

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use self::address::Address;
pub use self::cause::Cause;
use self::cause::Fault;
pub use self::connect::Family;
pub use self::identity::Identity;
use self::lenient::Lenient;
use self::observation::Journal;
pub use self::observation::{Failure, Link, LinkName, Observation, Verdict};
pub use self::tls::Tls;
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{Expect, Target};

/// Asks `target` once, over whatever address it has.
pub async fn probe(target: &Target, secrets: &TargetSecrets, tls: &Tls) -> Observation {
    probe_over(Family::Any, target, secrets, tls).await
}

/// [`probe`], over addresses of one family.
pub async fn probe_over(family: Family, target: &Target, secrets: &TargetSecrets, tls: &Tls) -> Observation {
    let deadline = Instant::now() + Duration::from_secs(target.timeout_s.into());
    let mut journal = Journal::new(&target.name);
    let asking = ask(family, target, secrets, tls, deadline, &mut journal);
    let asked = timeout_at(deadline, asking).await;
    let fault = match asked {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(_) => Some(Fault::new(journal.time_out(), format!("no answer within {} s", target.timeout_s))),
    };
    match fault {
        // What cannot be reached is open to nobody, and no proof that it is closed either.
        Some(fault)
            if target.expect == Expect::Refusal
                && fault.cause != Cause::Exposed
                && fault.cause.verdict() == Verdict::Down =>
        {
            journal.fail(Fault { cause: Cause::Blind, ..fault });
        }
        Some(fault) => journal.fail(fault),
        None => {}
    }
    journal.finish()
}

/// The chain, link by link. Whichever is under way when this returns an error, or is dropped, is the one that failed.
async fn ask(
    family: Family,
    target: &Target,
    secrets: &TargetSecrets,
    tls: &Tls,
    deadline: Instant,
    journal: &mut Journal,
) -> Result<(), Fault> {
    journal.begin(LinkName::Dns);
    let address = Address::parse(&target.url).map_err(Fault::of(Cause::Condition))?;
    let request = exchange::request(target, &address, secrets).map_err(Fault::of(Cause::Condition))?;
    let candidates = connect::resolve(&address, family).await.map_err(Fault::of(Cause::Dns))?;
    journal.done(connect::listed(&candidates));

    journal.begin(LinkName::Tcp);
    let tcp = connect::connect(&candidates, deadline, journal).await.map_err(Fault::of(Cause::Connect))?;
    journal.done(tcp.peer_addr().map_or_else(|_| String::new(), |peer| peer.to_string()));

    if !address.is_https {
        return exchange::run(Lenient(Box::new(tcp)), request, &address.host, target, journal).await;
    }
    journal.begin(LinkName::Tls);
    let session = tls.handshake(tcp, &address.host, target.ca_pem.as_deref()).await?;
    let validity = tls::validity(&session);
    journal.certificate(validity, tls::certificate(&session));
    journal.done(tls::described(&session, validity));
    exchange::run(Lenient(Box::new(session)), request, &address.host, target, journal).await
}
