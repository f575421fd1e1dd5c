//! Asks a public service for JSON: one `GET` without secrets, whose answer is bounded in size and time.

use bytes::Bytes;
use http::header::{ACCEPT, HeaderValue, LOCATION, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::http::Http;
use crate::user_agent::user_agent;

/// The longest answer. Those of DNS services and registries have a few kilobytes.
const MAX_BYTES: usize = 64 * 1024;

/// What a service answered.
#[derive(Debug)]
pub struct Fetched {
    /// The status of the response.
    pub status: StatusCode,
    /// Where it redirects to, if it does.
    pub location: Option<String>,
    /// The body; nothing if it is not JSON, or longer than the limit.
    pub json: Option<Value>,
}

/// Request `url` and wait for the answer until `deadline`. The error says why there is none.
pub async fn fetch(
    http: &Http,
    url: &str,
    accept: &'static str,
    deadline: Instant,
) -> Result<Fetched, String> {
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = url.parse().map_err(|_| "its address is invalid")?;
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    headers.insert(USER_AGENT, user_agent());
    let response = http.send_once(request, deadline).await.map_err(|why| why.to_string())?;
    let (head, body) = response.into_parts();
    let location = head.headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = timeout_at(deadline, Limited::new(body, MAX_BYTES).collect()).await;
    let body = body.map_err(|_| "no complete answer in time")?;
    let json = body.ok().and_then(|body| serde_json::from_slice(&body.to_bytes()).ok());
    Ok(Fetched { status: head.status, location, json })
}
