//! A dead man's switch: each run pings a URL, and the service behind it raises the alarm when pings stop.
//!
//! The protocol is that of Healthchecks: the URL itself reports success, the URL with `/fail` appended reports that the
//! monitor failed. A push monitor of Uptime Kuma reads the status from the query instead.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::time::Instant;

use crate::contract::settings;
use crate::endpoint::Endpoint;
use crate::http::Http;
use crate::notify::answer::{Received, received};
use crate::store::SecretCache;
use crate::store::Store;
use crate::unexpected_body;
use crate::user_agent::user_agent;

/// The limit for a ping: long enough for a distant host with one dead address, and for a second attempt.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The time that the run needs afterwards to return its reply.
const RESERVE: Duration = Duration::from_millis(500);

/// The path of Uptime Kuma's push monitors.
const KUMA_PATH: &str = "/api/push/";

/// Pings the configured URL.
#[derive(Debug)]
pub struct Heartbeat {
    url: settings::HeartbeatSettings,
    http: Http,
}

impl Heartbeat {
    /// Create a heartbeat that is sent with `http`.
    pub fn new(url: settings::HeartbeatSettings, http: &Http) -> Self {
        Self { url, http: http.clone() }
    }

    /// Report whether the run succeeded, and return before `deadline`. The error explains why the ping did not arrive and
    /// quotes nothing of the URL.
    pub async fn ping(
        &self,
        succeeded: bool,
        secret_cache: &mut SecretCache,
        store: &impl Store,
        deadline: Instant,
    ) -> Result<(), String> {
        let (url, is_secret) = match &self.url {
            settings::HeartbeatSettings::Address(url) => (url.clone(), false),
            settings::HeartbeatSettings::Secret => {
                let secrets = secret_cache.get(store).await.map_err(|why| why.to_string())?;
                let url = secrets.heartbeat.as_ref().ok_or("its URL is missing from the secrets")?;
                (url.expose().to_owned(), true)
            }
        };
        let endpoint = Endpoint::parse(&ping_url(&url, succeeded)).ok_or("its URL is invalid")?;
        if (is_secret || endpoint.credentials.is_some()) && !endpoint.is_private() {
            return Err("its URL is plain http, over which secrets are not sent: use https".to_owned());
        }
        let host = endpoint.uri.host().unwrap_or_default().to_owned();
        let now = Instant::now();
        let until = (now + TIMEOUT).min(deadline.checked_sub(RESERVE).unwrap_or(now));
        let response = self.http.send(request(endpoint)?, until).await;
        let (head, body) = response.map_err(|why| why.to_string())?.into_parts();
        check_response(&host, head.status, &received(body, until).await)
    }
}

fn request(endpoint: Endpoint) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = endpoint.uri;
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, user_agent());
    if let Some(credentials) = endpoint.credentials {
        let basic = HeaderValue::try_from(format!("Basic {}", credentials.basic()));
        let mut basic = basic.map_err(|_| "its user and password cannot be sent")?;
        basic.set_sensitive(true);
        headers.insert(AUTHORIZATION, basic);
    }
    Ok(request)
}

