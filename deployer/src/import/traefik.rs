//! Traefik: the ways in that its labels and files describe.

mod dynamic;
mod fixed;
mod login;
mod matcher;
mod rule;
mod service;
mod template;
mod tree;

use std::path::{Path, PathBuf};

pub use dynamic::is_dynamic;
use dynamic::{Dynamic, Router, Transport};
use fixed::Fixed;
pub use fixed::is_fixed;
use rule::{Name, Way};
pub use template::with_plain_variables;
pub use tree::of_toml;

use super::compose::Container;
use super::naming::printable;
use super::obstacle::Obstacle;
use super::role;
use super::route::{Destination, Route, filled};
use super::values::Values;
use super::variables::Variables;
use super::yaml::Node;
use crate::config::preset::image_name;

/// Services and middlewares may wrap each other; longer chains are circles.
const LONGEST_CHAIN: usize = 4;

/// What was found, with why some of it leads nowhere.
#[derive(Debug, Default)]
pub struct Found {
    pub routes: Vec<Route>,
    /// Of containers: why they have no route.
    pub excluded: Vec<(usize, Obstacle)>,
    pub remarks: Vec<String>,
}

/// A place that routers and services were read from.
struct Origin<'a> {
    dynamic: Dynamic,
    container: Option<usize>,
    fixed: &'a Fixed,
    variables: Variables,
}

/// Everything at once: services and middlewares may be defined elsewhere than the routers that name them.
pub struct Traefik<'a> {
    containers: &'a [Container],
    /// Static configurations with the file that each comes from.
    fixed: Vec<(PathBuf, Fixed)>,
    none: Fixed,
}

impl<'a> Traefik<'a> {
    /// `files` are static configurations.
    pub fn new(files: &[(PathBuf, Node)], values: &Values<'a>) -> Self {
        let containers = values.containers;
        let mut fixed: Vec<(PathBuf, Fixed)> = Vec::new();
        for proxy in containers
            .iter()
            .filter(|container| container.off.is_none() && image_name(&container.image) == "traefik")
        {
            let variables = values.container(proxy);
            let fill = |text: &String| variables.fill(text).unwrap_or_else(|_| text.clone());
            let arguments: Vec<String> = proxy.command.iter().map(fill).collect();
            let environment: Vec<_> =
                proxy.environment.iter().map(|(key, value)| (key.clone(), fill(value))).collect();
            let mut read = Fixed::read(&tree::of_arguments(&arguments), Some(proxy))
                .or(Fixed::read(&tree::of_variables(&environment), Some(proxy)));
            let folder = proxy.file.parent().unwrap_or(Path::new(""));
            for (_, node) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
                read = read.or(Fixed::read(node, Some(proxy)));
            }
            fixed.push((proxy.file.clone(), read));
        }
        if fixed.is_empty() {
            fixed.extend(files.iter().map(|(path, node)| (path.clone(), Fixed::read(node, None))));
        }
        Self { containers, fixed, none: Fixed::default() }
    }

    /// The static configuration that applies to what is in this file: that of the Traefik in the same file, or the only
    /// one that there is.
    fn fixed_of(&self, file: &Path) -> &Fixed {
        let beside = self.fixed.iter().find(|(path, _)| path == file);
        let only = || self.fixed.first().filter(|_| self.fixed.len() == 1);
        beside.or_else(only).map_or(&self.none, |(_, fixed)| fixed)
    }

    /// All routes, of labels and of the dynamic files.
    pub fn found(&self, files: &[(PathBuf, Node)], values: &Values<'_>) -> Found {
        let mut found = Found::default();
        let mut origins = Vec::new();
        for (index, container) in self.containers.iter().enumerate() {
            let variables = values.container(container);
            let fixed = self.fixed_of(&container.file);
            let mut dynamic = Dynamic::read(&tree::of_labels(&container.labels));
            match exposure(container, fixed, &variables, !dynamic.is_empty()) {
                Exposure::Excluded(why) => found.excluded.extend(why.map(|why| (index, why))),
                Exposure::Published { by_default } => {
                    if by_default && dynamic.routers.is_empty() && fixed.default_rule.is_some() {
                        dynamic.routers.push(default_router());
                    }
                    origins.push(Origin { dynamic, container: Some(index), fixed, variables });
                }
            }
        }
        for (path, node) in files {
            origins.push(Origin {
                dynamic: Dynamic::read(node),
                container: None,
                fixed: self.fixed_of(path),
                variables: values.file(path, "traefik"),
            });
        }
        for origin in &origins {
            for router in &origin.dynamic.routers {
                self.follow(router, origin, &origins, &mut found);
            }
        }
        if files.is_empty() && self.fixed.iter().any(|(_, fixed)| fixed.has_files) {
            found.remarks.push(
                "Traefik reads routers from files, too, and none of these was read: name them or their folder with \
                 --from, or add what they publish by hand."
                    .to_owned(),
            );
        }
        found
    }

    /// The routes of one router.
    fn follow(&self, router: &Router, origin: &Origin<'_>, origins: &[Origin<'_>], found: &mut Found) {
        let container = origin.container.map(|index| (index, &self.containers[index]));
        let to = service::destination(router, origin, origins);
        let mut base = Route::new(Ok::<_, String>(String::new()), to);
        base.label = (!router.name.contains('$') && !router.name.is_empty()).then(|| router.name.clone());
        base.login = login::login(router, origin, origins);
        if sends_to_https(router) && has_twin(router, origins) {
            base.obstacle = Some(Obstacle::Redirect);
        }
        let rule = match (&router.rule, &origin.fixed.default_rule, container) {
            (Some(rule), _, _) => Ok(rule.clone()),
            (None, Some(template), Some((_, container))) => template::rule(template, container),
            _ => return found.exclude(origin.container, router, Obstacle::UnreadableRule),
        };
        let ways = rule.and_then(|rule| match ways(router, &rule) {
            Some(ways) => Ok(Some(ways)),
            // A rule that is a variable as a whole has its names only within the value.
            None => Ok(ways(router, &origin.variables.fill(&rule)?)),
        });
        let ways = match ways {
            Ok(Some(ways)) => ways,
            Ok(None) => return found.exclude(origin.container, router, Obstacle::UnreadableRule),
            Err(missing) => {
                base.host = Err(missing.into());
                return found.routes.push(base);
            }
        };
        for way in ways {
            match route(&base, way, router, origin) {
                Ok(route) => found.routes.push(route),
                Err(why) => found.exclude(origin.container, router, why),
            }
        }
    }
}

