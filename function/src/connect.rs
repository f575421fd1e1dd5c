//! Connections for everything except probes: SSM, the channels and the heartbeat.
//!
//! The addresses of a host are tried one after the other, each a little later than the previous one and without waiting
//! for that one to fail (RFC 8305): a distant host needs its time, and a dead address must not use up the others' time.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper_util::client::legacy::connect::{Connected, Connection};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The limit for DNS: longer than the resolver waits for one server before it asks the next.
const DNS_LIMIT: Duration = Duration::from_secs(6);

/// The limit for TCP, for each address: the kernel repeats a lost SYN after one second, and a round trip around the world
/// takes a third of a second.
const TCP_LIMIT: Duration = Duration::from_secs(3);

/// The limit for TLS, for each address that accepts connections.
const TLS_LIMIT: Duration = Duration::from_secs(5);

/// How long to wait for one address before trying the next one as well.
const HEAD_START: Duration = Duration::from_millis(500);

/// The most addresses that are tried: no host needs more, and a hostile DNS server could return thousands.
const MAX_ADDRESSES: usize = 8;

/// Why there is no connection. Contains nothing of the URL, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError(pub String);

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ConnectError {}

/// Connect to a host, with TLS if a configuration is given.
pub async fn connect(host: &str, port: u16, tls: Option<&Arc<ClientConfig>>) -> Result<Link, ConnectError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    connect_to_any(resolve(host, port).await?, host, tls).await
}

/// Start TLS on an existing connection.
pub async fn secure(tcp: TcpStream, host: &str, tls: &Arc<ClientConfig>) -> Result<Link, ConnectError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| ConnectError("no certificate can be valid for its host name".to_owned()))?;
    match timeout(TLS_LIMIT, TlsConnector::from(Arc::clone(tls)).connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(Link::Secure(Box::new(stream))),
        Ok(Err(why)) => Err(ConnectError(describe(&why))),
        Err(_) => Err(ConnectError(format!("no TLS handshake within {} s", TLS_LIMIT.as_secs()))),
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ConnectError> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let found = match timeout(DNS_LIMIT, lookup_host((host, port))).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => return Err(ConnectError("its host name cannot be resolved".to_owned())),
        Err(_) => return Err(ConnectError("the name server does not answer".to_owned())),
    };
    let mut addresses: Vec<SocketAddr> = found.collect();
    // Stable: within a family, the resolver's order is kept. Lambda has no outbound IPv6.
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.dedup();
    addresses.truncate(MAX_ADDRESSES);
    Ok(addresses)
}

/// Connect to one of a host's addresses. If one accepts the connection and then fails at TLS, the others are still tried.
pub async fn connect_to_any(
    mut addresses: Vec<SocketAddr>,
    host: &str,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Link, ConnectError> {
    let mut first_failure = None;
    while !addresses.is_empty() {
        let (winner, tcp) = match race(&addresses, TcpStream::connect).await {
            Ok(won) => won,
            Err(why) => return Err(first_failure.unwrap_or(why)),
        };
        // Requests are single small writes: waiting to fill a packet would only delay them.
        let _ = tcp.set_nodelay(true);
        let Some(tls) = tls else { return Ok(Link::Plain(tcp)) };
        match secure(tcp, host, tls).await {
            Ok(link) => return Ok(link),
            Err(why) => first_failure.get_or_insert(why),
        };
        addresses.retain(|address| *address != winner);
    }
    Err(first_failure.unwrap_or_else(|| ConnectError("its host name has no address".to_owned())))
}

/// Return the first connection that succeeds, and its address. The error is that of the address that failed first.
async fn race<T, F>(
    addresses: &[SocketAddr],
    attempt: impl Fn(SocketAddr) -> F,
) -> Result<(SocketAddr, T), ConnectError>
where
    F: Future<Output = io::Result<T>>,
{
    let limited = |address: SocketAddr| {
        let attempt = timeout(TCP_LIMIT, attempt(address));
        async move {
            match attempt.await {
                Ok(Ok(connection)) => Ok((address, connection)),
                Ok(Err(why)) => Err(ConnectError(describe(&why))),
                Err(_) => Err(ConnectError(format!("no connection within {} s", TCP_LIMIT.as_secs()))),
            }
        }
    };
    let mut remaining = addresses.iter().copied();
    let mut running: FuturesUnordered<_> = remaining.next().map(limited).into_iter().collect();
    let mut first_failure = None;
    while !running.is_empty() {
        let finished = tokio::select! {
            biased;
            finished = running.next() => finished,
            () = sleep(HEAD_START), if remaining.len() > 0 => None,
        };
        match finished {
            Some(Ok(won)) => return Ok(won),
            Some(Err(why)) => drop(first_failure.get_or_insert(why)),
            None => {}
        }
        running.extend(remaining.next().map(limited));
    }
    Err(first_failure.unwrap_or_else(|| ConnectError("its host name has no address".to_owned())))
}

fn describe(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => "connection closed".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "not reachable".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        _ => why.to_string(),
    }
}

/// A connection, with or without TLS.
#[derive(Debug)]
pub enum Link {
    /// Plain TCP.
    Plain(TcpStream),
    /// Within TLS.
    Secure(Box<TlsStream<TcpStream>>),
}

impl Link {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut dyn Duplex> {
        let stream: &mut dyn Duplex = match self.get_mut() {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => stream.as_mut(),
        };
        Pin::new(stream)
    }
}

trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl AsyncRead for Link {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

#[cfg(test)]
mod tests;
