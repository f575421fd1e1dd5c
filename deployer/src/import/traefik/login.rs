//! Which step of a router asks visitors for a login.

use super::dynamic::{self, Middleware, Router, Transport};
use super::{LONGEST_CHAIN, Origin};
use crate::import::route::Login;

/// The step of the router, or of its entry points, that asks for a login.
pub fn login(router: &Router, origin: &Origin<'_>, origins: &[Origin<'_>]) -> Option<Login> {
    if router.transport != Transport::Http {
        return None;
    }
    let points = origin.fixed.of_router(&router.entry_points);
    let mut names: Vec<&String> = points.iter().flat_map(|point| &point.middlewares).collect();
    names.extend(&router.middlewares);
    let name = names.into_iter().find(|name| asks(name, origins, 0))?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@.".contains(&byte));
    plain.then(|| Login { proxy: "Traefik", name: name.clone() })
}

/// Whether this middleware asks for a login: by its definition, or else by its name.
fn asks(name: &str, origins: &[Origin<'_>], chain: usize) -> bool {
    let bare = name.split('@').next().unwrap_or_default();
    let mut defined = origins.iter().flat_map(|origin| &origin.dynamic.middlewares);
    match defined.find(|(other, _)| other.eq_ignore_ascii_case(bare)) {
        Some((_, Middleware::Login)) => true,
        Some((_, Middleware::Chain(members))) if chain < LONGEST_CHAIN => {
            members.iter().any(|member| asks(member, origins, chain + 1))
        }
        Some(_) => false,
        None => dynamic::login_by_name(name),
    }
}
