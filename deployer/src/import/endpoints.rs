//! Combines routes into endpoints: one per app, port and path, with the routes that cannot be monitored.

use std::collections::BTreeSet;

use super::app_name::printable;
use super::exclusion::Exclusion;
use super::host_name::why_not_public;
use super::inventory::{Address, App};
use super::ports;
use super::route::{Destination, Route};
use super::topology::{ResolvedRoute, Topology, is_machine};
use crate::config::preset::HTTP;

/// An app with the container and port that identified it. Other names of the same endpoint become its other addresses.
#[derive(Debug)]
pub struct Endpoint {
    pub container: Option<usize>,
    port: Option<u16>,
    pub app: App,
}

/// A route that the monitor cannot use, with the container behind it.
#[derive(Debug)]
pub struct ExcludedEndpoint {
    pub container: Option<usize>,
    pub host: Option<String>,
    /// The destination's name as the proxy has it, unless it is a known container.
    pub to: Option<String>,
    pub exclusion: Exclusion,
}

/// All endpoints of a home.
#[derive(Debug, Default)]
pub struct Endpoints {
    pub open: Vec<Endpoint>,
    pub excluded: Vec<ExcludedEndpoint>,
    /// Containers that an endpoint leads to.
    pub reached: BTreeSet<usize>,
    pub remarks: Vec<String>,
}

impl Endpoints {
    pub fn new(topology: &Topology<'_>, routes: &[Route]) -> Self {
        let mut endpoints = Self::default();
        for resolved in resolved(topology, routes) {
            endpoints.add_route(topology, resolved, routes);
        }
        endpoints.correct_presets(topology);
        endpoints
    }

    fn add_route(&mut self, topology: &Topology<'_>, resolved: ResolvedRoute<'_>, routes: &[Route]) {
        let host = resolved.route.host.as_ref().ok();
        let own = resolved.route.exclusion.clone();
        let of_name = host.and_then(|host| why_not_public(host));
        let why = match (of_name, own) {
            // The proxy's answer for all other host names.
            (Some(Exclusion::ManyNames), Some(Exclusion::FixedResponse | Exclusion::Redirect)) => return,
            (Some(Exclusion::NotAName), Some(own)) => Some(own),
            (of_name, own) => of_name.or(own),
        };
        let off = resolved
            .app
            .and_then(|app| topology.containers[app].disabled.clone())
            .map(Exclusion::SwitchedOff);
        if let Some(why) = off.or(why) {
            return self.exclude(&resolved, why);
        }
        let made = topology.app(&resolved, routes);
        let ResolvedRoute { app: container, port, .. } = resolved;
        let endpoint = Endpoint { container, port, app: made };
        if self.merge(&endpoint) {
            self.reached.extend(
                self.open.iter().any(|open| open.container == container).then_some(container).flatten(),
            );
            return;
        }
        self.reached.extend(container);
        let same = |open: &&mut Endpoint| {
            container.is_some()
                && open.container == container
                && (open.port == port || open.port.is_none() || port.is_none())
        };
        let Some(open) = self.open.iter_mut().find(same) else { return self.open.push(endpoint) };
        // Prefer an address that is known.
        let is_better = open.app.address.is_err() && endpoint.app.address.is_ok();
        open.port = open.port.or(port);
        let other = if is_better { std::mem::replace(&mut open.app, endpoint.app) } else { endpoint.app };
        let name = match &other.address {
            Ok(address) => address.to_string(),
            Err(missing) => format!("a host name that depends on `{}`", missing.what),
        };
        if other.address != open.app.address && !open.app.also_at.contains(&name) {
            open.app.also_at.push(name);
        }
    }

