//! Asks the registry of a domain when its registration ends (RDAP, RFC 9083).
//!
//! Nothing that a registry answers is an outage: it may limit requests, refuse clouds, or not publish the date.

use http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::condition::moment;
use super::tls::Tls;
use crate::contract::settings::DomainSettings;
use crate::contract::state::DomainStatus;
use crate::endpoint::{Endpoint, is_loopback};
use crate::fetch::fetch;
use crate::http::Http;

const ACCEPT: &str = "application/rdap+json";

/// Redirects lead from a central service to the registry, or from there to the registrar.
const MAX_REDIRECTS: usize = 2;

/// More statuses than a domain can have.
const MAX_STATUSES: usize = 50;

/// The years in which a registration may end, in Unix seconds: from 2000 to 2200. Others are errors, or mean "never".
const POSSIBLE: std::ops::Range<u64> = 946_684_800..7_258_118_400;

/// What a registry says about a domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Registration {
    /// When the registration expires, in Unix seconds, if the registry says so.
    pub expires: Option<u64>,
    /// Why the domain does not work, or soon will not.
    pub status: Option<DomainStatus>,
}

/// What a registry answered in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryAnswer {
    /// The domain that it was asked about.
    pub domain: String,
    /// Its answer; absent if it had none that can be used.
    pub registration: Option<Registration>,
}

/// Ask the registry. Nothing if it has no usable answer.
pub async fn ask_registry(domain: &DomainSettings, tls: &Tls, deadline: Instant) -> Option<Registration> {
    let http = Http::new(tls);
    let mut url = domain.rdap.clone();
    for _ in 0..=MAX_REDIRECTS {
        let fetched = fetch(&http, &url, ACCEPT, deadline).await.ok()?;
        if !fetched.status.is_redirection() {
            return (fetched.status == StatusCode::OK).then(|| read(&fetched.json?, &domain.name))?;
        }
        url = fetched.location.filter(|to| may_follow(&domain.rdap, to))?;
    }
    None
}

/// Return whether a redirect is followed: over https, and never to this machine, unless its own server is configured.
fn may_follow(from: &str, to: &str) -> bool {
    let (Some(from), Some(to)) = (Endpoint::parse(from), Endpoint::parse(to)) else { return false };
    let is_local = |endpoint: &Endpoint| endpoint.uri.host().is_some_and(is_loopback);
    to.credentials.is_none() && to.is_private() && (is_local(&from) || !is_local(&to))
}

/// Read an answer about this domain. One about anything else is not an answer.
fn read(json: &Value, name: &str) -> Option<Registration> {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let is_about =
        text("ldhName").is_some_and(|found| found.trim_end_matches('.').eq_ignore_ascii_case(name));
    if !is_about || text("objectClassName").is_some_and(|class| !class.eq_ignore_ascii_case("domain")) {
        return None;
    }
    let list = |key: &str| json.get(key).and_then(Value::as_array).into_iter().flatten();
    let expirations = list("events").filter(|event| {
        event.get("eventAction").and_then(Value::as_str).is_some_and(|action| action == "expiration")
    });
    let mut dates = expirations.filter_map(|event| date(event.get("eventDate")?.as_str()?));
    let statuses = list("status").take(MAX_STATUSES).filter_map(Value::as_str);
    Some(Registration { expires: dates.next(), status: statuses.filter_map(DomainStatus::of_text).max() })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, as intended"
)]
fn date(text: &str) -> Option<u64> {
    moment::of_text(text).map(|seconds| seconds as u64).filter(|seconds| POSSIBLE.contains(seconds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_answer_about_the_domain_counts() {
        let good = json!({
            "objectClassName": "domain", "ldhName": "EXAMPLE.COM.", "status": ["active", "client hold"],
            "events": [
                {"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
                {"eventAction": "registrar expiration", "eventDate": "2029-01-01T00:00:00Z"},
                {"eventAction": "expiration", "eventDate": "2026-12-10T01:00:00+01:00"},
            ],
        });
        let expected = Registration { expires: Some(1_796_860_800), status: Some(DomainStatus::ClientHold) };
        assert_eq!(read(&good, "example.com"), Some(expected));
        assert_eq!(read(&good, "example.net"), None, "it is about another domain");
        for (json, expires) in [
            (json!({"ldhName": "example.com"}), None),
            (json!({"ldhName": "example.com", "events": "none", "status": {"a": 1}}), None),
            (json!({"ldhName": "example.com", "events": [{"eventAction": "expiration"}, 7, null]}), None),
            (
                json!({"ldhName": "example.com", "events": [
                    {"eventAction": "expiration", "eventDate": "soon"},
                    {"eventAction": "expiration", "eventDate": "9999-12-31T23:59:59Z"},
                    {"eventAction": "expiration", "eventDate": "1970-01-01T00:00:00Z"},
                    {"eventAction": "expiration", "eventDate": "2026-12-10T00:00:00Z"},
                ]}),
                Some(1_796_860_800),
            ),
        ] {
            assert_eq!(read(&json, "example.com"), Some(Registration { expires, status: None }), "{json}");
        }
        for json in [
            json!([]),
            json!(null),
            json!({"errorCode": 404}),
            json!({"ldhName": 7}),
            json!({"objectClassName": "entity", "ldhName": "example.com"}),
        ] {
            assert_eq!(read(&json, "example.com"), None, "{json}");
        }
    }

    #[test]
    fn redirects_stay_encrypted_and_never_lead_to_this_machine() {
        let public = "https://rdap.example.com/domain/example.com";
        assert!(may_follow(public, "https://rdap.example.net/domain/example.com"));
        for to in [
            "http://rdap.example.net/",
            "http://127.0.0.1:9001/2018-06-01/",
            "https://localhost/",
            "/domain/x",
            "https://me:hush@rdap.example.net/",
            "ftp://rdap.example.net/",
        ] {
            assert!(!may_follow(public, to), "{to}");
        }
        assert!(may_follow("http://127.0.0.1:80/", "http://127.0.0.1:81/"));
    }
}
