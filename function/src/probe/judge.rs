//! What an answer means that is not the one that was hoped for: who refused, and who is to blame.

use http::StatusCode;

use super::answer::Answer;
use super::cause::{Cause, Fault};
use super::{condition, edge, wall};
use crate::contract::settings::Target;
use crate::text::bounded;
use crate::time::duration;

const MAX_SHOWN_CHARS: usize = 60;

/// Longer waits than this are nobody's intention.
const MAX_WAIT_S: u64 = 7 * 24 * 60 * 60;

/// Somebody before the app who answered in its place, if there are signs of one. `is_expected`: the status is one that
/// the owner takes from the app, so that what an app might do itself is the app's.
pub(super) fn refusal(answer: &Answer<'_>, host: &str, is_expected: bool) -> Option<Fault> {
    if let Some(fault) = edge::refusal(answer) {
        return Some(fault);
    }
    if wall::is_access(answer) {
        return Some(Fault::new(Cause::Access, "Access refused the monitor"));
    }
    let wall = wall::login(answer, host).filter(|wall| !(is_expected && wall.may_be_the_app))?;
    let name = bounded(&wall.name, MAX_SHOWN_CHARS);
    Some(Fault::new(Cause::LoginWall, format!("a login page answers in the app's place ({name})")))
}

/// What an answer means that is not the one that was hoped for.
pub(super) fn classify(answer: &Answer<'_>, host: &str, target: &Target) -> Fault {
    if let Some(fault) = refusal(answer, host, false) {
        return fault;
    }
    let status = answer.status.as_u16();
    let app = target.app();
    // Others use these numbers too, for errors of their own.
    let is_cloudflares =
        answer.is_through_cloudflare() || answer.mentions("cloudflare") || answer.says("error code: ");
    match status {
        429 => rate_limited(answer),
        530 if is_cloudflares => {
            Fault::new(Cause::Home, "your house is off the net (Cloudflare: tunnel not connected)")
        }
        525 | 526 if is_cloudflares => Fault::new(
            Cause::Origin,
            format!("Cloudflare does not accept your server's certificate ({status})"),
        ),
        520..=524 if is_cloudflares => {
            Fault::new(Cause::Origin, format!("Cloudflare gets no proper answer from your server ({status})"))
        }
        503 if is_plex_busy(answer) => {
            let is_database = answer.mentions("migration");
            let does = if is_database { "is updating its database" } else { "is busy with its maintenance" };
            Fault::new(Cause::Maintenance, format!("{app} {does}"))
        }
        502 => Fault::new(Cause::App, format!("{app} is stopped; {} answers 502", answer.server())),
        503 => Fault::new(Cause::App, format!("{app} is not available; {} answers 503", answer.server())),
        504 => Fault::new(Cause::App, format!("{app} does not answer {} in time (504)", answer.server())),
        _ => Fault::new(Cause::Condition, wrong_status(answer, target)),
    }
}

/// Plex's own words, in XML or in JSON. Many a proxy's page says "Maintenance" too.
fn is_plex_busy(answer: &Answer<'_>) -> bool {
    let is_its_form = answer.says("<Response ") || answer.says("\"Response\"");
    is_its_form && answer.says("Maintenance") && answer.says("Plex Media Server is ")
}

/// No outage, whether the app or somebody before it counts requests.
fn rate_limited(answer: &Answer<'_>) -> Fault {
    let wait: Option<u64> = answer.header("retry-after").trim().parse().ok();
    let wait = wait.filter(|seconds| (1..=MAX_WAIT_S).contains(seconds));
    let wait = wait.map_or_else(String::new, |seconds| format!(", retry after {}", duration(seconds)));
    Fault::new(Cause::RateLimited, format!("too many requests (HTTP 429{wait})"))
}

fn wrong_status(answer: &Answer<'_>, target: &Target) -> String {
    let status = answer.status.as_u16();
    if let Some(place) = answer.shown_redirect() {
        return format!("redirects to {place} (HTTP {status})");
    }
    format!("HTTP {status} instead of {}", condition::status::expected(target))
}

/// What an answer means where only a refusal is right. An app that is not reached at all is exposed to nobody, and only
/// an answer that comes from it proves the opposite.
pub(super) fn closed(answer: &Answer<'_>, host: &str, target: &Target) -> Result<&'static str, Fault> {
    let status = answer.status.as_u16();
    match refusal(answer, host, false) {
        Some(Fault { cause: Cause::Access, .. }) => return Ok("Access"),
        Some(Fault { cause: Cause::LoginWall, .. }) => return Ok("a login page"),
        Some(fault) => return Err(fault),
        None if status == 429 => return Err(rate_limited(answer)),
        None => {}
    }
    if status >= 500 || !is_of_the_app(answer, target) {
        return Err(Fault::new(Cause::Blind, format!("HTTP {status}: whether it is closed cannot be seen")));
    }
    Err(Fault::new(
        Cause::Exposed,
        format!("{} is open to the world: HTTP {status} without a token", target.app()),
    ))
}

/// A page that was served, or a refusal that names somebody behind the edge. A bare 403 or 404 may be a firewall's, or
/// that of a tunnel without a rule for this host.
fn is_of_the_app(answer: &Answer<'_>, target: &Target) -> bool {
    let status = answer.status;
    let is_bare = matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    if !is_bare || condition::status::is_met(target, status.as_u16()) {
        return true;
    }
    let server = answer.header("server").to_ascii_lowercase();
    let is_named = !server.is_empty() && server != "cloudflare";
    is_named
        || answer.signature().is_some_and(|name| name != "cloudflare")
        || answer.headers.contains_key("www-authenticate")
        || answer.headers.contains_key("x-powered-by")
        || (status == StatusCode::NOT_FOUND && !answer.body.trim_ascii().is_empty())
}
