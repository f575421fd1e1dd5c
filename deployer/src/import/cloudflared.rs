//! The configuration file of cloudflared: the ingress rules of a tunnel.

use super::exclusion::Exclusion;
use super::host_name::encoded;
use super::missing_value::MissingValue;
use super::path_pattern;
use super::route::{Destination, Route};
use super::yaml::Node;

/// Return the ingress rules, or `None` if this is another kind of file.
pub fn routes(documents: &[Node]) -> Option<Vec<Route>> {
    let rules = documents.iter().find_map(|document| document.get("ingress"))?;
    Some(rules.items().iter().filter_map(route).collect())
}

fn route(rule: &Node) -> Option<Route> {
    let text = |key| rule.get(key).and_then(Node::text);
    // The last rule is a catch-all without a host name.
    let host = text("hostname").filter(|host| !host.is_empty())?;
    let (to, exclusion) = destination(text("service").unwrap_or_default());
    Some(with_path_pattern(
        Route::new(Ok::<_, MissingValue>(encoded(host)), to).excluded_for(exclusion),
        text("path"),
    ))
}

/// Return the destination of a rule's service, and why it cannot be monitored, if so.
pub fn destination(service: &str) -> (Destination, Option<Exclusion>) {
    let service = service.trim();
    // A web server behind a socket speaks HTTP too, but has no port.
    if service.starts_with("unix:") || service.starts_with("unix+tls:") {
        return (Destination::Unknown, None);
    }
    if let Some(to) = Destination::of_address(service) {
        return (to, None);
    }
    let fixed = service.starts_with("http_status:") || matches!(service, "hello_world" | "hello-world");
    let scheme = service.split(':').next().unwrap_or_default();
    let protocol = match scheme {
        "ssh" | "rdp" | "smb" | "tcp" | "udp" | "vnc" => scheme.to_ascii_uppercase(),
        "bastion" => "SSH".to_owned(),
        _ => "another protocol".to_owned(),
    };
    (Destination::Unknown, Some(if fixed { Exclusion::FixedResponse } else { Exclusion::Protocol(protocol) }))
}

/// Set the rule's path, which is a regular expression.
pub fn with_path_pattern(route: Route, expression: Option<&str>) -> Route {
    match expression.filter(|expression| !expression.is_empty()).map(path_pattern::shortest_match) {
        None => route,
        Some(Some(path)) => route.with_path(Some(&path)),
        Some(None) => route.excluded_for(Some(Exclusion::PathPattern)),
    }
}

/// Set the rule's path; `None` if it cannot be requested literally.
pub fn with_requestable_path(route: Route, expression: Option<&str>) -> Option<Route> {
    Some(with_path_pattern(route, expression)).filter(|route| route.exclusion.is_none())
}
