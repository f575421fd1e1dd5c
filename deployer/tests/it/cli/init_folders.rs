//! `init --from` with folders: which files are read, and which containers Compose would start.

use std::path::Path;

use super::init_from::{init, with_home};
use crate::import::sections;
use crate::support::snapshot;

/// Return the targets and remarks of the configuration generated from these paths, without the example's settings.
fn written(folder: &Path, from: &[&str]) -> String {
    let mut args = vec!["--from"];
    args.extend(from);
    init(folder, &args).ended(0);
    let text = std::fs::read_to_string(folder.join("config.toml")).unwrap();
    std::fs::remove_file(folder.join("config.toml")).unwrap();
    let (head, rest) = text.split_once("\n\n").unwrap();
    let (_, targets, _) = sections(rest);
    let lines = targets.lines().filter(|line| line.starts_with("url") || line.starts_with('#'));
    // Skip the lines about the sources.
    let remarks = head.lines().skip_while(|line| !line.ends_with("setting.")).skip(1);
    let all: Vec<&str> = remarks.chain(lines).collect();
    all.join("\n")
}

/// Create a folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A service with a public name.
fn service(name: &str, host: &str) -> String {
    format!("  {name}:\n    image: hotio/{name}\n    environment: {{ VIRTUAL_HOST: '{host}' }}\n")
}

