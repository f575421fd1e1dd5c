//! A small HTTP server on a loopback address for the stand-ins. It stops when it is dropped.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::error::{Context, Error, Result};

/// The largest request body; no sensible request to a stand-in is larger.
const LARGEST_BODY: usize = 64 * 1024;
/// The time for an answer to [`get`]; a function may have to start first.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause after a failed `accept`, most likely due to missing file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) type Reply = Response<Full<Bytes>>;
type Answer = dyn Fn(Request<Bytes>) -> Reply + Send + Sync;

/// Listens until it is dropped; requests in progress are still answered.
#[derive(Debug)]
pub(super) struct Server {
    url: String,
    /// When it is dropped, all connections finish.
    _running: watch::Sender<()>,
}

impl Server {
    /// Start a server that answers each request with the result of `answer`.
    pub(super) async fn start(
        answer: impl Fn(Request<Bytes>) -> Reply + Send + Sync + 'static,
    ) -> Result<Self> {
        const FAILED: &str = "could not listen on a loopback address";
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context(|| FAILED)?;
        let url = format!("http://{}", listener.local_addr().context(|| FAILED)?);
        let (running, stopped) = watch::channel(());
        tokio::spawn(accept(listener, Arc::new(answer), stopped));
        Ok(Self { url, _running: running })
    }

    /// `http://127.0.0.1:PORT`
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

async fn accept(listener: TcpListener, answer: Arc<Answer>, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&answer), stopped.clone()))),
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
        }
    }
}

async fn serve(stream: TcpStream, answer: Arc<Answer>, mut stopped: watch::Receiver<()>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = Arc::clone(&answer);
        async move {
            let (head, body) = request.into_parts();
            let reply = match Limited::new(body, LARGEST_BODY).collect().await {
                Ok(body) => answer(Request::from_parts(head, body.to_bytes())),
                Err(_) => reply(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large"),
            };
            Ok::<_, Infallible>(reply)
        }
    });
    let mut builder = http1::Builder::new();
    let mut connection =
        pin!(builder.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service));
    // The client of a connection reports its errors.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Get a page from an address on this machine: its body, which must be a success.
pub async fn get(url: &str) -> Result<String> {
    let failed = || format!("could not get {url}");
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await.context(failed)?;
    // With this version, the server sends the body in one piece and closes the connection.
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.context(failed)?;
    let mut reply = Vec::new();
    tokio::time::timeout(ANSWER_TIMEOUT, stream.read_to_end(&mut reply))
        .await
        .context(failed)?
        .context(failed)?;
    let reply = String::from_utf8_lossy(&reply);
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(Error::new(failed()).cause(format!("the answer was {status}: {}", body.trim()))),
    }
}

pub(super) fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    reply
}

/// A client for tests of a stand-in, independent of the code that is tested with it.
#[cfg(test)]
pub(super) mod client {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// Send a request and return the status and body of the reply.
    pub(crate) async fn ask(method: &str, url: &str, content_type: &str, body: &str) -> (u16, String) {
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}
