//! SWAG: its names are those of its certificate, and of the labels of its auto-proxy.

use super::compose::Container;
use super::obstacle::Obstacle;
use super::route::{Destination, Login, Route, filled};
use super::values::Values;
use super::variables::Variables;
use crate::config::preset::{self, image_name};

/// Whether the container is a SWAG.
pub fn is_swag(container: &Container) -> bool {
    // The second was its name before.
    image_name(&container.image) == "swag" || container.image.contains("linuxserver/letsencrypt")
}

/// The names of the first SWAG.
pub fn routes(containers: &[Container], values: &Values<'_>) -> Vec<Route> {
    let Some(swag) = containers.iter().find(|container| is_swag(container)) else { return Vec::new() };
    let variables = values.container(swag);
    let setting = |name: &str| {
        let found = swag.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    let Some(domain) = setting("URL") else { return Vec::new() };
    let mut routes: Vec<Route> = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        routes.extend(labelled(container, index, domain, values));
    }
    let labelled: Vec<Route> = routes.clone();
    for name in setting("SUBDOMAINS").unwrap_or_default().split(',').map(str::trim) {
        if !matches!(name, "" | "wildcard" | "www") {
            routes.extend(certified(name, domain, containers, &variables, &labelled));
        }
    }
    let further = setting("EXTRA_DOMAINS").unwrap_or_default().split(',').map(str::trim);
    let own = (setting("ONLY_SUBDOMAINS") != Some("true")).then_some(domain);
    for name in further.filter(|name| !name.is_empty()).chain(own) {
        let route = Route::new(filled(name, &variables), Destination::Elsewhere);
        let is_known = labelled.iter().any(|other| other.host == route.host);
        routes.extend((!is_known).then(|| route.blocked(Some(Obstacle::CertificateOnly))));
    }
    routes
}

/// A container with `swag=enable` has its own name below the domain, or what `swag_url` says.
fn labelled(container: &Container, index: usize, domain: &str, values: &Values<'_>) -> Option<Route> {
    let variables = values.container(container);
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
    let mut route = Route::new(filled(&host, &variables), to);
    route.login = label("swag_auth").filter(|auth| !auth.is_empty()).map(|auth| Login {
        proxy: "SWAG",
        name: auth.chars().filter(|c| c.is_ascii_alphanumeric()).take(20).collect(),
    });
    if enabled != "enable" {
        route.obstacle = Some(Obstacle::Disabled("swag".to_owned()));
    }
    Some(route)
}

/// A name of the certificate. By SWAG's convention it leads to the container of that name.
fn certified(
    name: &str,
    domain: &str,
    containers: &[Container],
    variables: &Variables,
    labelled: &[Route],
) -> Option<Route> {
    let host = filled(&format!("{name}.{domain}"), variables);
    if labelled.iter().any(|route| route.host.as_ref().ok() == host.as_ref().ok() && host.is_ok()) {
        return None;
    }
    let index = containers.iter().position(|container| container.is_called(name) && !is_swag(container));
    let has_another = labelled.iter().any(|route| {
        index.is_some_and(|own| matches!(route.to, Destination::Container { index, .. } if index == own))
    });
    let Some(index) = index.filter(|_| !has_another) else {
        let mut route = Route::new(host, Destination::Elsewhere);
        if index.is_none() && preset::of_name(name).is_some() {
            route.is_guess = true;
        } else {
            route.obstacle = Some(Obstacle::CertificateOnly);
        }
        return Some(route);
    };
    Some(Route::new(host, Destination::Container { index, port: None }))
}
