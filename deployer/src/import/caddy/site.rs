//! The sites of a Caddyfile: their addresses, and the destination of each part.

use std::collections::BTreeMap;

use super::block::Directive;
use super::matcher::Matcher;
use crate::import::exclusion::Exclusion;
use crate::import::host_name::{covers, encoded};
use crate::import::route::{Destination, LoginStep, Route, expand_host};
use crate::import::variables::Variables;

/// Deeper nesting is a cycle of imports.
const MAX_DEPTH: usize = 16;

/// Directives that require a login.
const LOGINS: [&str; 6] = ["forward_auth", "basic_auth", "basicauth", "authenticate", "authorize", "oidc"];

/// The surroundings of a site.
pub struct SiteContext<'a> {
    pub snippets: &'a BTreeMap<String, Vec<Directive>>,
    pub variables: &'a Variables,
    /// The container with the labels; `None` for a Caddyfile.
    pub container: Option<usize>,
}

/// An address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SiteAddress {
    host: Result<String, String>,
    https: bool,
    port: Option<u16>,
    path: String,
}

/// The part of a site that a block applies to.
#[derive(Debug, Clone, Default)]
struct SitePart {
    addresses: Vec<SiteAddress>,
    /// Any of these paths; the whole site if empty.
    paths: Vec<String>,
    /// The prefix that was removed from the path before it is matched.
    stripped: String,
    exclusion: Option<Exclusion>,
    login: Option<LoginStep>,
    matchers: BTreeMap<String, Matcher>,
}

/// Return the routes of a site.
pub fn routes(site: &Directive, context: &SiteContext<'_>) -> Vec<Route> {
    let tokens = site.tokens().flat_map(|token| token.split(',')).filter(|token| !token.is_empty());
    let addresses: Vec<SiteAddress> = tokens.filter_map(|token| address(token, context.variables)).collect();
    if addresses.is_empty() {
        return Vec::new();
    }
    let part = SitePart { addresses, ..SitePart::default() };
    let mut walk = SiteWalker { context, routes: Vec::new() };
    walk.block(&site.block, &part, 0);
    if walk.routes.is_empty() {
        let to = walk.own();
        walk.emit(&part, &to, (to == Destination::Unknown).then_some(Exclusion::UnreadableRule));
    }
    walk.routes
}

/// Parse `https://host:port/path`, of which any part may be missing; `None` without a host.
fn address(text: &str, variables: &Variables) -> Option<SiteAddress> {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
        _ => (authority, None),
    };
    if host.is_empty() || host == "*" {
        return None;
    }
    Some(SiteAddress {
        host: expand_host(host, variables).map(|host| encoded(&host)),
        https: scheme.map_or(port != Some(80), |scheme| !scheme.eq_ignore_ascii_case("http")),
        port: port.filter(|port| !matches!(port, 80 | 443)),
        path: path.trim_matches(['/', '*']).to_owned(),
    })
}

struct SiteWalker<'a> {
    context: &'a SiteContext<'a>,
    routes: Vec<Route>,
}

