//! Paths of the files that `env_file` and `label_file` refer to.

use std::path::Path;
use std::rc::Rc;

use super::super::file_path::resolve_path;
use super::super::variables::Variables;
use super::super::yaml::Node;

/// Make the paths of a service's env files absolute to the project. After a merge their origin is no longer known.
pub fn with_resolved_paths(node: &Node, directory: &Path, variables: &Variables) -> Node {
    let with_resolved_paths = |node: &Node| {
        let path = |text: &str| {
            let filled = variables.fill(text).unwrap_or_else(|_| text.to_owned());
            Node::Text(Rc::from(resolve_path(directory, &filled).to_string_lossy().as_ref()))
        };
        let entry = |node: &Node| match node {
            Node::Map(entries) => {
                let entry = |(key, value): &(Rc<str>, Node)| match value.text() {
                    Some(text) if key.as_ref() == "path" => (key.clone(), path(text)),
                    _ => (key.clone(), value.clone()),
                };
                Node::Map(entries.iter().map(entry).collect::<Vec<_>>().into())
            }
            other => other.text().map_or_else(|| other.clone(), path),
        };
        let is_list = !node.items().is_empty();
        let value = if is_list { Node::List(node.items().iter().map(entry).collect()) } else { entry(node) };
        if matches!(node, Node::Override(_)) { Node::Override(Rc::new(value)) } else { value }
    };
    if !node.is_map() {
        return node.clone();
    }
    let entries = node.entries().iter().map(|(key, value)| match key.as_ref() {
        "env_file" | "label_file" => (key.clone(), with_resolved_paths(value)),
        _ => (key.clone(), value.clone()),
    });
    let map = Node::Map(entries.collect::<Vec<_>>().into());
    if matches!(node, Node::Override(_)) { Node::Override(Rc::new(map)) } else { map }
}

/// Return the paths of a service's `env_file` or `label_file`, and whether each is required.
pub fn value_files(service: &Node, key: &str) -> Vec<(String, bool)> {
    let entry = |node: &Node| match node.text() {
        Some(text) => Some((text.to_owned(), true)),
        None => {
            let is_required = node.get("required").and_then(Node::text) != Some("false");
            Some((node.get("path")?.text()?.to_owned(), is_required))
        }
    };
    let Some(node) = service.get(key) else { return Vec::new() };
    if node.items().is_empty() {
        entry(node).into_iter().collect()
    } else {
        node.items().iter().filter_map(entry).collect()
    }
}
