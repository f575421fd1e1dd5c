//! A merged service, and the container that it defines.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::environment::Environments;
use super::super::variables::Variables;
use super::super::yaml::Node;
use super::container::Container;
use super::env_file;

/// A service after all files are merged.
#[derive(Debug)]
pub struct Service {
    pub name: String,
    pub file: PathBuf,
    pub node: Node,
    pub variables: Rc<Variables>,
    /// The file that removes it, if any.
    pub removed: Option<String>,
    /// Sources of other settings that were not found, one sentence each.
    pub missing: Vec<String>,
}

impl Service {
    pub fn container(&self, project: usize, environments: &Environments) -> Container {
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
            container_name: text("container_name"),
            command: node.get("command").map(command).unwrap_or_default(),
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
            disabled: self
                .removed
                .as_ref()
                .map(|by| format!("switched off ({by} removes it)"))
                .or_else(|| self.why_disabled()),
            missing,
        }
    }

    /// Return the variables that the service sets. One without a value is passed through from outside.
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

    /// Return the values of `env_file` or `label_file`; later files take precedence.
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

    /// Return why the service is disabled, if so.
    fn why_disabled(&self) -> Option<String> {
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
            let noun = if profiles.len() == 1 { "profile" } else { "profiles" };
            return Some(format!("switched off ({noun} {})", profiles.join(", ")));
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

/// Parse the arguments: a list, or a text that is split as a shell would. Backticks quote, too: they delimit values in
/// Traefik's rules.
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

/// Parse `"8080:80/tcp"`, `127.0.0.1:8080:80`, `80`, or the long form with keys.
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

/// Add the entries that `own` does not have.
fn inherit(own: &mut Vec<(String, String)>, base: Vec<(String, String)>) {
    for (key, value) in base {
        if !own.iter().any(|(name, _)| *name == key) {
            own.push((key, value));
        }
    }
}
