//! The ports that apps listen on. On a shared network, the port identifies the app that answers.

use super::compose::Container;
use crate::config::preset::{self, image_name};

/// Ports that any web app may use.
const GENERIC: [u16; 10] = [80, 81, 443, 3000, 5000, 8000, 8080, 8081, 8181, 8443];

/// Default ports of images without a preset; that of the web interface comes first.
const DEFAULT_PORTS: [(&str, &[u16]); 44] = [
    ("adguardhome", &[3000, 80]),
    ("audiobookshelf", &[80]),
    ("binhex-delugevpn", &[8112]),
    ("calibre-web", &[8083]),
    ("calibre-web-automated", &[8083]),
    ("changedetection.io", &[5000]),
    ("code-server", &[8443]),
    ("deluge", &[8112]),
    ("dozzle", &[8080]),
    ("emby", &[8096]),
    ("embyserver", &[8096]),
    ("flaresolverr", &[8191]),
    ("frigate", &[8971, 5000]),
    ("grafana", &[3000]),
    ("home-assistant", &[8123]),
    ("homeassistant", &[8123]),
    ("homebridge", &[8581]),
    ("homepage", &[3000]),
    ("immich-server", &[2283, 3001]),
    ("jackett", &[9117]),
    ("kavita", &[5000]),
    ("komga", &[25600]),
    ("lidarr", &[8686]),
    ("medusa", &[8081]),
    ("minio", &[9000, 9001]),
    ("mylar3", &[8090]),
    ("navidrome", &[4533]),
    ("nzbget", &[6789]),
    ("nzbhydra2", &[5076]),
    ("ombi", &[3579]),
    ("paperless-ngx", &[8000]),
    ("portainer-ce", &[9000, 9443]),
    ("prometheus", &[9090]),
    ("readarr", &[8787]),
    ("rdtclient", &[6500]),
    ("rtorrent-rutorrent", &[8080]),
    ("sabnzbd", &[8080]),
    ("slskd", &[5030]),
    ("soulseek", &[6080]),
    ("stash", &[9999]),
    ("syncthing", &[8384]),
    ("transmission", &[9091]),
    ("transmission-openvpn", &[9091]),
    ("whisparr", &[6969]),
];

/// Whether a port does not identify an app: it is generic, or another app uses the port of a preset, too.
pub fn is_ambiguous(port: u16) -> bool {
    let preset = preset::PRESETS.iter().find(|preset| preset.port == Some(port));
    let is_shared = preset.is_some_and(|preset| {
        let others = DEFAULT_PORTS.iter().filter(|(image, _)| !preset.images.contains(image));
        others.into_iter().any(|(_, ports)| ports.contains(&port))
            || preset::PRESETS.iter().any(|other| other.kind != preset.kind && other.port == preset.port)
    });
    GENERIC.contains(&port) || is_shared
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

fn defaults(container: &Container) -> Vec<u16> {
    let preset = preset::of_image(&container.image).and_then(|preset| preset.port);
    let name = image_name(&container.image);
    let known = DEFAULT_PORTS.iter().find(|(image, _)| *image == name).map(|(_, ports)| *ports);
    preset.into_iter().chain(known.unwrap_or_default().iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::is_ambiguous;

    #[test]
    fn a_port_that_several_apps_use_identifies_none_of_them() {
        for port in [80, 443, 3000, 3001, 8080, 8096] {
            assert!(is_ambiguous(port), "{port}");
        }
        for port in [6767, 7878, 8989, 9696, 32400, 51515] {
            assert!(!is_ambiguous(port), "{port}");
        }
    }
}
