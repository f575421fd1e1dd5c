//! Traefik: routes from its labels and files.

mod config_source;
mod dynamic_config;
mod exposure;
mod login;
mod matcher;
mod rule;
mod rule_match;
mod service;
mod static_config;
mod template;
mod tree;

use std::path::{Path, PathBuf};

use config_source::ConfigSource;
pub use dynamic_config::is_dynamic_config;
use dynamic_config::{DynamicConfig, Router, Transport};
use exposure::{Exposure, exposure};
use rule_match::{HostMatch, RuleMatch};
use static_config::StaticConfig;
pub use static_config::is_static_config;
pub use template::with_plain_variables;
pub use tree::of_toml;

use super::app_name::printable;
use super::compose::Container;
use super::exclusion::Exclusion;
use super::route::{Destination, Route, expand_host};
use super::variable_lookup::VariableLookup;
use super::yaml::Node;
use crate::config::preset::image_name;

/// The routes, with the reasons why others were excluded.
#[derive(Debug, Default)]
pub struct TraefikRoutes {
    pub routes: Vec<Route>,
    /// Containers without a route, with the reason.
    pub excluded: Vec<(usize, Exclusion)>,
    pub remarks: Vec<String>,
}

/// All configurations together: a router may use services and middlewares that are defined elsewhere.
pub struct Traefik<'a> {
    containers: &'a [Container],
    /// Static configurations, each with the file that it comes from.
    static_config: Vec<(PathBuf, StaticConfig)>,
    none: StaticConfig,
}

impl<'a> Traefik<'a> {
    /// Read the static configurations; `files` are those in files.
    pub fn new(files: &[(PathBuf, Node)], lookup: &VariableLookup<'a>) -> Self {
        let containers = lookup.containers;
        let mut static_config: Vec<(PathBuf, StaticConfig)> = Vec::new();
        for proxy in containers
            .iter()
            .filter(|container| container.disabled.is_none() && image_name(&container.image) == "traefik")
        {
            let variables = lookup.container(proxy);
            let fill = |text: &String| variables.fill(text).unwrap_or_else(|_| text.clone());
            let arguments: Vec<String> = proxy.command.iter().map(fill).collect();
            let environment: Vec<_> =
                proxy.environment.iter().map(|(key, value)| (key.clone(), fill(value))).collect();
            let mut read = StaticConfig::read(&tree::of_arguments(&arguments), Some(proxy))
                .or(StaticConfig::read(&tree::of_variables(&environment), Some(proxy)));
            let folder = proxy.file.parent().unwrap_or(Path::new(""));
            for (_, node) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
                read = read.or(StaticConfig::read(node, Some(proxy)));
            }
            static_config.push((proxy.file.clone(), read));
        }
        if static_config.is_empty() {
            static_config
                .extend(files.iter().map(|(path, node)| (path.clone(), StaticConfig::read(node, None))));
        }
        Self { containers, static_config, none: StaticConfig::default() }
    }

    /// Return the static configuration that applies to a file: that of the Traefik in the same file, or the only one.
    fn static_config_of(&self, file: &Path) -> &StaticConfig {
        let beside = self.static_config.iter().find(|(path, _)| path == file);
        let only = || self.static_config.first().filter(|_| self.static_config.len() == 1);
        beside.or_else(only).map_or(&self.none, |(_, static_config)| static_config)
    }

    /// Return all routes from labels and dynamic files.
    pub fn routes(&self, files: &[(PathBuf, Node)], lookup: &VariableLookup<'_>) -> TraefikRoutes {
        let mut found = TraefikRoutes::default();
        let mut sources = Vec::new();
        for (index, container) in self.containers.iter().enumerate() {
            let variables = lookup.container(container);
            let static_config = self.static_config_of(&container.file);
            let mut dynamic = DynamicConfig::read(&tree::of_labels(&container.labels));
            match exposure(container, static_config, &variables, !dynamic.is_empty()) {
                Exposure::Excluded(why) => found.excluded.extend(why.map(|why| (index, why))),
                Exposure::Published { by_default } => {
                    if by_default && dynamic.routers.is_empty() && static_config.default_rule.is_some() {
                        dynamic.routers.push(default_router());
                    }
                    sources.push(ConfigSource { dynamic, container: Some(index), static_config, variables });
                }
            }
        }
        for (path, node) in files {
            sources.push(ConfigSource {
                dynamic: DynamicConfig::read(node),
                container: None,
                static_config: self.static_config_of(path),
                variables: lookup.file(path, "traefik"),
            });
        }
        for source in &sources {
            for router in &source.dynamic.routers {
                self.add_routes(router, source, &sources, &mut found);
            }
        }
        if files.is_empty() && self.static_config.iter().any(|(_, static_config)| static_config.has_files) {
            found.remarks.push(
                "Traefik also reads routers from files, and none of them was read: pass the files or their folder with --from, \
                 or add their host names by hand."
                    .to_owned(),
            );
        }
        found
    }

    /// Add the routes of one router.
    fn add_routes(
        &self,
        router: &Router,
        source: &ConfigSource<'_>,
        sources: &[ConfigSource<'_>],
        found: &mut TraefikRoutes,
    ) {
        let container = source.container.map(|index| (index, &self.containers[index]));
        let to = service::destination(router, source, sources);
        let mut base = Route::new(Ok::<_, String>(String::new()), to);
        base.label = (!router.name.contains('$') && !router.name.is_empty()).then(|| router.name.clone());
        base.login = login::login(router, source, sources);
        if redirects_to_https(router) && has_duplicate(router, sources) {
            base.exclusion = Some(Exclusion::Redirect);
        }
        let rule = match (&router.rule, &source.static_config.default_rule, container) {
            (Some(rule), _, _) => Ok(rule.clone()),
            (None, Some(template), Some((_, container))) => template::rule(template, container),
            _ => return found.exclude(source.container, router, Exclusion::UnreadableRule),
        };
        let matches = rule.and_then(|rule| match parse_rule(router, &rule) {
            Some(matches) => Ok(Some(matches)),
            // If the whole rule is a variable, its host names are in the value.
            None => Ok(parse_rule(router, &source.variables.fill(&rule)?)),
        });
        let matches = match matches {
            Ok(Some(matches)) => matches,
            Ok(None) => return found.exclude(source.container, router, Exclusion::UnreadableRule),
            Err(missing) => {
                base.host = Err(missing.into());
                return found.routes.push(base);
            }
        };
        for one_match in matches {
            match route(&base, one_match, router, source) {
                Ok(route) => found.routes.push(route),
                Err(why) => found.exclude(source.container, router, why),
            }
        }
    }
}

