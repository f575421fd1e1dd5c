//! The sources of Traefik's dynamic configuration.

use super::dynamic_config::DynamicConfig;
use super::static_config::StaticConfig;
use crate::import::variables::Variables;

/// Services and middlewares may refer to each other; longer chains are cycles.
pub const MAX_CHAIN: usize = 4;

/// A container or file that defines routers and services.
pub struct ConfigSource<'a> {
    pub dynamic: DynamicConfig,
    pub container: Option<usize>,
    pub static_config: &'a StaticConfig,
    pub variables: Variables,
}
