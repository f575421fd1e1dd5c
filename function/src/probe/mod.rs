//! Asks one target, over a fresh connection, and says which link of the chain held and for how long.
//!
//! The chain is DNS, TCP, TLS, HTTP, body. A value comes back whatever happens: [`probe`] has no error. Nothing is
//! reused from one probe to the next, because the whole chain is what is being watched.

mod address;
mod certificate;
mod connect;
mod exchange;
mod observation;
mod tls;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use self::address::Address;
use self::observation::Journal;
pub use self::observation::{Failure, Link, LinkName, Observation};
pub use self::tls::Tls;
use crate::secrets::Secret;
use crate::settings::Target;

/// Asks `target` once. `secret_headers` holds the values of its secret headers, by header name.
pub async fn probe(target: &Target, secret_headers: &BTreeMap<String, Secret>, tls: &Tls) -> Observation {
    let deadline = Instant::now() + Duration::from_secs(target.timeout_s.into());
    let mut journal = Journal::new(&target.name);
    let asked = timeout_at(deadline, ask(target, secret_headers, tls, deadline, &mut journal)).await;
    match asked {
        Ok(Ok(())) => {}
        Ok(Err(why)) => journal.fail(why),
        Err(_) => journal.fail(format!("no answer within {} s", target.timeout_s)),
    }
    journal.finish()
}

/// The chain, link by link. Whichever is under way when this returns an error, or is dropped, is the one that failed.
async fn ask(
    target: &Target,
    secret_headers: &BTreeMap<String, Secret>,
    tls: &Tls,
    deadline: Instant,
    journal: &mut Journal,
) -> Result<(), String> {
    journal.begin(LinkName::Dns);
    let address = Address::parse(&target.url)?;
    let request = exchange::request(target, &address, secret_headers)?;
    let candidates = connect::resolve(&address).await?;
    journal.done(connect::listed(&candidates));

    journal.begin(LinkName::Tcp);
    let tcp = connect::connect(&candidates, deadline, journal).await?;
    journal.done(tcp.peer_addr().map_or_else(|_| String::new(), |peer| peer.to_string()));

    if !address.is_https {
        return exchange::run(tcp, request, target, journal).await;
    }
    journal.begin(LinkName::Tls);
    let session = tls.handshake(tcp, &address.host, target.ca_pem.as_deref()).await?;
    let expires = tls::expiry(&session);
    journal.certificate_expires(expires);
    journal.done(tls::described(&session, expires));
    exchange::run(session, request, target, journal).await
}
