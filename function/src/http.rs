//! One TLS configuration and one HTTP client for all that is not a probe: SSM and the channels.
//!
//! The AWS SDK is given this client instead of its own HTTPS stack, which would bring a second one into the binary.

use std::fmt;
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
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioExecutor;

use crate::probe::Tls;

/// How long a connection may take to be made. AWS and Pushover answer in milliseconds or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Idle connections serve the rest of the run, and are gone before the next: after minutes the peer has hung up.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// More than SSM ever answers; a limit all the same.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// A client that keeps connections alive. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Http {
    client: HyperClient<HttpsConnector<TcpConnector>, Full<Bytes>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Http")
    }
}

impl Http {
    /// A client that trusts the public authorities. Plain `http` is possible, for emulators.
    pub fn new(tls: &Tls) -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls.public())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client =
            HyperClient::builder(TokioExecutor::new()).pool_idle_timeout(IDLE_TIMEOUT).build(connector);
        Self { client }
    }

    /// Sends a request and returns as soon as the answer's head is there.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, HttpError> {
        self.client.request(request).await
    }
}

/// Why there is no answer; [`HttpError::is_connect`] tells whether the request ever left.
pub type HttpError = hyper_util::client::legacy::Error;

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
        let response = self.send(request).await.map_err(|why| {
            let never_connected = why.is_connect();
            let error = ConnectorError::io(why.into());
            if never_connected { error.never_connected() } else { error }
        })?;
        let (head, body) = response.into_parts();
        let body =
            Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(ConnectorError::io)?.to_bytes();
        let status =
            StatusCode::try_from(head.status.as_u16()).map_err(|why| ConnectorError::user(why.into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in &head.headers {
            // A header that is no text means nothing to the SDK.
            if let Ok(value) = value.to_str() {
                response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }
}

/// The SDK's request in hyper's types. SSM's bodies are always in memory.
fn from_sdk(request: &HttpRequest) -> Result<Request<Full<Bytes>>, http::Error> {
    let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
    let mut converted =
        Request::builder().method(request.method()).uri(request.uri()).body(Full::new(body))?;
    for (name, value) in request.headers() {
        converted.headers_mut().append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    Ok(converted)
}
