//! The file of cloudflared itself: which host name its tunnel leads where.

use super::missing::Missing;
use super::name::encoded;
use super::obstacle::Obstacle;
use super::path;
use super::route::{Destination, Route};
use super::yaml::Node;

/// The ingress rules, if this is such a file.
pub fn routes(documents: &[Node]) -> Option<Vec<Route>> {
    let rules = documents.iter().find_map(|document| document.get("ingress"))?;
    Some(rules.items().iter().filter_map(route).collect())
}

fn route(rule: &Node) -> Option<Route> {
    let text = |key| rule.get(key).and_then(Node::text);
    // The last rule catches the rest, and has no name.
    let host = text("hostname").filter(|host| !host.is_empty())?;
    let (to, obstacle) = destination(text("service").unwrap_or_default());
    Some(at(Route::new(Ok::<_, Missing>(encoded(host)), to).blocked(obstacle), text("path")))
}

/// What a rule's service is, and what keeps the monitor from asking there.
pub fn destination(service: &str) -> (Destination, Option<Obstacle>) {
    let service = service.trim();
    // A web server behind a socket has no port, and is asked by HTTP as well.
    if service.starts_with("unix:") || service.starts_with("unix+tls:") {
        return (Destination::Elsewhere, None);
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
    (Destination::Elsewhere, Some(if fixed { Obstacle::FixedResponse } else { Obstacle::Protocol(protocol) }))
}

/// The route with the rule's path, which is an expression.
pub fn at(route: Route, expression: Option<&str>) -> Route {
    match expression.filter(|expression| !expression.is_empty()).map(path::of_pattern) {
        None => route,
        Some(Some(path)) => route.at(Some(&path)),
        Some(None) => route.blocked(Some(Obstacle::PathPattern)),
    }
}

/// The same, or nothing if the path cannot be asked for.
pub fn limited(route: Route, expression: Option<&str>) -> Option<Route> {
    Some(at(route, expression)).filter(|route| route.obstacle.is_none())
}
