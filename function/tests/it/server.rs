//! Servers on the loopback interface, made to misbehave: each answers with bytes, as scripted.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{Certificate, CertificateParams, CertifiedIssuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// What a server does with a connection once it has read the request's head.
#[derive(Clone)]
pub enum Answer {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes and drops the connection, without a word if it is TLS.
    Torn(Vec<u8>),
    /// Sends these bytes, then neither more nor an end.
    Hang(Vec<u8>),
    /// Sends these bytes, then those over and over again until the client has had enough.
    Endless(Vec<u8>, Vec<u8>),
    /// Sends these bytes, then those over and over again, one byte each second.
    Drip(Vec<u8>, Vec<u8>),
    /// Sends these bytes without waiting for a request.
    AtOnce(Vec<u8>),
    /// Sends what a service says to such a request, and closes.
    By(fn(&str) -> Answer),
    /// Hangs up with a reset.
    Reset,
}

/// A well-formed answer.
pub fn http(status: &str, headers: &str, body: &str) -> Answer {
    Answer::Bytes(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into(),
    )
}

/// A port that refuses connections, and is nobody else's while this exists.
pub fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// A running server. Its task ends with the test's runtime.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<String>>,
    /// How many bytes of endless answers were taken.
    sent: AtomicU64,
    grown: Notify,
}

impl Server {
    /// Answers every connection in turn, the last answer for ever.
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

    /// The requests, as soon as there are so many.
    pub async fn requests_once(&self, count: usize) -> Vec<String> {
        loop {
            let grown = self.requests.grown.notified();
            if self.requests().len() >= count {
                return self.requests();
            }
            grown.await;
        }
    }

    /// How many bytes of endless answers were taken so far.
    pub fn sent(&self) -> u64 {
        self.requests.sent.load(Ordering::Relaxed)
    }

    /// The requests so far, as they arrived.
    pub fn requests(&self) -> Vec<String> {
        self.requests.requests.lock().unwrap().clone()
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, log: &Log) {
    if let Answer::AtOnce(bytes) = answer {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.read(&mut [0; 1024]).await;
        return;
    }
    let request = read_request(&mut stream).await;
    let answer = if let Answer::By(service) = answer { service(&request) } else { answer };
    log.requests.lock().unwrap().push(request);
    log.grown.notify_waiters();
    // The client may have had enough at any time, which is no failure of the test.
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
        Answer::AtOnce(_) | Answer::By(_) | Answer::Reset => {}
    }
}

/// The head, and as much body as it announces.
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

/// An authority that exists for one test.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's side with a certificate for `name`, valid until the given year.
    pub fn server(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate(name, until);
        server_side(certificate.der().clone(), &key)
    }

    /// The same, with its key.
    pub fn certificate(&self, name: &str, until: i32) -> (Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 6, 30);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// A server's side with a certificate that nobody else has signed.
pub fn self_signed(name: &str) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    server_side(certificate.der().clone(), &key)
}

/// A server's side with this certificate.
pub fn server_side(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}
