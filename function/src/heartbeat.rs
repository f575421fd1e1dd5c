//! A dead man's switch: an address that hears from every run, so that somebody notices when there are none.
//!
//! As Healthchecks has it: the address itself is "all is well", with `/fail` behind it "the monitor has failed". A push
//! monitor of Uptime Kuma reads the status from the query.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::time::Instant;

use crate::contract::settings;
use crate::endpoint::Endpoint;
use crate::http::{Http, SendError, seconds};
use crate::notify::answer::{Received, received};
use crate::page;
use crate::store::SecretCache;
use crate::store::Store;
use crate::user_agent::user_agent;

/// Long enough for a far host with one dead address, and for a second try.
const LIMIT: Duration = Duration::from_secs(10);

/// What the run needs afterwards, to answer.
const RESERVE: Duration = Duration::from_millis(500);

/// Where push monitors of Uptime Kuma are.
const KUMA_PATH: &str = "/api/push/";

/// Pings.
#[derive(Debug)]
pub struct Heartbeat {
    address: settings::Heartbeat,
    http: Http,
}

impl Heartbeat {
    /// A heartbeat that goes out through `http`.
    pub fn new(address: settings::Heartbeat, http: &Http) -> Self {
        Self { address, http: http.clone() }
    }

    /// Reports how the run went, and returns before `deadline`. The error says why nobody heard it, and nothing of the
    /// address.
    pub async fn beat(
        &self,
        is_well: bool,
        secret_cache: &mut SecretCache,
        store: &impl Store,
        deadline: Instant,
    ) -> Result<(), String> {
        let (address, is_secret) = match &self.address {
            settings::Heartbeat::Address(address) => (address.clone(), false),
            settings::Heartbeat::Secret => {
                let secrets = secret_cache.get(store).await.map_err(|why| why.to_string())?;
                let address = secrets.heartbeat.as_ref().ok_or("there is no address among the secrets")?;
                (address.expose().to_owned(), true)
            }
        };
        let endpoint =
            Endpoint::parse(&place(&address, is_well)).ok_or("its address cannot be understood")?;
        if (is_secret || endpoint.credentials.is_some()) && !endpoint.is_private() {
            return Err("its address is plain http, over which no secret is sent: use https".to_owned());
        }
        let host = endpoint.uri.host().unwrap_or_default().to_owned();
        let now = Instant::now();
        let until = (now + LIMIT).min(deadline.checked_sub(RESERVE).unwrap_or(now));
        let answer = self.http.send(request(endpoint)?, until).await;
        let (head, body) = answer.map_err(in_words)?.into_parts();
        verdict(&host, head.status, &received(body, until).await)
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

fn in_words(why: SendError) -> String {
    match why {
        SendError::NotSent(why) => format!("no connection: {why}"),
        SendError::Silent(limit) => format!("no answer within {}", seconds(limit)),
        SendError::Lost => "its answer was lost".to_owned(),
    }
}

/// Whether it was heard: services also answer 200 to addresses that they do not know.
fn verdict(host: &str, status: StatusCode, body: &Received) -> Result<(), String> {
    let answered = format!("it answered HTTP {}", status.as_u16());
    if !status.is_success() {
        return Err(answered);
    }
    let text = String::from_utf8_lossy(&body.bytes);
    let text = text.trim();
    let is_healthchecks = ["hc-ping.com", "healthchecks.io"].iter().any(|known| {
        host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    if page::is_page(&body.bytes) {
        Err(format!("{answered}, but with a web page"))
    } else if text.starts_with("OK (") || page::says_failure(&body.bytes) {
        Err(format!("{answered}, but the answer speaks of a failure{}", reason(text)))
    } else if is_healthchecks && !matches!(text, "OK" | "Created") {
        Err(format!("{answered}, but without the OK of Healthchecks"))
    } else {
        Ok(())
    }
}

/// Healthchecks' own words. Others might quote the address.
fn reason(text: &str) -> &'static str {
    match text {
        "OK (not found)" => ": it knows no such check",
        "OK (rate limited)" => ": it is pinged too often",
        _ => "",
    }
}

/// Where a failure is reported: with `/fail` between path and query.
fn place(address: &str, is_well: bool) -> String {
    if is_well {
        return address.to_owned();
    }
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
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
    fn a_failure_has_a_place_of_its_own() {
        for (address, expected) in [
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
            assert_eq!(place(address, false), expected);
            assert_eq!(place(address, true), address);
        }
    }

    #[test]
    fn a_ping_is_heard_if_the_answer_says_so() {
        let login = "<!DOCTYPE html><title>Sign in</title>";
        for (host, status, body, expected) in [
            ("hc-ping.com", 200, "OK", None),
            ("hc-ping.com", 201, "Created", None),
            ("hc-ping.com", 200, "", Some("it answered HTTP 200, but without the OK of Healthchecks")),
            ("hc-ping.com", 200, "welcome", Some("it answered HTTP 200, but without the OK of Healthchecks")),
            ("nothc-ping.com", 200, "welcome", None),
            (
                "hc.example.com",
                200,
                "OK (not found)",
                Some("it answered HTTP 200, but the answer speaks of a failure: it knows no such check"),
            ),
            (
                "hc.example.com",
                200,
                "OK (rate limited)\n",
                Some("it answered HTTP 200, but the answer speaks of a failure: it is pinged too often"),
            ),
            ("hc.example.com", 404, "not found", Some("it answered HTTP 404")),
            ("kuma.example.com", 200, r#"{"ok":true}"#, None),
            (
                "kuma.example.com",
                200,
                r#"{"ok":false,"msg":"Monitor not found or not active."}"#,
                Some("it answered HTTP 200, but the answer speaks of a failure"),
            ),
            ("uptime.betterstack.com", 200, "", None),
            ("nosnch.in", 202, "Got it, thanks!", None),
            ("cronitor.link", 200, "OK", None),
            ("kuma.example.com", 200, login, Some("it answered HTTP 200, but with a web page")),
            ("kuma.example.com", 302, "", Some("it answered HTTP 302")),
        ] {
            let body = Received { bytes: BytesMut::from(body), is_whole: true };
            let heard = verdict(host, StatusCode::from_u16(status).unwrap(), &body);
            assert_eq!(heard.err().as_deref(), expected);
        }
    }
}
