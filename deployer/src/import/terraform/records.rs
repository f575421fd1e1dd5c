//! Names that only DNS has: records that point to a tunnel with a catch-all rule.

use super::evaluated_resource::EvaluatedResource;
use super::ingress::{Ingress, first};
use super::value::Value;
use crate::import::missing_value::{MissingReason, MissingValue};
use crate::import::route::{Destination, Route};

/// DNS records, by both names of the provider.
pub const KINDS: [&str; 2] = ["cloudflare_record", "cloudflare_dns_record"];

/// Add a route for each record that points to a tunnel and has no rule of its own.
pub fn read(resources: &[EvaluatedResource], into: &mut Ingress) {
    let records = resources.iter().filter(|resource| KINDS.contains(&resource.kind.as_str()));
    for record in records.filter(|record| record.disabled.is_none() && leads_to_tunnel(&record.value)) {
        let Some((host, label)) = name(record) else { continue };
        let is_known = match (&host, &label) {
            (Ok(host), _) => has_rule(into, host),
            (Err(_), Some(label)) => into.routes.iter().any(|route| {
                route.label.as_ref() == Some(label)
                    || route.host.as_ref().ok().and_then(|host| first(host)).as_ref() == Some(label)
            }),
            (Err(_), None) => false,
        };
        if !is_known && let Some(to) = destination(into, host.as_deref().ok()) {
            let mut route = Route::new(host, to);
            if route.host.is_err() {
                route.label = label;
            }
            into.routes.push(route);
        }
    }
}

fn leads_to_tunnel(record: &Value) -> bool {
    let is_tunnel = |value: Value| match value {
        Value::Text(text) => text.contains("cfargotunnel.com"),
        Value::Unknown(unknown) => {
            let likely = unknown.likely.as_ref().and_then(Value::as_text).unwrap_or_default();
            likely.contains("cfargotunnel.com")
                || (unknown.missing.what.contains("tunnel") && unknown.missing.what.ends_with("cname"))
        }
        _ => false,
    };
    ["content", "value"].into_iter().filter_map(|key| record.get(key)).any(is_tunnel)
}

/// Return the full name, or the value that is missing for it, and the first label.
fn name(record: &EvaluatedResource) -> Option<(Result<String, MissingValue>, Option<String>)> {
    let written = record.value.get("name")?.likely();
    // Only the proxy knows the apps behind a wildcard.
    if written.as_text().is_some_and(|name| name.starts_with('*')) {
        return None;
    }
    let label = written.as_text().and_then(first);
    let whole = match (record.value.get("hostname"), written.as_text()) {
        (Some(Value::Text(host)), _) => Ok(host.to_string()),
        (Some(Value::Unknown(unknown)), _) if unknown.missing.reason != MissingReason::Provider => {
            Err(unknown.missing.clone())
        }
        // Since version 5, the name of a record is the full name.
        (_, Some(name)) if record.kind == KINDS[1] && name.contains('.') && !name.contains("${") => {
            Ok(name.to_owned())
        }
        _ => Err(MissingValue::new(format!("{}.hostname", record.address), MissingReason::Provider)),
    };
    Some((whole, label))
}

fn has_rule(rules: &Ingress, host: &str) -> bool {
    let is_it = |other: &str| other.eq_ignore_ascii_case(host);
    rules.routes.iter().any(|route| route.host.as_deref().is_ok_and(is_it))
        || rules.not_published.iter().any(|not_published| is_it(&not_published.name))
}

/// Return the destination of names without a rule of their own; if rules are missing, it is unknown.
fn destination(rules: &Ingress, host: Option<&str>) -> Option<Destination> {
    let fits = |(ending, _): &&(Option<String>, Destination)| match (ending, host) {
        (None, _) => true,
        (Some(ending), Some(host)) => host.to_ascii_lowercase().ends_with(&ending.to_ascii_lowercase()),
        (Some(_), None) => true,
    };
    let found = rules.fallbacks.iter().find(fits).map(|(_, to)| to.clone());
    found.or_else(|| {
        let nowhere = Destination::Address { host: String::new(), port: None };
        (!rules.incomplete.is_empty()).then_some(nowhere)
    })
}
