//! The last two links: send one HTTP/1.1 request, read the response's head and as much of its body as is needed.
//!
//! Everything the server sends is bounded: the headers in number and size, the body in size, all of it in time.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::body::{self, SearchedBody};
use super::classify::Origin;
use super::error::ProbeError;
use super::http_error::describe;
use super::observation::LinkName;
use super::recorder::Recorder;
use super::response::Response;
use super::stream::ProbeStream;
use super::url::TargetUrl;
use super::{classify, condition, identity, self_report};
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{self, Expect, Target};
use crate::endpoint::is_loopback;
use crate::user_agent::user_agent;

/// About as much as curl and browsers accept.
const MAX_HEADER_BYTES: usize = 128 * 1024;
const MAX_HEADERS: usize = 1000;

/// Prometheus' text format. Without it, some apps send another format, such as OpenMetrics.
const METRICS: &str = "text/plain;version=0.0.4";

const ACCESS_ID: &str = "cf-access-client-id";
const ACCESS_SECRET: &str = "cf-access-client-secret";

/// Build the request. Errors name a header, never its value.
pub(super) fn request(
    target: &Target,
    url: &TargetUrl,
    secrets: &TargetSecrets,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::new(Full::from(target.body.clone().unwrap_or_default()));
    *request.uri_mut() = url.path.parse().map_err(|_| "the URL has an invalid path")?;
    if let Some(method) = &target.method {
        *request.method_mut() =
            method.parse().map_err(|_| format!("{method} is not a valid request method"))?;
    }
    let has_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let headers = request.headers_mut();
    headers.insert(HOST, value("Host", &url.host_header)?);
    headers.insert(USER_AGENT, user_agent());
    let accepted = if target.metrics.is_empty() { "*/*" } else { METRICS };
    headers.insert(ACCEPT, HeaderValue::from_static(accepted));
    // The body is searched as it arrives, and must come from the server, not from a cache.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(body) = &target.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(body)));
    } else if has_body {
        // Some servers demand it (RFC 9110, section 8.6), and hyper leaves it out.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let is_private = url.is_https || is_loopback(&url.host);
    let is_exposed = !is_private && !target.secrets_over_http;
    for (name, source) in &target.headers {
        let text = match source {
            settings::HeaderValue::Literal(text) => text,
            settings::HeaderValue::Secret if is_exposed => {
                return Err(format!("the secret header {name} is not sent over plain http"));
            }
            settings::HeaderValue::Secret => secrets
                .headers
                .get(name)
                .ok_or_else(|| format!("the secret header {name} has no value"))?
                .expose(),
        };
        let mut content = value(name, text)?;
        content.set_sensitive(*source == settings::HeaderValue::Secret);
        let name = HeaderName::try_from(name).map_err(|_| format!("{name} is not a valid header name"))?;
        headers.insert(name, content);
    }
    if let Some(token) = &secrets.access {
        if is_exposed {
            return Err("the Access token is not sent over plain http".to_owned());
        }
        for (name, secret) in [(ACCESS_ID, &token.id), (ACCESS_SECRET, &token.secret)] {
            let mut content = value(name, secret.expose())?;
            content.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), content);
        }
    }
    Ok(request)
}

/// Return the type of a body for which the settings have no `Content-Type`.
fn content_type(body: &str) -> &'static str {
    let is_json = serde_json::from_str::<serde_json::Value>(body).is_ok();
    if is_json { "application/json" } else { "text/plain; charset=utf-8" }
}

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|_| format!("the header {name} has an invalid value"))
}

/// One exchange with a target: its response is checked and recorded.
pub(super) struct Exchange<'a> {
    pub(super) target: &'a Target,
    pub(super) host: &'a str,
    pub(super) recorder: &'a mut Recorder,
}

impl Exchange<'_> {
    /// Send the request and check the response.
    pub(super) async fn run(
        mut self,
        stream: ProbeStream,
        request: Request<Full<Bytes>>,
    ) -> Result<(), ProbeError> {
        self.recorder.begin(LinkName::Http);
        // What curl and browsers tolerate is not an outage.
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEADER_BYTES)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|why| describe(&why))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|why| describe(&why))?;
            let (head, body) = response.into_parts();
            self.recorder.set_status(head.status.as_u16());
            self.check_response(&head, body).await
        };
        tokio::pin!(exchange);
        // The connection is driven here rather than in a task of its own, so that it ends with the probe.
        tokio::select! {
            biased;
            outcome = &mut exchange => outcome,
            // It has ended. What it read is still to be checked, and its own error reaches the exchange too.
            _ = connection => exchange.await,
        }
    }

    async fn check_response(&mut self, head: &Parts, body: Incoming) -> Result<(), ProbeError> {
        let Self { target, host, recorder } = self;
        let status = head.status.as_u16();
        let response = |body| Response { status: head.status, headers: &head.headers, body };
        if target.expect == Expect::Refusal {
            let page = body::error_page(body, &head.headers).await;
            let who = classify::expect_refusal(&response(&page), host, target)?;
            recorder.succeed(format!("HTTP {status}, refused by {who} as expected"));
            return Ok(());
        }
        // Even where the target expects 403, this one may not be the app's.
        let is_expected = condition::status::is_met(target, status)
            && classify::intermediary(&response(&[]), host, Origin::MayBeApp).is_none();
        if !is_expected {
            let page = body::error_page(body, &head.headers).await;
            return Err(classify::unexpected(&response(&page), host, target));
        }
        let headers = condition::of_headers(target, &head.headers);
        if let Some(error) = headers.failure {
            let page = body::error_page(body, &head.headers).await;
            let intermediary = classify::intermediary(&response(&page), host, Origin::MayBeApp);
            return Err(intermediary.unwrap_or(error));
        }
        recorder.succeed(format!("HTTP {status}"));
        recorder.begin(LinkName::Body);
        let SearchedBody { body, detail, evaluation } =
            body::search(body, &head.headers, target, crate::time::now()).await?;
        let page = &body[..body.len().min(body::MAX_PAGE_BYTES)];
        if !evaluation.is_proof
            && let Some(error) = classify::intermediary(&response(page), host, Origin::MayBeApp)
        {
            return Err(error);
        }
        if let Some(error) = evaluation.failure {
            return Err(self_report::find(&response(page), target).unwrap_or(error));
        }
        recorder.add_findings(headers.findings.into_iter().chain(evaluation.findings));
        if evaluation.is_near_limit {
            recorder.set_near_limit();
        }
        recorder.set_server(identity::of(&body));
        recorder.succeed(detail);
        Ok(())
    }
}
