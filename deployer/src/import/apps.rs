//! Brings together what was found: containers, the ways in, and the gates on the way.

use std::collections::BTreeSet;

use super::compose::Container;
use super::doors::Doors;
use super::home::{Home, Resolved, is_machine};
use super::name::{hidden, is_host};
use super::naming::{distinguish, guess, printable, title};
use super::obstacle::Obstacle;
use super::role::{self, Role};
use super::route::{Route, Source};
use super::terraform::{Gate, gate_of};
use super::{Address, App, Doubt, Inventory, Missing, Reason, Unseen};
use crate::config::preset::{self, HTTP};

/// What is known beside the containers and the ways in.
#[derive(Debug, Default)]
pub struct Facts {
    /// Containers that a proxy leaves out, with the reason.
    pub excluded: Vec<(usize, Obstacle)>,
    /// A Caddyfile was read.
    pub has_caddyfile: bool,
    /// SWAG said something of its names.
    pub has_swag: bool,
}

pub fn inventory(home: &Home<'_>, routes: &[Route], facts: &Facts) -> Inventory {
    let doors = Doors::new(home, routes);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for door in &doors.open {
        names.extend(door.app.address.as_ref().ok().map(|address| address.host.clone()));
        names.extend(door.app.also.iter().filter_map(|also| host_of(also)));
    }
    let silent = home.silent(routes, facts);
    let is_empty = !doors.open.iter().any(|door| door.app.is_ready() || door.app.address.is_err());
    let mut inventory = Inventory::default();
    let mut unseen = Vec::new();
    for (index, container) in home.containers.iter().enumerate() {
        if container.is_abstract || doors.reached.contains(&index) {
            continue;
        }
        if let Some(why) = why_blocked(home.containers, index, &doors, facts, &mut names) {
            unseen.push(Unseen { name: printable(&container.name), why });
        } else if (is_empty || !silent.is_empty()) && container.off.is_none() && home.is_app(index) {
            // Nothing but the host name is missing.
            inventory.apps.push(home.nameless(index));
        } else {
            unseen.push(Unseen { name: printable(&container.name), why: home.why_unseen(index) });
        }
    }
    unseen.extend(nameless_rest(&doors, &mut names));
    inventory.unseen = unseen;
    let found: Vec<App> = doors.open.into_iter().map(|door| door.app).collect();
    inventory.apps.splice(0..0, found);
    distinguish(&mut inventory.apps);
    inventory.remarks = doors.remarks;
    inventory.remarks.extend(silent.into_iter().map(|index| home.remark(index)).collect::<BTreeSet<_>>());
    inventory
}

/// Why the container at this place has no door, if something is in the way of one.
fn why_blocked(
    containers: &[Container],
    index: usize,
    doors: &Doors,
    facts: &Facts,
    names: &mut BTreeSet<String>,
) -> Option<String> {
    let mut own: Vec<_> = doors.blocked.iter().filter(|blocked| blocked.container == Some(index)).collect();
    // A public name says more than one that nobody can resolve.
    own.sort_by_key(|blocked| !blocked.why.concerns_public_name());
    let of_names = own.first().map(|blocked| {
        let host = blocked
            .host
            .as_deref()
            .filter(|host| blocked.why.concerns_public_name() && hidden(host).is_none());
        names.extend(host.map(str::to_ascii_lowercase));
        // Other names are left out: one may be the value of a variable that is no name at all.
        blocked.why.about(host.unwrap_or("its host name"))
    });
    let excluded = || {
        // For a database, its role says more than the proxy's label.
        let is_app = role::of_image(&containers[index].image).is_none();
        let counts =
            |why: &Obstacle| is_app || !matches!(why, Obstacle::Disabled(_) | Obstacle::NotEnabled(_));
        let (_, why) = facts.excluded.iter().find(|(at, why)| *at == index && counts(why))?;
        let subject = if *why == Obstacle::ManyNames { "its host name" } else { "its router" };
        Some(why.about(subject))
    };
    of_names.or_else(excluded)
}

/// Names that are not asked and that no container's reason mentions.
fn nameless_rest(doors: &Doors, names: &mut BTreeSet<String>) -> Vec<Unseen> {
    let mut rest = Vec::new();
    let mut apps = BTreeSet::new();
    for blocked in &doors.blocked {
        let Some(host) = &blocked.host else { continue };
        // Another app has the name; this one must not vanish with it.
        if let Some(app) = &blocked.to
            && names.contains(&host.to_ascii_lowercase())
            && apps.insert((app.clone(), host.clone()))
        {
            rest.push(Unseen { name: printable(app), why: blocked.why.about(&printable(host)) });
            continue;
        }
        let is_public = blocked.why.concerns_public_name() && hidden(host).is_none();
        let is_name = blocked.container.is_none() && is_host(host) && host.contains('.') && !is_machine(host);
        if (is_public || is_name) && names.insert(host.to_ascii_lowercase()) {
            rest.push(Unseen { name: printable(host), why: blocked.why.about("it") });
        }
    }
    rest
}

