//! The first two links: resolve the host name, and connect to one of its addresses.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::recorder::Recorder;
use super::url::TargetUrl;

/// Which addresses of a host to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// All of them.
    Any,
    /// IPv4, the only family that Lambda can reach.
    V4,
    /// IPv6.
    V6,
}

/// Return the host's addresses, IPv4 first: Lambda has no outbound IPv6.
pub(super) async fn resolve(url: &TargetUrl, family: Family) -> Result<Vec<SocketAddr>, String> {
    let found = lookup_host((url.host.as_str(), url.port)).await.map_err(|why| describe_resolver(&why))?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.retain(|address| match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    found.sort_by_key(SocketAddr::is_ipv6);
    found.dedup();
    if found.is_empty() {
        return Err(NO_ADDRESS.to_owned());
    }
    Ok(found)
}

/// List addresses: `192.0.2.1` or `192.0.2.1 and 2 more`.
pub(super) fn listed(addresses: &[SocketAddr]) -> String {
    match addresses {
        [] => String::new(),
        [only] => only.ip().to_string(),
        [first, others @ ..] => format!("{} and {} more", first.ip(), others.len()),
    }
}

/// How long to wait for an address before trying the next one as well: longer than a round trip around the world, and by
/// then the kernel has repeated its first packet.
const HEAD_START: Duration = Duration::from_secs(1);

/// Connect to the first address that accepts the connection.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    deadline: Instant,
    recorder: &mut Recorder,
) -> Result<TcpStream, String> {
    let outcome = race(addresses, deadline, |address| {
        recorder.set_address(address.ip());
        TcpStream::connect(address)
    })
    .await;
    let stream = outcome.map_err(|why| match why {
        Some(why) => describe_connect(&why, addresses),
        None => NO_ADDRESS.to_owned(),
    })?;
    if let Ok(peer) = stream.peer_addr() {
        recorder.set_address(peer.ip());
    }
    // A request is one small write; waiting to fill a packet would only add to the measured time.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Return a connection to the first address that accepts one, if any does before the deadline.
pub(super) async fn dial(addresses: &[SocketAddr], deadline: Instant) -> Option<TcpStream> {
    timeout_at(deadline, race(addresses, deadline, TcpStream::connect)).await.ok()?.ok()
}

/// What a port does with connections.
pub(super) enum Port {
    /// It accepts them.
    Open,
    /// It refuses them, or the host is reported as unreachable.
    Refused,
    /// It did not answer before the deadline.
    Silent,
    /// This machine could not try, for this reason.
    NotTried(String),
}

/// Find out whether any of the addresses accepts connections.
pub(super) async fn port(addresses: &[SocketAddr], deadline: Instant) -> Port {
    let outcome = timeout_at(deadline, race(addresses, deadline, TcpStream::connect)).await;
    match outcome {
        Ok(Ok(_)) => Port::Open,
        Ok(Err(Some(why))) => match why.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::HostUnreachable => {
                Port::Refused
            }
            ErrorKind::TimedOut => Port::Silent,
            _ => Port::NotTried(describe_connect(&why, addresses)),
        },
        Ok(Err(None)) => Port::NotTried(NO_ADDRESS.to_owned()),
        Err(_) => Port::Silent,
    }
}

/// Try the addresses in order without giving up any of them: while one does not respond, the next is tried as well. The
/// error is that of the earliest address that failed, since clients would use that one. If none responds, this does not
/// return: the probe's own timeout ends it.
async fn race<T, F>(
    addresses: &[SocketAddr],
    deadline: Instant,
    mut dial: impl FnMut(SocketAddr) -> F,
) -> Result<T, Option<Error>>
where
    F: Future<Output = Result<T, Error>>,
{
    let time = deadline.saturating_duration_since(Instant::now());
    // The last address needs time too, however many there are and however little is left.
    let shares = u32::try_from(addresses.len()).unwrap_or(u32::MAX).saturating_add(2);
    let head_start = HEAD_START.min(time / shares);
    let mut remaining = addresses.iter().enumerate();
    let mut attempts = FuturesUnordered::new();
    let mut failure: Option<(usize, Error)> = None;
    let mut next_at = Instant::now();
    loop {
        if (attempts.is_empty() || Instant::now() >= next_at)
            && let Some((place, address)) = remaining.next()
        {
            let attempt = dial(*address);
            attempts.push(async move { (place, attempt.await) });
            next_at = Instant::now() + head_start;
        }
        if attempts.is_empty() {
            return Err(failure.map(|(_, why)| why));
        }
        tokio::select! {
            biased;
            Some((place, outcome)) = attempts.next() => match outcome {
                Ok(connection) => return Ok(connection),
                Err(why) => {
                    if failure.as_ref().is_none_or(|(earlier, _)| place < *earlier) {
                        failure = Some((place, why));
                    }
                    next_at = Instant::now();
                }
            },
            () = sleep_until(next_at), if remaining.len() > 0 => {}
            () = sleep_until(deadline), if failure.is_some() => return Err(failure.map(|(_, why)| why)),
        }
    }
}

