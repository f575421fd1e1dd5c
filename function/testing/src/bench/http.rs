//! A small HTTP/1.1 server that keeps connections alive, with TLS or without. Its own time is part of what is measured, so
//! it does as little as possible: one thread per connection, which waits for nothing but its client. (An asynchronous
//! timer is accurate to whole milliseconds only, and the delays here must be accurate to a tenth of one.)

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it was received.
pub struct Request {
    /// Request line and headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Whether the request line begins with this: `GET /path`.
    pub fn starts_with(&self, prefix: &str) -> bool {
        self.head.starts_with(prefix)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// A running server, until the process ends.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    requests: AtomicU64,
}

impl Server {
    /// The number of connections that it has accepted.
    pub fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// The number of requests that it has read.
    pub fn requests(&self) -> u64 {
        self.counts.requests.load(Ordering::SeqCst)
    }

    /// Serve on a free port. `answer` may take its time; if it returns nothing, the connection is closed.
    ///
    /// Each round trip of a connection takes `round_trip`: one for TCP, one for TLS 1.3, one for each request.
    pub fn start(
        tls: Option<Arc<ServerConfig>>,
        round_trip: Duration,
        answer: impl Fn(&Request) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (counts, answer) = (Arc::<Counts>::default(), Arc::new(answer));
        let counted = Arc::clone(&counts);
        thread::spawn(move || {
            for tcp in listener.incoming().flatten() {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                let (tls, answer, counts) = (tls.clone(), Arc::clone(&answer), Arc::clone(&counted));
                thread::spawn(move || {
                    let _ = tcp.set_nodelay(true);
                    let answer = |request: &Request| {
                        counts.requests.fetch_add(1, Ordering::SeqCst);
                        pause(round_trip);
                        answer(request)
                    };
                    pause(round_trip * if tls.is_some() { 2 } else { 1 });
                    match tls {
                        None => converse(tcp, answer),
                        Some(tls) => converse(encrypted(tcp, tls), answer),
                    }
                });
            }
        });
        Self { address, counts }
    }
}

fn encrypted(tcp: TcpStream, tls: Arc<ServerConfig>) -> StreamOwned<ServerConnection, TcpStream> {
    StreamOwned::new(ServerConnection::new(tls).unwrap(), tcp)
}

/// Answer one request after the other. A client may disconnect at any time.
fn converse(mut stream: impl Read + Write, answer: impl Fn(&Request) -> Option<Vec<u8>>) {
    let mut read = Vec::new();
    while let Some(request) = next(&mut stream, &mut read) {
        let Some(bytes) = answer(&request) else { return };
        if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// Return the next request; what was read beyond it stays in `read`.
fn next(stream: &mut impl Read, read: &mut Vec<u8>) -> Option<Request> {
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let mut request = Request { head, body: Vec::new() };
            let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
            if read.len() >= end + 4 + length {
                request.body = read[end + 4..end + 4 + length].to_vec();
                read.drain(..end + 4 + length);
                return Some(request);
            }
        }
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => read.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}

/// A well-formed response.
pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Wait: a delay that is part of what is measured.
pub fn pause(time: Duration) {
    if !time.is_zero() {
        #[expect(clippy::disallowed_methods, reason = "the delay itself is measured")]
        thread::sleep(time);
    }
}
