//! Traefik's matchers, of all three versions.

use super::rule::{Name, Way};
use crate::import::name::is_path;
use crate::import::obstacle::{Obstacle, Restriction};
use crate::import::path;

/// The ways that a matcher of this name leaves open.
pub fn matcher(name: &str, arguments: &[String]) -> Vec<Way> {
    let first = || arguments.first().cloned().unwrap_or_default();
    let each = |way: &dyn Fn(&String) -> Way| arguments.iter().map(way).collect();
    match name.to_ascii_lowercase().as_str() {
        "host" | "hostheader" | "hostsni" => each(&|name| Way {
            host: (name != "*").then(|| Name::Plain(name.trim().to_owned())),
            ..Way::default()
        }),
        "hostregexp" | "hostsniregexp" => each(&|pattern| Way {
            host: Some(literal(pattern).map_or(Name::Pattern, Name::Plain)),
            ..Way::default()
        }),
        "path" | "pathprefix" | "pathstrip" | "pathprefixstrip" => each(&|path| path_way(path)),
        "pathregexp" => each(&|pattern| match path::of_pattern(pattern) {
            Some(path) => Way { path: (!path.is_empty()).then_some(path), ..Way::default() },
            None => Way { obstacle: Some(Obstacle::PathPattern), ..Way::default() },
        }),
        "header" | "headers" | "headerregexp" | "headersregexp" => {
            vec![restricted(Restriction::Header(first()))]
        }
        "query" | "queryregexp" => {
            let name = first().split('=').next().unwrap_or_default().to_owned();
            vec![restricted(Restriction::Query(name))]
        }
        // The monitor's own method.
        "method" if arguments.iter().any(|method| method.eq_ignore_ascii_case("get")) => vec![Way::default()],
        "method" => vec![restricted(Restriction::Method(first()))],
        "clientip" if arguments.iter().any(|range| range.ends_with("/0")) => vec![Way::default()],
        "clientip" => vec![restricted(Restriction::ClientAddress)],
        // Steps of version 1 that look like matchers.
        "addprefix" | "replacepath" | "replacepathregex" => vec![Way::default()],
        _ => vec![restricted(Restriction::Other(name.to_owned()))],
    }
}

fn path_way(path: &str) -> Way {
    let bare = path.trim_end_matches('/');
    match bare {
        "" => Way::default(),
        bare if is_path(bare) => Way { path: Some(bare.to_owned()), ..Way::default() },
        _ => Way { obstacle: Some(Obstacle::PathPattern), ..Way::default() },
    }
}

/// The one name that the expression fits, if it is a name written as an expression.
fn literal(pattern: &str) -> Option<String> {
    // In a Compose file, each `$` is written twice.
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

fn restricted(restriction: Restriction) -> Way {
    Way { obstacle: Some(Obstacle::Restricted(restriction)), ..Way::default() }
}
