//! A proxy between a tool and the emulator that delays and records every call.

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use plexmon_testing::aws_operation::aws_operation;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::BenchResult;

/// A call to AWS, from its arrival at the proxy to the end of the response.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation as IAM names it: `lambda:GetFunction`.
    pub operation: String,
    pub status: u16,
    pub start: Instant,
    pub end: Instant,
}

/// Listens until it is dropped.
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Record {
    latency: Duration,
    connections: usize,
    calls: Vec<Call>,
}

struct Shared {
    /// `127.0.0.1:PORT` of the emulator.
    upstream: String,
    record: Mutex<Record>,
}

impl Proxy {
    pub async fn start(endpoint: &str) -> BenchResult<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let upstream = endpoint.trim_start_matches("http://").to_owned();
        let shared = Arc::new(Shared { upstream, record: Mutex::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { url, shared, accepting })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Delay each call from now on.
    pub fn delay(&self, latency: Duration) {
        self.shared.record().latency = latency;
    }

    /// Return the calls since the last time in the order of their arrival, and the number of connections.
    pub fn take(&self) -> (Vec<Call>, usize) {
        let mut record = self.shared.record();
        let mut calls = std::mem::take(&mut record.calls);
        calls.sort_by_key(|call| call.start);
        (calls, std::mem::take(&mut record.connections))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        shared.record().connections += 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(|request| shared.serve(request));
            let connection = hyper::server::conn::http1::Builder::new();
            // A tool that closes its connection early is not an error of the proxy.
            let _ = connection.serve_connection(TokioIo::new(client), service).await;
        });
    }
}

impl Shared {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let start = Instant::now();
        let latency = self.record().latency;
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await?.to_bytes());
        let operation = aws_operation(&request);
        // The share of the network; the emulator's own time is added, as it is at AWS.
        tokio::time::sleep(latency).await;
        let answer = self.forward(request).await.unwrap_or_else(|error| bad_gateway(&*error));
        let call = Call { operation, status: answer.status().as_u16(), start, end: Instant::now() };
        self.record().calls.push(call);
        Ok(answer)
    }

    async fn forward(&self, request: Request<Bytes>) -> BenchResult<Response<Full<Bytes>>> {
        let stream = TcpStream::connect(&self.upstream).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driving = tokio::spawn(connection);
        let (head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        driving.abort();
        Ok(Response::from_parts(head, Full::new(body)))
    }
}

fn bad_gateway(error: &(dyn Error + Send + Sync)) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(format!("the emulator did not answer: {error}")));
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}
