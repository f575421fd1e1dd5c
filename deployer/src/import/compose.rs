//! Compose files: the containers of a home, as far as they tell what can be seen from outside.

mod env_file;
mod include;
mod load;
mod merge;
mod project;
mod selection;

use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use include::mentions;
pub use load::ComposeFile;
pub use project::containers;
pub use selection::{companions, compose_files};

use super::environment::Environments;
use super::variables::Variables;
use super::yaml::Node;
use load::Service;

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
    pub image: String,
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

impl Service {
    fn container(&self, project: usize, environments: &Environments) -> Container {
        let node = &self.node;
        let filled = |text: &str| self.variables.fill(text).unwrap_or_else(|_| text.to_owned());
        let text = |key| node.get(key).and_then(Node::text).map(filled);
        let mode = text("network_mode").unwrap_or_default();
        let joined = mode.strip_prefix("service:").or_else(|| mode.strip_prefix("container:"));
        let pairs = |node: Option<&Node>| node.map(Node::pairs).unwrap_or_default();
        let mut labels = pairs(node.get("labels"));
        labels.extend(pairs(node.get("deploy").and_then(|deploy| deploy.get("labels"))));
        let networks = node.get("networks").map(Node::entries).unwrap_or_default();
        let on_networks =
            networks.iter().filter_map(|(_, network)| network.get("aliases")).flat_map(Node::texts);
        let mut missing = self.missing.clone();
        let mut values_in_files = |key| self.values_in_files(key, environments, &mut missing);
        inherit(&mut labels, values_in_files("label_file"));
        let mut environment = self.environment();
        inherit(&mut environment, values_in_files("env_file"));
        Container {
            file: self.file.clone(),
            project,
            name: self.name.clone(),
            aliases: [text("container_name"), text("hostname")]
                .into_iter()
                .flatten()
                .chain(on_networks.map(str::to_owned))
                .collect(),
            image: text("image").unwrap_or_default(),
            is_abstract: ["image", "build", "provider", "extends"].iter().all(|key| node.get(key).is_none()),
            joins: joined.map(|name| name.trim().to_owned()),
            on_host: mode == "host",
            published: node
                .get("ports")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(port)
                .collect(),
            environment,
            labels,
            variables: self.variables.clone(),
            off: self
                .removed
                .as_ref()
                .map(|by| format!("switched off ({by} removes it)"))
                .or_else(|| self.why_off()),
            missing,
        }
    }

    /// What the service itself sets. A variable without a value there has the one from outside.
    fn environment(&self) -> Vec<(String, String)> {
        let Some(node) = self.node.get("environment") else { return Vec::new() };
        let outside = |key: &str| self.variables.value(key).map(|_| (key.to_owned(), format!("${{{key}}}")));
        let lone = |key: &str, value: &Node| match value {
            Node::Text(text) if !matches!(text.as_ref(), "" | "~" | "null") => {
                Some((key.to_owned(), text.to_string()))
            }
            _ => outside(key),
        };
        if node.is_map() {
            return node.entries().iter().filter_map(|(key, value)| lone(key, value)).collect();
        }
        let items = node.items().iter().filter_map(Node::text);
        let pair = |text: &str| match text.split_once('=') {
            Some((key, value)) => Some((key.trim().to_owned(), value.to_owned())),
            None => outside(text.trim()),
        };
        items.filter_map(pair).collect()
    }

    /// What `env_file` or `label_file` say; of several files, a later one wins.
    fn values_in_files(
        &self,
        key: &str,
        environments: &Environments,
        missing: &mut Vec<String>,
    ) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (path, is_required) in env_file::value_files(&self.node, key) {
            match environments.file(Path::new(&path)) {
                Some(values) => {
                    let earlier = std::mem::replace(&mut all, values.for_container(&self.variables));
                    inherit(&mut all, earlier);
                }
                None if is_required => missing.push(format!("`{path}` was not found")),
                None => {}
            }
        }
        all
    }

    /// Why the owner of these files has switched it off, if so.
    fn why_off(&self) -> Option<String> {
        let filled = |node: &Node| self.variables.fill(node.text()?).ok();
        let profiles: Vec<String> = self
            .node
            .get("profiles")
            .map(texts)
            .unwrap_or_default()
            .iter()
            .filter_map(|text| self.variables.fill(text).ok().filter(|profile| !profile.is_empty()))
            .collect();
        let active = self.variables.value("COMPOSE_PROFILES").unwrap_or_default();
        let is_active = |profile: &String| {
            active.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == profile)
        };
        if !profiles.is_empty() && !profiles.iter().any(is_active) {
            let word = if profiles.len() == 1 { "profile" } else { "profiles" };
            return Some(format!("switched off ({word} {})", profiles.join(", ")));
        }
        let deploy = self.node.get("deploy");
        let is_global = deploy
            .and_then(|deploy| deploy.get("mode")?.text())
            .is_some_and(|mode| mode.starts_with("global"));
        let replicas = deploy.and_then(|deploy| deploy.get("replicas")).filter(|_| !is_global);
        let count = self.node.get("scale").or(replicas).and_then(filled)?;
        (count.trim().parse() == Ok(0_u32)).then(|| "switched off (0 replicas)".to_owned())
    }
}

fn texts(node: &Node) -> Vec<String> {
    node.texts().into_iter().map(str::to_owned).collect()
}

/// `"8080:80/tcp"`, `127.0.0.1:8080:80`, `80`, or the long form with keys.
fn port(node: &Node) -> Option<(u16, u16)> {
    if node.is_map() {
        let number = |key| node.get(key)?.text()?.parse().ok();
        let target = number("target")?;
        return Some((number("published").unwrap_or(target), target));
    }
    let text = node.text()?.split('/').next()?;
    let mut parts = text.rsplit(':');
    let inside = parts.next()?.trim().parse().ok()?;
    let outside = parts.next().map_or(Some(inside), |outside| outside.trim().parse().ok())?;
    Some((outside, inside))
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

/// Adds what `own` lacks.
fn inherit(own: &mut Vec<(String, String)>, base: Vec<(String, String)>) {
    for (key, value) in base {
        if !own.iter().any(|(name, _)| *name == key) {
            own.push((key, value));
        }
    }
}