impl TraefikRoutes {
    /// Record why a router is not monitored.
    fn exclude(&mut self, container: Option<usize>, router: &Router, why: Exclusion) {
        match container {
            Some(index) => self.excluded.push((index, why)),
            None => {
                self.remarks.push(why.about(&format!("Traefik's router {}", printable(&router.name))) + ".")
            }
        }
    }
}

fn route(
    base: &Route,
    one_match: RuleMatch,
    router: &Router,
    source: &ConfigSource<'_>,
) -> Result<Route, Exclusion> {
    let mut route = base.clone();
    let protocol = || match router.transport {
        Transport::Http => None,
        Transport::Tcp if router.passthrough && is_likely_https(&base.to) => None,
        Transport::Tcp => Some(Exclusion::Protocol("TCP".to_owned())),
        Transport::Udp => Some(Exclusion::Protocol("UDP".to_owned())),
    };
    route.host = match one_match.host {
        Some(HostMatch::Name(host)) => expand_host(&host, &source.variables).map_err(Into::into),
        Some(HostMatch::Pattern) => return Err(Exclusion::ManyNames),
        None => return Err(one_match.exclusion.or_else(protocol).unwrap_or(Exclusion::AnyName)),
    };
    route.path = one_match.path;
    set_scheme_and_port(&mut route, router, source.static_config);
    Ok(route.excluded_for(protocol()).excluded_for(one_match.exclusion))
}

/// Return the router that Traefik creates for a container without one.
fn default_router() -> Router {
    Router {
        name: String::new(),
        transport: Transport::Http,
        rule: None,
        is_version_1: false,
        service: None,
        middlewares: Vec::new(),
        entry_points: Vec::new(),
        tls: false,
        passthrough: false,
    }
}

/// Whether a TCP destination with TLS passthrough is likely to be a web site.
fn is_likely_https(to: &Destination) -> bool {
    match to {
        Destination::Container { port, .. } | Destination::Address { port, .. } => {
            port.is_none_or(|port| port % 1000 == 443)
        }
        Destination::Unknown => false,
    }
}

/// Set the scheme and port that clients use.
fn set_scheme_and_port(route: &mut Route, router: &Router, static_config: &StaticConfig) {
    let points = static_config.of_router(&router.entry_points);
    if points.iter().any(|point| point.port == 443) {
        return;
    }
    if points.iter().any(|point| point.port == 80) {
        // Without an entry point for https, a proxy in front of Traefik terminates TLS.
        route.https = !static_config.has_port(443) || redirects_to_https(router);
    } else if let Some(point) = points.iter().find(|point| !point.redirects).or(points.first()) {
        route.port = Some(point.port);
        route.https = router.tls || point.tls || point.port % 1000 == 443;
    }
}

fn redirects_to_https(router: &Router) -> bool {
    router.middlewares.iter().any(|name| dynamic_config::is_https_redirect_name(name))
}

/// Return the matches of a rule in the router's syntax.
fn parse_rule(router: &Router, rule: &str) -> Option<Vec<RuleMatch>> {
    if router.is_version_1 { rule::parse_version_1(rule) } else { rule::parse(rule) }
}

/// Whether another router handles the same requests without redirecting them to https.
fn has_duplicate(router: &Router, sources: &[ConfigSource<'_>]) -> bool {
    let duplicate = |other: &Router| {
        !std::ptr::eq(other, router) && other.rule == router.rule && !redirects_to_https(other)
    };
    sources.iter().flat_map(|source| &source.dynamic.routers).any(duplicate)
}
