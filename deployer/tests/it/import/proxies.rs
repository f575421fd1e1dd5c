//! Names that proxies and tunnels other than Traefik publish.

use insta::assert_snapshot;

use super::{home, middle, summary, written};

/// An app that loses its address to another one is listed.
#[test]
fn apps_on_one_site_have_their_paths() {
    assert_snapshot!(summary("one-site"), @"
    start: homepage https://media.example.net
    series: sonarr https://media.example.net/series
    movies: radarr https://media.example.net/movies
    indexers: prowlarr https://media.example.net/indexers
    subtitles: bazarr https://media.example.net/subtitles
    - other-start: its address https://media.example.net is already used by start
    ");
}

#[test]
fn labels_of_caddy_docker_proxy_are_read() {
    assert_snapshot!(summary("caddy-labels"), @"
    guarded: http https://guarded.example.net, through Caddy's forward_auth
    media: http https://media.example.net/sonarr/calendar
    sockets: http https://sockets.example.net
    variable: http https://variable.example.net
    sonarr: sonarr https://media.example.net/sonarr
    - caddy: a reverse proxy; monitored through the apps behind it
    - redirected: www.redirected.example.net only redirects to another address
    - any-host: no public host name found
    - wildcard: its host name is a pattern for many names
    - inside: inside.example.net is only for requests with certain client addresses
    ");
}

#[test]
fn a_caddyfile_is_read_with_its_imports() {
    assert_snapshot!(summary("caddyfile"), @"
    blog: http https://blog.example.net, through Caddy's basic_auth
    series: sonarr https://series.example.com, through Caddy's forward_auth, also http://tv.example.com
    media: http https://media.example.net:8443
    jellyfin: jellyfin https://watch.example.org
    movies: radarr https://media.example.net:8443/movies
    subtitles: bazarr https://media.example.net:8443/subtitles
    - caddy: a reverse proxy; monitored through the apps behind it
    - printer: its host name is known only inside the home network
    - rest: no public host name found
    - inside.example.org: it is only for requests with certain client addresses
    - www.example.net: it only redirects to another address
    - odd.example.net: it has a rule that could not be parsed
    ! A Caddyfile imports `lost.conf`, which was not read: pass it with --from, or add its host names by hand.
    ");
}

#[test]
fn labels_that_define_tunnel_rules_are_read() {
    assert_snapshot!(summary("tunnel-labels"), @"
    vault: vaultwarden https://vault.example.net
    series: sonarr https://series.example.net, through Cloudflare's Access, also https://media.example.net/series
    requests: overseerr https://requests.example.net
    several: http https://several.example.net
    several at several.example.net: http https://several.example.net/admin
    - off: switched off by its label `dockflare.enable`
    - forgotten: the proxy publishes only containers with the label `dockflare.enable=true`
    - shell.example.net: it leads to SSH, not to HTTP
    ");
}

#[test]
fn swag_publishes_the_names_of_its_labels_and_its_certificate() {
    assert_snapshot!(summary("swag"), @"
    series: sonarr https://series.example.net, through SWAG's authelia
    movies: radarr https://films.example.net
    indexers: prowlarr https://prowlarr.example.net
    subtitles: bazarr https://subtitles.example.net
    # plex: plex https://plex.example.net
    - swag: a reverse proxy; monitored through the apps behind it
    - rest: no public host name found
    - movies.example.net: it is on the proxy's certificate; its destination is in the proxy's own files
    - other.example.net: it is on the proxy's certificate; its destination is in the proxy's own files
    - elsewhere.example.org: it is on the proxy's certificate; its destination is in the proxy's own files
    - example.net: it is on the proxy's certificate; its destination is in the proxy's own files
    ");
}

#[test]
fn behind_a_proxy_with_its_own_database_only_the_host_names_are_missing() {
    assert_snapshot!(summary("behind-npm"), @"
    # plex: plex <>
    # sonarr: sonarr <>, in vpn
    # Paperless_Web: paperless <>
    - npm: a reverse proxy; monitored through the apps behind it
    - vpn: shares its network with sonarr; monitored through those that are targets
    - database: a database; monitored through the apps that use it
    - helper: a background service without a public host name
    ! npm keeps its host names in its own files or database, which are not read: add them by hand.
    ");
}

#[test]
fn a_skeleton_says_what_to_fill_in() {
    assert_snapshot!(middle(&written(&home("behind-npm")).unwrap()), @r#"
    # No public host name was found in the files. Each block below is an app that was found: set `url` to its public address
    # and remove the `# ` at the start of its lines. At least one target is required; delete the blocks of apps that are not
    # published.

    # Its host name is not in the files that were read: enter it here.
    # [[target]]
    # name = "plex"
    # kind = "plex"
    # url = "https://plex.example.com"

    # Its host name is not in the files that were read: enter it here.
    # [[target]]
    # name = "sonarr"
    # kind = "sonarr"
    # url = "https://sonarr.example.com"
    # group = "vpn"

    # Its host name is not in the files that were read: enter it here.
    # [[target]]
    # name = "Paperless_Web"
    # kind = "paperless"
    # url = "https://paperless-web.example.com"

    # Not monitored:
    # - npm: a reverse proxy; monitored through the apps behind it
    # - vpn: shares its network with sonarr; monitored through those that are targets
    # - database: a database; monitored through the apps that use it
    # - helper: a background service without a public host name
    "#);
}
