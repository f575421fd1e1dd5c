//! The HTTP client for everything except probes: SSM, the channels and the heartbeat.
//!
//! The AWS SDK uses this client instead of its own HTTPS stack, which would add a second one to the binary.

use std::error::Error as _;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout_at};
use tower_service::Service;

use crate::connect::{ConnectError, Link, connect};
use crate::probe::Tls;

/// Idle connections are reused within a run and closed before the next one: after minutes, the server has closed them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The pause before the second attempt: a service that restarts may be back by then.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

/// The largest response for the SDK: more than SSM ever returns. It protects against servers that are not SSM.
const MAX_SDK_BODY_BYTES: usize = 256 * 1024;

/// A client that keeps connections alive. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Http {
    client: HyperClient<Connector, Full<Bytes>>,
    tls: Tls,
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Http")
    }
}

/// Why a request got no response. Contains nothing of its URL, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Nothing of it was sent.
    NotSent(String),
    /// At least part of it was sent, and there was no response within this time: it may have arrived.
    TimedOut(Duration),
    /// At least part of it was sent, and the response was incomplete or invalid: it may have arrived.
    Lost,
}

impl fmt::Display for SendError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(formatter, "no connection: {why}"),
            Self::TimedOut(limit) => write!(formatter, "no answer within {}", seconds(*limit)),
            Self::Lost => formatter.write_str("the connection was lost before the response"),
        }
    }
}

impl Http {
    /// Create a client that trusts the public CAs. Plain `http` is supported, for emulators.
    pub fn new(tls: &Tls) -> Self {
        let connector = Connector { tls: Arc::new(tls.public()) };
        let client =
            HyperClient::builder(TokioExecutor::new()).pool_idle_timeout(IDLE_TIMEOUT).build(connector);
        Self { client, tls: tls.clone() }
    }

    /// Return the TLS configurations that it was created with.
    pub fn tls(&self) -> &Tls {
        &self.tls
    }

    /// Send a request and return when the response's head has arrived. A request that could not be sent is sent once more
    /// if there is time.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Response<Incoming>, SendError> {
        let first = self.send_once(request.clone(), deadline).await;
        if !matches!(first, Err(SendError::NotSent(_))) || Instant::now() + RETRY_PAUSE >= deadline {
            return first;
        }
        sleep(RETRY_PAUSE).await;
        match self.send_once(request, deadline).await {
            // The first reason is more useful: the second may only be that the time was up.
            Err(SendError::NotSent(_)) => first,
            second => second,
        }
    }

    /// [`send`](Self::send), with a single attempt.
    pub async fn send_once(
        &self,
        mut request: Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Response<Incoming>, SendError> {
        let limit = deadline.saturating_duration_since(Instant::now());
        let used = capture_connection(&mut request);
        match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(why)) => Err(send_error(&why)),
            Err(_) if used.connection_metadata().is_some() => Err(SendError::TimedOut(limit)),
            Err(_) => Err(SendError::NotSent(format!("no connection within {}", seconds(limit)))),
        }
    }
}

/// Format a duration: `5 s`; anything shorter than a second counts as one.
pub fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64().round().max(1.0))
}

fn send_error(why: &HttpError) -> SendError {
    let of_hyper = why.source().and_then(|source| source.downcast_ref::<hyper::Error>());
    if why.is_connect() {
        let known = why.source().and_then(|source| source.downcast_ref::<ConnectError>());
        SendError::NotSent(known.map_or_else(|| "no connection".to_owned(), ToString::to_string))
    } else if of_hyper.is_some_and(hyper::Error::is_canceled) {
        // A reused connection that was closed just now: hyper returns the request unsent.
        SendError::NotSent("the connection was closed".to_owned())
    } else {
        SendError::Lost
    }
}

/// Opens hyper's connections.
#[derive(Clone)]
struct Connector {
    tls: Arc<ClientConfig>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Link>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let tls = Arc::clone(&self.tls);
        Box::pin(async move {
            let (tls, port) = if uri.scheme_str() == Some("https") { (Some(&tls), 443) } else { (None, 80) };
            let host = uri.host().ok_or_else(|| ConnectError("its URL has no host".to_owned()))?;
            connect(host, uri.port_u16().unwrap_or(port), tls).await.map(TokioIo::new)
        })
    }
}

/// The error type of hyper's client.
type HttpError = hyper_util::client::legacy::Error;

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.clone();
        HttpConnectorFuture::new(async move { http.call_sdk(&request).await })
    }
}

impl Http {
    async fn call_sdk(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = from_sdk(request).map_err(|why| ConnectorError::user(why.into()))?;
        let response = self.client.request(request).await.map_err(|why| {
            let never_connected = why.is_connect();
            let error = ConnectorError::io(why.into());
            if never_connected { error.never_connected() } else { error }
        })?;
        let (head, body) = response.into_parts();
        let body =
            Limited::new(body, MAX_SDK_BODY_BYTES).collect().await.map_err(ConnectorError::io)?.to_bytes();
        let status =
            StatusCode::try_from(head.status.as_u16()).map_err(|why| ConnectorError::user(why.into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in &head.headers {
            // The SDK ignores headers that are not text.
            if let Ok(value) = value.to_str() {
                response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }
}

/// Convert the SDK's request to hyper's types. SSM's bodies are always in memory.
fn from_sdk(request: &HttpRequest) -> Result<Request<Full<Bytes>>, http::Error> {
    let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
    let mut converted =
        Request::builder().method(request.method()).uri(request.uri()).body(Full::new(body))?;
    for (name, value) in request.headers() {
        converted.headers_mut().append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    Ok(converted)
}
