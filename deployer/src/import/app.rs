//! Describes the app behind a route, or in a container.

use super::app_name::{guess_preset, printable, title};
use super::inventory::{Address, App, ReviewReason};
use super::missing_value::{MissingReason, MissingValue};
use super::route::{Route, RouteSource};
use super::terraform::{Protection, protection_of};
use super::topology::{ResolvedRoute, Topology};
use crate::config::preset::HTTP;

impl Topology<'_> {
    /// Return the app that a route leads to.
    pub fn app(&self, resolved: &ResolvedRoute<'_>, routes: &[Route]) -> App {
        let ResolvedRoute { route, app, owner, port } = resolved;
        let container = app.map(|index| &self.containers[index]);
        let preset = container.map_or_else(|| guess_preset(route, *port), |container| self.preset(container));
        let path = route.path.clone().unwrap_or_default();
        let checked = if path.is_empty() || preset.kind != HTTP.kind {
            format!("{path}{}", preset.path.split('?').next().unwrap_or_default())
        } else {
            path.clone()
        };
        let protection =
            route.host.as_ref().ok().and_then(|host| protection_of(self.applications, host, &checked));
        let address = |host: String| {
            // Through a tunnel, clients use the default port, whatever the proxy listens on.
            let is_tunnelled = route.source == RouteSource::Proxy && Topology::is_tunnelled(&host, routes);
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
            review: route.is_guess.then_some(ReviewReason::CertificateOnly),
            group: self.group(*app, *owner),
            protection: protection.unwrap_or(Protection::Open),
            also_at: Vec::new(),
            login: route.login.clone(),
        }
    }

    /// Return an app of which only the host name is missing.
    pub fn app_without_host(&self, index: usize) -> App {
        let container = &self.containers[index];
        App {
            name: printable(&container.name),
            preset: self.preset(container),
            address: Err(MissingValue::new("", MissingReason::Undefined)),
            review: Some(ReviewReason::NoHostName),
            group: self.group(Some(index), None),
            protection: Protection::Open,
            also_at: Vec::new(),
            login: None,
        }
    }

    /// Return the service name of the container whose network it shares.
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
}
