//! The house and its network.

use super::{HTTP, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "home-assistant",
        aliases: &["homeassistant"],
        label: "Home Assistant",
        // `/api/` requires a token.
        path: "/manifest.json",
        contains: Some("\"Home Assistant\""),
        images: &["home-assistant", "homeassistant"],
        ports: &[8123],
        pages: &["/lovelace/0", "/lovelace", "/auth/authorize"],
        ..HTTP
    },
    Preset {
        kind: "node-red",
        label: "Node-RED",
        // The editor's page is open even if the editor requires a login. 503 while its runtime is starting.
        path: "/",
        contains: Some("Node-RED"),
        images: &["node-red"],
        ports: &[1880],
        ..HTTP
    },
    Preset {
        kind: "zigbee2mqtt",
        label: "Zigbee2MQTT",
        path: "/",
        contains: Some("<title>Zigbee2MQTT"),
        images: &["zigbee2mqtt"],
        ports: &[8080],
        ..HTTP
    },
    Preset {
        kind: "frigate",
        label: "Frigate",
        // Open on port 5000. On the usual one, its proxy asks Frigate first, which requires a login (401).
        path: "/api/version",
        status: &[200, 401],
        images: &["frigate"],
        ports: &[8971, 5000],
        ..HTTP
    },
    Preset {
        kind: "adguard-home",
        aliases: &["adguardhome"],
        label: "AdGuard Home",
        // `/control/status` requires a login.
        path: "/login.html",
        // The color of its icon. The title says only "Login".
        contains: Some("#67B279"),
        images: &["adguardhome", "adguard-home"],
        ports: &[3000, 80],
        ..HTTP
    },
    Preset {
        kind: "pihole",
        aliases: &["pi-hole"],
        label: "Pi-hole",
        path: "/api/auth",
        // 401 if it has a password. Both answers describe the session.
        status: &[200, 401],
        contains: Some("\"session\""),
        images: &["pihole"],
        ports: &[80],
        pages: &["/admin/login", "/admin"],
        ..HTTP
    },
];
