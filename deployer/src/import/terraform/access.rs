//! Cloudflare Access: which names it guards, and whom its policies let through.

use super::value::{List, Value};
use super::{Gap, Resource};

const APPLICATIONS: [&str; 2] = ["cloudflare_access_application", "cloudflare_zero_trust_access_application"];
const POLICIES: [&str; 2] = ["cloudflare_access_policy", "cloudflare_zero_trust_access_policy"];

/// How a name can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// By everybody.
    Open,
    /// With a service token.
    Token,
    /// By people only.
    Login,
    /// Its policies are not in the files.
    Unknown,
}

/// An application of Access.
#[derive(Debug, Clone)]
pub struct Application {
    /// Host names with the path that it is about, if not all of it.
    domains: Vec<(String, String)>,
    gate: Gate,
}

/// What guards this address, if anything does: the application that fits it most closely.
pub fn gate_of(applications: &[Application], host: &str, path: &str) -> Option<Gate> {
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
        application.domains.iter().filter_map(fit).max().map(|closeness| (closeness, application.gate))
    };
    applications.iter().filter_map(fits).max_by_key(|(closeness, _)| *closeness).map(|(_, gate)| gate)
}

/// A policy, as far as it matters to a monitor.
struct Policy<'r> {
    address: &'r str,
    /// The application that it names itself, as policies did up to version 4.
    application: Option<String>,
    lets: Option<Gate>,
}

/// The applications among the resources; one whose domain is not known is a gap.
pub(super) fn applications(resources: &[Resource], gaps: &mut Vec<Gap>) -> Vec<Application> {
    let of = |kinds: [&'static str; 2]| {
        resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    };
    let policy = |resource| {
        let Resource { address, value, .. }: &Resource = resource;
        let application = match value.get("application_id") {
            Some(Value::Id(address)) => Some(address.to_string()),
            _ => None,
        };
        Policy { address, application, lets: lets(value) }
    };
    let policies: Vec<Policy<'_>> = of(POLICIES).map(policy).collect();
    let mut applications = Vec::new();
    for Resource { address, value, .. } in of(APPLICATIONS) {
        // Bookmarks and sign-ins elsewhere guard nothing.
        if value.get("type").is_some_and(|kind| kind.as_text().is_some_and(|kind| kind != "self_hosted")) {
            continue;
        }
        let domains = domains(value);
        let unknown = ["domain", "self_hosted_domains", "destinations"]
            .iter()
            .filter_map(|key| value.get(key))
            .find_map(|value| value.gap());
        if let Some(unknown) = unknown {
            gaps.push(Gap::domain(address, unknown.missing.clone()));
        }
        applications.push(Application { domains, gate: gate(value, address, &policies) });
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

/// What all the policies of an application come to.
fn gate(application: &Value, address: &str, policies: &[Policy<'_>]) -> Gate {
    let mut lets: Vec<Option<Gate>> = policies
        .iter()
        .filter(|policy| policy.application.as_deref() == Some(address))
        .map(|policy| policy.lets)
        .collect();
    let mut unread = false;
    let named = application.get("policies");
    for entry in named.as_ref().map(entries).unwrap_or_default() {
        match entry.get("id").unwrap_or_else(|| entry.clone()) {
            Value::Id(address) => {
                let found = policies.iter().find(|policy| *policy.address == *address);
                unread |= found.is_none();
                lets.extend(found.map(|policy| policy.lets));
            }
            Value::Map(_) => lets.push(self::lets(&entry)),
            Value::Null => {}
            _ => unread = true,
        }
    }
    match lets {
        lets if lets.contains(&Some(Gate::Open)) => Gate::Open,
        lets if lets.contains(&Some(Gate::Token)) => Gate::Token,
        _ if unread => Gate::Unknown,
        lets if lets.contains(&Some(Gate::Unknown)) => Gate::Unknown,
        _ => Gate::Login,
    }
}

/// The elements of a list and what is missing of it, and what is not one as it is.
fn entries(value: &Value) -> Vec<Value> {
    if let Value::List(list) = value {
        let List { items, rest, .. } = list.as_ref();
        items.iter().cloned().chain(rest.clone().map(Value::from)).collect()
    } else {
        vec![value.clone()]
    }
}

/// Whom a policy lets through, of those who matter to a monitor.
fn lets(policy: &Value) -> Option<Gate> {
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
            "bypass" if includes("everyone") => Some(Gate::Open),
            "non_identity" | "service_auth" if !by_address => Some(Gate::Token),
            _ => None,
        },
        Some(Value::Null) | None => None,
        Some(_) => Some(Gate::Unknown),
    }
}
