//! The sites of Caddy: their addresses, and what each part of them leads to.

use std::collections::BTreeMap;

use super::block::Directive;
use super::matcher::Matcher;
use crate::import::name::{covers, encoded};
use crate::import::obstacle::Obstacle;
use crate::import::route::{Destination, Login, Route, filled};
use crate::import::variables::Variables;

/// Nobody nests deeper; what does leads in circles.
const DEEPEST: usize = 16;

/// Directives that ask for a login.
const LOGINS: [&str; 6] = ["forward_auth", "basic_auth", "basicauth", "authenticate", "authorize", "oidc"];

/// What is known beside a site itself.
pub struct Context<'a> {
    pub snippets: &'a BTreeMap<String, Vec<Directive>>,
    pub variables: &'a Variables,
    /// The container with the labels; nothing for a Caddyfile.
    pub container: Option<usize>,
}

/// One address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    host: Result<String, String>,
    https: bool,
    port: Option<u16>,
    path: String,
}

/// The part of a site that a block is about.
#[derive(Debug, Clone, Default)]
struct Scope {
    addresses: Vec<Address>,
    /// Any of these; if there are none, the whole site.
    paths: Vec<String>,
    /// What was taken off the path before it is compared.
    stripped: String,
    obstacle: Option<Obstacle>,
    login: Option<Login>,
    matchers: BTreeMap<String, Matcher>,
}

/// The routes of a site.
pub fn routes(site: &Directive, context: &Context<'_>) -> Vec<Route> {
    let words = site.words().flat_map(|word| word.split(',')).filter(|word| !word.is_empty());
    let addresses: Vec<Address> = words.filter_map(|word| address(word, context.variables)).collect();
    if addresses.is_empty() {
        return Vec::new();
    }
    let scope = Scope { addresses, ..Scope::default() };
    let mut walk = Walk { context, routes: Vec::new() };
    walk.block(&site.block, &scope, 0);
    if walk.routes.is_empty() {
        let to = walk.own();
        walk.emit(&scope, &to, (to == Destination::Elsewhere).then_some(Obstacle::UnreadableRule));
    }
    walk.routes
}

/// `https://host:port/path`, any part of which may be left out; nothing without a host.
fn address(text: &str, variables: &Variables) -> Option<Address> {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
        _ => (authority, None),
    };
    if host.is_empty() || host == "*" {
        return None;
    }
    Some(Address {
        host: filled(host, variables).map(|host| encoded(&host)),
        https: scheme.map_or(port != Some(80), |scheme| !scheme.eq_ignore_ascii_case("http")),
        port: port.filter(|port| !matches!(port, 80 | 443)),
        path: path.trim_matches(['/', '*']).to_owned(),
    })
}

struct Walk<'a> {
    context: &'a Context<'a>,
    routes: Vec<Route>,
}

