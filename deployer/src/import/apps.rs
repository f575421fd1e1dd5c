//! Builds the inventory from containers, routes and access rules.

use std::collections::BTreeSet;

use super::app_name::{distinguish, printable};
use super::compose::Container;
use super::container_role::{self, ContainerRole};
use super::endpoints::Endpoints;
use super::exclusion::Exclusion;
use super::host_name::{is_host, why_not_public};
use super::inventory::{App, Inventory};
use super::not_published::NotPublished;
use super::route::{Route, RouteSource};
use super::topology::{Topology, is_machine};
use crate::config::preset;

/// Facts from the proxies' configuration, apart from the routes.
#[derive(Debug, Default)]
pub struct ProxyFacts {
    /// Containers that a proxy excludes, with the reason.
    pub excluded: Vec<(usize, Exclusion)>,
    /// Whether a Caddyfile was read.
    pub has_caddyfile: bool,
    /// Whether SWAG's settings name any host.
    pub has_swag: bool,
}

/// Build the inventory.
pub fn inventory(topology: &Topology<'_>, routes: &[Route], facts: &ProxyFacts) -> Inventory {
    let endpoints = Endpoints::new(topology, routes);
    let mut exclusions = Exclusions::new(topology.containers, &endpoints, facts);
    let unread_sources = topology.unread_sources(routes, facts);
    let is_empty =
        !endpoints.open.iter().any(|endpoint| endpoint.app.is_ready() || endpoint.app.address.is_err());
    let mut inventory = Inventory::default();
    let mut not_published = Vec::new();
    for (index, container) in topology.containers.iter().enumerate() {
        if container.is_abstract || endpoints.reached.contains(&index) {
            continue;
        }
        if let Some(reason) = exclusions.of_container(index) {
            not_published.push(NotPublished { name: printable(&container.name), reason });
        } else if (is_empty || !unread_sources.is_empty())
            && container.disabled.is_none()
            && topology.is_app(index)
        {
            // Only the host name is missing.
            inventory.apps.push(topology.app_without_host(index));
        } else {
            not_published.push(NotPublished {
                name: printable(&container.name),
                reason: topology.default_reason(index),
            });
        }
    }
    not_published.extend(exclusions.remaining());
    inventory.not_published = not_published;
    let found: Vec<App> = endpoints.open.into_iter().map(|endpoint| endpoint.app).collect();
    inventory.apps.splice(0..0, found);
    distinguish(&mut inventory.apps);
    inventory.remarks = endpoints.remarks;
    inventory
        .remarks
        .extend(unread_sources.into_iter().map(|index| topology.remark(index)).collect::<BTreeSet<_>>());
    inventory
}

/// Finds the reasons why containers and names are not monitored.
struct Exclusions<'a> {
    containers: &'a [Container],
    endpoints: &'a Endpoints,
    facts: &'a ProxyFacts,
    /// Host names that are monitored, or were mentioned in a reason.
    names: BTreeSet<String>,
}

impl<'a> Exclusions<'a> {
    fn new(containers: &'a [Container], endpoints: &'a Endpoints, facts: &'a ProxyFacts) -> Self {
        let mut names = BTreeSet::new();
        for endpoint in &endpoints.open {
            names.extend(endpoint.app.address.as_ref().ok().map(|address| address.host.clone()));
            names.extend(endpoint.app.also_at.iter().filter_map(|also| host_of(also)));
        }
        Self { containers, endpoints, facts, names }
    }

    /// Return why the container has no endpoint, if one of its routes was excluded.
    fn of_container(&mut self, index: usize) -> Option<String> {
        let excluded = self.endpoints.excluded.iter().filter(|excluded| excluded.container == Some(index));
        // A public name is more informative than one that does not resolve publicly.
        let route = excluded.min_by_key(|excluded| !excluded.exclusion.concerns_public_name());
        let Some(route) = route else { return self.by_proxy(index) };
        let is_public =
            |host: &&str| route.exclusion.concerns_public_name() && why_not_public(host).is_none();
        let host = route.host.as_deref().filter(is_public);
        self.names.extend(host.map(str::to_ascii_lowercase));
        // Omit other names: one may be the value of a variable that is not a host name.
        Some(route.exclusion.about(host.unwrap_or("its host name")))
    }

