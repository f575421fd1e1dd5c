//! The apps of the home, and how they respond when they are up.

use plexmon_function::contract::settings::{Expect, Target};

use super::Route;

/// Name, title, path, whether it is behind Access, group, and a text in its response when it is up.
type App = (&'static str, &'static str, &'static str, bool, Option<&'static str>, &'static str);

const APPS: [App; 9] = [
    ("plex", "Plex", "/identity", false, None, "machineIdentifier="),
    ("overseerr", "Overseerr", "/api/v1/settings/public", false, None, "applicationTitle"),
    ("wizarr", "Wizarr", "/health", false, None, "\"ok\""),
    ("uptime-kuma", "Uptime Kuma", "/api/entry-page", false, None, "\"type\""),
    ("sonarr", "Sonarr", "/ping", true, None, "\"OK\""),
    ("radarr", "Radarr", "/ping", true, None, "\"OK\""),
    ("bazarr", "Bazarr", "/api/system/ping", true, None, "\"OK\""),
    ("prowlarr", "Prowlarr", "/ping", true, Some("gluetun"), "\"OK\""),
    ("qbittorrent", "qBittorrent", "/", true, Some("gluetun"), "qBittorrent"),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    APPS.iter().map(|app| app.0)
}

/// All apps; behind Cloudflare, also a target that checks that Sonarr is closed without a token.
pub fn targets(route: Route, port: u16, authority: &str) -> Vec<Target> {
    let target = |&(name, app, path, behind_access, group, contains): &App| Target {
        name: name.to_owned(),
        app: app.to_owned(),
        url: format!("https://127.0.0.1:{port}/{name}{path}"),
        status: vec![200],
        contains: Some(contains.to_owned()),
        ca_pem: Some(authority.to_owned()),
        access: (behind_access && route == Route::Tunnel).then(|| "cloudflare".to_owned()),
        group: group.map(str::to_owned),
        damp: true,
        pin: name == "plex",
        ..Target::default()
    };
    let mut targets: Vec<Target> = APPS.iter().map(target).collect();
    let closed = targets.iter().find(|target| target.name == "sonarr" && target.access.is_some());
    let twin = closed.cloned().map(|sonarr| Target {
        name: "sonarr (closed)".to_owned(),
        contains: None,
        access: None,
        expect: Expect::Refusal,
        ..sonarr
    });
    targets.extend(twin);
    targets
}

pub fn is_behind_access(app: &str) -> bool {
    APPS.iter().any(|known| known.0 == app && known.3)
}

pub fn response(app: &str, is_another_plex: bool) -> String {
    let id = if is_another_plex { "8f2c00e1" } else { "1a5b77d0" };
    match app {
        "plex" => {
            format!(
                r#"<MediaContainer size="0" claimed="1" machineIdentifier="{id}" version="1.41.2.9200"/>"#
            )
        }
        "overseerr" => r#"{"initialized":true,"applicationTitle":"Overseerr"}"#.to_owned(),
        "wizarr" => r#"{"status":"ok"}"#.to_owned(),
        "uptime-kuma" => r#"{"type":"entryPage","entryPage":"dashboard"}"#.to_owned(),
        "qbittorrent" => "<title>qBittorrent WebUI</title>".to_owned(),
        _ => r#"{"status": "OK"}"#.to_owned(),
    }
}
