//! Compose files: the containers of a home, and how they are published.

mod conventions;
mod env_file;
mod file;
mod include;
mod load;
mod merge;
mod project;
mod selection;
mod service;

use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use conventions::{compose_files, override_files};
pub use file::ComposeFile;
pub use include::referenced_files;
pub use project::containers;

use super::variables::Variables;
use super::yaml::Node;

/// A service of a Compose file.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// The file that defines it; the first, if several are merged.
    pub file: PathBuf,
    /// The index of its Compose project, within which services know each other by name.
    pub project: usize,
    /// The service's name.
    pub name: String,
    /// Its other names on the network.
    pub aliases: Vec<String>,
    pub container_name: Option<String>,
    pub image: String,
    /// Its arguments, as far as the file has them.
    pub command: Vec<String>,
    /// It has neither an image nor a build: other services extend it, and it does not run.
    pub is_abstract: bool,
    /// The container whose network it uses, if it has none of its own.
    pub joins: Option<String>,
    /// It uses the host's network: every port that it listens on is published.
    pub on_host: bool,
    /// Ports on the host, with the container ports that they map to.
    pub published: Vec<(u16, u16)>,
    /// Not expanded: variables may be secrets.
    pub environment: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    /// The variables that its values are expanded with.
    pub variables: Rc<Variables>,
    /// Why Compose does not start it, if so.
    pub disabled: Option<String>,
    /// Sources of further settings that were not found, one sentence each.
    pub missing: Vec<String>,
}

/// A Compose service has at least one of these keys; other formats have `services`, too.
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

/// Whether a document defines containers, or includes files that do. A document of the first format, which has no
/// `services` key, is only identified by its file's name.
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

/// Return the services of a document. The first format has them at the top level.
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

/// Remove `.` and `..` from a path, so that each file has only one.
pub fn normalize_path(path: &Path) -> PathBuf {
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

/// Resolve a path in a file, also with the separators of Windows.
fn resolve_path(directory: &Path, path: &str) -> PathBuf {
    normalize_path(&directory.join(path.replace('\\', "/")))
}

impl Container {
    /// Whether `name` resolves to it on a container network.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
