//! Files, documents, notes, passwords and tools for them.

use super::{HTTP, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "nextcloud",
        label: "Nextcloud",
        // It answers 200 in maintenance mode, too, and 400 elsewhere if it does not trust the host name.
        path: "/status.php",
        contains: Some("\"installed\":true,\"maintenance\":false,\"needsDbUpgrade\":false"),
        images: &["nextcloud"],
        ports: &[80],
        pages: &[
            "/index.php/login",
            "/index.php/apps/dashboard",
            "/index.php/apps/files",
            "/apps/dashboard",
            "/apps/files",
            "/index.php",
            "/login",
        ],
        ..HTTP
    },
    Preset {
        kind: "syncthing",
        label: "Syncthing",
        path: "/rest/noauth/health",
        contains: Some("\"OK\""),
        images: &["syncthing"],
        ports: &[8384],
        ..HTTP
    },
    Preset {
        kind: "vaultwarden",
        label: "Vaultwarden",
        // The time, as a JSON string. It asks the database.
        path: "/alive",
        matches: Some("^\"20[0-9-]{8}T"),
        images: &["vaultwarden/server", "bitwardenrs/server"],
        ports: &[80],
        ..HTTP
    },
    Preset {
        kind: "paperless",
        aliases: &["paperless-ngx"],
        label: "Paperless-ngx",
        // `/` only redirects to it.
        path: "/accounts/login/",
        contains: Some("Paperless-ngx project"),
        images: &["paperless-ngx"],
        ports: &[8000],
        pages: &["/dashboard", "/documents"],
        ..HTTP
    },
    Preset {
        kind: "mealie",
        label: "Mealie",
        // It asks the database.
        path: "/api/app/about",
        contains: Some("\"production\""),
        images: &["mealie"],
        ports: &[9000],
        ..HTTP
    },
    Preset {
        kind: "bookstack",
        label: "BookStack",
        path: "/status",
        contains: Some("\"database\":true"),
        images: &["bookstack"],
        ports: &[80, 6875],
        ..HTTP
    },
    Preset {
        kind: "wiki-js",
        label: "Wiki.js",
        path: "/healthz",
        contains: Some("\"ok\":true"),
        images: &["requarks/wiki", "wikijs"],
        ports: &[3000],
        ..HTTP
    },
    Preset {
        kind: "linkding",
        label: "linkding",
        path: "/health",
        contains: Some("\"healthy\""),
        images: &["linkding"],
        ports: &[9090],
        pages: &["/bookmarks", "/login"],
        ..HTTP
    },
    Preset {
        kind: "miniflux",
        label: "Miniflux",
        // It asks the database.
        path: "/healthcheck",
        matches: Some(r"^OK\s*$"),
        images: &["miniflux"],
        ports: &[8080],
        pages: &["/unread"],
        ..HTTP
    },
    Preset {
        kind: "stirling-pdf",
        label: "Stirling PDF",
        path: "/api/v1/info/status",
        contains: Some("\"UP\""),
        images: &["stirling-pdf", "s-pdf"],
        ports: &[8080],
        ..HTTP
    },
    Preset {
        kind: "open-webui",
        label: "Open WebUI",
        path: "/health",
        contains: Some("\"status\":true"),
        images: &["open-webui"],
        ports: &[8080],
        pages: &["/auth"],
        ..HTTP
    },
];
