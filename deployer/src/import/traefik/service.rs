//! Destinations of Traefik's services: a port of the container with the label, or an address.

use super::config_source::{ConfigSource, MAX_CHAIN};
use super::dynamic_config::{Backend, Router, TraefikService, Transport};
use crate::import::route::Destination;

/// Return the destination of a router.
pub fn destination(router: &Router, source: &ConfigSource<'_>, sources: &[ConfigSource<'_>]) -> Destination {
    let resolver = ServiceResolver { transport: router.transport, sources };
    if let Some(name) = &router.service {
        return resolver.named(name, source, 0);
    }
    // Without a name, Traefik uses the only service.
    let mut services = source.dynamic.services.iter().filter(|service| resolver.has_transport(service));
    let named = services.clone().find(|service| service.name.eq_ignore_ascii_case(&router.name));
    let only = services.next().filter(|_| services.next().is_none());
    named.or(only).map_or_else(|| own(source), |service| resolver.backend(&service.to, source, 0))
}

/// Finds services of a router's transport.
struct ServiceResolver<'a> {
    transport: Transport,
    sources: &'a [ConfigSource<'a>],
}

impl ServiceResolver<'_> {
    fn has_transport(&self, service: &TraefikService) -> bool {
        service.transport == self.transport
    }

    /// Find the service of this name, in `source` first.
    fn named(&self, name: &str, source: &ConfigSource<'_>, chain: usize) -> Destination {
        let (name, provider) =
            name.split_once('@').map_or((name, None), |(name, provider)| (name, Some(provider)));
        let fits = |other: &&ConfigSource<'_>| match provider {
            Some("docker" | "swarm") => other.container.is_some(),
            Some("file") => other.container.is_none(),
            _ => true,
        };
        let candidates = std::iter::once(source).chain(self.sources).filter(fits);
        for candidate in candidates.filter(|_| chain < MAX_CHAIN) {
            let mut services = candidate.dynamic.services.iter();
            let found = services
                .find(|service| self.has_transport(service) && service.name.eq_ignore_ascii_case(name));
            if let Some(service) = found {
                return self.backend(&service.to, candidate, chain + 1);
            }
        }
        own(source)
    }

    fn backend(&self, to: &Backend, source: &ConfigSource<'_>, chain: usize) -> Destination {
        match (to, source.container) {
            (Backend::Service(name), _) => self.named(name, source, chain),
            (Backend::Address(address), _) => {
                let address = source.variables.fill(address).unwrap_or_else(|_| address.clone());
                Destination::of_upstream(&address, None).unwrap_or(Destination::Unknown)
            }
            (Backend::Port(port), Some(index)) => {
                let port =
                    port.as_ref().and_then(|port| source.variables.fill(port).ok()?.trim().parse().ok());
                Destination::Container { index, port }
            }
            (Backend::Port(_), None) => Destination::Unknown,
        }
    }
}

/// Return the container with the label, on any port.
fn own(source: &ConfigSource<'_>) -> Destination {
    match source.container {
        Some(index) => Destination::Container { index, port: None },
        None => Destination::Unknown,
    }
}