const NO_ADDRESS: &str = "the host name has no address";

/// Explain an error of the resolver, which has no kind of its own, only a text.
fn describe_resolver(why: &Error) -> String {
    let text = why.to_string();
    if text.contains("Temporary failure") {
        "the name server does not answer".to_owned()
    } else if ["not known", "No address", "nodename nor servname", "No such host"]
        .iter()
        .any(|p| text.contains(p))
    {
        "host name not found".to_owned()
    } else {
        format!("host name not found: {text}")
    }
}

fn describe_connect(why: &Error, addresses: &[SocketAddr]) -> String {
    let unreachable = matches!(why.kind(), ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable)
        // "Address family not supported" has no kind of its own.
        || why.to_string().contains("family not supported");
    if unreachable && addresses.iter().all(SocketAddr::is_ipv6) {
        return "the host has only IPv6 addresses, and IPv6 is not available here".to_owned();
    }
    describe(why)
}

/// Explain an I/O error.
pub(super) fn describe(why: &Error) -> String {
    match why.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset => "connection reset by the server".to_owned(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
            "the server closed the connection".to_owned()
        }
        ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        ErrorKind::TimedOut => "the host does not answer".to_owned(),
        _ => why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolver_errors_are_explained() {
        for (text, expected) in [
            ("failed to lookup address information: Name or service not known", "host name not found"),
            (
                "failed to lookup address information: No address associated with hostname",
                "host name not found",
            ),
            (
                "failed to lookup address information: nodename nor servname provided, or not known",
                "host name not found",
            ),
            (
                "failed to lookup address information: Temporary failure in name resolution",
                "the name server does not answer",
            ),
            ("odd", "host name not found: odd"),
        ] {
            assert_eq!(describe_resolver(&Error::other(text)), expected);
        }
    }

    #[test]
    fn a_host_without_ipv4_is_reported_as_such() {
        let unreachable = Error::from(ErrorKind::NetworkUnreachable);
        let (v4, v6) = (
            SocketAddr::from(([192, 0, 2, 1], 80)),
            SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 80)),
        );
        assert!(describe_connect(&unreachable, &[v6]).contains("only IPv6 addresses"));
        assert_eq!(describe_connect(&unreachable, &[v4, v6]), "network unreachable");
    }

    /// How an address responds, and after how many milliseconds.
    #[derive(Clone, Copy)]
    enum Host {
        Accepts(u64),
        Refuses(u64),
        Silent,
    }

    /// Which address accepted the connection and when, in milliseconds; or the error.
    async fn raced(limit_s: u64, hosts: &[Host]) -> (Result<u16, Option<String>>, u64) {
        let addresses: Vec<SocketAddr> =
            (0..).take(hosts.len()).map(|port| SocketAddr::from(([192, 0, 2, 1], port))).collect();
        let begun = Instant::now();
        let outcome = race(&addresses, begun + Duration::from_secs(limit_s), |address| async move {
            match hosts[usize::from(address.port())] {
                Host::Accepts(ms) => {
                    sleep_until(Instant::now() + Duration::from_millis(ms)).await;
                    Ok(address.port())
                }
                Host::Refuses(ms) => {
                    sleep_until(Instant::now() + Duration::from_millis(ms)).await;
                    Err(Error::other(address.port().to_string()))
                }
                Host::Silent => std::future::pending().await,
            }
        })
        .await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
        (outcome.map_err(|why| why.map(|why| why.to_string())), ms)
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_address_does_not_hide_the_others_and_each_has_its_time() {
        use Host::{Accepts, Refuses, Silent};
        for (limit_s, hosts, expected) in [
            (10, &[Accepts(300), Accepts(10)][..], (Ok(0), 300)),
            (10, &[Accepts(2_900)], (Ok(0), 2_900)),
            (10, &[Accepts(2_900), Silent], (Ok(0), 2_900)),
            (10, &[Silent, Accepts(300)], (Ok(1), 1_300)),
            (10, &[Silent, Silent, Silent, Accepts(3_000)], (Ok(3), 6_000)),
            (5, &[Silent, Accepts(2_900)], (Ok(1), 3_900)),
            (2, &[Silent, Silent, Silent, Accepts(300)], (Ok(3), 1_299)),
            (10, &[Refuses(5), Accepts(300)], (Ok(1), 305)),
            (10, &[Refuses(2_000), Silent, Accepts(300)], (Ok(2), 2_300)),
            (10, &[Refuses(5), Refuses(5)], (Err(Some("0".to_owned())), 10)),
            (10, &[Refuses(1_500), Refuses(5)], (Err(Some("0".to_owned())), 1_500)),
            (10, &[Silent, Refuses(5)], (Err(Some("1".to_owned())), 10_000)),
            (10, &[], (Err(None), 0)),
        ] {
            let (found, ms) = raced(limit_s, hosts).await;
            // Timers are accurate to a millisecond.
            assert!(
                found == expected.0 && ms.abs_diff(expected.1) <= 3,
                "{found:?} after {ms}, not {expected:?}"
            );
        }
    }
}