impl SiteWalker<'_> {
    fn block(&mut self, directives: &[Directive], part: &SitePart, depth: usize) {
        let mut part = part.clone();
        let directives = self.imported(directives, &[], depth);
        for directive in &directives {
            if directive.name.starts_with('@') {
                part.matchers.insert(directive.name.clone(), Matcher::named(directive));
            } else if LOGINS.contains(&directive.name.as_str()) {
                part.login = Some(LoginStep { proxy: "Caddy", name: directive.name.clone() });
            }
        }
        for directive in &directives {
            self.directive(directive, &part, depth);
        }
    }

    fn directive(&mut self, directive: &Directive, part: &SitePart, depth: usize) {
        let Some(first) = directive.arguments.first() else { return self.unmatched(directive, part, depth) };
        let is_path = first.starts_with('/') && (directive.arguments.len() > 1 || directive.name != "redir");
        let matcher = match part.matchers.get(first) {
            Some(matcher) => matcher.clone(),
            None if first.starts_with('@') => Matcher::default(),
            None if is_path => Matcher::of_path(first),
            None if first == "*" => Matcher::default(),
            None => return self.unmatched(directive, part, depth),
        };
        let is_partial = matcher != Matcher::default();
        let narrowed = part.narrowed(&matcher);
        let rest = Directive { arguments: directive.arguments[1..].to_vec(), ..directive.clone() };
        // A response for a part of a site does not say anything about the site.
        let is_answer = matches!(rest.name.as_str(), "redir" | "respond" | "error" | "abort");
        if !(is_answer && is_partial && matcher.hosts.is_empty()) {
            self.unmatched(&rest, &narrowed, depth);
        }
    }

    /// Handle a directive whose matcher has been applied to `part`.
    fn unmatched(&mut self, directive: &Directive, part: &SitePart, depth: usize) {
        match directive.name.as_str() {
            "handle" | "route" if depth < MAX_DEPTH => self.nested(directive, part, depth),
            "handle_path" if depth < MAX_DEPTH => {
                let mut part = part.clone();
                part.stripped = part.paths.first().cloned().unwrap_or_default();
                self.nested(directive, &part, depth);
            }
            "reverse_proxy" | "php_fastcgi" => {
                let others =
                    directive.block.iter().filter(|inner| inner.name == "to").flat_map(|to| &to.arguments);
                let upstream = directive.arguments.iter().chain(others).next();
                let to = upstream.map_or(Destination::Unknown, |upstream| self.upstream(upstream));
                self.emit(part, &to, None);
            }
            "file_server" => self.emit(part, &self.own(), None),
            "redir" => self.emit(part, &self.own(), Some(Exclusion::Redirect)),
            "respond" | "error" | "abort" => self.emit(part, &self.own(), Some(Exclusion::FixedResponse)),
            _ => {}
        }
    }

    /// Return the container with the labels. Without an upstream, a Caddyfile's directives are handled by Caddy itself.
    fn own(&self) -> Destination {
        let own = self.context.container.map(|index| Destination::Container { index, port: None });
        own.unwrap_or(Destination::Unknown)
    }

    fn nested(&mut self, directive: &Directive, part: &SitePart, depth: usize) {
        match self.context.container {
            Some(_) if directive.block.is_empty() => self.emit(part, &self.own(), None),
            _ => self.block(&directive.block, part, depth + 1),
        }
    }

    fn upstream(&self, upstream: &str) -> Destination {
        if let (Some(port), Some(index)) = (upstream.strip_prefix("self://"), self.context.container) {
            return Destination::Container { index, port: port.parse().ok() };
        }
        let Ok(upstream) = expand_host(upstream, self.context.variables) else { return Destination::Unknown };
        let local = if upstream.starts_with(':') { format!("localhost{upstream}") } else { upstream };
        if local.starts_with("unix/") { None } else { Destination::of_upstream(&local, Some(80)) }
            .unwrap_or(Destination::Unknown)
    }

    /// Add a route for each address and path of the part.
    fn emit(&mut self, part: &SitePart, to: &Destination, why: Option<Exclusion>) {
        for address in &part.addresses {
            let own = if address.path.is_empty() { String::new() } else { format!("/{}", address.path) };
            let paths = if part.paths.is_empty() { vec![own] } else { part.paths.clone() };
            for path in paths {
                let mut route = Route::new(address.host.clone(), to.clone()).with_path(Some(&path));
                route.https = address.https;
                route.port = address.port;
                route.login.clone_from(&part.login);
                self.routes.push(route.excluded_for(part.exclusion.clone()).excluded_for(why.clone()));
            }
        }
    }

    /// Return the directives with those of imported snippets.
    fn imported(&self, directives: &[Directive], arguments: &[String], depth: usize) -> Vec<Directive> {
        let mut all = Vec::new();
        for directive in directives {
            let directive = with_arguments(directive, arguments);
            let snippet = directive
                .arguments
                .first()
                .filter(|_| matches!(directive.name.as_str(), "import" | "invoke") && depth < MAX_DEPTH);
            match snippet.and_then(|name| self.context.snippets.get(name)) {
                Some(snippet) => all.extend(self.imported(snippet, &directive.arguments[1..], depth + 1)),
                None => all.push(directive),
            }
        }
        all
    }
}

/// Replace `{args[0]}` and the like.
fn with_arguments(directive: &Directive, arguments: &[String]) -> Directive {
    if arguments.is_empty() {
        return directive.clone();
    }
    let fill = |text: &String| {
        let numbered = arguments.iter().enumerate();
        numbered.fold(text.clone(), |text, (number, value)| {
            text.replace(&format!("{{args[{number}]}}"), value).replace(&format!("{{args.{number}}}"), value)
        })
    };
    let spread = |text: &String| {
        if text == "{args[:]}" { arguments.to_vec() } else { vec![fill(text)] }
    };
    Directive {
        name: fill(&directive.name),
        arguments: directive.arguments.iter().flat_map(spread).collect(),
        block: directive.block.iter().map(|inner| with_arguments(inner, arguments)).collect(),
        has_block: directive.has_block,
    }
}

impl SitePart {
    /// Restrict this part to the requests that the matcher accepts.
    fn narrowed(&self, matcher: &Matcher) -> Self {
        let mut part = self.clone();
        if !matcher.hosts.is_empty() {
            let named = |host: &String| {
                let name = host.to_ascii_lowercase();
                let covering = self
                    .addresses
                    .iter()
                    .find(|address| address.host.as_ref().is_ok_and(|pattern| covers(pattern, &name)));
                let address = covering.or(self.addresses.first())?;
                Some(SiteAddress { host: Ok(host.clone()), ..address.clone() })
            };
            part.addresses = matcher.hosts.iter().filter_map(named).collect();
        }
        if !matcher.paths.is_empty() {
            part.paths = matcher.paths.iter().map(|path| format!("{}{path}", self.stripped)).collect();
        }
        part.exclusion = part.exclusion.or_else(|| matcher.exclusion.clone());
        part
    }
}
