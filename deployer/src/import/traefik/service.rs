//! Where Traefik's services lead: to a port of the container with the label, or to an address.

use super::dynamic::{Backend, Router};
use super::{LONGEST_CHAIN, Origin};
use crate::import::route::Destination;

/// What the router leads to.
pub fn destination(router: &Router, origin: &Origin<'_>, origins: &[Origin<'_>]) -> Destination {
    let Some(name) = &router.service else {
        // Traefik takes the only service there is.
        let mut services =
            origin.dynamic.services.iter().filter(|service| service.transport == router.transport);
        let named = services.clone().find(|service| service.name.eq_ignore_ascii_case(&router.name));
        let only = services.next().filter(|_| services.next().is_none());
        let service = named.or(only);
        return service
            .map_or_else(|| own(origin), |service| backend(&service.to, router, origin, origins, 0));
    };
    service(name, router, origin, origins, 0)
}

fn service(
    name: &str,
    router: &Router,
    origin: &Origin<'_>,
    origins: &[Origin<'_>],
    chain: usize,
) -> Destination {
    let (name, provider) =
        name.split_once('@').map_or((name, None), |(name, provider)| (name, Some(provider)));
    let fits = |other: &&Origin<'_>| match provider {
        Some("docker" | "swarm") => other.container.is_some(),
        Some("file") => other.container.is_none(),
        _ => true,
    };
    let candidates = std::iter::once(origin).chain(origins).filter(fits);
    for candidate in candidates.filter(|_| chain < LONGEST_CHAIN) {
        let found =
            candidate.dynamic.services.iter().find(|service| {
                service.transport == router.transport && service.name.eq_ignore_ascii_case(name)
            });
        if let Some(service) = found {
            return backend(&service.to, router, candidate, origins, chain + 1);
        }
    }
    own(origin)
}

/// The container that has the label, on whichever port.
fn own(origin: &Origin<'_>) -> Destination {
    match origin.container {
        Some(index) => Destination::Container { index, port: None },
        None => Destination::Elsewhere,
    }
}

fn backend(
    to: &Backend,
    router: &Router,
    origin: &Origin<'_>,
    origins: &[Origin<'_>],
    chain: usize,
) -> Destination {
    match (to, origin.container) {
        (Backend::Service(name), _) => service(name, router, origin, origins, chain),
        (Backend::Address(address), _) => {
            let address = origin.variables.fill(address).unwrap_or_else(|_| address.clone());
            Destination::of_upstream(&address, None).unwrap_or(Destination::Elsewhere)
        }
        (Backend::Port(port), Some(index)) => {
            let port = port.as_ref().and_then(|port| origin.variables.fill(port).ok()?.trim().parse().ok());
            Destination::Container { index, port }
        }
        (Backend::Port(_), None) => Destination::Elsewhere,
    }
}