/// The host of an address that has been written.
fn host_of(address: &str) -> Option<String> {
    url::Url::parse(address).ok()?.host_str().map(str::to_owned)
}

impl Home<'_> {
    pub(super) fn app(&self, resolved: &Resolved<'_>, routes: &[Route]) -> App {
        let Resolved { route, app, owner, port } = resolved;
        let container = app.map(|index| &self.containers[index]);
        let preset = container.map_or_else(|| guess(route, *port), |container| self.preset(container));
        let path = route.path.clone().unwrap_or_default();
        let checked = if path.is_empty() || preset.kind != HTTP.kind {
            format!("{path}{}", preset.path)
        } else {
            path.clone()
        };
        let gate = route.host.as_ref().ok().and_then(|host| gate_of(self.applications, host, &checked));
        let address = |host: String| {
            // Through a tunnel, visitors come by the usual port, whatever the proxy has.
            let is_tunnelled = route.source == Source::Proxy && Home::is_tunnelled(&host, routes);
            Address {
                https: route.https || is_tunnelled,
                host: host.to_ascii_lowercase(),
                port: route.port.filter(|_| !is_tunnelled),
                path,
            }
        };
        App {
            name: printable(&title(route, container)),
            preset,
            address: route.host.clone().map(address).map_err(|missing| missing.printable(printable)),
            doubt: route.is_guess.then_some(Doubt::CertificateOnly),
            group: self.group(*app, *owner),
            gate: gate.unwrap_or(Gate::Open),
            also: Vec::new(),
            login: route.login.clone(),
        }
    }

    /// An app of which all but the host name is known.
    fn nameless(&self, index: usize) -> App {
        let container = &self.containers[index];
        App {
            name: printable(&container.name),
            preset: self.preset(container),
            address: Err(Missing::new("", Reason::Undefined)),
            doubt: Some(Doubt::NoHostName),
            group: self.group(Some(index), None),
            gate: Gate::Open,
            also: Vec::new(),
            login: None,
        }
    }

    /// The container whose network it shares, by the name of its service.
    fn group(&self, app: Option<usize>, owner: Option<usize>) -> Option<String> {
        let joined = app.and_then(|index| {
            let name = self.containers[index].joins.as_deref()?;
            Some(self.network(index).map_or(name, |owner| &self.containers[owner].name))
        });
        let owned = owner
            .filter(|index| !self.members(*index).is_empty())
            .map(|index| self.containers[index].name.as_str());
        joined.or(owned).filter(|name| !name.contains('$')).map(printable).filter(|name| !name.is_empty())
    }

    /// Whether people use it: neither a network of others nor one of their helpers.
    fn is_app(&self, index: usize) -> bool {
        role::of_image(&self.containers[index].image).is_none() && self.members(index).is_empty()
    }

    fn why_unseen(&self, index: usize) -> String {
        let container = &self.containers[index];
        if let Some(off) = &container.off {
            return off.clone();
        }
        let members = self.members(index);
        if !members.is_empty() {
            let names: Vec<String> =
                members.iter().map(|index| printable(&self.containers[*index].name)).collect();
            return format!(
                "the network of {}; it is seen through those of them that are watched",
                names.join(", ")
            );
        }
        if let Some(role) = role::of_image(&container.image) {
            return role.why_unseen().to_owned();
        }
        let missing = match container.missing.first() {
            Some(what) => format!("; {}", printable_text(what)),
            None => String::new(),
        };
        match container.published.first() {
            Some((port, _)) => format!("no public host name found; port {port} is open at home{missing}"),
            None => format!("no public host name found{missing}"),
        }
    }

    /// The proxies and tunnels whose names are kept where they were not read.
    fn silent(&self, routes: &[Route], facts: &Facts) -> Vec<usize> {
        let has_tunnel = routes.iter().any(|route| route.source == Source::Tunnel);
        let is_silent = |index: &usize| {
            let container = &self.containers[*index];
            let is_caddy = preset::image_name(&container.image).contains("caddy");
            match role::of_image(&container.image) {
                Some(Role::SilentProxy) => !(facts.has_swag && super::swag::is_swag(container)),
                Some(Role::WebServer) => {
                    let is_read = self.sites.contains(index) || (is_caddy && facts.has_caddyfile);
                    !is_read && self.is_entrance(*index, routes)
                }
                Some(Role::Tunnel) => !has_tunnel,
                _ => false,
            }
        };
        (0..self.containers.len()).filter(is_silent).collect()
    }

    fn remark(&self, index: usize) -> String {
        let container = &self.containers[index];
        let name = printable(&container.name);
        match role::of_image(&container.image) {
            Some(Role::Tunnel) => format!(
                "{name} has its host names from the service that it connects to (for cloudflared, Cloudflare's dashboard): \
                 add what it publishes by hand."
            ),
            _ => format!(
                "{name} keeps its host names in its own files or database, which are not read: add what it publishes by hand."
            ),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}://{}", if self.https { "https" } else { "http" }, self.host)?;
        if let Some(port) = self.port {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str(&self.path)
    }
}

/// The text, as far as a comment can hold it.
fn printable_text(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}
