//! The ways in, brought together: which of them are one door, and which cannot be asked.

use std::collections::BTreeSet;

use super::home::{Home, Resolved, is_machine};
use super::name::hidden;
use super::naming::printable;
use super::obstacle::Obstacle;
use super::ports;
use super::route::{Destination, Route};
use super::{Address, App};
use crate::config::preset::HTTP;

/// An app with the container and port that it was recognised by. The same door by another name is mentioned there.
#[derive(Debug)]
pub struct Door {
    pub container: Option<usize>,
    port: Option<u16>,
    pub app: App,
}

/// A name that the monitor cannot ask, with the container behind it.
#[derive(Debug)]
pub struct Blocked {
    pub container: Option<usize>,
    pub host: Option<String>,
    /// What it leads to, by the name that the proxy has for it, where that is no known container.
    pub to: Option<String>,
    pub why: Obstacle,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Doors {
    pub open: Vec<Door>,
    pub blocked: Vec<Blocked>,
    /// Containers that a door leads to.
    pub reached: BTreeSet<usize>,
    pub remarks: Vec<String>,
}

impl Doors {
    pub fn new(home: &Home<'_>, routes: &[Route]) -> Self {
        let mut doors = Self::default();
        for resolved in resolved(home, routes) {
            doors.take(home, resolved, routes);
        }
        doors.correct_presets(home);
        doors
    }

    fn take(&mut self, home: &Home<'_>, resolved: Resolved<'_>, routes: &[Route]) {
        let host = resolved.route.host.as_ref().ok();
        let own = resolved.route.obstacle.clone();
        let of_name = host.and_then(|host| hidden(host));
        let why = match (of_name, own) {
            // What a proxy does with all other names.
            (Some(Obstacle::ManyNames), Some(Obstacle::FixedResponse | Obstacle::Redirect)) => return,
            (Some(Obstacle::NotAName), Some(own)) => Some(own),
            (of_name, own) => of_name.or(own),
        };
        let off = resolved.app.and_then(|app| home.containers[app].off.clone()).map(Obstacle::SwitchedOff);
        if let Some(why) = off.or(why) {
            return self.block(&resolved, why);
        }
        let made = home.app(&resolved, routes);
        let Resolved { app: container, port, .. } = resolved;
        let door = Door { container, port, app: made };
        if self.merged(&door) {
            self.reached.extend(
                self.open.iter().any(|open| open.container == container).then_some(container).flatten(),
            );
            return;
        }
        self.reached.extend(container);
        let same = |open: &&mut Door| {
            container.is_some()
                && open.container == container
                && (open.port == port || open.port.is_none() || port.is_none())
        };
        let Some(open) = self.open.iter_mut().find(same) else { return self.open.push(door) };
        // A name that is known is the better one to ask.
        let is_better = open.app.address.is_err() && door.app.address.is_ok();
        open.port = open.port.or(port);
        let other = if is_better { std::mem::replace(&mut open.app, door.app) } else { door.app };
        let name = match &other.address {
            Ok(address) => address.to_string(),
            Err(missing) => format!("a name that needs `{}`", missing.what),
        };
        if other.address != open.app.address && !open.app.also.contains(&name) {
            open.app.also.push(name);
        }
    }

    fn block(&mut self, resolved: &Resolved<'_>, why: Obstacle) {
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
                "{}: a name for whatever else there is; what it leads to is not known.",
                printable(host)
            )),
            None => self.blocked.push(Blocked { container, host: host.cloned(), to, why }),
        }
    }

    /// Whether there is a door with this address already, and what comes of it.
    fn merged(&mut self, door: &Door) -> bool {
        let Ok(address) = &door.app.address else { return false };
        let by_http = |other: &Address| {
            let usual = other.port.is_none() && address.port.is_none();
            usual && !address.https && other.host == address.host && other.path == address.path
        };
        let same = |open: &&mut Door| {
            open.app.address.as_ref().is_ok_and(|other| other == address || by_http(other))
        };
        let Some(open) = self.open.iter_mut().find(same) else {
            return self.open.iter().any(|open| {
                open.container == door.container && open.app.also.contains(&address.to_string())
            });
        };
        if open.container.is_none() && door.container.is_some() {
            // A label names the app that an ingress rule to the proxy does not name.
            let app = App { gate: door.app.gate, ..door.app.clone() };
            *open = Door { container: door.container, port: door.port, app };
        } else if open.container == door.container || door.container.is_none() {
            open.app.login = open.app.login.take().or_else(|| door.app.login.clone());
        } else {
            let why = Obstacle::Occupied { address: address.to_string(), by: open.app.name.clone() };
            self.blocked.push(Blocked { container: door.container, host: None, to: None, why });
        }
        true
    }

    /// Of several doors of one container, only the one that leads to its usual port is the app that its image says.
    fn correct_presets(&mut self, home: &Home<'_>) {
        let is_usual = |door: &Door| {
            door.container.zip(door.port).map(|(index, port)| ports::listens(&home.containers[index], port))
        };
        let usual: BTreeSet<usize> = self
            .open
            .iter()
            .filter(|door| is_usual(door) == Some(true))
            .filter_map(|door| door.container)
            .collect();
        for door in &mut self.open {
            let is_other = is_usual(door) == Some(false);
            if is_other && door.container.is_some_and(|index| usual.contains(&index)) {
                door.app.preset = &HTTP;
            }
        }
    }
}

/// Every route with its container. Those without a path come first: they are the front doors.
fn resolved<'r>(home: &Home<'_>, routes: &'r [Route]) -> Vec<Resolved<'r>> {
    let mut resolved: Vec<Resolved<'r>> = routes.iter().map(|route| home.resolve(route)).collect();
    let order = |one: &Resolved<'_>| {
        // A tunnel's name is public for sure; a proxy's is, if nothing denies it.
        (one.route.source, !one.route.https, one.app.is_some() && one.route.path.is_some())
    };
    resolved.sort_by_key(order);
    resolved
}
