//! Host names from containers' own settings, except for Traefik and Caddy: the variables of nginx-proxy, and the labels
//! of DockFlare and Pangolin.

use std::path::Path;

use super::cloudflared;
use super::compose::Container;
use super::exclusion::Exclusion;
use super::route::{Destination, LoginStep, Route, RouteSource, expand_host};
use super::variables::Variables;
use super::yaml;

/// Return the routes that the container at `index` declares.
pub fn routes(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let mut routes = nginx_proxy(container, index, variables);
    routes.extend(tunnel_labels(container, index, variables));
    routes.extend(pangolin(container, index, variables));
    routes
}

fn nginx_proxy(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let value = |name: &str| {
        let value =
            container.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.unwrap_or_default().trim_matches(['"', '\''])
    };
    let port = |text: &str| variables.fill(text).ok()?.trim().parse().ok();
    let mut routes = Vec::new();
    for host in value("VIRTUAL_HOST").split(',').map(str::trim).filter(|host| !host.is_empty()) {
        let to = Destination::Container { index, port: port(value("VIRTUAL_PORT")) };
        routes.push(
            virtual_host(host, to, variables)
                .with_path(Some(value("VIRTUAL_PATH")).filter(|path| !path.is_empty())),
        );
    }
    let several = value("VIRTUAL_HOST_MULTIPORTS");
    let documents = yaml::read(several, Path::new("")).unwrap_or_default();
    for (host, paths) in documents.iter().flat_map(|document| document.entries()) {
        let whole = |port| vec![(None, Destination::Container { index, port })];
        let parts: Vec<_> = if paths.entries().is_empty() {
            whole(None)
        } else {
            let part = |(path, settings): &(std::rc::Rc<str>, yaml::Node)| {
                let port = settings.get("port").and_then(yaml::Node::text).and_then(port);
                (Some(path.to_string()), Destination::Container { index, port })
            };
            paths.entries().iter().map(part).collect()
        };
        routes.extend(
            parts.into_iter().map(|(path, to)| virtual_host(host, to, variables).with_path(path.as_deref())),
        );
    }
    routes
}

/// Return the route of one host name of nginx-proxy; a `~` starts a regular expression.
fn virtual_host(host: &str, to: Destination, variables: &Variables) -> Route {
    if host.starts_with('~') {
        return Route::new(Ok::<_, String>("*".to_owned()), to).excluded_for(Some(Exclusion::ManyNames));
    }
    Route::new(expand_host(host, variables), to)
}

/// Labels that define ingress rules of a Cloudflare tunnel: `dockflare.hostname`, numbered from the second rule on.
fn tunnel_labels(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let prefixes = ["dockflare.", "cloudflare.tunnel."];
    let key = |key: &str| key.trim().to_ascii_lowercase();
    let value = |wanted: &str| {
        let found = container.labels.iter().find(|(name, _)| key(name) == wanted);
        found.map(|(_, value)| value.trim())
    };
    let mut routes = Vec::new();
    for (name, host) in &container.labels {
        let name = key(name);
        let Some(start) =
            name.strip_suffix("hostname").filter(|_| prefixes.iter().any(|one| name.starts_with(one)))
        else {
            continue;
        };
        let prefix = prefixes.iter().find(|one| name.starts_with(**one)).copied().unwrap_or_default();
        let number = start.strip_prefix(prefix).unwrap_or_default().trim_end_matches('.');
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // Settings that a numbered rule omits come from the first one.
        let setting =
            |what: &str| value(&format!("{start}{what}")).or_else(|| value(&format!("{prefix}{what}")));
        let service = variables.fill(setting("service").unwrap_or_default()).unwrap_or_default();
        let own = Destination::Container { index, port: None };
        let (to, exclusion) =
            if service.is_empty() { (own, None) } else { cloudflared::destination(&service) };
        let path = setting("path").map(str::to_owned);
        let mut route = Route::new(expand_host(host, variables), to).excluded_for(exclusion);
        route.source = RouteSource::Tunnel;
        let mut route = cloudflared::with_path_pattern(route, path.as_deref());
        let requires_login =
            setting("access.policy").is_some_and(|policy| policy.eq_ignore_ascii_case("authenticate"));
        let group = setting("access.group").or_else(|| setting("access.groups"));
        if requires_login || group.is_some_and(|group| !group.is_empty()) {
            route.login = Some(LoginStep { proxy: "Cloudflare", name: "Access".to_owned() });
        }
        let switch = format!("{prefix}enable");
        match value(&switch).map(|enabled| variables.fill(enabled).unwrap_or_default().to_ascii_lowercase()) {
            None => route.exclusion = Some(Exclusion::NotEnabled(format!("{switch}=true"))),
            Some(enabled) if enabled == "false" => route.exclusion = Some(Exclusion::Disabled(switch)),
            Some(_) => {}
        }
        routes.push(route);
    }
    routes
}

/// Labels of Pangolin: `pangolin.proxy-resources.NAME.full-domain`.
fn pangolin(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let mut routes = Vec::new();
    for (key, host) in &container.labels {
        let Some(start) = key.strip_suffix(".full-domain").filter(|key| key.starts_with("pangolin.")) else {
            continue;
        };
        let value = |what: &str| {
            container
                .labels
                .iter()
                .find(|(key, _)| *key == format!("{start}.{what}"))
                .map(|(_, value)| value.trim())
        };
        let port = value("targets[0].port").and_then(|port| variables.fill(port).ok()?.parse().ok());
        let mut route = Route::new(expand_host(host, variables), Destination::Container { index, port });
        let protocol = value("protocol").filter(|protocol| !protocol.eq_ignore_ascii_case("http"));
        route.exclusion = protocol.map(|protocol| Exclusion::Protocol(protocol.to_ascii_uppercase()));
        route.source = RouteSource::Tunnel;
        routes.push(route);
    }
    routes
}