impl Walk<'_> {
    fn block(&mut self, directives: &[Directive], scope: &Scope, depth: usize) {
        let mut scope = scope.clone();
        let directives = self.imported(directives, &[], depth);
        for directive in &directives {
            if directive.name.starts_with('@') {
                scope.matchers.insert(directive.name.clone(), Matcher::named(directive));
            } else if LOGINS.contains(&directive.name.as_str()) {
                scope.login = Some(Login { proxy: "Caddy", name: directive.name.clone() });
            }
        }
        for directive in &directives {
            self.directive(directive, &scope, depth);
        }
    }

    fn directive(&mut self, directive: &Directive, scope: &Scope, depth: usize) {
        let Some(first) = directive.arguments.first() else { return self.unmatched(directive, scope, depth) };
        let is_path = first.starts_with('/') && (directive.arguments.len() > 1 || directive.name != "redir");
        let matcher = match scope.matchers.get(first) {
            Some(matcher) => matcher.clone(),
            None if first.starts_with('@') => Matcher::default(),
            None if is_path => Matcher::of_path(first),
            None if first == "*" => Matcher::default(),
            None => return self.unmatched(directive, scope, depth),
        };
        let is_partial = matcher != Matcher::default();
        let narrowed = scope.narrowed(&matcher);
        let rest = Directive { arguments: directive.arguments[1..].to_vec(), ..directive.clone() };
        // What is answered for a part of a site says nothing about the site.
        let is_answer = matches!(rest.name.as_str(), "redir" | "respond" | "error" | "abort");
        if !(is_answer && is_partial && matcher.hosts.is_empty()) {
            self.unmatched(&rest, &narrowed, depth);
        }
    }

    /// The directive, its matcher being in the scope already.
    fn unmatched(&mut self, directive: &Directive, scope: &Scope, depth: usize) {
        match directive.name.as_str() {
            "handle" | "route" if depth < DEEPEST => self.nested(directive, scope, depth),
            "handle_path" if depth < DEEPEST => {
                let mut scope = scope.clone();
                scope.stripped = scope.paths.first().cloned().unwrap_or_default();
                self.nested(directive, &scope, depth);
            }
            "reverse_proxy" | "php_fastcgi" => {
                let further =
                    directive.block.iter().filter(|part| part.name == "to").flat_map(|to| &to.arguments);
                let upstream = directive.arguments.iter().chain(further).next();
                let to = upstream.map_or(Destination::Elsewhere, |upstream| self.upstream(upstream));
                self.emit(scope, &to, None);
            }
            "file_server" => self.emit(scope, &self.own(), None),
            "redir" => self.emit(scope, &self.own(), Some(Obstacle::Redirect)),
            "respond" | "error" | "abort" => self.emit(scope, &self.own(), Some(Obstacle::FixedResponse)),
            _ => {}
        }
    }

    /// The container with the labels; what a Caddyfile says without an upstream, Caddy does itself.
    fn own(&self) -> Destination {
        let own = self.context.container.map(|index| Destination::Container { index, port: None });
        own.unwrap_or(Destination::Elsewhere)
    }

    fn nested(&mut self, directive: &Directive, scope: &Scope, depth: usize) {
        match self.context.container {
            Some(_) if directive.block.is_empty() => self.emit(scope, &self.own(), None),
            _ => self.block(&directive.block, scope, depth + 1),
        }
    }

    fn upstream(&self, upstream: &str) -> Destination {
        if let (Some(port), Some(index)) = (upstream.strip_prefix("self://"), self.context.container) {
            return Destination::Container { index, port: port.parse().ok() };
        }
        let Ok(upstream) = filled(upstream, self.context.variables) else { return Destination::Elsewhere };
        let local = if upstream.starts_with(':') { format!("localhost{upstream}") } else { upstream };
        if local.starts_with("unix/") { None } else { Destination::of_upstream(&local, Some(80)) }
            .unwrap_or(Destination::Elsewhere)
    }

    /// A route for each name and path of the scope.
    fn emit(&mut self, scope: &Scope, to: &Destination, why: Option<Obstacle>) {
        for address in &scope.addresses {
            let own = if address.path.is_empty() { String::new() } else { format!("/{}", address.path) };
            let paths = if scope.paths.is_empty() { vec![own] } else { scope.paths.clone() };
            for path in paths {
                let mut route = Route::new(address.host.clone(), to.clone()).at(Some(&path));
                route.https = address.https;
                route.port = address.port;
                route.login.clone_from(&scope.login);
                self.routes.push(route.blocked(scope.obstacle.clone()).blocked(why.clone()));
            }
        }
    }

    /// The directives with those of the snippets that they import.
    fn imported(&self, directives: &[Directive], arguments: &[String], depth: usize) -> Vec<Directive> {
        let mut all = Vec::new();
        for directive in directives {
            let directive = with_arguments(directive, arguments);
            let snippet = directive
                .arguments
                .first()
                .filter(|_| matches!(directive.name.as_str(), "import" | "invoke") && depth < DEEPEST);
            match snippet.and_then(|name| self.context.snippets.get(name)) {
                Some(snippet) => all.extend(self.imported(snippet, &directive.arguments[1..], depth + 1)),
                None => all.push(directive),
            }
        }
        all
    }
}

/// The directive with `{args[0]}` and the like in place.
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

impl Scope {
    /// This scope, as far as the matcher leaves it.
    fn narrowed(&self, matcher: &Matcher) -> Self {
        let mut scope = self.clone();
        if !matcher.hosts.is_empty() {
            let named = |host: &String| {
                let name = host.to_ascii_lowercase();
                let covering = self
                    .addresses
                    .iter()
                    .find(|address| address.host.as_ref().is_ok_and(|pattern| covers(pattern, &name)));
                let address = covering.or(self.addresses.first())?;
                Some(Address { host: Ok(host.clone()), ..address.clone() })
            };
            scope.addresses = matcher.hosts.iter().filter_map(named).collect();
        }
        if !matcher.paths.is_empty() {
            scope.paths = matcher.paths.iter().map(|path| format!("{}{path}", self.stripped)).collect();
        }
        scope.obstacle = scope.obstacle.or_else(|| matcher.obstacle.clone());
        scope
    }
}
