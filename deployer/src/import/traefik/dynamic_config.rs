//! Traefik's dynamic configuration: routers, services and middlewares, from labels or files.

use super::tree::{at, is_enabled, list, text};
use crate::import::yaml::Node;

/// The configuration of one container or file.
#[derive(Debug, Default)]
pub struct DynamicConfig {
    pub routers: Vec<Router>,
    pub services: Vec<TraefikService>,
    pub middlewares: Vec<(String, Middleware)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Http,
    Tcp,
    Udp,
}

#[derive(Debug)]
pub struct Router {
    pub name: String,
    pub transport: Transport,
    pub rule: Option<String>,
    /// The rule has the syntax of version 1.
    pub is_version_1: bool,
    pub service: Option<String>,
    pub middlewares: Vec<String>,
    pub entry_points: Vec<String>,
    pub tls: bool,
    /// TLS is passed through to the app.
    pub passthrough: bool,
}

#[derive(Debug)]
pub struct TraefikService {
    pub name: String,
    pub transport: Transport,
    pub to: Backend,
}

#[derive(Debug)]
pub enum Backend {
    /// A port of the container with the label.
    Port(Option<String>),
    Address(String),
    /// Another service that this one wraps.
    Service(String),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Middleware {
    Login,
    Chain(Vec<String>),
    /// A redirect to https.
    Scheme,
    Other,
}

const TRANSPORTS: [(&str, Transport); 3] =
    [("http", Transport::Http), ("tcp", Transport::Tcp), ("udp", Transport::Udp)];

/// Whether a file is a dynamic configuration.
pub fn is_dynamic_config(node: &Node) -> bool {
    let parts = ["routers", "services", "middlewares"];
    TRANSPORTS
        .iter()
        .any(|(name, _)| parts.iter().any(|part| at(node, &[name, part]).is_some_and(Node::is_map)))
}

impl DynamicConfig {
    pub fn read(node: &Node) -> Self {
        let mut all = Self::default();
        for (key, transport) in TRANSPORTS {
            let entries = |part: &str| at(node, &[key, part]).map(Node::entries).unwrap_or_default();
            all.routers.extend(entries("routers").iter().map(|(name, node)| router(name, node, transport)));
            all.services
                .extend(entries("services").iter().map(|(name, node)| service(name, node, transport)));
            let middlewares =
                entries("middlewares").iter().map(|(name, node)| (name.to_string(), middleware(node)));
            all.middlewares.extend(middlewares);
        }
        all.add_version_1(node, "");
        for (segment, node) in node.entries().iter().filter(|(name, _)| !is_section(name)) {
            all.add_version_1(node, segment);
        }
        all
    }