/// Check whether the service accepted the ping: services also return 200 for URLs that they do not know.
fn check_response(host: &str, status: StatusCode, body: &Received) -> Result<(), String> {
    let returned = format!("it returned HTTP {}", status.as_u16());
    if !status.is_success() {
        return Err(returned);
    }
    let text = String::from_utf8_lossy(&body.bytes);
    let text = text.trim();
    let is_healthchecks = ["hc-ping.com", "healthchecks.io"].iter().any(|known| {
        host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    if unexpected_body::is_page(&body.bytes) {
        Err(format!("{returned}, but with a web page"))
    } else if text.starts_with("OK (") || unexpected_body::reports_failure(&body.bytes) {
        Err(format!("{returned}, but the response reports a failure{}", reason(text)))
    } else if is_healthchecks && !matches!(text, "OK" | "Created") {
        Err(format!("{returned}, but not with the `OK` of Healthchecks"))
    } else {
        Ok(())
    }
}

/// Explain Healthchecks' fixed texts. Other texts are not quoted, since they might contain the URL.
fn reason(text: &str) -> &'static str {
    match text {
        "OK (not found)" => ": unknown check",
        "OK (rate limited)" => ": rate limited",
        _ => "",
    }
}

/// Return the URL to ping. A failure is reported with `/fail` between path and query.
fn ping_url(url: &str, succeeded: bool) -> String {
    if succeeded {
        return url.to_owned();
    }
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let path = path.trim_end_matches('/');
    if path.contains(KUMA_PATH) {
        let others = query.unwrap_or_default().split('&').filter(|pair| {
            !pair.is_empty() && !["status=", "msg="].iter().any(|known| pair.starts_with(known))
        });
        let failed = ["status=down", "msg=the%20monitor%20has%20failed"];
        return format!("{path}?{}", failed.into_iter().chain(others).collect::<Vec<_>>().join("&"));
    }
    query.map_or_else(|| format!("{path}/fail"), |query| format!("{path}/fail?{query}"))
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;

    #[test]
    fn a_failure_is_reported_to_its_own_url() {
        for (url, expected) in [
            ("https://hc-ping.com/uuid", "https://hc-ping.com/uuid/fail"),
            ("https://hc-ping.com/uuid/", "https://hc-ping.com/uuid/fail"),
            ("https://h/key/slug?create=1", "https://h/key/slug/fail?create=1"),
            (
                "https://kuma.example.com/api/push/Tok3n?status=up&msg=OK&ping=",
                "https://kuma.example.com/api/push/Tok3n?status=down&msg=the%20monitor%20has%20failed&ping=",
            ),
            (
                "https://kuma.example.com/api/push/Tok3n",
                "https://kuma.example.com/api/push/Tok3n?status=down&msg=the%20monitor%20has%20failed",
            ),
        ] {
            assert_eq!(ping_url(url, false), expected);
            assert_eq!(ping_url(url, true), url);
        }
    }

    #[test]
    fn a_ping_counts_only_if_the_response_confirms_it() {
        let login = "<!DOCTYPE html><title>Sign in</title>";
        for (host, status, body, expected) in [
            ("hc-ping.com", 200, "OK", None),
            ("hc-ping.com", 201, "Created", None),
            ("hc-ping.com", 200, "", Some("it returned HTTP 200, but not with the `OK` of Healthchecks")),
            (
                "hc-ping.com",
                200,
                "welcome",
                Some("it returned HTTP 200, but not with the `OK` of Healthchecks"),
            ),
            ("nothc-ping.com", 200, "welcome", None),
            (
                "hc.example.com",
                200,
                "OK (not found)",
                Some("it returned HTTP 200, but the response reports a failure: unknown check"),
            ),
            (
                "hc.example.com",
                200,
                "OK (rate limited)\n",
                Some("it returned HTTP 200, but the response reports a failure: rate limited"),
            ),
            ("hc.example.com", 404, "not found", Some("it returned HTTP 404")),
            ("kuma.example.com", 200, r#"{"ok":true}"#, None),
            (
                "kuma.example.com",
                200,
                r#"{"ok":false,"msg":"Monitor not found or not active."}"#,
                Some("it returned HTTP 200, but the response reports a failure"),
            ),
            ("uptime.betterstack.com", 200, "", None),
            ("nosnch.in", 202, "Got it, thanks!", None),
            ("cronitor.link", 200, "OK", None),
            ("kuma.example.com", 200, login, Some("it returned HTTP 200, but with a web page")),
            ("kuma.example.com", 302, "", Some("it returned HTTP 302")),
        ] {
            let body = Received { bytes: BytesMut::from(body), is_whole: true };
            let checked = check_response(host, StatusCode::from_u16(status).unwrap(), &body);
            assert_eq!(checked.err().as_deref(), expected);
        }
    }
}
