//! Cloudflare Access: which names it guards, and whom its policies let through.

use super::Resource;
use super::scope::{Place, Scope};
use super::value::Known;

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
struct Policy {
    address: String,
    /// The application that it names itself, as policies did up to version 4.
    application: Option<String>,
    lets: Option<Gate>,
}

pub(super) fn applications(resources: &[Resource<'_>], scope: &Scope<'_>) -> Vec<Application> {
    let of =
        |kinds: [&'static str; 2]| resources.iter().filter(move |resource| kinds.contains(&resource.kind));
    let mut policies = Vec::new();
    for resource in of(POLICIES) {
        for policy in scope.instances(resource.body, &Place::new(resource.folder)) {
            let application = if let Some(Known::Resource(address)) = policy.get("application_id") {
                Some(address.clone())
            } else {
                None
            };
            policies.push(Policy { address: address(resource), application, lets: lets(&policy) });
        }
    }
    let mut applications = Vec::new();
    for resource in of(APPLICATIONS) {
        for known in scope.instances(resource.body, &Place::new(resource.folder)) {
            // Bookmarks and sign-ins elsewhere guard nothing.
            if known.get("type").and_then(Known::text).is_some_and(|kind| kind != "self_hosted") {
                continue;
            }
            let gate = gate(&known, &address(resource), &policies);
            applications.push(Application { domains: domains(&known), gate });
        }
    }
    applications
}

fn address(resource: &Resource<'_>) -> String {
    format!("{}.{}", resource.kind, resource.name)
}

fn domains(application: &Known) -> Vec<(String, String)> {
    let mut texts: Vec<&str> = Vec::new();
    texts.extend(application.get("domain").and_then(Known::text));
    texts.extend(
        application
            .get("self_hosted_domains")
            .map(Known::items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(Known::text),
    );
    let destinations = application.get("destinations").map(Known::maps).unwrap_or_default();
    texts.extend(
        destinations.into_iter().filter_map(|destination| destination.get("uri")).filter_map(Known::text),
    );
    let split = |text: &str| {
        let text = text.trim_start_matches("https://");
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let path = path.trim_end_matches('*');
        (host.to_owned(), if path.is_empty() { String::new() } else { format!("/{path}") })
    };
    texts.into_iter().map(split).collect()
}

/// What all the policies of an application come to.
fn gate(application: &Known, address: &str, policies: &[Policy]) -> Gate {
    let mut lets: Vec<Option<Gate>> = policies
        .iter()
        .filter(|policy| policy.application.as_deref() == Some(address))
        .map(|policy| policy.lets)
        .collect();
    let mut unread = false;
    for entry in application.get("policies").map(entries).unwrap_or_default() {
        let named = entry.get("id").unwrap_or(entry);
        match named {
            Known::Resource(address) => {
                let found = policies.iter().find(|policy| policy.address == *address);
                unread |= found.is_none();
                lets.extend(found.map(|policy| policy.lets));
            }
            Known::Map(_) => lets.push(self::lets(entry)),
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

/// The elements of a list, and what is not one as it is.
fn entries(known: &Known) -> Vec<&Known> {
    if let Known::List(items) = known { items.iter().collect() } else { vec![known] }
}

/// Whom a policy lets through, of those who matter to a monitor.
fn lets(policy: &Known) -> Option<Gate> {
    let include = policy.get("include").map(Known::maps).unwrap_or_default();
    let includes = |wanted: &str| {
        let named = |map: &&Known| {
            map.get(wanted).is_some_and(|value| {
                value.text() != Some("false")
                    && *value != Known::List(Vec::new())
                    && *value != Known::Missing("null".to_owned())
            })
        };
        include.iter().any(named)
    };
    let by_address = !include.is_empty()
        && ["service_token", "any_valid_service_token", "everyone", "group"].iter().all(|key| !includes(key));
    match policy.get("decision") {
        Some(Known::Text(decision)) => match decision.as_str() {
            "bypass" if includes("everyone") => Some(Gate::Open),
            "non_identity" | "service_auth" if !by_address => Some(Gate::Token),
            _ => None,
        },
        Some(_) => Some(Gate::Unknown),
        None => None,
    }
}
