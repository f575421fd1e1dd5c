//! The last two links: one HTTP/1.1 request, its answer's head, and as much of the body as is needed.
//!
//! Whatever the server does is bounded: its headers in number and size, its body in size, all of it in time.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, HOST, USER_AGENT};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::address::Address;
use super::cause::{self, Answer, Cause, Fault};
use super::observation::{Journal, LinkName};
use super::{connect, identity};
use crate::secrets::TargetSecrets;
use crate::settings::{self, Expect, Target};
use crate::text::bounded;

/// How far into the body a target's text is looked for.
const MAX_BODY_BYTES: usize = 64 * 1024;
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_SHOWN_CHARS: usize = 120;

/// An error's page tells its cause early, or not at all.
const MAX_ERROR_BYTES: usize = 16 * 1024;
const ERROR_PATIENCE: Duration = Duration::from_secs(1);

const ACCESS_ID: &str = "cf-access-client-id";
const ACCESS_SECRET: &str = "cf-access-client-secret";

const NOT_HTTP: &str = "the answer is not HTTP/1.1";
const INCOMPLETE: &str = "the server closed the connection before the answer was complete";

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
pub(super) async fn run<T>(
    stream: T,
    request: Request<Empty<Bytes>>,
    target: &Target,
    journal: &mut Journal,
) -> Result<(), Fault>
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
        let (head, body) = response.into_parts();
        journal.http(head.status.as_u16());
        if let Some(body) = judge_head(&head, body, target).await? {
            journal.done(format!("HTTP {}", head.status.as_u16()));
            journal.begin(LinkName::Body);
            let (detail, read) = search(body, target).await?;
            journal.server(identity::of(&read));
            journal.done(detail);
        } else {
            journal.done(format!("HTTP {}, refused by Access as it should be", head.status.as_u16()));
        }
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

/// The body that is still to be judged; none where the head says it all.
async fn judge_head(head: &Parts, body: Incoming, target: &Target) -> Result<Option<Incoming>, Fault> {
    let answer = |body| Answer { status: head.status, headers: &head.headers, body };
    let by_head = answer(&[]);
    if target.expect == Expect::Refusal {
        if by_head.is_access_refusal() {
            return Ok(None);
        }
        return cause::judge_refusal(&answer(&beginning(body).await), target).map(|()| None);
    }
    // Even where 403 is what the app answers: this one is not the app's.
    let is_the_app = !by_head.is_challenge() && !by_head.is_access_refusal();
    if is_the_app && target.status.contains(&head.status.as_u16()) {
        return Ok(Some(body));
    }
    Err(cause::classify(&answer(&beginning(body).await), target))
}

/// As much of the body as tells an error's cause; what comes too late does not count.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            read.extend(frame.data_ref().into_iter().flatten().take(MAX_ERROR_BYTES - read.len()));
            if read.len() >= MAX_ERROR_BYTES {
                break;
            }
        }
    };
    let _ = timeout(ERROR_PATIENCE, reading).await;
    read
}

/// Reads until the text is found, the body ends, or it is too long. The rest is never read: the connection is dropped.
/// Where the server's id is wanted, the text alone does not suffice.
async fn search(mut body: Incoming, target: &Target) -> Result<(String, Vec<u8>), Fault> {
    let wanted = target.contains.as_deref();
    let mut read: Vec<u8> = Vec::new();
    let (mut cut, mut found) = (false, false);
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(_) if found => break,
            Err(why) => return Err(in_words(&why)),
        };
        let Some(data) = frame.data_ref() else { continue };
        let room = MAX_BODY_BYTES - read.len();
        cut = data.len() > room;
        // A text may span two frames, so the search begins a little before the new data.
        let from = read.len().saturating_sub(wanted.map_or(0, str::len));
        read.extend_from_slice(&data[..data.len().min(room)]);
        found |= wanted.is_some_and(|text| contains(&read[from..], text));
        if cut || (found && !(target.pin || target.tell_version)) {
            break;
        }
    }
    match wanted {
        Some(text) if found => Ok((format!("has `{}`", bounded(text, MAX_SHOWN_CHARS)), read)),
        None => Ok((format!("{}{} bytes", if cut { "more than " } else { "" }, read.len()), read)),
        Some("") => Ok(("empty".to_owned(), read)),
        Some(text) => {
            Err(Fault::new(Cause::Condition, format!("body lacks `{}`", bounded(text, MAX_SHOWN_CHARS))))
        }
    }
}

/// Bytes are compared with bytes: a body in another encoding, or in none, is searched all the same.
fn contains(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text.as_bytes())
}

fn in_words(why: &hyper::Error) -> Fault {
    Fault::new(Cause::Condition, text_of(why))
}

fn text_of(why: &hyper::Error) -> String {
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
