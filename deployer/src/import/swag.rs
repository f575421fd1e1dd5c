//! SWAG: host names from its certificate, and from the labels of its auto-proxy.

use super::compose::Container;
use super::exclusion::Exclusion;
use super::route::{Destination, LoginStep, Route, expand_host};
use super::variable_lookup::VariableLookup;
use crate::config::preset::{self, image_name};

/// Whether the container is SWAG.
pub fn is_swag(container: &Container) -> bool {
    // Its former name.
    image_name(&container.image) == "swag" || container.image.contains("linuxserver/letsencrypt")
}

/// Return the routes of the first SWAG container.
pub fn routes(containers: &[Container], lookup: &VariableLookup<'_>) -> Vec<Route> {
    let Some(swag) = containers.iter().find(|container| is_swag(container)) else { return Vec::new() };
    let variables = lookup.container(swag);
    let setting = |name: &str| {
        let found = swag.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    let Some(domain) = setting("URL") else { return Vec::new() };
    let mut routes: Vec<Route> = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        routes.extend(route_from_labels(container, index, domain, lookup));
    }
    let labelled: Vec<Route> = routes.clone();
    for name in setting("SUBDOMAINS").unwrap_or_default().split(',').map(str::trim) {
        if !matches!(name, "" | "wildcard" | "www") {
            let host = expand_host(&format!("{name}.{domain}"), &variables);
            routes.extend(route_from_certificate(name, host, containers, &labelled));
        }
    }
    let extra = setting("EXTRA_DOMAINS").unwrap_or_default().split(',').map(str::trim);
    let own = (setting("ONLY_SUBDOMAINS") != Some("true")).then_some(domain);
    for name in extra.filter(|name| !name.is_empty()).chain(own) {
        let route = Route::new(expand_host(name, &variables), Destination::Unknown);
        let is_known = labelled.iter().any(|other| other.host == route.host);
        routes.extend((!is_known).then(|| route.excluded_for(Some(Exclusion::CertificateOnly))));
    }
    routes
}

/// Return the route of a container with `swag=enable`: its name below the domain, or `swag_url`.
fn route_from_labels(
    container: &Container,
    index: usize,
    domain: &str,
    lookup: &VariableLookup<'_>,
) -> Option<Route> {
    let variables = lookup.container(container);
    let label =
        |name: &str| container.labels.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    let enabled =
        label("swag").map(|value| variables.fill(value).unwrap_or_default().to_ascii_lowercase())?;
    let name = container.container_name.as_deref().unwrap_or(&container.name);
    // As in nginx's `server_name`: `sonarr.*`.
    let host = match label("swag_url").and_then(|url| url.split_whitespace().next()) {
        Some(url) => url.strip_suffix(".*").map_or(url.to_owned(), |name| format!("{name}.{domain}")),
        None => format!("{name}.{domain}"),
    };
    let port = label("swag_port").and_then(|port| variables.fill(port).ok()?.parse().ok());
    let to = match label("swag_address") {
        Some(address) => Destination::of_upstream(&variables.fill(address).ok()?, port)?,
        None => Destination::Container { index, port },
    };
    let mut route = Route::new(expand_host(&host, &variables), to);
    route.login = label("swag_auth").filter(|auth| !auth.is_empty()).map(|auth| LoginStep {
        proxy: "SWAG",
        name: auth.chars().filter(|c| c.is_ascii_alphanumeric()).take(20).collect(),
    });
    if enabled != "enable" {
        route.exclusion = Some(Exclusion::Disabled("swag".to_owned()));
    }
    Some(route)
}

/// Return the route of a name in the certificate, which by SWAG's convention leads to the container of that name.
fn route_from_certificate(
    name: &str,
    host: Result<String, String>,
    containers: &[Container],
    labelled: &[Route],
) -> Option<Route> {
    if labelled.iter().any(|route| route.host.as_ref().ok() == host.as_ref().ok() && host.is_ok()) {
        return None;
    }
    let index = containers.iter().position(|container| container.is_called(name) && !is_swag(container));
    let has_another = labelled.iter().any(|route| {
        index.is_some_and(|own| matches!(route.to, Destination::Container { index, .. } if index == own))
    });
    let Some(index) = index.filter(|_| !has_another) else {
        let mut route = Route::new(host, Destination::Unknown);
        if index.is_none() && preset::of_name(name).is_some() {
            route.is_guess = true;
        } else {
            route.exclusion = Some(Exclusion::CertificateOnly);
        }
        return Some(route);
    };
    Some(Route::new(host, Destination::Container { index, port: None }))
}
