//! Traefik's static configuration: its entry points, and the default rule for containers.
//!
//! It comes from arguments, variables or a file. Traefik uses only one of them; here they are combined.

use super::tree::{at, is_enabled, list, text};
use crate::import::compose::Container;
use crate::import::yaml::Node;

/// The static configuration of one Traefik.
#[derive(Debug, Clone, Default)]
pub struct StaticConfig {
    pub entry_points: Vec<EntryPoint>,
    /// The template of the rule for routers without one.
    pub default_rule: Option<String>,
    /// Whether only containers with `traefik.enable=true` are published.
    pub hides_by_default: bool,
    /// Whether it also reads routers from files.
    pub has_files: bool,
}

#[derive(Debug, Clone)]
pub struct EntryPoint {
    pub name: String,
    /// The port that clients connect to.
    pub port: u16,
    pub tls: bool,
    pub is_default: bool,
    /// Every request is redirected to another entry point.
    pub redirects: bool,
    pub middlewares: Vec<String>,
}

/// Whether a file is a static configuration.
pub fn is_static_config(node: &Node) -> bool {
    at(node, &["entryPoints"]).is_some_and(Node::is_map) || at(node, &["providers"]).is_some_and(Node::is_map)
}

impl StaticConfig {
    /// Read one source; `proxy` is the container that Traefik runs in.
    pub fn read(node: &Node, proxy: Option<&Container>) -> Self {
        let entries = at(node, &["entryPoints"]).map(Node::entries).unwrap_or_default();
        let docker = ["docker", "swarm"].map(|provider| at(node, &["providers", provider]));
        let docker: Vec<&Node> = docker.into_iter().flatten().collect();
        let hidden = |one: &&Node| {
            text(one, &["exposedByDefault"]).is_some_and(|value| value.eq_ignore_ascii_case("false"))
        };
        Self {
            entry_points: entries
                .iter()
                .filter_map(|(name, entry)| entry_point(name, entry, proxy))
                .collect(),
            default_rule: docker.iter().find_map(|one| text(one, &["defaultRule"])).map(str::to_owned),
            hides_by_default: docker.iter().any(hidden),
            has_files: ["directory", "filename"]
                .iter()
                .any(|key| is_enabled(node, &["providers", "file", key])),
        }
    }

    /// Add settings from another source of the same Traefik.
    pub fn or(mut self, other: Self) -> Self {
        if self.entry_points.is_empty() {
            self.entry_points = other.entry_points;
        }
        self.default_rule = self.default_rule.or(other.default_rule);
        self.hides_by_default |= other.hides_by_default;
        self.has_files |= other.has_files;
        self
    }

    /// Return the entry points with these names; without names, the default ones.
    pub fn of_router(&self, names: &[String]) -> Vec<&EntryPoint> {
        let named = self.entry_points.iter().filter(|point| {
            names.iter().any(|name| name.eq_ignore_ascii_case(&point.name))
                || (names.is_empty() && point.is_default)
        });
        let named: Vec<_> = named.collect();
        if named.is_empty() && names.is_empty() { self.entry_points.iter().collect() } else { named }
    }

    pub fn has_port(&self, port: u16) -> bool {
        self.entry_points.iter().any(|point| point.port == port)
    }
}

fn entry_point(name: &str, entry: &Node, proxy: Option<&Container>) -> Option<EntryPoint> {
    // `:443`, `0.0.0.0:443/tcp`, `[::]:443`.
    let address = text(entry, &["address"])?.split('/').next()?;
    let inside: u16 = address.rsplit(':').next()?.trim().parse().ok()?;
    let published = proxy.into_iter().flat_map(|proxy| &proxy.published).find(|(_, to)| *to == inside);
    Some(EntryPoint {
        name: name.to_owned(),
        port: published.map_or(inside, |(outside, _)| *outside),
        tls: is_enabled(entry, &["http", "tls"]),
        is_default: is_enabled(entry, &["asDefault"]),
        redirects: is_enabled(entry, &["http", "redirections"]),
        middlewares: list(entry, &["http", "middlewares"]),
    })
}
