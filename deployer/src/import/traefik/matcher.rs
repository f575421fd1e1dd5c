//! Traefik's matchers, of all three versions.

use super::rule_match::{HostMatch, RuleMatch};
use crate::import::exclusion::{Exclusion, Restriction};
use crate::import::host_name::is_path;
use crate::import::path_pattern;

/// Return the requests that a matcher accepts.
pub fn matcher(name: &str, arguments: &[String]) -> Vec<RuleMatch> {
    let first = || arguments.first().cloned().unwrap_or_default();
    let each = |one_match: &dyn Fn(&String) -> RuleMatch| arguments.iter().map(one_match).collect();
    match name.to_ascii_lowercase().as_str() {
        "host" | "hostheader" | "hostsni" => each(&|name| RuleMatch {
            host: (name != "*").then(|| HostMatch::Name(name.trim().to_owned())),
            ..RuleMatch::default()
        }),
        "hostregexp" | "hostsniregexp" => each(&|pattern| RuleMatch {
            host: Some(literal(pattern).map_or(HostMatch::Pattern, HostMatch::Name)),
            ..RuleMatch::default()
        }),
        "path" | "pathprefix" | "pathstrip" | "pathprefixstrip" => each(&|path| path_match(path)),
        "pathregexp" => each(&|pattern| match path_pattern::shortest_match(pattern) {
            Some(path) => RuleMatch { path: (!path.is_empty()).then_some(path), ..RuleMatch::default() },
            None => RuleMatch { exclusion: Some(Exclusion::PathPattern), ..RuleMatch::default() },
        }),
        "header" | "headers" | "headerregexp" | "headersregexp" => {
            vec![restricted(Restriction::Header(first()))]
        }
        "query" | "queryregexp" => {
            let name = first().split('=').next().unwrap_or_default().to_owned();
            vec![restricted(Restriction::Query(name))]
        }
        // The monitor's own method.
        "method" if arguments.iter().any(|method| method.eq_ignore_ascii_case("get")) => {
            vec![RuleMatch::default()]
        }
        "method" => vec![restricted(Restriction::Method(first()))],
        "clientip" if arguments.iter().any(|range| range.ends_with("/0")) => vec![RuleMatch::default()],
        "clientip" => vec![restricted(Restriction::ClientAddress)],
        // Modifiers of version 1, which are written like matchers.
        "addprefix" | "replacepath" | "replacepathregex" => vec![RuleMatch::default()],
        _ => vec![restricted(Restriction::Other(name.to_owned()))],
    }
}

fn path_match(path: &str) -> RuleMatch {
    let bare = path.trim_end_matches('/');
    match bare {
        "" => RuleMatch::default(),
        bare if is_path(bare) => RuleMatch { path: Some(bare.to_owned()), ..RuleMatch::default() },
        _ => RuleMatch { exclusion: Some(Exclusion::PathPattern), ..RuleMatch::default() },
    }
}

/// Return the name if the expression matches only one.
fn literal(pattern: &str) -> Option<String> {
    // In a Compose file, each `$` is doubled.
    let pattern = pattern.trim().trim_start_matches('^').trim_end_matches('$');
    let mut name = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => name.push(characters.next().filter(|next| matches!(next, '.' | '-'))?),
            character if character.is_ascii_alphanumeric() || "-_.".contains(character) => {
                name.push(character)
            }
            _ => return None,
        }
    }
    (!name.is_empty()).then_some(name)
}

fn restricted(restriction: Restriction) -> RuleMatch {
    RuleMatch { exclusion: Some(Exclusion::Restricted(restriction)), ..RuleMatch::default() }
}
