//! Documents of Compose files, and the services in them.

use std::path::Path;

use super::super::yaml::Node;

/// A Compose service has at least one of these keys; other formats have `services`, too.
const SERVICE_KEYS: [&str; 12] = [
    "image",
    "build",
    "extends",
    "provider",
    "labels",
    "environment",
    "env_file",
    "ports",
    "volumes",
    "profiles",
    "network_mode",
    "deploy",
];

/// Whether a document defines containers, or includes files that do. A document of the first format, which has no
/// `services` key, is only identified by its file's name.
pub fn is_compose(document: &Node, file: &Path) -> bool {
    let services = services(document);
    let has_service_key = |node: &Node| SERVICE_KEYS.iter().any(|key| node.get(key).is_some());
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named = name.contains("compose") || name.contains("docker-stack");
    let includes = || document.get("include").is_some_and(|include| !include.items().is_empty());
    match document.get("services") {
        Some(_) => services.iter().any(|(_, node)| is_named || has_service_key(node)),
        None => is_named && (!services.is_empty() || includes()),
    }
}

/// Return the services of a document. The first format has them at the top level.
pub fn services(document: &Node) -> Vec<(&str, &Node)> {
    let (entries, oldest) = match document.get("services") {
        Some(services) => (services.entries(), false),
        None => (document.entries(), true),
    };
    let is_service = |node: &Node| {
        let is_reset = matches!(node, Node::Reset) && !oldest;
        let makes = || node.get("image").or_else(|| node.get("build")).is_some();
        is_reset || (node.is_map() && (!oldest || makes()))
    };
    let named = entries.iter().filter(|(name, node)| !name.starts_with("x-") && is_service(node));
    named.map(|(name, node)| (name.as_ref(), node)).collect()
}
