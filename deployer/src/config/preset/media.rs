//! Servers of films, music, pictures and books.

use super::{HTTP, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "plex",
        label: "Plex",
        path: "/identity",
        contains: Some("machineIdentifier="),
        images: &["plex", "pms-docker"],
        ports: &[32400],
        pages: &["/web/index.html", "/web"],
        pin: true,
        ..HTTP
    },
    Preset {
        kind: "jellyfin",
        label: "Jellyfin",
        path: "/health",
        contains: Some("Healthy"),
        images: &["jellyfin"],
        ports: &[8096],
        pages: &["/web/index.html", "/web"],
        ..HTTP
    },
    Preset {
        kind: "emby",
        label: "Emby",
        path: "/emby/System/Ping",
        contains: Some("Emby Server"),
        images: &["emby", "embyserver"],
        ports: &[8096],
        pages: &["/web/index.html", "/web"],
        ..HTTP
    },
    Preset {
        kind: "navidrome",
        label: "Navidrome",
        path: "/ping",
        // The whole body is a dot.
        matches: Some(r"^\.\s*$"),
        images: &["navidrome"],
        ports: &[4533],
        pages: &["/app", "/login"],
        ..HTTP
    },
    Preset {
        kind: "audiobookshelf",
        label: "Audiobookshelf",
        // Unlike `/healthcheck`, it shows whether the app has its data: without them, it waits to be set up.
        path: "/status",
        contains: Some("\"isInit\":true"),
        images: &["audiobookshelf"],
        ports: &[80, 13378],
        ..HTTP
    },
    Preset {
        kind: "immich",
        label: "Immich",
        path: "/api/server/ping",
        contains: Some("\"pong\""),
        images: &["immich-server", "immich"],
        ports: &[2283, 3001],
        pages: &["/photos", "/auth/login"],
        ..HTTP
    },
    Preset {
        kind: "photoprism",
        label: "PhotoPrism",
        path: "/api/v1/status",
        contains: Some("\"operational\""),
        images: &["photoprism"],
        ports: &[2342],
        pages: &["/library/login", "/library/browse", "/library"],
        ..HTTP
    },
    Preset {
        kind: "stash",
        label: "Stash",
        path: "/healthz",
        // The whole body is a dot.
        matches: Some(r"^\.\s*$"),
        images: &["stashapp/stash", "hotio/stash"],
        ports: &[9999],
        has_common_name: true,
        ..HTTP
    },
    Preset {
        kind: "kavita",
        label: "Kavita",
        path: "/api/health",
        matches: Some("^\"?Ok\"?\\s*$"),
        images: &["kavita"],
        ports: &[5000],
        pages: &["/home", "/login"],
        ..HTTP
    },
    Preset {
        kind: "komga",
        label: "Komga",
        path: "/actuator/health",
        contains: Some("\"UP\""),
        images: &["komga"],
        ports: &[25600],
        ..HTTP
    },
    Preset {
        kind: "calibre-web",
        label: "Calibre-Web",
        path: "/login",
        // The title can be changed; the name of this field cannot.
        contains: Some("name=\"remember_me\""),
        images: &["calibre-web", "calibre-web-automated"],
        ports: &[8083],
        ..HTTP
    },
    Preset {
        kind: "romm",
        label: "RomM",
        path: "/api/heartbeat",
        contains: Some("\"METADATA_SOURCES\""),
        images: &["romm"],
        ports: &[8080],
        ..HTTP
    },
];
