//! The last two links: one HTTP/1.1 request, its answer's head, and as much of the body as is needed.
//!
//! Whatever the server does is bounded: its headers in number and size, its body in size, all of it in time.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io::ErrorKind;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::address::Address;
use super::connect;
use super::observation::{Journal, LinkName};
use crate::secrets::Secret;
use crate::settings::{self, Target};
use crate::text::{bare_url, bounded};

/// How far into the body a target's text is looked for.
const MAX_BODY_BYTES: usize = 64 * 1024;
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_SHOWN_CHARS: usize = 120;

const NOT_HTTP: &str = "the answer is not HTTP/1.1";
const INCOMPLETE: &str = "the server closed the connection before the answer was complete";

/// The request to send. Errors name a header, never its value.
pub(super) fn request(
    target: &Target,
    address: &Address,
    secret_headers: &BTreeMap<String, Secret>,
) -> Result<Request<Empty<Bytes>>, String> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() =
        address.path.parse().map_err(|_| "the address has a path that cannot be asked for")?;
    let headers = request.headers_mut();
    headers.insert(HOST, value("Host", &address.host_header)?);
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("plexmon/", env!("CARGO_PKG_VERSION"))));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // The body is searched as it comes, and must come from the server itself.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let in_the_open = !address.is_https && !target.secrets_over_http;
    for (name, source) in &target.headers {
        let text = match source {
            settings::HeaderValue::Literal(text) => text,
            settings::HeaderValue::Secret if in_the_open => {
                return Err(format!("the secret header {name} is not sent over plain http"));
            }
            settings::HeaderValue::Secret => secret_headers
                .get(name)
                .ok_or_else(|| format!("there is no value for the secret header {name}"))?
                .expose(),
        };
        let mut content = value(name, text)?;
        content.set_sensitive(*source == settings::HeaderValue::Secret);
        let name = HeaderName::try_from(name).map_err(|_| format!("{name} cannot be a header's name"))?;
        headers.insert(name, content);
    }
    Ok(request)
}

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|_| format!("the header {name} has a value that cannot be sent"))
}

/// Sends the request and judges the answer.
pub(super) async fn run<T>(
    stream: T,
    request: Request<Empty<Bytes>>,
    target: &Target,
    journal: &mut Journal,
) -> Result<(), String>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    journal.begin(LinkName::Http);
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|why| in_words(&why))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|why| in_words(&why))?;
        journal.http(response.status().as_u16());
        judge_head(&response, target)?;
        journal.done(format!("HTTP {}", response.status().as_u16()));
        journal.begin(LinkName::Body);
        journal.done(search(response.into_body(), target.contains.as_deref()).await?);
        Ok(())
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

fn judge_head(response: &Response<Incoming>, target: &Target) -> Result<(), String> {
    let status = response.status();
    if target.status.contains(&status.as_u16()) {
        return Ok(());
    }
    if let Some(place) = redirect(response.headers()).filter(|_| status.is_redirection()) {
        return Err(format!("redirects to {place} (HTTP {})", status.as_u16()));
    }
    let expected: Vec<String> = target.status.iter().map(u16::to_string).collect();
    Err(format!("HTTP {} instead of {}", status.as_u16(), expected.join(" or ")))
}

/// Where the answer points, without what might be secret in it.
fn redirect(headers: &HeaderMap) -> Option<String> {
    let place = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    Some(bounded(&bare_url(&place), MAX_SHOWN_CHARS))
}

/// Reads until the text is found, the body ends, or it is too long. The rest is never read: the connection is dropped.
async fn search(mut body: Incoming, wanted: Option<&str>) -> Result<String, String> {
    let mut read: Vec<u8> = Vec::new();
    let mut cut = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|why| in_words(&why))?;
        let Some(data) = frame.data_ref() else { continue };
        let room = MAX_BODY_BYTES - read.len();
        cut = data.len() > room;
        // A text may span two frames, so the search begins a little before the new data.
        let from = read.len().saturating_sub(wanted.map_or(0, str::len));
        read.extend_from_slice(&data[..data.len().min(room)]);
        if wanted.is_some_and(|text| contains(&read[from..], text)) {
            return Ok(format!("has `{}`", bounded(wanted.unwrap_or_default(), MAX_SHOWN_CHARS)));
        }
        if cut {
            break;
        }
    }
    match wanted {
        None => Ok(format!("{}{} bytes", if cut { "more than " } else { "" }, read.len())),
        Some("") => Ok("empty".to_owned()),
        Some(text) => Err(format!("body lacks `{}`", bounded(text, MAX_SHOWN_CHARS))),
    }
}

/// Bytes are compared with bytes: a body in another encoding, or in none, is searched all the same.
fn contains(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text.as_bytes())
}

fn in_words(why: &hyper::Error) -> String {
    if why.is_parse() {
        // hyper offers no other way for a client to tell this from nonsense.
        if why.to_string().contains("too large") {
            return "the answer's headers are too large".to_owned();
        }
        return NOT_HTTP.to_owned();
    }
    if why.is_incomplete_message() {
        return INCOMPLETE.to_owned();
    }
    let mut source = why.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                ErrorKind::UnexpectedEof => INCOMPLETE.to_owned(),
                // A chunk without a size, for one.
                ErrorKind::InvalidData | ErrorKind::InvalidInput => NOT_HTTP.to_owned(),
                _ => connect::in_words(io),
            };
        }
        source = cause.source();
    }
    why.to_string()
}
