//! Judges responses to requests over plain http: whether they lead to https.

use super::cause::{Cause, Verdict};
use super::classify::{self, Origin};
use super::condition::judgement::Judgement;
use super::error::ProbeError;
use super::finding::{Finding, Level};
use super::recorder::Recorder;
use super::response::Response;
use super::url::{TargetUrl, host_of};
use crate::contract::settings::Consequence;
use crate::text::bounded;

const MAX_URL_CHARS: usize = 100;

/// The key of the finding.
const KEY: &str = "redirect";

/// Record what was found. That it is not known is not an outage.
pub(super) fn record(
    judgement: Judgement,
    severity: Consequence,
    recorder: &mut Recorder,
) -> Result<(), ProbeError> {
    let Judgement { level, why, cause, .. } = judgement;
    if severity == Consequence::Warn {
        recorder.add_findings([Finding { key: KEY.to_owned(), level, why: why.clone() }]);
    } else if level == Level::NotMet {
        return Err(ProbeError::new(cause, why));
    }
    recorder.succeed(why);
    Ok(())
}

/// Judge a response to a request over plain http.
pub(super) fn judge(response: &Response<'_>, url: &TargetUrl) -> Judgement {
    let location = response.location();
    let is_https = location.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if is_https && is_related(host_of(&location), &url.host) {
        return Judgement::met(format!("{} redirects to https", shown(url)));
    }
    match classify::intermediary(response, &url.host, Origin::Unknown) {
        Some(ProbeError { cause: Cause::Access | Cause::LoginWall, .. }) if is_https => {
            return Judgement::met(format!("{} leads to a login over https", shown(url)));
        }
        Some(error) if !is_https && error.cause.verdict() == Verdict::Unknown => {
            return Judgement::unknown(error.why);
        }
        _ => {}
    }
    let status = response.status.as_u16();
    Judgement::not_met(match response.safe_location() {
        Some(to) => format!("{} redirects to {to} instead of https", shown(url)),
        None => format!("{} answers HTTP {status} instead of redirecting to https", shown(url)),
    })
}

/// Return the address that is asked, without its query.
pub(super) fn address(url: &TargetUrl) -> String {
    let path = url.path.split('?').next().unwrap_or_default();
    format!("http://{}{path}", url.name_header)
}

/// [`address`], for people.
pub(super) fn shown(url: &TargetUrl) -> String {
    bounded(&address(url), MAX_URL_CHARS)
}

/// Return whether a host is the same as another one, above it or below it.
fn is_related(to: &str, from: &str) -> bool {
    let [to, from] = [to, from].map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    let is_below = |name: &str, parent: &str| {
        parent.contains('.') && name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
    };
    to == from || is_below(&to, &from) || is_below(&from, &to)
}
