//! The last two links: one HTTP/1.1 request, its answer's head, and as much of the body as is needed.
//!
//! Whatever the server does is bounded: its headers in number and size, its body in size, all of it in time.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, HOST, USER_AGENT};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::address::Address;
use super::answer::Answer;
use super::body::{self, Searched};
use super::cause::Fault;
use super::failure::in_words;
use super::lenient::Lenient;
use super::observation::{Journal, LinkName};
use super::{condition, identity, judge};
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{self, Expect, Target};
use crate::endpoint::is_loopback;
use crate::user_agent::user_agent;

/// About as much as curl and browsers take.
const MAX_HEADER_BYTES: usize = 128 * 1024;
const MAX_HEADERS: usize = 1000;

const ACCESS_ID: &str = "cf-access-client-id";
const ACCESS_SECRET: &str = "cf-access-client-secret";

/// The request to send. Errors name a header, never its value.
pub(super) fn request(
    target: &Target,
    address: &Address,
    secrets: &TargetSecrets,
) -> Result<Request<Empty<Bytes>>, String> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() =
        address.path.parse().map_err(|_| "the address has a path that cannot be asked for")?;
    let headers = request.headers_mut();
    headers.insert(HOST, value("Host", &address.host_header)?);
    headers.insert(USER_AGENT, user_agent());
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // The body is searched as it comes, and must come from the server itself.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let is_private = address.is_https || is_loopback(&address.host);
    let in_the_open = !is_private && !target.secrets_over_http;
    for (name, source) in &target.headers {
        let text = match source {
            settings::HeaderValue::Literal(text) => text,
            settings::HeaderValue::Secret if in_the_open => {
                return Err(format!("the secret header {name} is not sent over plain http"));
            }
            settings::HeaderValue::Secret => secrets
                .headers
                .get(name)
                .ok_or_else(|| format!("there is no value for the secret header {name}"))?
                .expose(),
        };
        let mut content = value(name, text)?;
        content.set_sensitive(*source == settings::HeaderValue::Secret);
        let name = HeaderName::try_from(name).map_err(|_| format!("{name} cannot be a header's name"))?;
        headers.insert(name, content);
    }
    if let Some(token) = &secrets.access {
        if in_the_open {
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

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|_| format!("the header {name} has a value that cannot be sent"))
}

/// Sends the request and judges the answer.
pub(super) async fn run(
    stream: Lenient,
    request: Request<Empty<Bytes>>,
    host: &str,
    target: &Target,
    journal: &mut Journal,
) -> Result<(), Fault> {
    journal.begin(LinkName::Http);
    // What curl and browsers put up with is no outage.
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|why| in_words(&why))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|why| in_words(&why))?;
        let (head, body) = response.into_parts();
        journal.http(head.status.as_u16());
        judge_answer(&head, body, host, target, journal).await
    };
    tokio::pin!(exchange);
    // The connection is driven here rather than in a task of its own, so that it ends with the probe.
    tokio::select! {
        biased;
        outcome = &mut exchange => outcome,
        // It has ended; what it read is still to be judged, and an error of its own reaches the exchange too.
        _ = connection => exchange.await,
    }
}

async fn judge_answer(
    head: &Parts,
    body: Incoming,
    host: &str,
    target: &Target,
    journal: &mut Journal,
) -> Result<(), Fault> {
    let status = head.status.as_u16();
    let answer = |body| Answer { status: head.status, headers: &head.headers, body };
    if target.expect == Expect::Refusal {
        let page = body::beginning(body, &head.headers).await;
        let who = judge::closed(&answer(&page), host, target)?;
        journal.done(format!("HTTP {status}, refused by {who} as it should be"));
        return Ok(());
    }
    // Even where 403 is what the app answers, this one may not be the app's.
    let is_expected =
        condition::status::is_met(target, status) && judge::refusal(&answer(&[]), host, true).is_none();
    if !is_expected {
        let page = body::beginning(body, &head.headers).await;
        return Err(judge::classify(&answer(&page), host, target));
    }
    journal.done(format!("HTTP {status}"));
    journal.begin(LinkName::Body);
    let Searched { body, outcome } = body::search(body, &head.headers, target).await?;
    let is_proof = target.contains.is_some() && outcome.is_ok();
    let page = &body[..body.len().min(body::MAX_PAGE_BYTES)];
    if !is_proof && let Some(fault) = judge::refusal(&answer(page), host, true) {
        return Err(fault);
    }
    let detail = outcome?;
    journal.server(identity::of(&body));
    journal.done(detail);
    Ok(())
}