fn compose(name: &str, host: &str) -> String {
    format!("services:\n{}", service(name, host))
}

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
fn a_given_base_file_includes_its_override() {
    let home = with_home("overridden");
    let text = written(home.path(), &["home/compose.yaml"]);
    assert!(text.contains("url = \"https://films.example.net\"") && !text.contains("before."), "{text}");
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
fn unreadable_files_do_not_stop_the_others() {
    let home = with_home("template");
    snapshot!(written(home.path(), &["home"]), @r#"
    # `home/docker-compose.large.yml` was not read: line 1 shows that it is a Git LFS pointer without the file itself.
    # `home/docker-compose.merging.yml` was not read: line 2 shows that it is an unresolved merge conflict.
    # `home/docker-compose.secret.yml` was not read: line 3 shows that it is encrypted (sops).
    # Not read: home/docker-compose.tv.yml:4: this is not valid YAML (while parsing a block mapping, did not find expected
    # key).
    # `home/chart/templates/compose.yaml` was not read: line 2 shows that it is a template (Helm).
    # `home/roles/media/templates/compose.yml` was not read: line 2 shows that it is a template (Jinja).
    # `docker-compose.yml.j2` was not read: it is a template (Jinja).
    url = "https://films.example.com"
    "#);
}

#[test]
fn a_given_file_that_cannot_be_read_is_an_error() {
    let home = with_home("template");
    let errors = [
        "roles/media/templates/compose.yml",
        "chart/templates/compose.yaml",
        "docker-compose.secret.yml",
        "docker-compose.merging.yml",
        "docker-compose.tv.yml",
        "docker-compose.large.yml",
        "docker-compose.yml.j2",
    ]
    .map(|name| init(home.path(), &["--from", &format!("home/{name}")]).ended(2).stderr);
    snapshot!(errors.join("\n"), @"
    error: home/roles/media/templates/compose.yml:2: this is a template (Jinja)

    hint: render it first, and pass the rendered file

    error: home/chart/templates/compose.yaml:2: this is a template (Helm)

    hint: render it first, and pass the rendered file

    error: home/docker-compose.secret.yml:3: this is encrypted (sops)

    hint: decrypt it first: `sops --decrypt home/docker-compose.secret.yml`

    error: home/docker-compose.merging.yml:2: this is an unresolved merge conflict

    hint: resolve the conflict and remove its markers

    error: home/docker-compose.tv.yml:4: this is not valid YAML
      cause: while parsing a block mapping, did not find expected key

    hint: check the indentation of this line and the one above; `docker compose config` also validates the file

    error: home/docker-compose.large.yml:1: this is a Git LFS pointer without the file itself

    hint: fetch the file first: `git lfs pull`

    error: `home/docker-compose.yml.j2` is a template (Jinja)

    hint: render it first, and pass the rendered file
    ");
}

#[test]
fn compose_and_env_files_may_have_any_name() {
    let home = with_home("any-name");
    snapshot!(written(home.path(), &["home/stacks"]), @r#"
    url = "https://films.example.org"
    # Its host name depends on `ZONE`, which has no value in the files that were read: enter it here.
    # [[target]]
    # name = "sonarr"
    # kind = "sonarr"
    # url = "https://sonarr.example.com"
    "#);
    snapshot!(written(home.path(), &["home/stacks/series.yaml", "home/production.env"]), @r#"url = "https://series.example.net""#);
    std::fs::create_dir(home.path().join("settings")).unwrap();
    std::fs::rename(home.path().join("home/production.env"), home.path().join("settings/.env")).unwrap();
    snapshot!(written(home.path(), &["home", "settings/.env"]), @r#"
    url = "https://films.example.org"
    url = "https://series.example.net"
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
    # Not monitored:
    # - sonarr: switched off (`docker-compose.prod.yml` is merged over `docker-compose.yml` only if `COMPOSE_FILE` or `-f`
    # lists it; pass both files to merge them); sonarr.example.net leads to it
    "#);
    snapshot!(written(home.path(), &["docker-compose.yml", "docker-compose.prod.yml"]), @r#"url = "https://sonarr.example.net""#);
    std::fs::write(
        home.path().join(".env"),
        "COMPOSE_PATH_SEPARATOR=|\nCOMPOSE_FILE=docker-compose.yml|docker-compose.prod.yml\n",
    )
    .unwrap();
    snapshot!(written(home.path(), &["."]), @r#"url = "https://sonarr.example.net""#);
    snapshot!(written(home.path(), &["docker-compose.yml"]), @r#"url = "https://sonarr.example.net""#);
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
    # Not monitored:
    # - spare: switched off (`compose.yaml` only extends its services)
    "#);
}

#[test]
fn names_that_mark_files_as_unused() {
    let old = compose("ombi", "ombi.example.com");
    let home = folder(&[
        ("compose.yaml", &compose("sonarr", "sonarr.example.com")),
        ("compose.old.yaml", &compose("sonarr", "before.example.com")),
        ("tautulli-not-used/compose.yaml", &compose("tautulli", "tautulli.example.com")),
        ("stacks/_disabled/requests.yml", &old),
        ("stacks/lidarr.yml.disabled", &compose("lidarr", "lidarr.example.com")),
        ("goldfish/compose.yaml", &compose("radarr", "radarr.example.com")),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    # `stacks/lidarr.yml.disabled` was not read: its extension marks it as unused.
    url = "https://sonarr.example.com"
    url = "https://radarr.example.com"
    # Not monitored:
    # - ombi: switched off (`stacks/_disabled/requests.yml` is in a folder called `_disabled`); ombi.example.com leads to it
    # - tautulli: switched off (`tautulli-not-used/compose.yaml` is in a folder called `tautulli-not-used`);
    # tautulli.example.com leads to it
    # - sonarr: switched off (its file is called `compose.old.yaml`); before.example.com leads to it
    "#);
    // A folder that is given is read even if its name marks it as unused.
    let text = written(home.path(), &["stacks/_disabled"]);
    assert!(text.contains("url = \"https://ombi.example.com\""), "{text}");
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
    # Not monitored:
    # - lidarr: switched off (profile music); lidarr.example.com leads to it
    "#);
}

#[test]
fn utf_16_files_are_read() {
    let home = tempfile::tempdir().unwrap();
    let text = compose("sonarr", "sonarr.example.com").replace('\n', "\r\n");
    let bytes: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(home.path().join("compose.yaml"), bytes).unwrap();
    assert_eq!(written(home.path(), &["."]), "url = \"https://sonarr.example.com\"");
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
fn unused_files_of_other_formats_are_skipped() {
    let tunnel = "ingress:\n  - { hostname: before.example.com, service: 'http://radarr:7878' }\n";
    let home = folder(&[
        ("compose.yaml", &compose("radarr", "films.example.com")),
        ("old/config.yml", tunnel),
        ("archive/tunnel.tf", "locals {}\n"),
        (".env", "$ANSIBLE_VAULT;1.1;AES256\n31323334\n"),
        ("tunnel/config.yml", "ingress:\n  - hostname: [\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    # `old/config.yml` was skipped: `old/config.yml` is in a folder called `old`. Its host names are `before.example.com`.
    # Not read: tunnel/config.yml:3: this is not valid YAML (while parsing a node, did not find expected node content).
    # `.env` was not read: line 1 shows that it is encrypted (Ansible Vault).
    # `archive/tunnel.tf` was skipped: `archive/tunnel.tf` is in a folder called `archive`.
    url = "https://films.example.com"
    "#);
}

#[test]
fn a_service_without_an_image_is_listed() {
    let half = format!("{}  wiki:\n    restart: always\n", compose("radarr", "films.example.com"));
    let home = folder(&[("compose.yaml", &half)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://films.example.com"
    # Not monitored:
    # - wiki: no public host name found; it has neither `image` nor `build`
    "#);
}

#[test]
fn a_tunnel_leads_to_the_containers_of_its_own_machine() {
    let machine = |host: &str| {
        format!(
            "ingress:\n  - {{ hostname: {host}, service: 'http://dozzle:8080' }}\n  - {{ hostname: films.{host}, service: 'http://localhost:7878' }}\n"
        )
    };
    let compose = "services:\n  dozzle: { image: amir20/dozzle }\n  radarr: { image: hotio/radarr, ports: ['7878:7878'] }\n";
    let home = folder(&[
        ("attic/compose.yaml", compose),
        ("attic/cloudflared/config.yml", &machine("attic.example.com")),
        ("cellar/compose.yaml", compose),
        ("cellar/cloudflared/config.yml", &machine("cellar.example.com")),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://attic.example.com"
    url = "https://films.attic.example.com"
    url = "https://cellar.example.com"
    url = "https://films.cellar.example.com"
    "#);
}
