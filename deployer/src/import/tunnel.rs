//! The file of cloudflared itself: which host name its tunnel leads where.

use super::missing::Missing;
use super::route::{Destination, Route, is_path};
use super::yaml::Node;

/// The ingress rules, if this is such a file.
pub fn routes(documents: &[Node]) -> Option<Vec<Route>> {
    let rules = documents.iter().find_map(|document| document.get("ingress"))?;
    Some(rules.items().iter().filter_map(route).collect())
}

fn route(rule: &Node) -> Option<Route> {
    let text = |key| rule.get(key).and_then(Node::text);
    let to = Destination::of_address(text("service")?)?;
    let host = text("hostname").filter(|host| !host.is_empty())?;
    limited(Route::new(Ok::<_, Missing>(host.to_owned()), to), text("path"))
}

/// Puts the rule's path into its route; nothing remains of a rule whose path cannot be asked for.
pub fn limited(mut route: Route, expression: Option<&str>) -> Option<Route> {
    // Everything begins with nothing, however that is written.
    if let Some(expression) =
        expression.filter(|expression| !expression.trim_matches(['^', '/', '.', '*', '$']).is_empty())
    {
        route.path = Some(start_of(expression)?);
    }
    Some(route)
}

/// The plain text that a regular expression for paths starts with.
fn start_of(expression: &str) -> Option<String> {
    let text = expression.trim_start_matches('^');
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_./~".contains(c))).unwrap_or(text.len());
    let path = text[..end].trim_end_matches(['.', '/']);
    let path = if path.starts_with('/') || end == 0 { path.to_owned() } else { format!("/{path}") };
    is_path(&path).then_some(path)
}
