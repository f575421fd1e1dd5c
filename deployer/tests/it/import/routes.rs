//! Destinations of public names: Traefik's rules, ingress rules, and containers that share a network.

use insta::assert_snapshot;

use super::{home, summary, written};

#[test]
fn the_port_in_a_label_selects_the_member_of_a_shared_network() {
    assert_snapshot!(summary("shared-vpn"), @"
    series: sonarr https://shows.example.net, in tunnel
    movies: radarr https://cinema.example.net, in tunnel
    torrent: qbittorrent https://leech.example.net, in tunnel
    unknown: http https://unknown.example.net, in tunnel
    deluge: deluge https://seed.example.net, in lonely-vpn
    music: lidarr https://music.example.net, in tunnel
    nzb: sabnzbd https://usenet.example.net, in tunnel
    - tunnel: shares its network with series, movies, torrent, music, nzb; monitored through those that are targets
    - lonely-vpn: shares its network with deluge; monitored through those that are targets
    ");
}

#[test]
fn routers_and_sites_with_different_ports_are_different_targets() {
    assert_snapshot!(summary("several-endpoints"), @"
    storage: http https://console.example.net
    storage at bucket.example.net: http https://bucket.example.net, also https://s3.example.net
    sonarr: sonarr https://sonarr.example.net
    sonarr at metrics.example.net: http https://metrics.example.net
    dns: http https://dns.example.net
    hass: home-assistant https://home.example.net
    plex: plex https://films.example.net, also https://www.films.example.net
    - front: a reverse proxy; monitored through the apps behind it
    ");
}

#[test]
fn routers_that_accept_only_some_requests_are_not_targets() {
    assert_snapshot!(summary("conditions"), @"
    sonarr: sonarr https://sonarr.example.net, through Traefik's oauth-chain@file
    radarr: radarr https://radarr.example.net, through Traefik's guarded
    outside: http https://outside.example.net
    pictures: http https://pictures.example.net
    cloud: nextcloud https://cloud.example.net
    usenet: http https://usenet.example.net
    variable: http https://variable.example.net
    - grpc: grpc.example.net is only for requests with the header `Content-Type`
    - hook: hook.example.net is only for requests with the method POST
    - search: search.example.net is only for requests with the query parameter `key`
    - inside: inside.example.net is only for requests with certain client addresses
    - broker: broker.example.net leads to TCP, not to HTTP
    - anything: its router accepts requests for any host and has no host name of its own
    - broken: its router has a rule that could not be parsed
    - upload.example.net: it is only for requests with the header `X-Key`
    ");
}

/// The name is monitored, but for another app.
#[test]
fn an_app_behind_the_name_of_a_target_is_listed() {
    assert_snapshot!(summary("shared-name"), @"
    plex: plex https://media.example.net
    - tautulli: media.example.net leads to it only for paths that match a pattern
    ");
}

/// Values of headers, queries and users may be secrets.
#[test]
fn values_of_matchers_are_not_written() {
    let text = written(&home("conditions")).unwrap();
    assert!(!text.contains("secret-"), "{text}");
}

#[test]
fn rules_are_read_in_every_spelling() {
    assert_snapshot!(summary("spellings"), @"
    lower: http https://lower.example.net
    upper: http https://upper.example.net
    blank: http https://blank.example.net
    header: http https://header.example.net
    quoted: http https://quoted.example.net
    expression: http https://expression.example.net
    negated: http https://negated.example.net
    list: http https://list.example.net, also https://list2.example.net
    part: http https://whole.example.net, also https://part.example.net/x
    both: http https://both.example.net
    oldest: http https://oldest.example.net/old
    - many: its host name is a pattern for many names
    - expression-path: paths.example.net leads to it only for paths that match a pattern
    - mesh: its host name is known only inside the home network: it belongs to a mesh network (unless Tailscale Funnel publishes it)
    - short: its host name is known only inside the home network
    - invented: its host name is known only inside the home network
    - numbered: its host name is known only inside the home network
    - accents: its host name is not a valid host name
    ");
}

#[test]
fn the_name_of_the_destination_identifies_the_app() {
    assert_snapshot!(summary("destinations"), @"
    overseerr: overseerr https://example.net/requests
    qbittorrent: qbittorrent https://leech.example.net
    tautulli: tautulli https://numbers.example.net
    uptime-kuma: uptime-kuma https://up.example.net
    watch: plex https://watch.example.net
    tv: jellyfin https://tv.example.net
    graphs: http https://graphs.example.net
    any: http https://any.example.net
    socket: http https://socket.example.net
    - shell.example.net: it leads to SSH, not to HTTP
    - files.example.net: it leads to TCP, not to HTTP
    - hello.example.net: it gets a fixed response from the proxy itself
    - gone.example.net: it gets a fixed response from the proxy itself
    - images.example.net: it leads to it only for paths that match a pattern
    - inside.home.arpa: it is known only inside the home network
    ! *.example.net: a wildcard for other names; the apps behind it are not known.
    ");
}

#[test]
fn the_port_is_a_part_of_the_address() {
    assert_snapshot!(summary("odd-ports"), @"
    bazarr: bazarr https://bazarr.example.net
    sonarr: sonarr https://sonarr.example.net, through Traefik's authelia@docker
    radarr: radarr https://radarr.example.net:9443
    wiki: http https://wiki.example.net:8444
    plex: plex https://plex.example.net:8444, also http://plain.example.net
    blog: http http://blog.example.net:8081
    - traefik: a reverse proxy; monitored through the apps behind it
    ");
}

#[test]
fn a_web_server_with_one_public_name_is_a_site() {
    assert_snapshot!(summary("web-server"), @"
    www.example.net: http https://www.example.net, also https://example.net
    one: http https://one.example.net
    two: http https://two.example.net
    librechat: http https://chat.example.net
    photos: http https://photos.example.net
    - gate: a reverse proxy; monitored through the apps behind it
    ! gate keeps its host names in its own files or database, which are not read: add them by hand.
    ");
}

#[test]
fn the_default_rule_applies_to_containers_without_a_rule() {
    assert_snapshot!(summary("default-rule"), @"
    sonarr: sonarr https://my-sonarr.example.net
    radarr: radarr https://media-radarr-1.example.net
    named: http https://own.example.net
    - traefik: a reverse proxy; monitored through the apps behind it
    - whoami: the proxy publishes only containers with the label `traefik.enable=true`
    - forgotten: the proxy publishes only containers with the label `traefik.enable=true`
    - off: switched off by its label `traefik.enable`
    ");
}

#[test]
fn routers_in_dynamic_files_are_read() {
    assert_snapshot!(summary("traefik-files"), @"
    plex: plex https://plex.example.net
    sonarr: sonarr https://linked.example.net
    hass: home-assistant https://ha.example.net
    sonarr at nas.example.net: sonarr https://nas.example.net, through Traefik's people
    pihole: pihole https://pihole.example.net
    - traefik: a reverse proxy; monitored through the apps behind it
    - linked: no public host name found
    - printer.example.net: it is only for requests with certain client addresses
    - database.example.net: it leads to TCP, not to HTTP
    ! Traefik's router broken has a rule that could not be parsed.
    ");
}

#[test]
fn an_address_of_the_host_leads_to_the_container_that_publishes_the_port() {
    assert_snapshot!(summary("addresses"), @"
    torrent: qbittorrent https://leech.example.net, in vpn
    series: sonarr https://tv.example.net, in vpn
    home: home-assistant https://smart.example.net
    books: calibre-web https://read.example.net
    films: radarr https://films.example.net
    twice: http https://second.example.net, also a host name that depends on `NOWHERE`
    - vpn: shares its network with series, torrent; monitored through those that are targets
    ");
}
