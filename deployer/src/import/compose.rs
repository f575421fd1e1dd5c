//! Compose files: the containers of a home, as far as they tell what can be seen from outside.

mod env_file;
mod include;
mod load;
mod merge;
mod project;
mod purpose;
mod selection;
mod service;

use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use include::mentions;
pub use load::ComposeFile;
pub use project::containers;
pub use purpose::{companions, compose_files};

use super::variables::Variables;
use super::yaml::Node;

/// A service of a Compose file.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// The file that has the service; of several that are merged, the first.
    pub file: PathBuf,
    /// What Compose starts together: services know each other by name within it.
    pub project: usize,
    /// The service's name.
    pub name: String,
    /// Further names that others on its network know it by.
    pub aliases: Vec<String>,
    pub container_name: Option<String>,
    pub image: String,
    /// Its arguments, as far as they are written in the file.
    pub command: Vec<String>,
    /// It has neither an image nor a recipe for one: others extend it, and nothing runs.
    pub is_abstract: bool,
    /// The container whose network it shares, if it has none of its own.
    pub joins: Option<String>,
    /// It is on the host's own network: whatever it listens on is published.
    pub on_host: bool,
    /// Ports on the host, and what they lead to.
    pub published: Vec<(u16, u16)>,
    /// Variables are not filled in: they may be secrets.
    pub environment: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    /// What its values are filled in from.
    pub variables: Rc<Variables>,
    /// Why Compose does not start it, if so.
    pub off: Option<String>,
    /// What may say more about it and was not found, one sentence each.
    pub missing: Vec<String>,
}

/// What a service of Compose has at least one of; other formats have `services`, too.
const USUAL: [&str; 12] = [
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

/// Whether a document describes containers, or includes files that do. A document of the oldest format, which has no
/// `services`, is known by its file's name alone.
pub fn is_compose(document: &Node, file: &Path) -> bool {
    let services = services(document);
    let is_usual = |node: &Node| USUAL.iter().any(|key| node.get(key).is_some());
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named = name.contains("compose") || name.contains("docker-stack");
    let includes = || document.get("include").is_some_and(|include| !include.items().is_empty());
    match document.get("services") {
        Some(_) => services.iter().any(|(_, node)| is_named || is_usual(node)),
        None => is_named && (!services.is_empty() || includes()),
    }
}

/// The services of a document. The oldest format has them at the top.
fn services(document: &Node) -> Vec<(&str, &Node)> {
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

/// The path without `.` and `..`, so that two ways to name a file are one.
pub fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// A path that a file names. Windows separates folders otherwise.
fn joined(directory: &Path, path: &str) -> PathBuf {
    clean(&directory.join(path.replace('\\', "/")))
}

impl Container {
    /// Whether `name` reaches it on a network of containers.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
