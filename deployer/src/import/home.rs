//! The containers of a home, and which of them a way in leads to.

use std::path::Path;

use super::compose::Container;
use super::role::{self, Role};
use super::route::{Destination, Route};
use super::terraform::Application;
use crate::config::preset::{self, HTTP, Preset};

/// What is known before any way in is followed.
pub struct Home<'a> {
    pub containers: &'a [Container],
    pub applications: &'a [Application],
}

/// A route whose destination is known as well as can be.
pub struct Resolved<'a> {
    pub route: &'a Route,
    /// The container that answers.
    pub app: Option<usize>,
    /// The one whose network that is.
    pub owner: Option<usize>,
    pub port: Option<u16>,
}

impl Home<'_> {
    pub fn resolve<'a>(&self, route: &'a Route) -> Resolved<'a> {
        let (owner, port) = match &route.to {
            Destination::Container(index) => (Some(*index), None),
            Destination::Address { host, port } => (self.behind(host, *port, route.folder.as_deref()), *port),
        };
        let Some(index) = owner else {
            let named = self.by_name(route, 0..self.containers.len(), true);
            return Resolved { route, app: named.or_else(|| self.on_the_host(route)), owner: None, port };
        };
        let container = &self.containers[index];
        let is_proxy = matches!(role::of_image(&container.image), Some(Role::Proxy | Role::SilentProxy))
            && matches!(route.to, Destination::Address { .. });
        let members = self.members(index);
        let app = if is_proxy {
            self.by_name(route, 0..self.containers.len(), true)
        } else if members.is_empty() {
            Some(index)
        } else {
            let own = (role::of_image(&container.image) != Some(Role::Vpn)).then_some(index);
            let among = own.into_iter().chain(members.iter().copied());
            self.by_name(route, among, false).or_else(|| self.by_port(&members, port)).or(own)
        };
        // Among several behind one proxy, the port tells nothing.
        Resolved { route, app, owner: (!is_proxy).then_some(index), port: if is_proxy { None } else { port } }
    }

    /// Which container answers at this address, as seen from the tunnel or proxy.
    fn behind(&self, host: &str, port: Option<u16>, folder: Option<&Path>) -> Option<usize> {
        let called = self.called(host, None, folder);
        if called.is_some() {
            return called;
        }
        let port = port.filter(|_| is_machine(host))?;
        let publishes = |container: &Container| {
            container.off.is_none()
                && (container.published.iter().any(|(outside, _)| *outside == port)
                    || (container.on_host && self.preset(container).port == Some(port)))
        };
        let all = (0..self.containers.len()).filter(|index| publishes(&self.containers[*index]));
        // On several machines the same port may be several things.
        self.nearest(all, folder).filter(|found| found.len() == 1)?.first().copied()
    }

    /// The container on the host's network that the name is short for: `ha` for `home-assistant`.
    fn on_the_host(&self, route: &Route) -> Option<usize> {
        let Destination::Address { host, .. } = &route.to else { return None };
        let name = squeezed(route.host.as_ref().ok()?.split('.').next()?);
        let is_short = |container: &Container| {
            let words = container.name.split(['-', '_', ' ']);
            let initials: String = words.filter_map(|word| word.chars().next()).collect();
            (name.len() > 1 && squeezed(&initials) == name)
                || (name.len() > 3 && squeezed(&container.name).starts_with(&name))
        };
        let fits = |index: &usize| self.containers[*index].on_host && is_short(&self.containers[*index]);
        let mut all = (0..self.containers.len()).filter(|index| is_machine(host) && fits(index));
        all.next().filter(|_| all.next().is_none())
    }

    /// The container with this name: rather one that runs, of the project that asks, and near to the file that names it.
    fn called(&self, name: &str, project: Option<usize>, folder: Option<&Path>) -> Option<usize> {
        let all = || (0..self.containers.len()).filter(|index| self.containers[*index].is_called(name));
        let own = all().find(|index| project == Some(self.containers[*index].project));
        let running = all().filter(|index| self.containers[*index].off.is_none());
        let nearest = || self.nearest(running, folder)?.first().copied();
        own.or_else(nearest).or_else(|| all().next())
    }

    /// Those of these containers whose files are nearest to the folder.
    fn nearest(&self, all: impl Iterator<Item = usize>, folder: Option<&Path>) -> Option<Vec<usize>> {
        let common = |index: &usize| {
            let file = self.containers[*index].file.parent().unwrap_or(Path::new(""));
            let shared = file.components().zip(folder.unwrap_or(file).components());
            folder.map_or(0, |_| shared.take_while(|(a, b)| a == b).count())
        };
        let all: Vec<usize> = all.collect();
        let most = all.iter().map(common).max()?;
        Some(all.into_iter().filter(|index| common(index) == most).collect())
    }

    /// The container whose network this one shares.
    pub fn joined(&self, container: &Container) -> Option<usize> {
        self.called(container.joins.as_deref()?, Some(container.project), None)
    }

    /// The containers that share the network of this one and run.
    pub fn members(&self, owner: usize) -> Vec<usize> {
        let joins = |container: &Container| container.off.is_none() && self.joined(container) == Some(owner);
        (0..self.containers.len()).filter(|index| joins(&self.containers[*index])).collect()
    }

    /// The container that the host or the router is named after. `strictly`: a preset in common is not enough.
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
                    .any(|name| squeezed(name) == squeezed(label))
            })
        });
        named.or_else(|| {
            let wanted = preset::of_name(first.filter(|_| !strictly)?)?;
            let mut fitting = among.filter(|index| self.preset(&self.containers[*index]).kind == wanted.kind);
            fitting.next().filter(|_| fitting.next().is_none())
        })
    }

    /// The one of several on a network that listens on this port.
    fn by_port(&self, members: &[usize], port: Option<u16>) -> Option<usize> {
        let port = port?;
        let says = |index: &&usize| {
            let container = &self.containers[**index];
            container
                .environment
                .iter()
                .any(|(key, value)| key.contains("PORT") && value.trim() == port.to_string())
        };
        let usual = |index: &&usize| self.preset(&self.containers[**index]).port == Some(port);
        let only = |fits: &dyn Fn(&&usize) -> bool| {
            let mut fitting = members.iter().filter(|index| fits(index));
            fitting.next().filter(|_| fitting.next().is_none()).copied()
        };
        only(&says).or_else(|| only(&usual))
    }

    pub fn preset(&self, container: &Container) -> &'static Preset {
        let by_image = preset::of_image(&container.image);
        if by_image.is_some() || role::of_image(&container.image).is_some() {
            return by_image.unwrap_or(&HTTP);
        }
        let mut names = std::iter::once(&container.name).chain(&container.aliases);
        names.find_map(|name| preset::of_name(name)).unwrap_or(&HTTP)
    }
}

/// Whether this is the machine that the containers run on, or might be.
fn is_machine(host: &str) -> bool {
    matches!(host, "localhost" | "host.docker.internal") || host.parse::<std::net::IpAddr>().is_ok()
}

/// Letters and digits only: `sonarr-4k`, `Sonarr_4K` and `sonarr4k` are the same to their owner.
fn squeezed(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
