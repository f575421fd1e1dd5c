//! The presets, which the `kind` of a target selects: the path at which an app is checked, and what a healthy answer is.
//!
//! To add an app, add an entry to [`PRESETS`]. `.github/CONTRIBUTING.md` has the other steps.

/// An app that plexmon knows by name.
#[derive(Debug)]
pub struct Preset {
    /// The name in `config.toml`.
    pub kind: &'static str,
    /// Other names with the same meaning.
    pub aliases: &'static [&'static str],
    /// The app's usual name.
    pub label: &'static str,
    /// The path to request, relative to the app's base URL. It answers without a login.
    pub path: &'static str,
    /// The status codes that count as up.
    pub status: &'static [u16],
    /// Text that the body contains if and only if the app is healthy. It is compared byte by byte: JSON may come with or
    /// without a space after a colon, so choose a text without one, unless the app always writes it in the same way.
    pub contains: Option<&'static str>,
    /// Last parts of the names of its container images, as in `lscr.io/linuxserver/sonarr:latest`.
    pub images: &'static [&'static str],
    /// The port that it listens on by default.
    pub port: Option<u16>,
    /// The last parts of addresses that a browser shows while the app is used: its pages, not its base URL.
    pub pages: &'static [&'static str],
    /// Whether the server's own id is remembered by default.
    pub pin: bool,
}

/// Any other app that speaks HTTP. The other presets take from here what they leave out.
pub const HTTP: Preset = Preset {
    kind: "http",
    aliases: &[],
    label: "HTTP",
    path: "/",
    status: &[200],
    contains: None,
    images: &[],
    port: None,
    pages: &["/login"],
    pin: false,
};

/// All presets, in the order of the documentation.
pub const PRESETS: &[Preset] = &[
    Preset {
        kind: "plex",
        label: "Plex",
        path: "/identity",
        contains: Some("machineIdentifier="),
        images: &["plex", "pms-docker"],
        port: Some(32400),
        pages: &["/web/index.html", "/web"],
        pin: true,
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
        port: Some(5055),
        ..HTTP
    },
    // These three answer {"status": "OK"} or "Error", some of them with a space and line breaks.
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
        pages: &["/home", "/auth/login"],
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
        // Express writes no space here. Without the number, a failure (0) would count as healthy.
        contains: Some("\"status\":1"),
        images: &["maintainerr"],
        port: Some(6246),
        ..HTTP
    },
    Preset {
        kind: "qbittorrent",
        label: "qBittorrent",
        // The login page. Its API requires a session.
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
        // All pages require a login (401), unless the server was started without a password.
        status: &[200, 401],
        images: &["kopia"],
        port: Some(51515),
        ..HTTP
    },
    Preset {
        kind: "uptime-kuma",
        label: "Uptime Kuma",
        path: "/api/entry-page",
        // The only key that is always present.
        contains: Some("\"type\""),
        images: &["uptime-kuma"],
        port: Some(3001),
        pages: &["/dashboard"],
        ..HTTP
    },
    Preset {
        kind: "jellyfin",
        label: "Jellyfin",
        path: "/health",
        contains: Some("Healthy"),
        images: &["jellyfin"],
        port: Some(8096),
        pages: &["/web/index.html", "/web"],
        ..HTTP
    },
    HTTP,
];

impl Preset {
    /// Return the path to request, given the path of the configured address: the preset's path, appended to the base URL.
    ///
    /// An address that already names an endpoint is not changed, and neither is any address of kind `http`.
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
        let base = self.pages.iter().find_map(|page| base.strip_suffix(page)).unwrap_or(base);
        format!("{base}{}", self.path)
    }
}

/// Return the preset with this name.
pub fn of_kind(kind: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.kind == kind || preset.aliases.contains(&kind))
}

/// Return the preset of the app in an image, such as `ghcr.io/hotio/sonarr:release`.
pub fn of_image(image: &str) -> Option<&'static Preset> {
    let name = image_name(image);
    PRESETS.iter().find(|preset| preset.images.contains(&name.as_str()))
}

/// Return the preset of an app with this name, perhaps with `4k` or a number in it.
pub fn of_name(name: &str) -> Option<&'static Preset> {
    let name = name.to_ascii_lowercase();
    let name = name.trim_start_matches("4k").trim_end_matches("4k");
    let bare = name.trim_matches(|character: char| character.is_ascii_digit() || "-_".contains(character));
    PRESETS
        .iter()
        .find(|preset| preset.kind != HTTP.kind && (preset.kind == bare || preset.images.contains(&bare)))
}

/// Return the last part of an image's name, in lower case, without tag and digest.
pub fn image_name(image: &str) -> String {
    let without_digest = image.split('@').next().unwrap_or_default();
    let last = without_digest.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default().to_ascii_lowercase()
}
