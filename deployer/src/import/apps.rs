//! Brings together what was found: containers, the ways in, and the gates on the way.

use std::collections::BTreeSet;

use super::compose::Container;
use super::home::{Home, Resolved};
use super::role::{self, Role};
use super::route::{Destination, Route, hidden};
use super::terraform::{Application, Gate, gate_of};
use super::{Address, App, Inventory, Unseen};
use crate::config::preset::{self, HTTP};

/// Ports that many apps have: they say nothing about which one it is.
const COMMON_PORTS: [u16; 7] = [80, 443, 3000, 3001, 8080, 8096, 8181];

/// An app with the container and port that it was recognised by. The same door by another name is mentioned there.
type Door = (Option<usize>, Option<u16>, App);

pub fn inventory(containers: &[Container], routes: &[Route], applications: &[Application]) -> Inventory {
    let home = Home { containers, applications };
    let mut inventory = Inventory::default();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut hidden_names: Vec<(usize, String)> = Vec::new();
    let mut doors: Vec<Door> = Vec::new();
    for resolved in resolved(&home, routes) {
        let Resolved { route, app, port, .. } = resolved;
        if let Some((host, why)) = route.host.as_ref().ok().and_then(|host| Some((host, hidden(host)?))) {
            match app {
                // Without the name: it may be the value of a variable that is no name at all.
                Some(app) => hidden_names.push((app, format!("its host name {why}"))),
                None if host.starts_with("*.") => inventory.remarks.push(format!(
                    "{}: a name for whatever else there is; what it leads to is not known.",
                    printable(host)
                )),
                None => {}
            }
            continue;
        }
        seen.extend(app);
        let made = home.app(&resolved);
        let doubled =
            doors.iter_mut().find(|(_, _, door)| door.address.is_ok() && door.address == made.address);
        if let Some(door) = doubled {
            // A label tells what an ingress rule to the proxy does not.
            if door.0.is_none() && app.is_some() {
                *door = (app, port, made);
            }
            continue;
        }
        let same = |door: &&mut Door| {
            app.is_some() && door.0 == app && (door.1 == port || door.1.is_none() || port.is_none())
        };
        match (doors.iter_mut().find(same), &made.address) {
            (Some((.., door)), Ok(address)) if door.address.is_ok() => door.also.push(address.to_string()),
            // The first name was not known; this one is.
            (Some((.., door)), Ok(_)) => *door = made,
            (Some(_), Err(_)) => {}
            (None, _) => doors.push((app, port, made)),
        }
    }
    inventory.apps = doors.into_iter().map(|(.., app)| app).collect();
    distinguish(&mut inventory.apps);
    for (index, container) in
        containers.iter().enumerate().filter(|(index, one)| !seen.contains(index) && !one.is_abstract)
    {
        let why = hidden_names.iter().find(|(at, _)| *at == index).map(|(_, why)| why.clone());
        inventory.unseen.push(Unseen {
            name: printable(&container.name),
            why: why.unwrap_or_else(|| home.why_unseen(container)),
        });
    }
    inventory.remarks.extend(home.remarks());
    inventory
}

/// Every route with its container. Those without a path come first: they are the front doors.
fn resolved<'a>(home: &Home<'_>, routes: &'a [Route]) -> Vec<Resolved<'a>> {
    let mut resolved: Vec<Resolved<'a>> = routes.iter().map(|route| home.resolve(route)).collect();
    let order = |one: &Resolved<'_>| {
        // A name from Terraform or the tunnel's own file is public for sure; one from a label is, if nobody denies it.
        (matches!(one.route.to, Destination::Container(_)), one.app.is_some() && one.route.path.is_some())
    };
    resolved.sort_by_key(order);
    resolved
}

impl Home<'_> {
    fn app(&self, resolved: &Resolved<'_>) -> App {
        let Resolved { route, app, owner, port } = resolved;
        let container = app.map(|index| &self.containers[index]);
        let first = route.host.as_ref().ok().and_then(|host| host.split('.').next());
        let guess = || {
            let by_port = port.filter(|port| !COMMON_PORTS.contains(port));
            let by_port =
                || preset::PRESETS.iter().find(|preset| by_port.is_some() && preset.port == by_port);
            first.and_then(preset::of_name).or_else(by_port).unwrap_or(&HTTP)
        };
        let preset = container.map_or_else(guess, |container| self.preset(container));
        let path = route.path.clone().unwrap_or_default();
        let checked = if path.is_empty() || preset.kind != HTTP.kind {
            format!("{path}{}", preset.path)
        } else {
            path.clone()
        };
        let gate = route.host.as_ref().ok().and_then(|host| gate_of(self.applications, host, &checked));
        let name = container
            .map(|container| container.name.as_str())
            .or(route.label.as_deref())
            .or(first)
            .unwrap_or("app");
        App {
            name: printable(name),
            preset,
            address: route
                .host
                .clone()
                .map(|host| Address { https: route.https, host: host.to_ascii_lowercase(), path })
                .map_err(|missing| missing.printable(printable)),
            group: self.group(container, *owner),
            gate: gate.unwrap_or(Gate::Open),
            also: Vec::new(),
            middleware: route.middleware.clone(),
        }
    }

    /// The container whose network it shares, by the name of its service.
    fn group(&self, container: Option<&Container>, owner: Option<usize>) -> Option<String> {
        let joined = container.and_then(|container| container.joins.as_deref());
        let joined = joined.map(|name| {
            self.containers.iter().find(|other| other.is_called(name)).map_or(name, |other| &other.name)
        });
        let owned = owner
            .filter(|index| !self.members(*index).is_empty())
            .map(|index| self.containers[index].name.as_str());
        joined.or(owned).filter(|name| !name.contains('$')).map(printable).filter(|name| !name.is_empty())
    }

    fn why_unseen(&self, container: &Container) -> String {
        let index = self.containers.iter().position(|other| std::ptr::eq(other, container));
        let members = index.map(|index| self.members(index)).unwrap_or_default();
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
        match container.published.first() {
            Some((port, _)) => format!("no public host name found; port {port} is open at home"),
            None => "no public host name found".to_owned(),
        }
    }

    fn remarks(&self) -> Vec<String> {
        let silent = self
            .containers
            .iter()
            .filter(|container| role::of_image(&container.image) == Some(Role::SilentProxy));
        let remark = |container: &Container| {
            format!(
                "{} keeps its host names in its own files or database, which are not read: add what it publishes by hand.",
                printable(&container.name)
            )
        };
        silent.map(remark).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Gives apps of the same name names that differ.
fn distinguish(apps: &mut [App]) {
    let mut names = BTreeSet::new();
    for app in apps {
        let host = app.address.as_ref().map(|address| address.host.clone()).unwrap_or_default();
        let mut name = app.name.clone();
        if names.contains(&name) && !host.is_empty() {
            name = printable(&format!("{name} at {host}"));
        }
        let mut number = 2;
        while names.contains(&name) {
            let start: String = app.name.chars().take(40).collect();
            name = format!("{} {number}", start.trim());
            number += 1;
        }
        names.insert(name.clone());
        app.name = name;
    }
}

/// A name that can stand in a target, a message and a comment.
fn printable(name: &str) -> String {
    let plain = name
        .chars()
        .map(|character| if character.is_control() || "{}".contains(character) { ' ' } else { character });
    let plain: String = plain.take(50).collect();
    let plain = plain.trim();
    if plain.is_empty() { "app".to_owned() } else { plain.to_owned() }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}://{}{}", if self.https { "https" } else { "http" }, self.host, self.path)
    }
}
