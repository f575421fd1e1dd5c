//! Host names that containers carry themselves: labels of Traefik and Caddy, variables of nginx-proxy.

use super::compose::Container;
use super::route::{Destination, Route, is_path};
use super::variables::Variables;

/// The ways in that the container at place `index` declares.
pub fn routes(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let mut routes = traefik(container, index, variables);
    routes.extend(nginx_proxy(container, index, variables));
    routes.extend(caddy(container, index, variables));
    routes
}

fn route(host: &str, index: usize, variables: &Variables) -> Route {
    let host = variables.fill(host.trim()).map(|host| host.trim().trim_end_matches('.').to_owned());
    // Caddy has variables of its own, which are nowhere to be looked up.
    let host = host.and_then(|host| match host.split_once('{').map(|(_, rest)| rest.split('}').next()) {
        Some(variable) => {
            Err(variable.unwrap_or_default().trim_start_matches('$').chars().take(60).collect())
        }
        None => Ok(host),
    });
    Route::new(host, Destination::Container(index))
}

fn traefik(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let labels = &container.labels;
    let off = |(key, value): &(String, String)| {
        key == "traefik.enable" && variables.fill(value).is_ok_and(|value| value == "false")
    };
    if labels.iter().any(off) {
        return Vec::new();
    }
    let mut routes = Vec::new();
    for (key, rule) in labels {
        let key = key.to_ascii_lowercase();
        let router = key.strip_prefix("traefik.http.routers.").and_then(|rest| rest.strip_suffix(".rule"));
        let oldest = key.starts_with("traefik.") && key.ends_with("frontend.rule");
        if router.is_none() && !oldest {
            continue;
        }
        // A rule that is a variable as a whole has its names only within the value.
        let filled =
            if rule.to_ascii_lowercase().contains("host") { Ok(rule.clone()) } else { variables.fill(rule) };
        let rule = match filled {
            Ok(rule) => rule,
            Err(missing) => {
                routes.push(Route::new(Err(missing), Destination::Container(index)));
                continue;
            }
        };
        let (hosts, path) = match (oldest, path_of(&rule)) {
            (true, _) => oldest_rule(&rule),
            (false, Ok(path)) => (arguments(&rule, "Host"), path),
            (false, Err(())) => continue,
        };
        let middleware = router.and_then(|router| {
            let wanted = format!("traefik.http.routers.{router}.middlewares");
            labels.iter().find(|(key, _)| key.eq_ignore_ascii_case(&wanted)).map(|(_, value)| value)
        });
        for host in hosts {
            let mut route = route(&host, index, variables);
            route.path.clone_from(&path);
            route.label = router.filter(|router| !router.contains('$')).map(str::to_owned);
            route.middleware = middleware.and_then(|chain| login(chain));
            routes.push(route);
        }
    }
    routes
}

/// The member of a chain of middlewares that asks for a login, going by its name.
fn login(chain: &str) -> Option<String> {
    let known = ["auth", "oauth", "sso", "tinyauth", "pocket-id", "keycloak"];
    let mut members = chain.split(',').map(str::trim);
    let member =
        members.find(|member| known.iter().any(|word| member.to_ascii_lowercase().contains(word)))?;
    let plain = member.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@.".contains(&byte));
    plain.then(|| member.to_owned())
}

/// The quoted arguments of every call of `function` in the rule, unless it is negated.
fn arguments(rule: &str, function: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = rule;
    let call = format!("{function}(");
    while let Some(at) = rest.find(&call) {
        let before = rest[..at].trim_end();
        let is_other = rest[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let inner = &rest[at + call.len()..];
        let end = inner.find(')').unwrap_or(inner.len());
        if !is_other && !before.ends_with('!') {
            let parts = inner[..end].split(',').map(|part| part.trim().trim_matches(['`', '"', '\'']));
            found.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        }
        rest = &inner[end..];
    }
    found
}

/// The path that the rule leads to, if not to the whole site; an error if it is none that can be asked for.
fn path_of(rule: &str) -> Result<Option<String>, ()> {
    let mut paths = arguments(rule, "PathPrefix");
    paths.extend(arguments(rule, "Path"));
    if paths.is_empty() {
        return if arguments(rule, "PathRegexp").is_empty() { Ok(None) } else { Err(()) };
    }
    // Of several, the first is as good a door as any.
    let path = paths.into_iter().find(|path| is_path(path)).ok_or(())?;
    let path = path.trim_end_matches('/');
    Ok((!path.is_empty()).then(|| path.to_owned()))
}

/// `Host:a.example.com,b.example.com;PathPrefix:/x`, as Traefik 1 had it.
fn oldest_rule(rule: &str) -> (Vec<String>, Option<String>) {
    let part = |name: &str| {
        let part = rule.split(';').map(str::trim).find_map(|part| part.strip_prefix(name));
        part.unwrap_or_default().split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let path = part("PathPrefix:").find(|path| is_path(path) && path != "/");
    (part("Host:").collect(), path)
}

fn nginx_proxy(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let value = |name: &str| {
        container.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    };
    let path = value("VIRTUAL_PATH").filter(|path| is_path(path) && *path != "/");
    let hosts = value("VIRTUAL_HOST").unwrap_or_default().trim_matches(['"', '\'']).split(',');
    let hosts = hosts.map(str::trim).filter(|host| !host.is_empty() && !host.starts_with('~'));
    let one = |host: &str| {
        let mut route = route(host, index, variables);
        route.path = path.map(|path| path.trim_end_matches('/').to_owned());
        route
    };
    hosts.map(one).collect()
}

fn caddy(container: &Container, index: usize, variables: &Variables) -> Vec<Route> {
    let mut routes = Vec::new();
    for (key, value) in &container.labels {
        let is_site = key.strip_prefix("caddy").is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(|number| number.parse::<u32>().is_ok())
        });
        // Behind a wildcard, the names stand in matchers: `caddy.@sonarr: host sonarr.example.com`.
        let is_matcher =
            key.starts_with("caddy") && key.rsplit('.').next().is_some_and(|last| last.contains('@'));
        let names = match value.strip_prefix("host ") {
            Some(names) if is_matcher => names,
            _ if is_site => value,
            _ => continue,
        };
        for name in names.split([' ', ',']).filter(|name| !name.is_empty() && !name.starts_with('(')) {
            let bare = name.trim_start_matches("https://").trim_start_matches("http://");
            let host = bare.split('/').next().unwrap_or_default();
            let host = host
                .rsplit_once(':')
                .filter(|(_, port)| port.parse::<u16>().is_ok())
                .map_or(host, |(host, _)| host);
            if !host.is_empty() {
                let mut route = route(host, index, variables);
                route.https = !name.starts_with("http://");
                routes.push(route);
            }
        }
    }
    routes
}
