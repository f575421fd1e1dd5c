//! Stand-in servers on the loopback interface: each responds with scripted bytes, and may misbehave.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// What a server does with a connection after it has read the request.
#[derive(Clone)]
pub enum Answer {
    /// Send these bytes and close the connection.
    Bytes(Vec<u8>),
    /// Send these bytes and drop the connection; with TLS, without `close_notify`.
    Torn(Vec<u8>),
    /// Send these bytes, then nothing, and keep the connection open.
    Hang(Vec<u8>),
    /// Send the first bytes, then repeat the second until the client disconnects.
    Endless(Vec<u8>, Vec<u8>),
    /// Send the first bytes, then repeat the second, one byte per second.
    Drip(Vec<u8>, Vec<u8>),
    /// Send these bytes without waiting for a request.
    Immediately(Vec<u8>),
    /// Choose the answer by the request.
    By(fn(&str) -> Answer),
    /// Reset the connection.
    Reset,
}

/// A well-formed response.
pub fn http(status: &str, headers: &str, body: &str) -> Answer {
    Answer::Bytes(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into(),
    )
}

/// A port that refuses connections, reserved while this value exists.
pub fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// A port that does not answer: its queue of connections is full. It stays so while the connections exist.
pub async fn silent() -> ((TcpListener, Vec<TcpStream>), SocketAddr) {
    let (socket, address) = refusing();
    let listener = socket.listen(1).unwrap();
    let mut connections = Vec::new();
    while let Ok(Ok(connection)) = timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
        connections.push(connection);
    }
    ((listener, connections), address)
}

/// A running server. Its task ends with the test's runtime.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<String>>,
    /// How many bytes of endless responses were sent.
    sent: AtomicU64,
    grown: Notify,
}

impl Server {
    /// Answer connections in turn; the last answer repeats.
    pub async fn start(answers: &[Answer]) -> Self {
        Self::serve(answers, None).await
    }

    pub async fn start_tls(answers: &[Answer], config: Arc<ServerConfig>) -> Self {
        Self::serve(answers, Some(TlsAcceptor::from(config))).await
    }

    async fn serve(answers: &[Answer], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Log::default());
        let (log, answers) = (Arc::clone(&requests), answers.to_vec());
        tokio::spawn(async move {
            for turn in 0.. {
                let (tcp, _) = listener.accept().await.unwrap();
                let answer = answers[turn.min(answers.len() - 1)].clone();
                if matches!(answer, Answer::Reset) {
                    tcp.set_zero_linger().unwrap();
                }
                let (log, tls) = (Arc::clone(&log), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(tcp, answer, &log).await,
                        Some(tls) => {
                            if let Ok(session) = tls.accept(tcp).await {
                                converse(session, answer, &log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}/identity", self.address)
    }

    pub fn https(&self, host: &str) -> String {
        format!("https://{host}:{}/identity", self.address.port())
    }

    /// Wait for this many requests, and return them.
    pub async fn requests_once(&self, count: usize) -> Vec<String> {
        loop {
            let grown = self.requests.grown.notified();
            if self.requests().len() >= count {
                return self.requests();
            }
            grown.await;
        }
    }

    /// How many bytes of endless responses were sent so far.
    pub fn sent(&self) -> u64 {
        self.requests.sent.load(Ordering::Relaxed)
    }

    /// The requests so far, as they arrived.
    pub fn requests(&self) -> Vec<String> {
        self.requests.requests.lock().unwrap().clone()
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, log: &Log) {
    if let Answer::Immediately(bytes) = answer {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.read(&mut [0; 1024]).await;
        return;
    }
    let request = read_request(&mut stream).await;
    let answer = if let Answer::By(service) = answer { service(&request) } else { answer };
    log.requests.lock().unwrap().push(request);
    log.grown.notify_waiters();
    // The client may disconnect at any time, which is not a failure of the test.
    match answer {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Answer::Torn(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
        }
        Answer::Hang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
            let _ = stream.read(&mut [0; 1]).await;
        }
        Answer::Endless(head, again) => {
            let _ = stream.write_all(&head).await;
            while stream.write_all(&again).await.is_ok() {
                log.sent.fetch_add(again.len() as u64, Ordering::Relaxed);
            }
        }
        Answer::Drip(head, again) => {
            let _ = stream.write_all(&head).await;
            for byte in again.into_iter().cycle() {
                if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                    break;
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
        Answer::Immediately(_) | Answer::By(_) | Answer::Reset => {}
    }
}

/// Read the head, and as much body as it announces.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
                })
                .unwrap_or_else(|| "0".to_owned());
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(1..) if read.len() > 1 << 20 => return text,
            Ok(count @ 1..) => read.extend_from_slice(&buffer[..count]),
            _ => return text,
        }
    }
}
