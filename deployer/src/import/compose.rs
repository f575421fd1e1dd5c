//! Compose files: the containers of a home, as far as they tell what can be seen from outside.

use std::path::{Path, PathBuf};

use super::variables::Variables;
use super::yaml::Node;

/// A service of a Compose file.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub file: PathBuf,
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
    extends: Option<Base>,
}

/// What `extends` names.
#[derive(Debug, Clone)]
struct Base {
    file: Option<String>,
    service: String,
}

/// Longer chains of `extends` are circles.
const LONGEST_CHAIN: usize = 8;

/// The containers that a file's documents describe; none if it is something else than a Compose file.
pub fn containers(documents: &[Node], file: &Path) -> Vec<Container> {
    documents.iter().flat_map(services).map(|(name, node)| container(name, node, file)).collect()
}

/// The services of a document. The oldest format has them at the top.
fn services(document: &Node) -> Vec<(&str, &Node)> {
    let (entries, oldest) = match document.get("services") {
        Some(services) => (services.entries(), false),
        None => (document.entries(), true),
    };
    let is_service =
        |node: &Node| node.is_map() && (!oldest || node.get("image").or_else(|| node.get("build")).is_some());
    let named = entries.iter().filter(|(name, node)| !name.starts_with("x-") && is_service(node));
    named.map(|(name, node)| (name.as_ref(), node)).collect()
}

fn container(name: &str, node: &Node, file: &Path) -> Container {
    let text = |key| node.get(key).and_then(Node::text);
    let pairs = |node: Option<&Node>| node.map(Node::pairs).unwrap_or_default();
    let mode = text("network_mode").unwrap_or_default();
    let joined = mode.strip_prefix("service:").or_else(|| mode.strip_prefix("container:"));
    let mut labels = pairs(node.get("labels"));
    labels.extend(pairs(node.get("deploy").and_then(|deploy| deploy.get("labels"))));
    let networks = node.get("networks").map(Node::entries).unwrap_or_default();
    let on_networks = networks.iter().filter_map(|(_, network)| network.get("aliases")).flat_map(Node::texts);
    Container {
        file: file.to_owned(),
        name: name.to_owned(),
        aliases: [text("container_name"), text("hostname")]
            .into_iter()
            .flatten()
            .chain(on_networks)
            .map(str::to_owned)
            .collect(),
        container_name: text("container_name").map(str::to_owned),
        command: node.get("command").map(command).unwrap_or_default(),
        image: text("image").unwrap_or_default().to_owned(),
        is_abstract: text("image").is_none() && node.get("build").is_none(),
        joins: joined.map(|name| name.trim().to_owned()),
        on_host: mode == "host",
        published: node.get("ports").map(Node::items).unwrap_or_default().iter().filter_map(port).collect(),
        environment: pairs(node.get("environment")),
        labels,
        extends: node.get("extends").and_then(base),
    }
}

/// The arguments: a list, or one text that is split as a shell would. Blanks between backticks separate nothing: rules
/// of Traefik are written with them.
fn command(node: &Node) -> Vec<String> {
    let Some(text) = node.text() else { return node.texts().into_iter().map(str::to_owned).collect() };
    let mut arguments = vec![String::new()];
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (None, character) if character.is_whitespace() => arguments.push(String::new()),
            (None, '"' | '\'' | '`') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            _ => {}
        }
        let is_mark = matches!(character, '"' | '\'') && quote.is_none_or(|open| open == character);
        if let Some(last) =
            arguments.last_mut().filter(|_| !is_mark && (quote.is_some() || !character.is_whitespace()))
        {
            last.push(character);
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
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

fn base(node: &Node) -> Option<Base> {
    let file = node.get("file").and_then(Node::text).map(str::to_owned);
    let service = node.text().or_else(|| node.get("service").and_then(Node::text))?;
    Some(Base { file, service: service.to_owned() })
}

/// The files that a Compose file builds upon, through `include` and `extends`, as they are written there; or the
/// variable that is missing to know one.
pub fn mentions(documents: &[Node], variables: &Variables) -> Vec<Result<String, String>> {
    let mut paths = Vec::new();
    for document in documents {
        for include in document.get("include").map(Node::items).unwrap_or_default() {
            let path = if include.is_map() { include.get("path") } else { Some(include) };
            paths.extend(path.map(Node::texts).unwrap_or_default());
        }
        for (_, service) in services(document) {
            paths.extend(service.get("extends").and_then(|extends| extends.get("file")).and_then(Node::text));
        }
    }
    paths.into_iter().map(|path| variables.fill(path)).collect()
}

/// Puts `extends` into effect, and joins what several files of a folder say of the same service.
pub fn settled(containers: Vec<Container>) -> Vec<Container> {
    let extended: Vec<Container> =
        containers.iter().map(|one| extended(one, &containers, LONGEST_CHAIN)).collect();
    let mut settled: Vec<Container> = Vec::new();
    for container in extended {
        let same = |other: &&mut Container| {
            other.name == container.name && other.file.parent() == container.file.parent()
        };
        match settled.iter_mut().find(same) {
            Some(earlier) => *earlier = container.over(earlier.clone()),
            None => settled.push(container),
        }
    }
    settled
}

fn extended(container: &Container, all: &[Container], chain: usize) -> Container {
    let Some(base) = container.extends.as_ref().filter(|_| chain > 0) else { return container.clone() };
    let file = match &base.file {
        Some(file) => clean(&container.file.parent().unwrap_or(Path::new("")).join(file)),
        None => container.file.clone(),
    };
    let found = all.iter().find(|other| other.name == base.service && other.file == file);
    match found.filter(|other| !std::ptr::eq(*other, container)) {
        Some(base) => container.clone().over(extended(base, all, chain - 1)),
        None => container.clone(),
    }
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

impl Container {
    /// This one, with what it leaves open from `base`. Names are not inherited.
    fn over(mut self, base: Self) -> Self {
        if self.image.is_empty() {
            self.image = base.image;
        }
        if self.command.is_empty() {
            self.command = base.command;
        }
        self.is_abstract &= base.is_abstract;
        self.joins = self.joins.or(base.joins);
        self.on_host |= base.on_host;
        if self.name == base.name {
            self.aliases.extend(base.aliases);
            self.container_name = self.container_name.or(base.container_name);
        }
        self.published.extend(base.published);
        inherit(&mut self.environment, base.environment);
        inherit(&mut self.labels, base.labels);
        self
    }

    /// Whether `name` reaches it on a network of containers.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

fn inherit(own: &mut Vec<(String, String)>, base: Vec<(String, String)>) {
    for (key, value) in base {
        if !own.iter().any(|(name, _)| *name == key) {
            own.push((key, value));
        }
    }
}
