//! Builds requests: the one of a target, and those of the checks of what it says about itself. Errors name a header,
//! never its value.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;

use super::url::TargetUrl;
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{self, Target};
use crate::endpoint::is_loopback;
use crate::user_agent::user_agent;

/// Prometheus' text format. Without it, some apps send another format, such as OpenMetrics.
const METRICS: &str = "text/plain;version=0.0.4";

const ACCESS_ID: &str = "cf-access-client-id";
const ACCESS_SECRET: &str = "cf-access-client-secret";

/// Build the request that checks a target.
pub(super) fn of_target(
    target: &Target,
    url: &TargetUrl,
    secrets: &TargetSecrets,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = get(url, &url.path)?;
    if let Some(method) = &target.method {
        *request.method_mut() =
            method.parse().map_err(|_| format!("{method} is not a valid request method"))?;
    }
    let has_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let headers = request.headers_mut();
    if !target.metrics.is_empty() {
        headers.insert(ACCEPT, HeaderValue::from_static(METRICS));
    }
    if let Some(body) = &target.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(body)));
    } else if has_body {
        // Some servers demand it (RFC 9110, section 8.6), and hyper leaves it out.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    add_configured(headers, target, url, secrets)?;
    *request.body_mut() = Full::from(target.body.clone().unwrap_or_default());
    Ok(request)
}

/// Build a request for JSON from another path of the same host, with the secret headers that no other request has.
pub(super) fn of_inside(
    target: &Target,
    url: &TargetUrl,
    path: &str,
    secrets: &TargetSecrets,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = get(url, path)?;
    let headers = request.headers_mut();
    add_configured(headers, target, url, secrets)?;
    headers.remove(CONTENT_TYPE);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for name in &target.inside_headers {
        headers.insert(header_name(name)?, secret(name, target, url, secrets)?);
    }
    Ok(request)
}

/// Build a request without any headers of the configuration.
pub(super) fn get(url: &TargetUrl, path: &str) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::new(Full::default());
    *request.uri_mut() = path.parse().map_err(|_| "the URL has an invalid path")?;
    let headers = request.headers_mut();
    headers.insert(HOST, value("Host", &url.host_header)?);
    headers.insert(USER_AGENT, user_agent());
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // The body is searched as it arrives, and must come from the server, not from a cache.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(request)
}

/// Add the headers of the configuration, and the Access token.
fn add_configured(
    headers: &mut HeaderMap,
    target: &Target,
    url: &TargetUrl,
    secrets: &TargetSecrets,
) -> Result<(), String> {
    for (name, source) in &target.headers {
        let content = match source {
            settings::HeaderValue::Literal(text) => value(name, text)?,
            settings::HeaderValue::Secret => secret(name, target, url, secrets)?,
        };
        headers.insert(header_name(name)?, content);
    }
    if let Some(token) = &secrets.access {
        if is_exposed(target, url) {
            return Err("the Access token is not sent over plain http".to_owned());
        }
        for (name, secret) in [(ACCESS_ID, &token.id), (ACCESS_SECRET, &token.secret)] {
            let mut content = value(name, secret.expose())?;
            content.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), content);
        }
    }
    Ok(())
}

/// Return whether others could read what is sent.
fn is_exposed(target: &Target, url: &TargetUrl) -> bool {
    !url.is_https && !is_loopback(&url.host) && !target.secrets_over_http
}

fn secret(
    name: &str,
    target: &Target,
    url: &TargetUrl,
    secrets: &TargetSecrets,
) -> Result<HeaderValue, String> {
    if is_exposed(target, url) {
        return Err(format!("the secret header {name} is not sent over plain http"));
    }
    let secret = secrets.headers.get(name).ok_or_else(|| format!("the secret header {name} has no value"))?;
    let mut content = value(name, secret.expose())?;
    content.set_sensitive(true);
    Ok(content)
}

/// Return the type of a body for which the settings have no `Content-Type`.
fn content_type(body: &str) -> &'static str {
    let is_json = serde_json::from_str::<serde_json::Value>(body).is_ok();
    if is_json { "application/json" } else { "text/plain; charset=utf-8" }
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("{name} is not a valid header name"))
}

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|_| format!("the header {name} has an invalid value"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::secrets::SecretValue;

    #[test]
    fn secrets_of_checks_are_sent_only_encrypted_or_within_this_machine() {
        let headers = [("X-Api-Key".to_owned(), SecretValue::new("hush"))].into();
        let secrets = TargetSecrets { headers, access: None };
        let sent = |url: &str, secrets_over_http: bool| {
            let inside_headers = vec!["X-Api-Key".to_owned()];
            let target = Target { inside_headers, secrets_over_http, ..Target::default() };
            let url = TargetUrl::parse(url).unwrap();
            assert!(!of_target(&target, &url, &secrets).unwrap().headers().contains_key("x-api-key"));
            let request = of_inside(&target, &url, "/api/v3/diskspace", &secrets)?;
            assert!(!format!("{request:?}").contains("hush"));
            Ok(request.headers()["x-api-key"].to_str().unwrap().to_owned())
        };
        let hush = || Ok("hush".to_owned());
        assert_eq!(sent("https://sonarr.example.com/ping", false), hush());
        assert_eq!(sent("http://127.0.0.1/ping", false), hush());
        assert_eq!(sent("http://192.168.1.2/ping", true), hush());
        let refusal = "the secret header X-Api-Key is not sent over plain http".to_owned();
        assert_eq!(sent("http://192.168.1.2/ping", false), Err(refusal));
    }
}
