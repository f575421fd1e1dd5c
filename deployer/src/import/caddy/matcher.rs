//! Caddy's matchers: the requests that a directive handles.

use super::block::Directive;
use crate::import::exclusion::{Exclusion, Restriction};
use crate::import::host_name::is_path;
use crate::import::path_pattern;

/// The conditions of a matcher.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    /// Any of these hosts; all hosts if empty.
    pub hosts: Vec<String>,
    pub paths: Vec<String>,
    pub exclusion: Option<Exclusion>,
}

impl Matcher {
    /// Parse `/path*`.
    pub fn of_path(pattern: &str) -> Self {
        let mut matcher = Self::default();
        matcher.path([pattern.to_owned()].as_slice());
        matcher
    }

    /// Parse `@name host a.example.com`, or the same as a block.
    pub fn named(directive: &Directive) -> Self {
        let mut matcher = Self::default();
        if let Some((kind, arguments)) = directive.arguments.split_first() {
            matcher.take(kind, arguments);
        }
        for part in &directive.block {
            matcher.take(&part.name, &part.arguments);
        }
        matcher
    }

    fn take(&mut self, kind: &str, arguments: &[String]) {
        let first = || arguments.first().cloned().unwrap_or_default();
        let restriction = match kind {
            "host" => {
                return self.hosts.extend(arguments.iter().map(|host| host.trim_end_matches(',').to_owned()));
            }
            "path" => return self.path(arguments),
            "path_regexp" => {
                match arguments.last().and_then(|pattern| path_pattern::shortest_match(pattern)) {
                    Some(path) if path.is_empty() => {}
                    Some(path) => self.paths.push(path),
                    None => self.block(Exclusion::PathPattern),
                }
                return;
            }
            "header" | "header_regexp" => Restriction::Header(first()),
            "query" => Restriction::Query(first().split('=').next().unwrap_or_default().to_owned()),
            "method" if arguments.iter().any(|method| method.eq_ignore_ascii_case("get")) => return,
            "method" => Restriction::Method(first()),
            "remote_ip" | "client_ip" if arguments.iter().any(|range| range.ends_with("/0")) => return,
            "remote_ip" | "client_ip" => Restriction::ClientAddress,
            // Excluded requests do not restrict the others, and files may exist or not at any address.
            "not" | "file" | "protocol" => return,
            other => Restriction::Other(other.to_owned()),
        };
        self.block(Exclusion::Restricted(restriction));
    }

    fn path(&mut self, patterns: &[String]) {
        let before = self.paths.len();
        for pattern in patterns {
            match pattern.trim_end_matches('*').trim_end_matches('/') {
                "" => return self.paths.clear(),
                path if is_path(path) => self.paths.push(path.to_owned()),
                _ => {}
            }
        }
        if self.paths.len() == before {
            self.block(Exclusion::PathPattern);
        }
    }

    fn block(&mut self, why: Exclusion) {
        self.exclusion = self.exclusion.take().or(Some(why));
    }
}
