//! Apps that manage libraries, find titles and take requests.

use super::{HTTP, Preset};

/// What these apps have in common. They answer {"status": "OK"} or "Error", some of them with a space and line breaks.
const ARR: Preset = Preset { path: "/ping", contains: Some("\"OK\""), ..HTTP };

pub(super) const PRESETS: &[Preset] = &[
    Preset { kind: "sonarr", label: "Sonarr", images: &["sonarr"], ports: &[8989], ..ARR },
    Preset { kind: "radarr", label: "Radarr", images: &["radarr"], ports: &[7878], ..ARR },
    Preset { kind: "lidarr", label: "Lidarr", images: &["lidarr"], ports: &[8686], ..ARR },
    Preset {
        kind: "readarr",
        // A fork.
        aliases: &["bookshelf"],
        label: "Readarr",
        images: &["readarr", "pennydreadful/bookshelf"],
        ports: &[8787],
        ..ARR
    },
    Preset { kind: "whisparr", label: "Whisparr", images: &["whisparr"], ports: &[6969], ..ARR },
    Preset { kind: "prowlarr", label: "Prowlarr", images: &["prowlarr"], ports: &[9696], ..ARR },
    Preset {
        kind: "bazarr",
        label: "Bazarr",
        path: "/api/system/ping",
        contains: Some("\"OK\""),
        images: &["bazarr"],
        ports: &[6767],
        ..HTTP
    },
    Preset {
        kind: "overseerr",
        aliases: &["jellyseerr", "seerr"],
        label: "Overseerr",
        // `/api/v1/status` would work, too, but makes a request to GitHub.
        path: "/api/v1/settings/public",
        contains: Some("applicationTitle"),
        images: &["overseerr", "jellyseerr", "seerr"],
        ports: &[5055],
        ..HTTP
    },
    Preset {
        kind: "ombi",
        label: "Ombi",
        path: "/api/v1/Status",
        // The body is the number.
        matches: Some(r"^200\s*$"),
        images: &["ombi"],
        ports: &[3579],
        ..HTTP
    },
    Preset {
        kind: "tautulli",
        label: "Tautulli",
        path: "/status",
        contains: Some("\"success\""),
        images: &["tautulli"],
        ports: &[8181],
        pages: &["/home", "/auth/login"],
        ..HTTP
    },
    Preset {
        kind: "wizarr",
        label: "Wizarr",
        path: "/health",
        contains: Some("\"ok\""),
        images: &["wizarr"],
        ports: &[5690],
        ..HTTP
    },
    Preset {
        kind: "maintainerr",
        label: "Maintainerr",
        path: "/api/app/status",
        // Express writes no space here. Without the number, a failure (0) would count as healthy.
        contains: Some("\"status\":1"),
        images: &["maintainerr"],
        ports: &[6246],
        ..HTTP
    },
    Preset {
        kind: "tdarr",
        label: "Tdarr",
        path: "/api/v2/status",
        contains: Some("\"version\""),
        images: &["tdarr"],
        ports: &[8265],
        ..HTTP
    },
    Preset {
        kind: "unmanic",
        label: "Unmanic",
        path: "/unmanic/api/v2/version/read",
        contains: Some("\"version\""),
        images: &["unmanic"],
        ports: &[8888],
        pages: &["/unmanic/ui/dashboard", "/unmanic"],
        ..HTTP
    },
];
