//! Finds the middleware of a router that requires a login.

use super::config_source::{ConfigSource, MAX_CHAIN};
use super::dynamic_config::{self, Middleware, Router, Transport};
use crate::import::route::LoginStep;

/// Return the middleware of the router, or of its entry points, that requires a login.
pub fn login(router: &Router, source: &ConfigSource<'_>, sources: &[ConfigSource<'_>]) -> Option<LoginStep> {
    if router.transport != Transport::Http {
        return None;
    }
    let points = source.static_config.of_router(&router.entry_points);
    let mut names: Vec<&String> = points.iter().flat_map(|point| &point.middlewares).collect();
    names.extend(&router.middlewares);
    let name = names.into_iter().find(|name| requires_login(name, sources, 0))?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@.".contains(&byte));
    plain.then(|| LoginStep { proxy: "Traefik", name: name.clone() })
}

/// Whether this middleware requires a login, by its definition or otherwise by its name.
fn requires_login(name: &str, sources: &[ConfigSource<'_>], chain: usize) -> bool {
    let bare = name.split('@').next().unwrap_or_default();
    let mut defined = sources.iter().flat_map(|source| &source.dynamic.middlewares);
    match defined.find(|(other, _)| other.eq_ignore_ascii_case(bare)) {
        Some((_, Middleware::Login)) => true,
        Some((_, Middleware::Chain(members))) if chain < MAX_CHAIN => {
            members.iter().any(|member| requires_login(member, sources, chain + 1))
        }
        Some(_) => false,
        None => dynamic_config::is_login_name(name),
    }
}