    /// Add `traefik.frontend.rule` and `traefik.SEGMENT.frontend.rule` of version 1.
    fn add_version_1(&mut self, node: &Node, segment: &str) {
        let Some(rule) = text(node, &["frontend", "rule"]) else { return };
        let login =
            ["auth", "auth.forward", "auth.basic"].iter().any(|key| at(node, &["frontend", key]).is_some());
        let middlewares = if login { vec!["frontend.auth".to_owned()] } else { Vec::new() };
        self.routers.push(Router {
            name: segment.to_owned(),
            transport: Transport::Http,
            rule: Some(rule.to_owned()),
            is_version_1: true,
            service: Some(segment.to_owned()),
            middlewares,
            entry_points: Vec::new(),
            tls: true,
            passthrough: false,
        });
        let port = text(node, &["port"]).map(str::to_owned);
        self.services.push(TraefikService {
            name: segment.to_owned(),
            transport: Transport::Http,
            to: Backend::Port(port),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.routers.is_empty() && self.services.is_empty()
    }
}

fn is_section(name: &str) -> bool {
    TRANSPORTS.iter().any(|(section, _)| name.eq_ignore_ascii_case(section))
        || ["docker", "swarm", "frontend"].iter().any(|other| name.eq_ignore_ascii_case(other))
}

fn router(name: &str, node: &Node, transport: Transport) -> Router {
    Router {
        name: name.to_owned(),
        transport,
        rule: text(node, &["rule"]).map(str::to_owned),
        is_version_1: false,
        service: text(node, &["service"]).map(str::to_owned),
        middlewares: list(node, &["middlewares"]),
        entry_points: list(node, &["entryPoints"]),
        tls: is_enabled(node, &["tls"]),
        passthrough: is_enabled(node, &["tls", "passthrough"]),
    }
}

fn service(name: &str, node: &Node, transport: Transport) -> TraefikService {
    let server = at(node, &["loadBalancer", "server"]);
    let servers = at(node, &["loadBalancer", "servers"]).map(Node::items).unwrap_or_default();
    let address = |node: &Node| text(node, &["url"]).or_else(|| text(node, &["address"])).map(str::to_owned);
    let wrapped = || {
        let weighted = at(node, &["weighted", "services"]).map(Node::items).unwrap_or_default();
        let named = weighted.first().and_then(|one| text(one, &["name"]));
        let others = ["failover", "mirroring"].iter().find_map(|kind| text(node, &[kind, "service"]));
        named.or(others).map(str::to_owned)
    };
    let port = || server.and_then(|server| text(server, &["port"])).map(str::to_owned);
    let to = match server.into_iter().chain(servers).find_map(address) {
        Some(address) => Backend::Address(address),
        None => wrapped().map_or_else(|| Backend::Port(port()), Backend::Service),
    };
    TraefikService { name: name.to_owned(), transport, to }
}

fn middleware(node: &Node) -> Middleware {
    let has = |key: &str| at(node, &[key]).is_some();
    if ["forwardAuth", "basicAuth", "digestAuth"].iter().any(|key| has(key))
        || has("plugin") && is_login_plugin(node)
    {
        Middleware::Login
    } else if has("chain") {
        Middleware::Chain(list(node, &["chain", "middlewares"]))
    } else if has("redirectScheme") {
        Middleware::Scheme
    } else {
        Middleware::Other
    }
}

fn is_login_plugin(node: &Node) -> bool {
    let plugins = at(node, &["plugin"]).map(Node::entries).unwrap_or_default();
    plugins.iter().any(|(name, _)| is_login_name(name))
}

/// Whether the name of a middleware suggests that it requires a login.
pub fn is_login_name(name: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let normalized: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let negations =
        ["noauth", "withoutauth", "unauth", "skipauth", "bypass", "authheader", "nologin", "nosso"];
    let keywords =
        ["auth", "sso", "oidc", "login", "tinyauth", "pocketid", "keycloak", "zitadel", "kanidm", "cfaccess"];
    // `chain-oauth` contains "noauth" only across its separator.
    let parts: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let pairs = parts.windows(2).map(<[&str]>::concat);
    let is_negated = pairs.chain(parts.iter().map(|part| (*part).to_owned())).any(|part| {
        matches!(part.as_str(), "author" | "authors") || negations.iter().any(|word| part.starts_with(word))
    });
    !is_negated && keywords.iter().any(|word| normalized.contains(word))
}

/// Whether the name of a middleware suggests a redirect to https.
pub fn is_https_redirect_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("redirect")
        && ["http", "tls", "scheme", "secure", "ssl"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_logins_are_recognized() {
        for name in [
            "authelia@docker",
            "chain-oauth@file",
            "chain-authelia",
            "forward-auth",
            "basicAuth",
            "my-sso",
            "middlewares-oauth@file",
            "tinyauth",
            "google_oauth2",
        ] {
            assert!(is_login_name(name), "{name}");
        }
        for name in [
            "chain-no-auth@file",
            "noauth",
            "no_auth",
            "chain-without-auth",
            "auth-bypass",
            "authors",
            "headers@file",
            "auth-headers",
            "bypass-auth",
        ] {
            assert!(!is_login_name(name), "{name}");
        }
    }
}
