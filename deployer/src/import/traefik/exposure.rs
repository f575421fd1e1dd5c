//! Whether Traefik publishes a container.

use super::static_config::StaticConfig;
use crate::import::compose::Container;
use crate::import::container_role;
use crate::import::exclusion::Exclusion;
use crate::import::variables::Variables;

/// Whether a container is published.
pub enum Exposure {
    /// Not published; holds the reason, unless nothing suggests that it was meant to be.
    Excluded(Option<Exclusion>),
    Published {
        by_default: bool,
    },
}

/// Return whether Traefik publishes a container, by its labels and the static configuration.
pub fn exposure(
    container: &Container,
    static_config: &StaticConfig,
    variables: &Variables,
    has_routers: bool,
) -> Exposure {
    let label = container.labels.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case("traefik.enable"));
    let is_app = container_role::of_image(&container.image).is_none();
    let enabled =
        label.map(|(_, value)| variables.fill(value).unwrap_or_default().trim().to_ascii_lowercase());
    match enabled.as_deref() {
        Some("false" | "0" | "f" | "no" | "off") => {
            Exposure::Excluded(Some(Exclusion::Disabled("traefik.enable".to_owned())))
        }
        Some(_) => Exposure::Published { by_default: true },
        None if static_config.hides_by_default => Exposure::Excluded(
            (has_routers || (is_app && static_config.default_rule.is_some()))
                .then(|| Exclusion::NotEnabled("traefik.enable=true".to_owned())),
        ),
        // Traefik publishes all containers by default; databases are not meant.
        None => Exposure::Published { by_default: is_app && !container.on_host },
    }
}
