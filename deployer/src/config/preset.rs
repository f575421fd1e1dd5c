//! What a `kind` stands for: where an app can be asked how it is, and what a good answer looks like.
//!
//! All of it is data. A new app is a new entry, and a row in docs/configuration.md.

/// An app that can be watched by name.
#[derive(Debug)]
pub struct Preset {
    /// The name in `config.toml`.
    pub kind: &'static str,
    /// Further names that mean the same.
    pub aliases: &'static [&'static str],
    /// What people call the app.
    pub label: &'static str,
    /// Where it is asked, behind the app's base URL. Answers without a login.
    pub path: &'static str,
    /// What counts as up.
    pub status: &'static [u16],
    /// Text that a good body has and a bad one has not, with or without a space behind the colons of its JSON.
    pub contains: Option<&'static str>,
    /// Last parts of the names of its container images, as in `lscr.io/linuxserver/sonarr:latest`.
    pub images: &'static [&'static str],
    /// Where it listens unless it is told otherwise.
    pub port: Option<u16>,
}

/// Whatever speaks HTTP. What the other presets leave open, they have from here.
pub const HTTP: Preset = Preset {
    kind: "http",
    aliases: &[],
    label: "HTTP",
    path: "/",
    status: &[200],
    contains: None,
    images: &[],
    port: None,
};

/// Every kind.
pub const PRESETS: [Preset; 14] = [
    Preset {
        kind: "plex",
        label: "Plex",
        path: "/identity",
        contains: Some("machineIdentifier="),
        images: &["plex", "pms-docker"],
        port: Some(32400),
        ..HTTP
    },
    Preset {
        kind: "overseerr",
        aliases: &["jellyseerr", "seerr"],
        label: "Overseerr",
        // `/api/v1/status` would do as well, but asks GitHub.
        path: "/api/v1/settings/public",
        contains: Some("applicationTitle"),
        images: &["overseerr", "jellyseerr", "seerr"],
        port: Some(5055),
        ..HTTP
    },
    // The three answer {"status": "OK"} or "Error", some of them with a space and line breaks.
    Preset {
        kind: "sonarr",
        label: "Sonarr",
        path: "/ping",
        contains: Some("\"OK\""),
        images: &["sonarr"],
        port: Some(8989),
        ..HTTP
    },
    Preset {
        kind: "radarr",
        label: "Radarr",
        path: "/ping",
        contains: Some("\"OK\""),
        images: &["radarr"],
        port: Some(7878),
        ..HTTP
    },
    Preset {
        kind: "prowlarr",
        label: "Prowlarr",
        path: "/ping",
        contains: Some("\"OK\""),
        images: &["prowlarr"],
        port: Some(9696),
        ..HTTP
    },
    Preset {
        kind: "bazarr",
        label: "Bazarr",
        path: "/api/system/ping",
        contains: Some("\"OK\""),
        images: &["bazarr"],
        port: Some(6767),
        ..HTTP
    },
    Preset {
        kind: "tautulli",
        label: "Tautulli",
        path: "/status",
        contains: Some("\"success\""),
        images: &["tautulli"],
        port: Some(8181),
        ..HTTP
    },
    Preset {
        kind: "wizarr",
        label: "Wizarr",
        path: "/health",
        contains: Some("\"ok\""),
        images: &["wizarr"],
        port: Some(5690),
        ..HTTP
    },
    Preset {
        kind: "maintainerr",
        label: "Maintainerr",
        path: "/api/app/status",
        // Express prints no space here; without the number, a failure (0) would pass.
        contains: Some("\"status\":1"),
        images: &["maintainerr"],
        port: Some(6246),
        ..HTTP
    },
    Preset {
        kind: "qbittorrent",
        label: "qBittorrent",
        // The page to sign in. All of its API needs a session.
        path: "/",
        contains: Some("qBittorrent"),
        images: &["qbittorrent", "qbittorrent-nox", "qbittorrentvpn", "qbittorrent-wireguard"],
        port: Some(8080),
        ..HTTP
    },
    Preset {
        kind: "kopia",
        label: "Kopia",
        path: "/",
        // Everything asks for a login (401), unless the server was started without a password.
        status: &[200, 401],
        images: &["kopia"],
        port: Some(51515),
        ..HTTP
    },
    Preset {
        kind: "uptime-kuma",
        label: "Uptime Kuma",
        path: "/api/entry-page",
        // The one key that it has in every case.
        contains: Some("\"type\""),
        images: &["uptime-kuma"],
        port: Some(3001),
        ..HTTP
    },
    Preset {
        kind: "jellyfin",
        label: "Jellyfin",
        path: "/health",
        contains: Some("Healthy"),
        images: &["jellyfin"],
        port: Some(8096),
        ..HTTP
    },
    HTTP,
];

/// Last parts of addresses that a browser shows while an app is used: its pages, not its base URL.
fn pages(kind: &str) -> &'static [&'static str] {
    match kind {
        "plex" | "jellyfin" => &["/web/index.html", "/web"],
        "tautulli" => &["/home", "/auth/login"],
        "uptime-kuma" => &["/dashboard"],
        _ => &["/login"],
    }
}

impl Preset {
    /// Return the path to ask for, given the path of a configured address: that of the preset behind the app's base URL.
    ///
    /// An address that names an endpoint already is left as it is, and so is every address of kind `http`.
    pub fn path_for(&self, given: &str) -> String {
        if self.kind == HTTP.kind {
            return given.to_owned();
        }
        let base = given.trim_end_matches('/');
        let is_endpoint = (self.path != "/" && base.ends_with(self.path))
            || base.split('/').any(|segment| segment.eq_ignore_ascii_case("api"));
        if is_endpoint {
            return given.to_owned();
        }
        let base = pages(self.kind).iter().find_map(|page| base.strip_suffix(page)).unwrap_or(base);
        format!("{base}{}", self.path)
    }
}

/// The preset of this name.
pub fn of_kind(kind: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.kind == kind || preset.aliases.contains(&kind))
}

/// The preset of the app in this image, such as `ghcr.io/hotio/sonarr:release`.
pub fn of_image(image: &str) -> Option<&'static Preset> {
    let name = image_name(image);
    PRESETS.iter().find(|preset| preset.images.contains(&name.as_str()))
}

/// The preset of an app that goes by this name, be it the `4k` one or the second.
pub fn of_name(name: &str) -> Option<&'static Preset> {
    let name = name.to_ascii_lowercase();
    let name = name.trim_start_matches("4k").trim_end_matches("4k");
    let bare = name.trim_matches(|character: char| character.is_ascii_digit() || "-_".contains(character));
    PRESETS
        .iter()
        .find(|preset| preset.kind != HTTP.kind && (preset.kind == bare || preset.images.contains(&bare)))
}

/// The last part of an image's name, in lower case, without tag and digest.
pub fn image_name(image: &str) -> String {
    let without_digest = image.split('@').next().unwrap_or_default();
    let last = without_digest.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default().to_ascii_lowercase()
}
