//! The containers and their networks, and which container a route leads to.

use std::path::Path;

use super::compose::Container;
use super::container_role::{self, ContainerRole};
use super::ports;
use super::route::{Destination, Route, RouteSource};
use super::terraform::Application;
use crate::config::preset::{self, HTTP, Preset};

/// Containers may share a network through each other; longer chains are cycles.
const MAX_CHAIN: usize = 4;

/// The containers and the access rules in front of them.
pub struct Topology<'a> {
    pub containers: &'a [Container],
    pub applications: &'a [Application],
    /// Web servers that serve a site themselves, and are not proxies here.
    pub sites: Vec<usize>,
}

/// A route with its destination resolved as far as possible.
pub struct ResolvedRoute<'a> {
    pub route: &'a Route,
    /// The container that answers.
    pub app: Option<usize>,
    /// The container that owns the network of `app`.
    pub owner: Option<usize>,
    /// The port that the app listens on.
    pub port: Option<u16>,
}

impl<'a> Topology<'a> {
    pub fn new(containers: &'a [Container], applications: &'a [Application], routes: &[Route]) -> Self {
        let mut topology = Self { containers, applications, sites: Vec::new() };
        topology.sites = (0..containers.len()).filter(|index| topology.is_site(*index, routes)).collect();
        topology
    }

    /// Whether this is a web server with exactly one public name, which means that it serves the site itself.
    fn is_site(&self, index: usize, routes: &[Route]) -> bool {
        if container_role::of_image(&self.containers[index].image) != Some(ContainerRole::WebServer) {
            return false;
        }
        let bare = |route: &Route| {
            let host = route.host.clone().unwrap_or_else(|missing| missing.what);
            host.trim_start_matches("www.").to_ascii_lowercase()
        };
        let mut names: Vec<String> =
            routes.iter().filter(|route| self.leads_to(route, index)).map(bare).collect();
        names.sort();
        names.dedup();
        names.len() == 1 && !names.iter().any(|name| name.starts_with('*'))
    }

    fn leads_to(&self, route: &Route, index: usize) -> bool {
        match &route.to {
            Destination::Address { host, port } => {
                self.find_by_address(host, *port, route.folder.as_deref()).is_some_and(|(to, _)| to == index)
            }
            Destination::Container { index: to, .. } => *to == index,
            Destination::Unknown => false,
        }
    }

    /// Whether clients may connect to this web server directly, rather than through a proxy in front of it.
    pub fn is_entrance(&self, index: usize, routes: &[Route]) -> bool {
        let container = &self.containers[index];
        let is_public = container.published.iter().any(|(outside, _)| matches!(outside, 80 | 443));
        is_public
            || container.on_host
            || container.joins.is_some()
            || routes.iter().any(|route| self.leads_to(route, index))
    }

