//! Clients that download, and what feeds them.

use super::{HTTP, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "qbittorrent",
        label: "qBittorrent",
        // The login page. Its API requires a session.
        path: "/",
        contains: Some("qBittorrent"),
        images: &["qbittorrent", "qbittorrent-nox", "qbittorrentvpn", "qbittorrent-wireguard"],
        ports: &[8080],
        ..HTTP
    },
    Preset {
        kind: "transmission",
        label: "Transmission",
        path: "/transmission/rpc",
        // It demands a session id (409) or, if it has one, the password (401). Nothing else answers 409.
        status: &[409, 401],
        images: &["transmission", "transmission-openvpn", "transmissionvpn"],
        ports: &[9091],
        pages: &["/transmission/web"],
        ..HTTP
    },
    Preset {
        kind: "deluge",
        label: "Deluge",
        path: "/",
        contains: Some("Deluge: Web UI"),
        images: &["deluge", "delugevpn", "binhex-delugevpn"],
        ports: &[8112],
        ..HTTP
    },
    Preset {
        kind: "sabnzbd",
        label: "SABnzbd",
        // One of the two calls that require no key.
        path: "/api?mode=version&output=json",
        contains: Some("\"version\""),
        images: &["sabnzbd", "sabnzbdvpn"],
        ports: &[8080],
        ..HTTP
    },
    Preset {
        kind: "nzbget",
        label: "NZBGet",
        path: "/",
        // All pages require a login (401), unless it has no password.
        status: &[200, 401],
        images: &["nzbget"],
        ports: &[6789],
        ..HTTP
    },
    Preset {
        kind: "autobrr",
        label: "autobrr",
        // Unlike `/liveness`, it asks the database.
        path: "/api/healthz/readiness",
        matches: Some(r"^OK\s*$"),
        images: &["autobrr"],
        ports: &[7474],
        ..HTTP
    },
];
