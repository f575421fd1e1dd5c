//! Labels of caddy-docker-proxy, converted to directives.

use super::block::Directive;
use super::tokens::tokenize;
use crate::import::placeholders::replace_placeholders;

/// Return the sites and snippets of these labels. The name and arguments of each are its addresses.
pub fn read(labels: &[(String, String)]) -> Vec<Directive> {
    let mut entries: Vec<(Vec<&str>, &str)> = Vec::new();
    for (key, value) in labels {
        let keys: Vec<&str> = key.trim().split('.').collect();
        let is_site = |first: &str| {
            first == "caddy" || first.strip_prefix("caddy_").is_some_and(|rest| rest.parse::<u32>().is_ok())
        };
        if keys.first().is_some_and(|first| is_site(first)) {
            entries.push((keys, value));
        }
    }
    let mut sites = directives(&entries);
    // The top-level name is only that of the label.
    for site in &mut sites {
        let mut addresses = std::mem::take(&mut site.arguments).into_iter();
        site.name = addresses.next().unwrap_or_default();
        site.arguments = addresses.collect();
        site.has_block = true;
    }
    sites
}

fn directives(entries: &[(Vec<&str>, &str)]) -> Vec<Directive> {
    let mut names: Vec<&str> = entries.iter().filter_map(|(keys, _)| keys.first().copied()).collect();
    names.sort_by_key(|name| (order(name), *name));
    names.dedup();
    let directive = |name: &str| {
        let own: Vec<_> = entries.iter().filter(|(keys, _)| keys.first() == Some(&name)).collect();
        let values = own.iter().filter(|(keys, _)| keys.len() == 1).map(|(_, value)| *value);
        let below: Vec<(Vec<&str>, &str)> = own
            .iter()
            .filter(|(keys, _)| keys.len() > 1)
            .map(|(keys, value)| (keys[1..].to_vec(), *value))
            .collect();
        Directive {
            name: bare(name).to_owned(),
            arguments: values.flat_map(arguments).collect(),
            has_block: !below.is_empty(),
            block: directives(&below),
        }
    };
    names.into_iter().map(directive).collect()
}

/// `1_handle` comes before `2_handle` and before names without a number.
fn order(name: &str) -> u32 {
    name.split_once('_').and_then(|(number, _)| number.parse().ok()).unwrap_or(u32::MAX)
}

/// Remove the number that sets the order, and the one that makes the name unique.
fn bare(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.split_once('_').filter(|(number, _)| is_number(number)).map_or(name, |(_, rest)| rest);
    name.rsplit_once('_').filter(|(_, number)| is_number(number)).map_or(name, |(rest, _)| rest)
}

/// Split a value into arguments. `{{upstreams https 8443}}` is the container itself: `self://8443`.
fn arguments(value: &str) -> Vec<String> {
    let text = replace_placeholders(value, ("{{", "}}"), |action| {
        let Some(what) = action.trim_matches('-').trim().strip_prefix("upstreams") else {
            return Some("unknown://".to_owned());
        };
        let port = what.split_whitespace().find(|part| part.parse::<u16>().is_ok()).unwrap_or_default();
        Some(format!("self://{port}"))
    });
    tokenize(&text).into_iter().map(|token| token.text).collect()
}