    fn exclude(&mut self, resolved: &ResolvedRoute<'_>, why: Exclusion) {
        let (host, container) = (resolved.route.host.as_ref().ok(), resolved.app);
        let to = match &resolved.route.to {
            Destination::Address { host, .. } if container.is_none() && !is_machine(host) => {
                Some(host.clone())
            }
            _ => None,
        };
        let wild = host.filter(|host| host.starts_with("*.") && container.is_none());
        match wild {
            Some(host) => self.remarks.push(format!(
                "{}: a wildcard for other names; the apps behind it are not known.",
                printable(host)
            )),
            None => {
                self.excluded.push(ExcludedEndpoint { container, host: host.cloned(), to, exclusion: why })
            }
        }
    }

    /// Merge an endpoint into one with the same address. Return whether there was one.
    fn merge(&mut self, endpoint: &Endpoint) -> bool {
        let Ok(address) = &endpoint.app.address else { return false };
        let by_http = |other: &Address| {
            let usual = other.port.is_none() && address.port.is_none();
            usual && !address.https && other.host == address.host && other.path == address.path
        };
        let same = |open: &&mut Endpoint| {
            open.app.address.as_ref().is_ok_and(|other| other == address || by_http(other))
        };
        let Some(open) = self.open.iter_mut().find(same) else {
            return self.open.iter().any(|open| {
                open.container == endpoint.container && open.app.also_at.contains(&address.to_string())
            });
        };
        if open.container.is_none() && endpoint.container.is_some() {
            // A label identifies the app; an ingress rule that points to the proxy does not.
            let app = App { protection: endpoint.app.protection, ..endpoint.app.clone() };
            *open = Endpoint { container: endpoint.container, port: endpoint.port, app };
        } else if open.container == endpoint.container || endpoint.container.is_none() {
            open.app.login = open.app.login.take().or_else(|| endpoint.app.login.clone());
        } else {
            let exclusion = Exclusion::Occupied { address: address.to_string(), by: open.app.name.clone() };
            self.excluded.push(ExcludedEndpoint {
                container: endpoint.container,
                host: None,
                to: None,
                exclusion,
            });
        }
        true
    }

    /// An endpoint on an unusual port is not the app that its image suggests, if the app itself is an endpoint, too: of
    /// the same container, or at the address that this one is a part of, as Nextcloud's server of notifications is.
    fn correct_presets(&mut self, topology: &Topology<'_>) {
        let is_usual = |endpoint: &Endpoint| {
            endpoint
                .container
                .zip(endpoint.port)
                .map(|(index, port)| ports::listens(&topology.containers[index], port))
        };
        let usual: BTreeSet<usize> = self
            .open
            .iter()
            .filter(|endpoint| is_usual(endpoint) == Some(true))
            .filter_map(|endpoint| endpoint.container)
            .collect();
        let addresses: Vec<(&str, Address)> = self
            .open
            .iter()
            .filter_map(|endpoint| Some((endpoint.app.preset.kind, endpoint.app.address.clone().ok()?)))
            .collect();
        let is_part = |app: &App| {
            let Ok(own) = &app.address else { return false };
            addresses.iter().any(|(kind, whole)| {
                *kind == app.preset.kind
                    && whole.host == own.host
                    && whole.path.len() < own.path.len()
                    && own.path.starts_with(&whole.path)
            })
        };
        for endpoint in &mut self.open {
            let is_other = is_usual(endpoint) == Some(false);
            let has_usual = endpoint.container.is_some_and(|index| usual.contains(&index));
            if is_other && (has_usual || is_part(&endpoint.app)) {
                endpoint.app.preset = &HTTP;
            }
        }
    }
}

/// Resolve every route to its container. Routes without a path come first: they are the apps' main addresses.
fn resolved<'r>(topology: &Topology<'_>, routes: &'r [Route]) -> Vec<ResolvedRoute<'r>> {
    let mut resolved: Vec<ResolvedRoute<'r>> = routes.iter().map(|route| topology.resolve(route)).collect();
    let order = |one: &ResolvedRoute<'_>| {
        // A tunnel's names are certainly public; a proxy's are, unless there is evidence to the contrary.
        (one.route.source, !one.route.https, one.app.is_some() && one.route.path.is_some())
    };
    resolved.sort_by_key(order);
    resolved
}
