//! The ports that apps listen on. On a shared network, the port identifies the app that answers.

use super::compose::Container;
use crate::config::preset::{self, image_name};

/// Ports that any web app may use.
const GENERIC: [u16; 15] =
    [80, 81, 443, 3000, 5000, 8000, 8080, 8081, 8082, 8083, 8181, 8443, 8888, 9000, 9090];

/// Default ports of images without a preset; that of the web interface comes first.
const DEFAULT_PORTS: [(&str, &[u16]); 13] = [
    ("changedetection.io", &[5000]),
    ("code-server", &[8443]),
    ("flaresolverr", &[8191]),
    ("homebridge", &[8581]),
    ("jackett", &[9117]),
    ("medusa", &[8081]),
    ("minio", &[9000, 9001]),
    ("mylar3", &[8090]),
    ("nzbhydra2", &[5076]),
    ("rdtclient", &[6500]),
    ("rtorrent-rutorrent", &[8080]),
    ("slskd", &[5030]),
    ("soulseek", &[6080]),
];

/// Whether a port does not identify an app: it is generic, or another app uses the port of a preset, too.
pub fn is_ambiguous(port: u16) -> bool {
    let presets = preset::all().filter(|preset| preset.ports.contains(&port)).count();
    let others = DEFAULT_PORTS.iter().filter(|(_, ports)| ports.contains(&port)).count();
    GENERIC.contains(&port) || (presets > 0 && presets + others > 1)
}

/// Whether the container listens on this port, according to its image and environment.
pub fn listens(container: &Container, port: u16) -> bool {
    match configured(container) {
        Some(own) => own == port,
        None => defaults(container).contains(&port),
    }
}

/// Whether any variable of its environment that is a port has this value.
pub fn mentions(container: &Container, port: u16) -> bool {
    let is_port = |(key, value): &&(String, String)| key.contains("PORT") && value.trim() == port.to_string();
    container.environment.iter().any(|pair| is_port(&pair))
}

/// Return the port of its web interface that its environment sets.
fn configured(container: &Container) -> Option<u16> {
    let is_page = |key: &str| {
        let key = key.to_ascii_uppercase();
        ["WEBUI_PORT", "WEBUI_PORTS", "WEB_PORT", "HTTP_PORT", "PORT", "UI_PORT"].contains(&key.as_str())
            || key.ends_with("__SERVER__PORT")
    };
    let value = container.environment.iter().find(|(key, _)| is_page(key)).map(|(_, value)| value.trim())?;
    value.split(['/', ',']).next()?.parse().ok()
}

fn defaults(container: &Container) -> &'static [u16] {
    if let Some(preset) = preset::of_image(&container.image) {
        return preset.ports;
    }
    let name = image_name(&container.image);
    DEFAULT_PORTS.iter().find(|(image, _)| *image == name).map_or(&[], |(_, ports)| ports)
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_PORTS, is_ambiguous};
    use crate::config::preset;

    #[test]
    fn only_presets_have_the_ports_of_their_images() {
        for (image, _) in DEFAULT_PORTS {
            assert!(preset::of_image(image).is_none(), "the ports of {image} are in its preset");
        }
    }

    #[test]
    fn a_port_that_several_apps_use_identifies_none_of_them() {
        for port in [80, 443, 3000, 3001, 8080, 8096, 9091] {
            assert!(is_ambiguous(port), "{port}");
        }
        for port in [4533, 6767, 7878, 8123, 8989, 9696, 32400, 51515] {
            assert!(!is_ambiguous(port), "{port}");
        }
    }
}
