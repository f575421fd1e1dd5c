//! Decides what an unexpected response means: who sent it, and what is wrong.

use http::StatusCode;

use super::cause::Cause;
use super::error::ProbeError;
use super::response::Response;
use super::{condition, firewall, login_wall, self_report};
use crate::contract::settings::Target;
use crate::text::bounded;
use crate::time::duration;

const MAX_NAME_CHARS: usize = 60;

/// A longer `Retry-After` is ignored.
const MAX_RETRY_AFTER_S: u64 = 7 * 24 * 60 * 60;

/// What is known about the origin of a response before it is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It has an expected status: whatever an app may do itself is the app's.
    MayBeApp,
    /// Nothing.
    Unknown,
}

/// Return the refusal of an intermediary that answered instead of the app, if the response has the marks of one.
pub(super) fn intermediary(response: &Response<'_>, host: &str, origin: Origin) -> Option<ProbeError> {
    if let Some(error) = firewall::refusal(response) {
        return Some(error);
    }
    if login_wall::is_access(response) {
        return Some(ProbeError::new(Cause::Access, "Cloudflare Access refused the monitor"));
    }
    let wall = login_wall::find(response, host)?;
    if origin == Origin::MayBeApp && wall.may_be_the_app {
        return None;
    }
    let name = bounded(&wall.name, MAX_NAME_CHARS);
    Some(ProbeError::new(Cause::LoginWall, format!("a login page answers instead of the app ({name})")))
}

/// Explain a response that is not the expected one.
pub(super) fn unexpected(response: &Response<'_>, host: &str, target: &Target) -> ProbeError {
    if let Some(error) = intermediary(response, host, Origin::Unknown) {
        return error;
    }
    if let Some(error) = self_report::find(response, target) {
        return error;
    }
    let status = response.status.as_u16();
    let (app, server) = (target.app(), response.server());
    // Other servers use these status codes for errors of their own.
    let is_cloudflares = response.is_from_cloudflare()
        || response.contains_ignoring_case("cloudflare")
        || response.contains("error code: ");
    match status {
        429 => rate_limited(response),
        530 if is_cloudflares => firewall::tunnel_not_connected(),
        525 | 526 if is_cloudflares => ProbeError::new(
            Cause::Origin,
            format!("Cloudflare does not accept your server's certificate ({status})"),
        ),
        520..=524 if is_cloudflares => ProbeError::new(
            Cause::Origin,
            format!("Cloudflare gets no valid response from your server ({status})"),
        ),
        503 if is_plex_maintenance(response) => {
            let is_migration = response.contains_ignoring_case("migration");
            let activity = if is_migration { "updating its database" } else { "busy with maintenance" };
            ProbeError::new(Cause::Maintenance, format!("{app} is {activity}"))
        }
        502 => ProbeError::new(Cause::App, format!("{app} is stopped; {server} returns 502")),
        503 => ProbeError::new(Cause::App, format!("{app} is unavailable; {server} returns 503")),
        504 => ProbeError::new(Cause::App, format!("{app} does not respond to {server} in time (504)")),
        _ => ProbeError::new(Cause::Condition, wrong_status(response, target)),
    }
}

/// Return whether Plex itself reports maintenance, in XML or in JSON. Many proxies' error pages contain "Maintenance"
/// too.
fn is_plex_maintenance(response: &Response<'_>) -> bool {
    let is_plex = response.contains("<Response ") || response.contains("\"Response\"");
    is_plex && response.contains("Maintenance") && response.contains("Plex Media Server is ")
}

/// Return the error of limited requests. It is not an outage, whether the app or an intermediary limits them.
fn rate_limited(response: &Response<'_>) -> ProbeError {
    let retry_after: Option<u64> = response.header("retry-after").trim().parse().ok();
    let retry_after = retry_after.filter(|seconds| (1..=MAX_RETRY_AFTER_S).contains(seconds));
    let hint = retry_after.map_or_else(String::new, |seconds| format!(", retry after {}", duration(seconds)));
    ProbeError::new(Cause::RateLimited, format!("too many requests (HTTP 429{hint})"))
}

fn wrong_status(response: &Response<'_>, target: &Target) -> String {
    let status = response.status.as_u16();
    if let Some(location) = response.safe_location() {
        return format!("redirects to {location} (HTTP {status})");
    }
    format!("HTTP {status} instead of {}", condition::status::expected(target))
}

/// Check a target that must refuse, and return what refused. Only a response from the app itself proves that it is
/// exposed.
pub(super) fn expect_refusal(
    response: &Response<'_>,
    host: &str,
    target: &Target,
) -> Result<&'static str, ProbeError> {
    let status = response.status.as_u16();
    match intermediary(response, host, Origin::Unknown) {
        Some(ProbeError { cause: Cause::Access, .. }) => return Ok("Cloudflare Access"),
        Some(ProbeError { cause: Cause::LoginWall, .. }) => return Ok("a login page"),
        Some(error) => return Err(error),
        None if status == 429 => return Err(rate_limited(response)),
        None => {}
    }
    if status >= 500 || !is_from_app(response, target) {
        let why = format!("HTTP {status} does not show whether the app is closed");
        return Err(ProbeError::new(Cause::MonitorOffline, why));
    }
    Err(ProbeError::new(
        Cause::Exposed,
        format!("{} is open to the internet: HTTP {status} without a token", target.app()),
    ))
}

/// Return whether the response comes from the app: a page, or a refusal with the marks of a server behind Cloudflare. A
/// bare 403 or 404 may come from a firewall, or from a tunnel without a rule for this host.
fn is_from_app(response: &Response<'_>, target: &Target) -> bool {
    let status = response.status;
    let is_ambiguous = matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    if !is_ambiguous || condition::status::is_met(target, status.as_u16()) {
        return true;
    }
    let server = response.header("server").to_ascii_lowercase();
    let is_named = !server.is_empty() && server != "cloudflare";
    is_named
        || response.signature().is_some_and(|name| name != "cloudflare")
        || response.headers.contains_key("www-authenticate")
        || response.headers.contains_key("x-powered-by")
        || (status == StatusCode::NOT_FOUND && !response.body.trim_ascii().is_empty())
}