impl Found {
    /// What a router does not publish, and why.
    fn exclude(&mut self, container: Option<usize>, router: &Router, why: Obstacle) {
        match container {
            Some(index) => self.excluded.push((index, why)),
            None => {
                self.remarks.push(why.about(&format!("Traefik's router {}", printable(&router.name))) + ".")
            }
        }
    }
}

fn route(base: &Route, way: Way, router: &Router, origin: &Origin<'_>) -> Result<Route, Obstacle> {
    let mut route = base.clone();
    let protocol = || match router.transport {
        Transport::Http => None,
        Transport::Tcp if router.passthrough && speaks_https(&base.to) => None,
        Transport::Tcp => Some(Obstacle::Protocol("TCP".to_owned())),
        Transport::Udp => Some(Obstacle::Protocol("UDP".to_owned())),
    };
    route.host = match way.host {
        Some(Name::Plain(host)) => filled(&host, &origin.variables).map_err(Into::into),
        Some(Name::Pattern) => return Err(Obstacle::ManyNames),
        None => return Err(way.obstacle.or_else(protocol).unwrap_or(Obstacle::AnyName)),
    };
    route.path = way.path;
    reach(&mut route, router, origin.fixed);
    Ok(route.blocked(protocol()).blocked(way.obstacle))
}

enum Exposure {
    /// With the reason, unless nothing says that it was to be published.
    Excluded(Option<Obstacle>),
    Published {
        by_default: bool,
    },
}

fn exposure(container: &Container, fixed: &Fixed, variables: &Variables, has_routers: bool) -> Exposure {
    let label = container.labels.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case("traefik.enable"));
    let is_app = role::of_image(&container.image).is_none();
    let enabled =
        label.map(|(_, value)| variables.fill(value).unwrap_or_default().trim().to_ascii_lowercase());
    match enabled.as_deref() {
        Some("false" | "0" | "f" | "no" | "off") => {
            Exposure::Excluded(Some(Obstacle::Disabled("traefik.enable".to_owned())))
        }
        Some(_) => Exposure::Published { by_default: true },
        None if fixed.hides_by_default => Exposure::Excluded(
            (has_routers || (is_app && fixed.default_rule.is_some()))
                .then(|| Obstacle::NotEnabled("traefik.enable=true".to_owned())),
        ),
        // By default all of them are published; nobody means the databases.
        None => Exposure::Published { by_default: is_app && !container.on_host },
    }
}

/// Traefik makes one for a container that has none.
fn default_router() -> Router {
    Router {
        name: String::new(),
        transport: Transport::Http,
        rule: None,
        is_oldest: false,
        service: None,
        middlewares: Vec::new(),
        entry_points: Vec::new(),
        tls: false,
        passthrough: false,
    }
}

/// Where TLS is passed on, whether it is likely to be a site.
fn speaks_https(to: &Destination) -> bool {
    match to {
        Destination::Container { port, .. } | Destination::Address { port, .. } => {
            port.is_none_or(|port| port % 1000 == 443)
        }
        Destination::Elsewhere => false,
    }
}

/// Sets the scheme and port by which visitors come.
fn reach(route: &mut Route, router: &Router, fixed: &Fixed) {
    let points = fixed.of_router(&router.entry_points);
    if points.iter().any(|point| point.port == 443) {
        return;
    }
    if points.iter().any(|point| point.port == 80) {
        // Without a port for https, something in front of it has the certificate.
        route.https = !fixed.has_port(443) || sends_to_https(router);
    } else if let Some(point) = points.iter().find(|point| !point.redirects).or(points.first()) {
        route.port = Some(point.port);
        route.https = router.tls || point.tls || point.port % 1000 == 443;
    }
}

fn sends_to_https(router: &Router) -> bool {
    router.middlewares.iter().any(|name| dynamic::scheme_by_name(name))
}

/// The ways of a rule in the form that the router has.
fn ways(router: &Router, rule: &str) -> Option<Vec<Way>> {
    if router.is_oldest { rule::oldest(rule) } else { rule::ways(rule) }
}

/// Whether another router takes the same requests, without sending them to https.
fn has_twin(router: &Router, origins: &[Origin<'_>]) -> bool {
    let twin =
        |other: &Router| !std::ptr::eq(other, router) && other.rule == router.rule && !sends_to_https(other);
    origins.iter().flat_map(|origin| &origin.dynamic.routers).any(twin)
}
