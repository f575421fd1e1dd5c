//! The first two links: the host name becomes addresses, and one of them takes a connection.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::address::Address;
use super::observation::Journal;

/// Which addresses of a host count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// All of them.
    Any,
    /// IPv4: all that Lambda can reach.
    V4,
    /// IPv6.
    V6,
}

/// The host's addresses, IPv4 first: there is no way out of Lambda over IPv6.
pub(super) async fn resolve(address: &Address, family: Family) -> Result<Vec<SocketAddr>, String> {
    let found =
        lookup_host((address.host.as_str(), address.port)).await.map_err(|why| why_not_found(&why))?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.retain(|address| match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    found.sort_by_key(SocketAddr::is_ipv6);
    found.dedup();
    if found.is_empty() {
        return Err("the host name has no address".to_owned());
    }
    Ok(found)
}

/// `192.0.2.1` or `192.0.2.1 and 2 more`.
pub(super) fn listed(candidates: &[SocketAddr]) -> String {
    match candidates {
        [] => String::new(),
        [only] => only.ip().to_string(),
        [first, others @ ..] => format!("{} and {} more", first.ip(), others.len()),
    }
}

/// Tries one address after the other; one that hangs gets only its share of the remaining time. The first failure
/// is the one that is told, since it is that of the address that clients would use.
pub(super) async fn connect(
    candidates: &[SocketAddr],
    deadline: Instant,
    journal: &mut Journal,
) -> Result<TcpStream, String> {
    let mut first_failure = None;
    for (tried, candidate) in (0_u32..).zip(candidates) {
        journal.address(candidate.ip());
        let left = u32::try_from(candidates.len()).unwrap_or(u32::MAX).saturating_sub(tried).max(1);
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        // The last one may use all the time there is: then the probe's own time-out speaks.
        let until = if left == 1 { deadline + share } else { Instant::now() + share };
        let why = match timeout_at(until, TcpStream::connect(candidate)).await {
            Ok(Ok(stream)) => {
                // A request is one small write; waiting to fill a packet would only add to the time measured.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(why)) => why_not_connected(&why, candidates),
            Err(_) => "no connection: the host does not answer".to_owned(),
        };
        first_failure.get_or_insert(why);
    }
    Err(first_failure.unwrap_or_else(|| "the host name has no address".to_owned()))
}

/// The resolver's errors have no kind of their own, only a text.
fn why_not_found(why: &Error) -> String {
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

fn why_not_connected(why: &Error, candidates: &[SocketAddr]) -> String {
    let unreachable = matches!(why.kind(), ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable)
        // "Address family not supported" has no kind of its own.
        || why.to_string().contains("family not supported");
    if unreachable && candidates.iter().all(SocketAddr::is_ipv6) {
        return "the host has IPv6 addresses only, and there is no way out over IPv6 from here".to_owned();
    }
    in_words(why)
}

/// An I/O error in plain words.
pub(super) fn in_words(why: &Error) -> String {
    match why.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset => "connection reset by the server".to_owned(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
            "the server closed the connection".to_owned()
        }
        ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        ErrorKind::TimedOut => "no connection: the host does not answer".to_owned(),
        _ => why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resolvers_texts_are_understood() {
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
            assert_eq!(why_not_found(&Error::other(text)), expected);
        }
    }

    #[test]
    fn a_host_without_ipv4_is_said_to_be_one() {
        let unreachable = Error::from(ErrorKind::NetworkUnreachable);
        let (v4, v6) = (
            SocketAddr::from(([192, 0, 2, 1], 80)),
            SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 80)),
        );
        assert!(why_not_connected(&unreachable, &[v6]).contains("IPv6 addresses only"));
        assert_eq!(why_not_connected(&unreachable, &[v4, v6]), "network unreachable");
    }
}
