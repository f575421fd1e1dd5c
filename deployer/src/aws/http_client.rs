//! The HTTP client of every AWS client and credentials provider: trusted authorities and proxies.

use std::error::Error as StdError;
use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;

use super::proxy::{Proxies, Proxy};
use super::trust::{Trust, TrustOrigin};
use crate::error::{Context, Error, Result};

/// The failure of a request that was sent through a proxy.
#[derive(Debug)]
pub struct ProxyFailure {
    pub variable: &'static str,
    pub address: String,
    source: ConnectorError,
}

impl fmt::Display for ProxyFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "through the proxy {} of {}", self.address, self.variable)
    }
}

impl StdError for ProxyFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}

/// The failure of a TLS connection that was not attempted, because no certificate authority is trusted.
#[derive(Debug)]
pub struct NoCertificates;

impl fmt::Display for NoCertificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this system has no CA certificates")
    }
}

impl StdError for NoCertificates {}

/// Create a client based on rustls with ring.
pub fn http_client(trust: &Trust, proxies: Proxies) -> Result<SharedHttpClient> {
    let through = |proxy: &Option<Proxy>, config: fn(Uri) -> Result<ProxyConfig, _>| {
        let Some(proxy) = proxy else { return Ok(None) };
        let config = config(proxy.uri.clone())
            .map_err(|_| Error::usage(format!("{} is not the URL of a proxy", proxy.variable)))?;
        client(trust, config).map(Some)
    };
    Ok(SharedHttpClient::new(Client {
        direct: client(trust, ProxyConfig::disabled())?,
        http: through(&proxies.http, ProxyConfig::http)?,
        https: through(&proxies.https, ProxyConfig::https)?,
        proxies,
        trusts: trust.origin != TrustOrigin::None,
    }))
}

fn client(trust: &Trust, proxy: ProxyConfig) -> Result<SharedHttpClient> {
    let context = TlsContext::builder()
        .with_trust_store(trust.store.clone())
        .build()
        .context(|| "could not load the certificates for AWS")?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .proxy_config(proxy.clone());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder.build()
    }))
}

/// One client for each route. The SDK's own proxy selection ignores ports and reads settings that the AWS CLI does not.
#[derive(Debug)]
struct Client {
    direct: SharedHttpClient,
    http: Option<SharedHttpClient>,
    https: Option<SharedHttpClient>,
    proxies: Proxies,
    trusts: bool,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = |client: &SharedHttpClient| client.http_connector(settings, components);
        SharedHttpConnector::new(Router {
            direct: connector(&self.direct),
            http: self.http.as_ref().map(connector),
            https: self.https.as_ref().map(connector),
            proxies: self.proxies.clone(),
            trusts: self.trusts,
        })
    }
}

#[derive(Debug)]
struct Router {
    direct: SharedHttpConnector,
    http: Option<SharedHttpConnector>,
    https: Option<SharedHttpConnector>,
    proxies: Proxies,
    trusts: bool,
}

impl HttpConnector for Router {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: Uri = match request.uri().parse() {
            Ok(uri) => uri,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(Box::new(error)))),
        };
        let secure = uri.scheme_str() == Some("https");
        if secure && !self.trusts {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(Box::new(NoCertificates))));
        }
        let through = if secure { &self.https } else { &self.http };
        let (Some(proxy), Some(through)) = (self.proxies.route(&uri), through) else {
            return self.direct.call(request);
        };
        let (variable, address, answer) = (proxy.variable, proxy.address(), through.call(request));
        HttpConnectorFuture::new(async move {
            answer
                .await
                .map_err(|error| rewrapped(error, |source| ProxyFailure { variable, address, source }))
        })
    }
}

/// Wrap an error without changing its kind, which decides whether a call is repeated.
fn rewrapped(error: ConnectorError, with: impl FnOnce(ConnectorError) -> ProxyFailure) -> ConnectorError {
    let (timeout, io, user, other) = (error.is_timeout(), error.is_io(), error.is_user(), error.as_other());
    let source = Box::new(with(error));
    match (timeout, io, user) {
        (true, _, _) => ConnectorError::timeout(source),
        (_, true, _) => ConnectorError::io(source),
        (_, _, true) => ConnectorError::user(source),
        _ => ConnectorError::other(source, other),
    }
}
