//! `init --from` with Compose projects: which containers Compose would start, and with which settings.

use super::init_folders::{compose, folder, written};
use super::init_from::{init, with_home};
use crate::support::snapshot;

#[test]
fn an_override_is_merged_over_its_base() {
    let home = with_home("overridden");
    snapshot!(written(home.path(), &["home"]), @r#"
    url = "https://films.example.net"
    url = "https://listen.example.net"
    url = "https://logs.attic.example.net"
    url = "https://cameras.example.net"
    url = "https://logs.cellar.example.net"
    # Not monitored:
    # - komga: switched off (0 replicas); comics.example.net leads to it
    "#);
}

#[test]
fn disabled_services_are_not_monitored() {
    let home = with_home("switched-off");
    snapshot!(written(home.path(), &["home"]), @r#"
    url = "https://films.example.org"
    url = "https://music.example.org"
    url = "https://books.example.org"
    # Not monitored:
    # - lidarr: switched off (profile collecting); albums.example.org leads to it
    # - mealie: switched off (0 replicas); recipes.example.org leads to it
    # - grafana: switched off (0 replicas); graphs.example.org leads to it
    # - calibre-web: switched off (`COMPOSE_FILE` in `.env` does not list `books/calibre.yml`); calibre.example.org leads to
    # it
    # - ombi: switched off (`archive/compose.yaml` is in a folder called `archive`); ask.example.org leads to it
    "#);
}

#[test]
fn env_files_set_the_environment_of_a_container() {
    let home = with_home("env-files");
    let text = written(home.path(), &["home"]);
    assert!(!text.contains("secret-in-env-file"), "{text}");
    snapshot!(text, @r#"
    url = "https://wiki.example.org"
    url = "https://notes.example.org"
    url = "https://photos.example.org"
    # Not monitored:
    # - proxy: a reverse proxy; monitored through the apps behind it
    # - radio: no public host name found; `home/kept-elsewhere.env` was not found
    "#);
}

#[test]
fn compose_reads_one_of_several_files_with_default_names() {
    let home = folder(&[
        ("compose.yml", &compose("sonarr", "sonarr.example.com")),
        ("docker-compose.yml", &compose("ombi", "ombi.example.com")),
        ("docker-compose.override.yml", &compose("radarr", "radarr.example.com")),
        ("docker-compose.override.yaml", &compose("lidarr", "lidarr.example.com")),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    url = "https://radarr.example.com"
    # Not monitored:
    # - ombi: switched off (Compose reads `compose.yml` instead of `docker-compose.yml`); ombi.example.com leads to it
    # - lidarr: switched off (Compose reads `docker-compose.override.yml` instead of `docker-compose.override.yaml`);
    # lidarr.example.com leads to it
    "#);
}

#[test]
fn a_variant_file_is_merged_only_if_it_is_listed() {
    let change = "services:\n  sonarr:\n    environment: { VIRTUAL_HOST: sonarr.example.net }\n";
    let home = folder(&[
        ("docker-compose.yml", &compose("sonarr", "sonarr.example.com")),
        ("docker-compose.prod.yml", change),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    # Not monitored:
    # - sonarr: switched off (`docker-compose.prod.yml` is merged over `docker-compose.yml` only if `COMPOSE_FILE` or `-f`
    # lists it; pass both files to merge them); sonarr.example.net leads to it
    "#);
    snapshot!(written(home.path(), &["docker-compose.yml", "docker-compose.prod.yml"]), @r#"
    url = "https://sonarr.example.net"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    "#);
    std::fs::write(
        home.path().join(".env"),
        "COMPOSE_PATH_SEPARATOR=|\nCOMPOSE_FILE=docker-compose.yml|docker-compose.prod.yml\n",
    )
    .unwrap();
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.net"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    "#);
    snapshot!(written(home.path(), &["docker-compose.yml"]), @r#"
    url = "https://sonarr.example.net"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    "#);
}

#[test]
fn only_included_files_belong_to_the_project() {
    let main = "include:\n  - apps/sonarr.yml\n  - path: [apps/radarr.yml, apps/radarr.override.yml]\n    env_file: apps/films.env\n  # - apps/lidarr.yml\n";
    let home = folder(&[
        ("compose.yaml", main),
        ("apps/sonarr.yml", &compose("sonarr", "sonarr.${ZONE}")),
        ("apps/radarr.yml", &compose("radarr", "radarr.${ZONE}")),
        (
            "apps/radarr.override.yml",
            "services:\n  radarr:\n    environment: [\"VIRTUAL_HOST=films.${ZONE}\"]\n",
        ),
        ("apps/lidarr.yml", &compose("lidarr", "lidarr.example.com")),
        ("apps/films.env", "ZONE=example.net\n"),
        ("apps/.env", "ZONE=example.com\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    url = "https://films.example.net"
    # Not monitored:
    # - lidarr: switched off (`compose.yaml` does not include `apps/lidarr.yml`); lidarr.example.com leads to it
    "#);
}

#[test]
fn an_extended_service_is_not_a_container() {
    let main = "services:\n  sonarr:\n    extends: { file: parts/common.yml, service: arr }\n    image: hotio/sonarr\n";
    let common = "services:\n  arr:\n    image: alpine\n    env_file: arr.env\n    profiles: [never]\n  spare:\n    image: hotio/bazarr\n";
    let home = folder(&[
        ("compose.yaml", &format!("{main}    profiles: !reset []\n")),
        ("parts/common.yml", common),
        ("parts/arr.env", "VIRTUAL_HOST=sonarr.example.com\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    # Not monitored:
    # - spare: switched off (`compose.yaml` only extends its services)
    "#);
}

#[test]
fn equal_names_in_several_projects_stay_apart() {
    let stack = |name: &str| {
        format!(
            "services:\n  vpn: {{ image: qmcgaw/gluetun, labels: [\"traefik.http.routers.{name}.rule=Host(`{name}.example.com`)\"] }}\n  {name}: {{ image: hotio/{name}, network_mode: \"service:vpn\" }}\n"
        )
    };
    let home = folder(&[("a/compose.yaml", &stack("sonarr")), ("b/compose.yaml", &stack("radarr"))]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    url = "https://radarr.example.com"
    # Not monitored:
    # - vpn: shares its network with sonarr; monitored through those that are targets
    # - vpn: shares its network with radarr; monitored through those that are targets
    "#);
}

#[test]
fn the_public_name_of_a_disabled_service_is_listed() {
    let tunnel = "ingress:\n  - { hostname: sonarr.example.com, service: 'http://sonarr:8989' }\n  - { hostname: lidarr.example.com, service: 'http://lidarr:8686' }\n  - { service: 'http_status:404' }\n";
    let compose = "services:\n  sonarr: { image: hotio/sonarr }\n  lidarr: { image: hotio/lidarr, profiles: [music] }\n";
    let home = folder(&[("compose.yaml", compose), ("cloudflared/tunnel.yml", tunnel)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    # Not monitored:
    # - lidarr: switched off (profile music); lidarr.example.com leads to it
    "#);
}

#[test]
fn later_files_take_precedence_as_in_compose() {
    let base = "services:
  lists: { image: hotio/sonarr, environment: [A=b, VIRTUAL_HOST=before.example.com] }
  keys: { image: hotio/radarr, labels: { a: b, traefik.http.routers.r.rule: Host(`before.example.com`) } }
  gone: { image: hotio/lidarr, environment: { VIRTUAL_HOST: gone.example.com } }
  hosted: { image: hotio/bazarr, network_mode: host, environment: { VIRTUAL_HOST: hosted.example.com } }
---
services:
  hosted: { environment: { VIRTUAL_HOST: second.example.com } }
";
    let over = "services:
  lists: { environment: { VIRTUAL_HOST: after.example.com } }
  keys:
    labels:
      traefik.http.routers.r.rule: !reset null
      traefik.http.routers.s.rule: Host(`keys.example.com`)
  gone: !reset null
  hosted: { labels: }
";
    let home = folder(&[("compose.yaml", base), ("compose.override.yml", over)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://keys.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
    url = "https://after.example.com"
    url = "https://second.example.com"
    # Not monitored:
    # - gone: switched off (`compose.override.yml` removes it); gone.example.com leads to it
    "#);
}

#[test]
fn the_error_lists_disabled_services() {
    let home = folder(&[(
        "compose.yaml",
        &format!("{}    profiles: [films]\n", compose("radarr", "films.example.com")),
    )]);
    snapshot!(init(home.path(), &["--from", "."]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read compose.yaml; 1 container not monitored
      cause: radarr: switched off (profile films); films.example.com leads to it

    hint: also pass the file that has the host names (cloudflare.tf, cloudflared's config.yml), or start with `plexmon-deploy init --url https://...` and add the others by hand
    ");
}

#[test]
fn paths_are_relative_to_the_project_folder() {
    let home = folder(&[
        (".env", "COMPOSE_FILE=main.yml;apps\\wiki.yml\n"),
        (
            "main.yml",
            "include:\n  - { path: more/notes.yml, project_directory: . }\n  - https://example.com/other.git\n",
        ),
        ("apps/wiki.yml", "services: { wiki: { image: requarks/wiki, env_file: values/wiki.env } }\n"),
        ("more/notes.yml", "services: { notes: { image: joplin/server, env_file: values/notes.env } }\n"),
        ("values/wiki.env", "VIRTUAL_HOST=wiki.example.com\n"),
        ("values/notes.env", "VIRTUAL_HOST=notes.example.com\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    # An included file was not read: `https://example.com/other.git` is remote.
    url = "https://notes.example.com"
    url = "https://wiki.example.com"
    "#);
}

#[test]
fn a_service_without_an_image_is_listed() {
    let half = format!("{}  wiki:\n    restart: always\n", compose("radarr", "films.example.com"));
    let home = folder(&[("compose.yaml", &half)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://films.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
    # Not monitored:
    # - wiki: no public host name found; it has neither `image` nor `build`
    "#);
}
