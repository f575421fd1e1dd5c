//! Cloudflare Access: the names that it protects, and whom its policies admit.

use super::evaluated_resource::EvaluatedResource;
use super::incomplete::Incomplete;
use super::value::{List, Value};

const APPLICATIONS: [&str; 2] = ["cloudflare_access_application", "cloudflare_zero_trust_access_application"];
const POLICIES: [&str; 2] = ["cloudflare_access_policy", "cloudflare_zero_trust_access_policy"];

/// What a client needs to reach a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Nothing.
    Open,
    /// A service token.
    ServiceToken,
    /// A login.
    Login,
    /// The policies are not in the files.
    Unknown,
}

/// An Access application.
#[derive(Debug, Clone)]
pub struct Application {
    /// Host names, each with the path that it applies to, if not the whole site.
    domains: Vec<(String, String)>,
    protection: Protection,
}

/// Return the protection of this address: that of the most specific application that matches.
pub fn protection_of(applications: &[Application], host: &str, path: &str) -> Option<Protection> {
    let fits = |application: &Application| {
        let fit = |(domain, prefix): &(String, String)| {
            let exact = domain.eq_ignore_ascii_case(host);
            let wild = domain
                .strip_prefix('*')
                .is_some_and(|rest| host.to_ascii_lowercase().ends_with(&rest.to_ascii_lowercase()));
            let inside = path.strip_prefix(prefix.as_str()).is_some_and(|rest| {
                prefix.is_empty() || prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/')
            });
            ((exact || wild) && inside).then_some((exact, domain.len(), prefix.len()))
        };
        application.domains.iter().filter_map(fit).max().map(|closeness| (closeness, application.protection))
    };
    applications
        .iter()
        .filter_map(fits)
        .max_by_key(|(closeness, _)| *closeness)
        .map(|(_, protection)| protection)
}

/// A policy, as far as it concerns a monitor.
struct Policy<'r> {
    address: &'r str,
    /// The application that it refers to, as policies did up to version 4.
    application: Option<String>,
    admits: Option<Protection>,
}

/// Return the applications among the resources. One whose domain is not known is reported as incomplete.
pub(super) fn applications(
    resources: &[EvaluatedResource],
    incomplete: &mut Vec<Incomplete>,
) -> Vec<Application> {
    let of = |kinds: [&'static str; 2]| {
        resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    };
    let policy = |resource| {
        let EvaluatedResource { address, value, .. }: &EvaluatedResource = resource;
        let application = match value.get("application_id") {
            Some(Value::Id(address)) => Some(address.to_string()),
            _ => None,
        };
        Policy { address, application, admits: admits(value) }
    };
    let policies: Vec<Policy<'_>> = of(POLICIES).map(policy).collect();
    let mut applications = Vec::new();
    for EvaluatedResource { address, value, .. } in of(APPLICATIONS) {
        // Bookmarks and SaaS applications do not protect anything here.
        if value.get("type").is_some_and(|kind| kind.as_text().is_some_and(|kind| kind != "self_hosted")) {
            continue;
        }
        let domains = domains(value);
        let unknown = ["domain", "self_hosted_domains", "destinations"]
            .iter()
            .filter_map(|key| value.get(key))
            .find_map(|value| value.first_unknown());
        if let Some(unknown) = unknown {
            incomplete.push(Incomplete::domain(address, unknown.missing.clone()));
        }
        applications.push(Application { domains, protection: protection(value, address, &policies) });
    }
    applications
}

fn domains(application: &Value) -> Vec<(String, String)> {
    let texts = |key: &str| match application.get(key) {
        Some(Value::Text(text)) => vec![text.to_string()],
        Some(Value::List(list)) => {
            let text = |item: &Value| match item {
                Value::Map(map) => map.get("uri").and_then(|uri| uri.as_text().map(str::to_owned)),
                item => item.as_text().map(str::to_owned),
            };
            list.items.iter().filter_map(text).collect()
        }
        _ => Vec::new(),
    };
    let split = |text: String| {
        let text = text.trim_start_matches("https://");
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let path = path.trim_end_matches('*');
        (host.to_owned(), if path.is_empty() { String::new() } else { format!("/{path}") })
    };
    ["domain", "self_hosted_domains", "destinations"].into_iter().flat_map(texts).map(split).collect()
}

/// Combine all policies of an application.
fn protection(application: &Value, address: &str, policies: &[Policy<'_>]) -> Protection {
    let mut admits: Vec<Option<Protection>> = policies
        .iter()
        .filter(|policy| policy.application.as_deref() == Some(address))
        .map(|policy| policy.admits)
        .collect();
    let mut unread = false;
    let named = application.get("policies");
    for entry in named.as_ref().map(entries).unwrap_or_default() {
        match entry.get("id").unwrap_or_else(|| entry.clone()) {
            Value::Id(address) => {
                let found = policies.iter().find(|policy| *policy.address == *address);
                unread |= found.is_none();
                admits.extend(found.map(|policy| policy.admits));
            }
            Value::Map(_) => admits.push(self::admits(&entry)),
            Value::Null => {}
            _ => unread = true,
        }
    }
    match admits {
        admits if admits.contains(&Some(Protection::Open)) => Protection::Open,
        admits if admits.contains(&Some(Protection::ServiceToken)) => Protection::ServiceToken,
        _ if unread => Protection::Unknown,
        admits if admits.contains(&Some(Protection::Unknown)) => Protection::Unknown,
        _ => Protection::Login,
    }
}

/// Return the elements of a list, including an unknown rest, or the value itself if it is not a list.
fn entries(value: &Value) -> Vec<Value> {
    if let Value::List(list) = value {
        let List { items, rest, .. } = list.as_ref();
        items.iter().cloned().chain(rest.clone().map(Value::from)).collect()
    } else {
        vec![value.clone()]
    }
}

/// Return what a policy requires of clients, if it matters to a monitor.
fn admits(policy: &Value) -> Option<Protection> {
    let include = policy.get("include");
    let include = include.as_ref().map(Value::maps).unwrap_or_default();
    let includes = |wanted: &str| {
        let is_set = |value: Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::List(list) => !list.items.is_empty() || list.rest.is_some(),
            value => value.as_text() != Some("false"),
        };
        include.iter().any(|map| map.get(wanted).is_some_and(is_set))
    };
    let by_address = !include.is_empty()
        && ["service_token", "any_valid_service_token", "everyone", "group"].iter().all(|key| !includes(key));
    match policy.get("decision") {
        Some(Value::Text(decision)) => match decision.as_ref() {
            "bypass" if includes("everyone") => Some(Protection::Open),
            "non_identity" | "service_auth" if !by_address => Some(Protection::ServiceToken),
            _ => None,
        },
        Some(Value::Null) | None => None,
        Some(_) => Some(Protection::Unknown),
    }
}
