//! Where apps listen that have no preset: on a shared network, the port says which one answers.

use super::compose::Container;
use crate::config::preset::{self, image_name};

/// Ports that many apps have: they say nothing about which one it is.
pub const COMMON: [u16; 12] = [80, 81, 443, 3000, 3001, 5000, 8000, 8080, 8081, 8096, 8181, 8443];

/// Image names with the ports that they listen on unless they are configured otherwise; the page comes first.
const USUAL: [(&str, &[u16]); 44] = [
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

/// Whether the container listens on this port, as far as its image and environment say.
pub fn listens(container: &Container, port: u16) -> bool {
    match configured(container) {
        Some(own) => own == port,
        None => usual(container).contains(&port),
    }
}

/// Whether its environment has this port, whatever for.
pub fn mentions(container: &Container, port: u16) -> bool {
    let is_port = |(key, value): &&(String, String)| key.contains("PORT") && value.trim() == port.to_string();
    container.environment.iter().any(|pair| is_port(&pair))
}

/// The port of its page that its environment sets.
fn configured(container: &Container) -> Option<u16> {
    let is_page = |key: &str| {
        let key = key.to_ascii_uppercase();
        ["WEBUI_PORT", "WEBUI_PORTS", "WEB_PORT", "HTTP_PORT", "PORT", "UI_PORT"].contains(&key.as_str())
            || key.ends_with("__SERVER__PORT")
    };
    let value = container.environment.iter().find(|(key, _)| is_page(key)).map(|(_, value)| value.trim())?;
    value.split(['/', ',']).next()?.parse().ok()
}

fn usual(container: &Container) -> Vec<u16> {
    let preset = preset::of_image(&container.image).and_then(|preset| preset.port);
    let name = image_name(&container.image);
    let known = USUAL.iter().find(|(image, _)| *image == name).map(|(_, ports)| *ports);
    preset.into_iter().chain(known.unwrap_or_default().iter().copied()).collect()
}
