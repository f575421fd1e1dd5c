//! Whole homes, and the configurations generated from them.

use insta::assert_snapshot;
use plexmon_deploy::import::App;

use super::{home, inventory, middle, written};

#[test]
fn labels_of_traefik() {
    assert_snapshot!(middle(&written(&home("traefik")).unwrap()), @r#"
    # Traefik sends requests through `authelia@docker`: if that requires a login, exempt / from it.
    [[target]]
    name = "traefik"
    kind = "http"
    url = "https://traefik.example.net"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    # Its host name depends on `SECOND_DOMAIN`, which has no value in the files that were read: enter it here.
    # [[target]]
    # name = "wiki"
    # kind = "wiki-js"
    # url = "https://wiki-js.example.com"

    [[target]]
    name = "old"
    kind = "http"
    url = "https://old.example.net"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    # Also at https://series.example.net.
    [[target]]
    name = "sonarr"
    kind = "sonarr"
    url = "https://sonarr.example.net"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General

    [[target]]
    name = "qbittorrent"
    kind = "qbittorrent"
    url = "https://torrents.example.net"
    group = "vpn"

    [[target]]
    name = "uptime"
    kind = "uptime-kuma"
    url = "https://status.example.net"
    # inner = "home"                       # warn when a monitor on its page /status/home is down

    [[target]]
    name = "radarr"
    kind = "radarr"
    url = "https://media.example.net/radarr/ping"

    # Not monitored:
    # - printer: its host name is known only inside the home network
    # - off: switched off by its label `traefik.enable`
    # - database: a database; monitored through the apps that use it
    # - vpn: shares its network with qbittorrent; monitored through those that are targets
    # - whoami: switched off (profile debug); whoami.example.net leads to it
    "#);
}

#[test]
fn version_5_of_the_provider() {
    assert_snapshot!(middle(&written(&home("version5")).unwrap()), @r#"
    [[target]]
    name = "jellyfin"
    kind = "jellyfin"
    url = "https://jellyfin.casa.example.com"

    # Cloudflare Access admits people, but no service token. To check the app's health, add a Service Auth policy (decision
    # "non_identity") and set access = "cloudflare" here. Until then, only the protection is checked.
    [[target]]
    name = "photos"
    kind = "immich"
    url = "https://photos.casa.example.com"
    exposure = "closed"

    [[target]]
    name = "sonarr"
    kind = "sonarr"
    url = "https://sonarr.casa.example.com"
    access = "cloudflare"
    exposure = "closed"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General

    # Its host name depends on `var.second_zone`, which has no value in the files that were read: enter it here.
    # [[target]]
    # name = "notes"
    # kind = "http"
    # url = "https://app.example.com"
    # status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    # Cloudflare Access protects it with policies that are not in the files. If one of them is Service Auth (decision
    # "non_identity"), set access = "cloudflare" here. Until then, only the protection is checked.
    [[target]]
    name = "cloud"
    kind = "nextcloud"
    url = "https://cloud.casa.example.com"
    exposure = "closed"

    # Cloudflare Access protects it with policies that are not in the files. If one of them is Service Auth (decision
    # "non_identity"), set access = "cloudflare" here. Until then, only the protection is checked.
    [[target]]
    name = "push"
    kind = "http"
    url = "https://cloud.casa.example.com/push"
    exposure = "closed"

    # Not monitored:
    # - database: a database; monitored through the apps that use it
    # - cache: a database; monitored through the apps that use it
    # - ssh.casa.example.com: the tunnel leads to a service of type ssh, not to HTTP

    # The service token for Cloudflare Access. Both parts come from the environment.
    [access.cloudflare]
    id = { env = "CF_ACCESS_CLIENT_ID" }         # or { file = "path" }
    secret = { env = "CF_ACCESS_CLIENT_SECRET" }
    "#);
}

#[test]
fn a_minimal_home() {
    assert_snapshot!(middle(&written(&home("minimal")).unwrap()), @r#"
    [[target]]
    name = "plex"
    kind = "plex"
    url = "https://plex.example.com"
    # token = { env = "PLEX_TOKEN" }       # down if its libraries do not answer, too
    "#);
}

#[test]
fn nginx_proxy_and_caddy() {
    assert_snapshot!(middle(&written(&home("labels")).unwrap()), @r#"
    # Also at https://www.requests.example.com.
    [[target]]
    name = "seerr"
    kind = "overseerr"
    url = "https://requests.example.com"

    [[target]]
    name = "tautulli"
    kind = "tautulli"
    url = "https://tautulli.example.com"

    # Also at http://invite.example.com.
    [[target]]
    name = "wizarr"
    kind = "wizarr"
    url = "https://join.example.com"

    [[target]]
    name = "bazarr"
    kind = "bazarr"
    url = "https://bazarr.example.com"

    # Its host name depends on `DOMAIN`, which has no value in the files that were read: enter it here.
    # [[target]]
    # name = "radarr"
    # kind = "radarr"
    # url = "https://radarr.example.com"

    [[target]]
    name = "blog"
    kind = "http"
    url = "https://example.com/blog"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    # Not monitored:
    # - proxy: a reverse proxy; monitored through the apps behind it
    # - caddy: a reverse proxy; monitored through the apps behind it
    "#);
}

#[test]
fn modules_of_terraform() {
    assert_snapshot!(middle(&written(&home("modules")).unwrap()), @r#"
    [[target]]
    name = "plex"
    kind = "plex"
    url = "https://plex.lab.example.com"
    # token = { env = "PLEX_TOKEN" }       # down if its libraries do not answer, too

    [[target]]
    name = "sonarr"
    kind = "sonarr"
    url = "https://sonarr.lab.example.com"
    access = "cloudflare"
    exposure = "closed"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General

    [[target]]
    name = "wizarr"
    kind = "wizarr"
    url = "https://join.lab.example.com"

    [[target]]
    name = "kuma1"
    kind = "http"
    url = "https://kuma1.lab.example.com"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    [[target]]
    name = "grafana"
    kind = "grafana"
    url = "https://grafana.lab.example.com"

    [[target]]
    name = "immich"
    kind = "immich"
    url = "https://immich.lab.example.com"

    # The service token for Cloudflare Access. Both parts come from the environment.
    [access.cloudflare]
    id = { env = "CF_ACCESS_CLIENT_ID" }         # or { file = "path" }
    secret = { env = "CF_ACCESS_CLIENT_SECRET" }
    "#);
}

#[test]
fn functions_of_terraform() {
    assert_snapshot!(hosts("functions"), @"
    jellyfin (jellyfin) at https://jellyfin.home.example.org
    lidarr (lidarr) at https://lidarr.home.example.org
    gitea (gitea) at https://gitea-web.home.example.org
    vault-web (http) at https://vault-web.home.example.org
    prowlarr (prowlarr) at https://prowlarr.home.example.org
    readarr (readarr) at https://readarr.home.example.org
    mealie (mealie) at https://mealie.home.example.org
    lidarr2 (lidarr) at https://lidarr-uhd.home.example.org
    jellyseerr (overseerr) at https://request.home.example.org
    paperless (paperless) at https://paperless.home.example.org
    node3 (http) at https://node3.home.example.org
    cam07 (http) at https://cam07.home.example.org
    books (http) at https://books.home.example.org
    music (http) at https://music.home.example.org
    ");
}

#[test]
fn data_in_files_that_terraform_reads() {
    assert_snapshot!(hosts("zones"), @"
    plex (plex) at https://plex.example.net
    example (http) at https://example.net
    radarr (radarr) at https://radarr.lab.example.net
    ");
}

#[test]
fn terraform_in_json() {
    assert_snapshot!(hosts("json"), @"home (http) at https://home.json.example.com");
}

/// Return the names and addresses of a home's apps, and the remarks.
fn hosts(name: &str) -> String {
    let inventory = inventory(&home(name)).unwrap();
    let app = |app: &App| match &app.address {
        Ok(address) => format!("{} ({}) at {address}", app.name, app.preset.kind),
        Err(missing) => format!("{} needs {}", app.name, missing.what),
    };
    let lines: Vec<String> = inventory.apps.iter().map(app).chain(inventory.remarks.clone()).collect();
    lines.join("\n")
}

/// `.env`, Terraform variables and commands of containers contain secrets, which must never be written.
#[test]
fn secrets_are_never_written() {
    for name in ["tunnel", "traefik", "version5"] {
        let files = home(name);
        assert!(files.iter().any(|(_, text)| text.contains("secret-")), "{name} has none to lose");
        let text = written(&files).unwrap();
        assert!(!text.contains("secret-"), "{text}");
        assert!(!text.contains("eyJh") && !text.contains("51413"), "{text}");
    }
}