    /// Return why the container's proxy excludes it, if so.
    fn by_proxy(&self, index: usize) -> Option<String> {
        // For a database, its role is more informative than the proxy's label.
        let is_app = container_role::of_image(&self.containers[index].image).is_none();
        let counts =
            |why: &Exclusion| is_app || !matches!(why, Exclusion::Disabled(_) | Exclusion::NotEnabled(_));
        let (_, why) = self.facts.excluded.iter().find(|(at, why)| *at == index && counts(why))?;
        let subject = if *why == Exclusion::ManyNames { "its host name" } else { "its router" };
        Some(why.about(subject))
    }

    /// Return the excluded host names that are not monitored and that no container's reason mentions.
    fn remaining(&mut self) -> Vec<NotPublished> {
        let mut rest = Vec::new();
        let mut apps = BTreeSet::new();
        for excluded in &self.endpoints.excluded {
            let Some(host) = &excluded.host else { continue };
            // Another app has the same name; list this one under its own.
            if let Some(app) = &excluded.to
                && self.names.contains(&host.to_ascii_lowercase())
                && apps.insert((app.clone(), host.clone()))
            {
                let reason = excluded.exclusion.about(&printable(host));
                rest.push(NotPublished { name: printable(app), reason });
                continue;
            }
            let is_public = excluded.exclusion.concerns_public_name() && why_not_public(host).is_none();
            let is_name =
                excluded.container.is_none() && is_host(host) && host.contains('.') && !is_machine(host);
            if (is_public || is_name) && self.names.insert(host.to_ascii_lowercase()) {
                rest.push(NotPublished { name: printable(host), reason: excluded.exclusion.about("it") });
            }
        }
        rest
    }
}

/// Return the host of a formatted address.
fn host_of(address: &str) -> Option<String> {
    url::Url::parse(address).ok()?.host_str().map(str::to_owned)
}

impl Topology<'_> {
    /// Whether it is an app for people, rather than infrastructure or the owner of a shared network.
    fn is_app(&self, index: usize) -> bool {
        container_role::of_image(&self.containers[index].image).is_none() && self.members(index).is_empty()
    }

    fn default_reason(&self, index: usize) -> String {
        let container = &self.containers[index];
        if let Some(off) = &container.disabled {
            return off.clone();
        }
        let members = self.members(index);
        if !members.is_empty() {
            let names: Vec<String> =
                members.iter().map(|index| printable(&self.containers[*index].name)).collect();
            return format!(
                "shares its network with {}; monitored through those that are targets",
                names.join(", ")
            );
        }
        if let Some(role) = container_role::of_image(&container.image) {
            return role.default_reason().to_owned();
        }
        let missing = match container.missing.first() {
            Some(what) => format!("; {}", printable_text(what)),
            None => String::new(),
        };
        match container.published.first() {
            Some((port, _)) => {
                format!("no public host name found; port {port} is published on the host{missing}")
            }
            None => format!("no public host name found{missing}"),
        }
    }

    /// Return the proxies and tunnels whose host names are stored where they were not read.
    fn unread_sources(&self, routes: &[Route], facts: &ProxyFacts) -> Vec<usize> {
        let has_tunnel = routes.iter().any(|route| route.source == RouteSource::Tunnel);
        let is_unread = |index: &usize| {
            let container = &self.containers[*index];
            let is_caddy = preset::image_name(&container.image).contains("caddy");
            match container_role::of_image(&container.image) {
                Some(ContainerRole::OpaqueProxy) => !(facts.has_swag && super::swag::is_swag(container)),
                Some(ContainerRole::WebServer) => {
                    let is_read = self.sites.contains(index) || (is_caddy && facts.has_caddyfile);
                    !is_read && self.is_entrance(*index, routes)
                }
                Some(ContainerRole::Tunnel) => !has_tunnel,
                _ => false,
            }
        };
        (0..self.containers.len()).filter(is_unread).collect()
    }

    fn remark(&self, index: usize) -> String {
        let container = &self.containers[index];
        let name = printable(&container.name);
        match container_role::of_image(&container.image) {
            Some(ContainerRole::Tunnel) => format!(
                "{name} gets its host names from the service that it connects to (for cloudflared, Cloudflare's dashboard): \
                 add them by hand."
            ),
            _ => format!(
                "{name} keeps its host names in its own files or database, which are not read: add them by hand."
            ),
        }
    }
}

/// Return the text in a form that fits into a comment.
fn printable_text(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}