    pub fn resolve<'r>(&self, route: &'r Route) -> ResolvedRoute<'r> {
        let (owner, port) = match &route.to {
            Destination::Container { index, port } => (Some(*index), *port),
            Destination::Address { host, port } => {
                match self.find_by_address(host, *port, route.folder.as_deref()) {
                    Some((index, inside)) => (Some(index), inside),
                    None => (None, *port),
                }
            }
            Destination::Unknown => (None, None),
        };
        let Some(index) = owner else {
            // The route may be named after a container, unless its destination is named after another app.
            let is_other = matches!(&route.to, Destination::Address { host, .. } if preset::of_name(first_label(host)).is_some());
            let named = || self.by_name(route, 0..self.containers.len(), true);
            let app = if is_other { None } else { named().or_else(|| self.on_the_host(route)) };
            return ResolvedRoute { route, app, owner: None, port };
        };
        if self.is_proxy(index) && matches!(route.to, Destination::Address { .. }) {
            let app = self.by_name(route, 0..self.containers.len(), true).filter(|app| *app != index);
            // The port is the proxy's, which several apps share.
            return ResolvedRoute { route, app, owner: None, port: None };
        }
        let members = self.members(index);
        let app = if members.is_empty() { Some(index) } else { self.member(index, &members, route, port) };
        ResolvedRoute { route, app, owner: Some(index), port }
    }

    /// Return the member of a shared network that answers: by its port, otherwise by its name.
    fn member(&self, owner: usize, members: &[usize], route: &Route, port: Option<u16>) -> Option<usize> {
        let is_network = container_role::of_image(&self.containers[owner].image) == Some(ContainerRole::Vpn);
        if let ([only], true) = (members, is_network) {
            return Some(*only);
        }
        let own = (!is_network).then_some(owner);
        let among = own.into_iter().chain(members.iter().copied());
        self.by_port(among.clone(), port).or_else(|| self.by_name(route, among, false)).or(own)
    }

    /// Whether this container only forwards requests.
    pub fn is_proxy(&self, index: usize) -> bool {
        container_role::of_image(&self.containers[index].image).is_some_and(ContainerRole::is_proxy)
            && !self.sites.contains(&index)
    }

    /// Return the container that answers at this address on the network of the tunnel or proxy, and its own port.
    fn find_by_address(
        &self,
        host: &str,
        port: Option<u16>,
        folder: Option<&Path>,
    ) -> Option<(usize, Option<u16>)> {
        if let Some(called) = self.find_by_name(host, folder) {
            return Some((called, port));
        }
        let outside = port?;
        // A name that is not a container's may be the machine's own; a common port would only be a guess.
        if !is_machine(host) && (ports::is_ambiguous(outside) || preset::of_name(first_label(host)).is_some())
        {
            return None;
        }
        let inside = |container: &Container| {
            let published = container.published.iter().find(|(public, _)| *public == outside);
            let own = || container.on_host && ports::listens(container, outside);
            published.map(|(_, inside)| *inside).or_else(|| own().then_some(outside))
        };
        let running = |index: &usize| self.containers[*index].disabled.is_none();
        let publishes = |index: &usize| running(index) && inside(&self.containers[*index]).is_some();
        // On several machines, the same port may belong to different apps.
        let found = self.nearest((0..self.containers.len()).filter(publishes), folder);
        let index = found.first().copied().filter(|_| found.len() == 1)?;
        Some((index, inside(&self.containers[index])))
    }

    /// Return the container with this name, written as `sonarr`, `sonarr.media_default` or `media-sonarr-1`.
    fn find_by_name(&self, host: &str, folder: Option<&Path>) -> Option<usize> {
        let position = |name: &str| self.position(name, None, folder);
        if is_machine(host) {
            return None;
        }
        let numbered = || {
            let start = host.strip_suffix("-1").or_else(|| host.strip_suffix("_1"))?;
            let (_, name) = start.split_once(['-', '_'])?;
            position(name)
        };
        position(host).or_else(|| position(first_label(host))).or_else(numbered)
    }

    /// Return the container with this name. Prefer the given project, then running containers near the folder.
    fn position(&self, name: &str, project: Option<usize>, folder: Option<&Path>) -> Option<usize> {
        let all = || (0..self.containers.len()).filter(|index| self.containers[*index].is_called(name));
        let own = all().find(|index| project == Some(self.containers[*index].project));
        let running = all().filter(|index| self.containers[*index].disabled.is_none());
        own.or_else(|| self.nearest(running, folder).first().copied()).or_else(|| all().next())
    }

    /// Return those of these containers whose files are nearest to the folder.
    fn nearest(&self, all: impl Iterator<Item = usize>, folder: Option<&Path>) -> Vec<usize> {
        let common = |index: &usize| {
            let file = self.containers[*index].file.parent().unwrap_or(Path::new(""));
            let shared = file.components().zip(folder.unwrap_or(file).components());
            folder.map_or(0, |_| shared.take_while(|(a, b)| a == b).count())
        };
        let mut all: Vec<usize> = all.collect();
        let most = all.iter().map(common).max();
        all.retain(|index| Some(common(index)) == most);
        all
    }

    /// Return the only container on the host's network that the name abbreviates, as `ha` does `home-assistant`.
    fn on_the_host(&self, route: &Route) -> Option<usize> {
        let Destination::Address { host, .. } = &route.to else { return None };
        let name = normalized(route.host.as_ref().ok()?.split('.').next()?);
        let is_short = |container: &Container| {
            let words = container.name.split(['-', '_', ' ']);
            let initials: String = words.filter_map(|word| word.chars().next()).collect();
            (name.len() > 1 && normalized(&initials) == name)
                || (name.len() > 3 && normalized(&container.name).starts_with(&name))
        };
        let fits = |index: &usize| self.containers[*index].on_host && is_short(&self.containers[*index]);
        let mut all = (0..self.containers.len()).filter(|index| is_machine(host) && fits(index));
        all.next().filter(|_| all.next().is_none())
    }

    /// Return the containers that share the network of this one, directly or through each other.
    pub fn members(&self, owner: usize) -> Vec<usize> {
        (0..self.containers.len())
            .filter(|index| *index != owner && self.containers[*index].disabled.is_none())
            .filter(|index| self.network(*index) == Some(owner))
            .collect()
    }

    /// Return the container whose network this one uses.
    pub fn network(&self, index: usize) -> Option<usize> {
        let joined = |index: usize| {
            let name = self.containers[index].joins.as_deref()?;
            self.position(name, Some(self.containers[index].project), None)
        };
        let mut owner = joined(index)?;
        for _ in 0..MAX_CHAIN {
            match joined(owner) {
                Some(next) if next != owner => owner = next,
                _ => break,
            }
        }
        Some(owner)
    }

    /// Return the container that the route's label, path or host is named after. With `strictly`, a common preset is
    /// not enough.
    fn by_name(
        &self,
        route: &Route,
        among: impl Iterator<Item = usize> + Clone,
        strictly: bool,
    ) -> Option<usize> {
        let first = route.host.as_ref().ok().and_then(|host| host.split('.').next());
        let last = route.path.as_deref().and_then(|path| path.rsplit('/').next());
        let labels = [route.label.as_deref(), last, first];
        let named = labels.into_iter().flatten().find_map(|label| {
            among.clone().find(|index| {
                let container = &self.containers[*index];
                std::iter::once(&container.name)
                    .chain(&container.aliases)
                    .any(|name| normalized(name) == normalized(label))
            })
        });
        named.or_else(|| {
            let wanted = preset::of_name(first.filter(|_| !strictly)?)?;
            let mut fitting = among.filter(|index| self.preset(&self.containers[*index]).kind == wanted.kind);
            fitting.next().filter(|_| fitting.next().is_none())
        })
    }

    /// Return the only container on a shared network that listens on this port.
    fn by_port(&self, among: impl Iterator<Item = usize> + Clone, port: Option<u16>) -> Option<usize> {
        let port = port?;
        let only = |fits: &dyn Fn(&Container) -> bool| {
            let mut fitting = among.clone().filter(|index| fits(&self.containers[*index]));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        only(&|container| ports::listens(container, port)).or_else(|| only(&|one| ports::mentions(one, port)))
    }

    pub fn preset(&self, container: &Container) -> &'static Preset {
        let by_image = preset::of_image(&container.image);
        if by_image.is_some() || container_role::of_image(&container.image).is_some() {
            return by_image.unwrap_or(&HTTP);
        }
        let mut names = std::iter::once(&container.name).chain(&container.aliases);
        names.find_map(|name| preset::of_name(name)).unwrap_or(&HTTP)
    }

    /// Whether a tunnel publishes this name, by itself or with a wildcard.
    pub fn is_tunnelled(host: &str, routes: &[Route]) -> bool {
        let mut tunnels = routes.iter().filter(|route| route.source == RouteSource::Tunnel);
        tunnels.any(|route| route.host.as_ref().is_ok_and(|pattern| super::host_name::covers(pattern, host)))
    }
}

/// Whether this name or address may be that of the machine that runs the containers.
pub fn is_machine(host: &str) -> bool {
    let known = ["localhost", "host.docker.internal", "gateway.docker.internal", "host.containers.internal"];
    known.iter().any(|name| host.eq_ignore_ascii_case(name)) || host.parse::<std::net::IpAddr>().is_ok()
}

/// Return the first label of a name.
pub fn first_label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

/// Normalize a name to letters and digits: `sonarr-4k`, `Sonarr_4K` and `sonarr4k` are equivalent.
fn normalized(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
