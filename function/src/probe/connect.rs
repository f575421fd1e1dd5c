//! The first two links: the host name becomes addresses, and one of them takes a connection.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, sleep_until};

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

/// How long an address is waited for before the next one is tried beside it: longer than any way around the world, and
/// by then the kernel has repeated its first packet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Connects to the first address that takes a connection.
pub(super) async fn connect(
    candidates: &[SocketAddr],
    deadline: Instant,
    journal: &mut Journal,
) -> Result<TcpStream, String> {
    let outcome = race(candidates, deadline, |address| {
        journal.address(address.ip());
        TcpStream::connect(address)
    })
    .await;
    let stream = outcome.map_err(|why| {
        why.map_or_else(
            || "the host name has no address".to_owned(),
            |why| why_not_connected(&why, candidates),
        )
    })?;
    if let Ok(peer) = stream.peer_addr() {
        journal.address(peer.ip());
    }
    // A request is one small write; waiting to fill a packet would only add to the time measured.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Tries one address after the other and gives up none of them: where one is silent, the next is tried beside it. The
/// failure of the earliest address is the one that counts, since clients would use that one. Where all are silent, this
/// does not end by itself: then the probe's own time-out speaks.
async fn race<T, F>(
    candidates: &[SocketAddr],
    deadline: Instant,
    mut dial: impl FnMut(SocketAddr) -> F,
) -> Result<T, Option<Error>>
where
    F: Future<Output = Result<T, Error>>,
{
    let time = deadline.saturating_duration_since(Instant::now());
    // The last one must have its time too, however many there are and however little time there is.
    let places = u32::try_from(candidates.len()).unwrap_or(u32::MAX).saturating_add(2);
    let patience = PATIENCE.min(time / places);
    let mut waiting = candidates.iter().enumerate();
    let mut under_way = FuturesUnordered::new();
    let mut failure: Option<(usize, Error)> = None;
    let mut next_at = Instant::now();
    loop {
        if (under_way.is_empty() || Instant::now() >= next_at)
            && let Some((place, address)) = waiting.next()
        {
            let attempt = dial(*address);
            under_way.push(async move { (place, attempt.await) });
            next_at = Instant::now() + patience;
        }
        if under_way.is_empty() {
            return Err(failure.map(|(_, why)| why));
        }
        tokio::select! {
            biased;
            Some((place, outcome)) = under_way.next() => match outcome {
                Ok(connection) => return Ok(connection),
                Err(why) => {
                    if failure.as_ref().is_none_or(|(earlier, _)| place < *earlier) {
                        failure = Some((place, why));
                    }
                    next_at = Instant::now();
                }
            },
            () = sleep_until(next_at), if waiting.len() > 0 => {}
            () = sleep_until(deadline), if failure.is_some() => return Err(failure.map(|(_, why)| why)),
        }
    }
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

    /// What an address does, and after how many milliseconds.
    #[derive(Clone, Copy)]
    enum Does {
        Takes(u64),
        Refuses(u64),
        Nothing,
    }

    /// Which address took the connection and when, in milliseconds; or the failure that counts.
    async fn raced(limit_s: u64, does: &[Does]) -> (Result<u16, Option<String>>, u64) {
        let addresses: Vec<SocketAddr> =
            (0..).take(does.len()).map(|port| SocketAddr::from(([192, 0, 2, 1], port))).collect();
        let begun = Instant::now();
        let outcome = race(&addresses, begun + Duration::from_secs(limit_s), |address| async move {
            match does[usize::from(address.port())] {
                Does::Takes(ms) => {
                    sleep_until(Instant::now() + Duration::from_millis(ms)).await;
                    Ok(address.port())
                }
                Does::Refuses(ms) => {
                    sleep_until(Instant::now() + Duration::from_millis(ms)).await;
                    Err(Error::other(address.port().to_string()))
                }
                Does::Nothing => std::future::pending().await,
            }
        })
        .await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
        (outcome.map_err(|why| why.map(|why| why.to_string())), ms)
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_address_hides_no_other_and_each_has_its_time() {
        use Does::{Nothing, Refuses, Takes};
        for (limit_s, does, expected) in [
            (10, &[Takes(300), Takes(10)][..], (Ok(0), 300)),
            (10, &[Takes(2_900)], (Ok(0), 2_900)),
            (10, &[Takes(2_900), Nothing], (Ok(0), 2_900)),
            (10, &[Nothing, Takes(300)], (Ok(1), 1_300)),
            (10, &[Nothing, Nothing, Nothing, Takes(3_000)], (Ok(3), 6_000)),
            (5, &[Nothing, Takes(2_900)], (Ok(1), 3_900)),
            (2, &[Nothing, Nothing, Nothing, Takes(300)], (Ok(3), 1_299)),
            (10, &[Refuses(5), Takes(300)], (Ok(1), 305)),
            (10, &[Refuses(2_000), Nothing, Takes(300)], (Ok(2), 2_300)),
            (10, &[Refuses(5), Refuses(5)], (Err(Some("0".to_owned())), 10)),
            (10, &[Refuses(1_500), Refuses(5)], (Err(Some("0".to_owned())), 1_500)),
            (10, &[Nothing, Refuses(5)], (Err(Some("1".to_owned())), 10_000)),
            (10, &[], (Err(None), 0)),
        ] {
            let (found, ms) = raced(limit_s, does).await;
            // Timers are exact to a millisecond.
            assert!(
                found == expected.0 && ms.abs_diff(expected.1) <= 3,
                "{found:?} after {ms}, not {expected:?}"
            );
        }
    }
}
