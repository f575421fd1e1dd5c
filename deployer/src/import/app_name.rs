//! Identifies an app by names and ports, and names it.

use std::collections::BTreeSet;

use super::compose::Container;
use super::inventory::App;
use super::ports;
use super::route::{Destination, Route};
use super::topology::{first_label, is_machine};
use crate::config::preset::{self, HTTP, Preset};

/// Names of containers and hosts that do not identify an app.
const GENERIC: [&str; 20] = [
    "api",
    "app",
    "backend",
    "caddy",
    "client",
    "core",
    "frontend",
    "gateway",
    "httpd",
    "main",
    "nginx",
    "proxy",
    "server",
    "service",
    "site",
    "ui",
    "web",
    "webapp",
    "webserver",
    "www",
];

/// Return the preset of an app without a known container. The name of the destination is the best evidence.
pub fn guess_preset(route: &Route, port: Option<u16>) -> &'static Preset {
    let by_port = port.filter(|port| !ports::is_ambiguous(*port));
    let by_port = || preset::all().find(|preset| preset.ports.iter().any(|usual| by_port == Some(*usual)));
    let public = route.host.as_ref().ok().map(|host| first_label(host));
    let router = route.label.as_deref();
    let named = [destination(route), public, router].into_iter().flatten().find_map(preset::of_name);
    named.or_else(|| preset_by_part(destination(route)?, port)).or_else(by_port).unwrap_or(&HTTP)
}

/// Return the preset whose name is a part of this one, as in `jellyfin-server`, if the port matches too, which excludes
/// names such as `sonarr-exporter`.
fn preset_by_part(name: &str, port: Option<u16>) -> Option<&'static Preset> {
    let named = name.split(['-', '_']).filter_map(preset::of_name);
    named.into_iter().find(|preset| port.is_some_and(|port| preset.ports.contains(&port)))
}

/// Return the name of the route's destination, unless it is the machine itself.
fn destination(route: &Route) -> Option<&str> {
    match &route.to {
        Destination::Address { host, .. } if !is_machine(host) => Some(first_label(host)),
        _ => None,
    }
}

/// Return the app's name: that of its container, unless it is generic.
pub fn title(route: &Route, container: Option<&Container>) -> String {
    let host = route.host.as_deref().ok();
    let public = host.map(first_label);
    let own = container.map(|container| container.name.as_str());
    let known = destination(route).filter(|name| container.is_none() && preset::of_name(name).is_some());
    let router = route.label.as_deref().map(without_router_suffix);
    let candidates = [own, known, router, public];
    let is_specific = |name: &&str| {
        let bare =
            name.trim_end_matches(|c: char| c.is_ascii_digit() || "-_".contains(c)).to_ascii_lowercase();
        !GENERIC.contains(&bare.as_str()) && !bare.is_empty()
    };
    let specific = candidates.into_iter().flatten().find(is_specific);
    specific.or(host).or(own).unwrap_or("app").to_owned()
}

/// Remove suffixes from a router's name that only mark it as one: `sonarr-rtr`, `sonarr-secure`.
fn without_router_suffix(label: &str) -> &str {
    let endings = ["-rtr", "-router", "-secure", "-https", "-http", "-svc", "-tls", "_router", "_secure"];
    endings
        .iter()
        .find_map(|ending| label.strip_suffix(ending))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(label)
}

/// Rename apps so that each name is unique.
pub fn distinguish(apps: &mut [App]) {
    let mut names = BTreeSet::new();
    for app in apps {
        let host = app.address.as_ref().map(|address| address.host.clone()).unwrap_or_default();
        let mut name = app.name.clone();
        if names.contains(&name) && !host.is_empty() {
            name = printable(&format!("{name} at {host}"));
        }
        let mut number = 2;
        while names.contains(&name) {
            let start: String = app.name.chars().take(40).collect();
            name = format!("{} {number}", start.trim());
            number += 1;
        }
        names.insert(name.clone());
        app.name = name;
    }
}

/// Return the name in a form that fits into a target, a message and a comment.
pub fn printable(name: &str) -> String {
    let plain = name
        .chars()
        .map(|character| if character.is_control() || "{}".contains(character) { ' ' } else { character });
    let plain: String = plain.take(50).collect();
    let plain = plain.trim();
    if plain.is_empty() { "app".to_owned() } else { plain.to_owned() }
}
