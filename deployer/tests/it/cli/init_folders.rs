//! `init --from` with folders: which files are read, and which containers Compose would start.

use std::path::Path;

use super::init_from::{init, with_home};
use crate::support::snapshot;

/// The targets and remarks of the configuration that is written for these paths, without addresses of the example.
fn written(folder: &Path, from: &[&str]) -> String {
    let mut args = vec!["--from"];
    args.extend(from);
    init(folder, &args).ended(0);
    let text = std::fs::read_to_string(folder.join("config.toml")).unwrap();
    std::fs::remove_file(folder.join("config.toml")).unwrap();
    let (head, rest) = text.split_once("\n\n").unwrap();
    let (_, targets) = rest.split_once("# One block for each thing to watch.\n").unwrap();
    let targets = targets.split("# Whom to tell.").next().unwrap();
    let lines = targets.lines().filter(|line| line.starts_with("url") || line.starts_with('#'));
    // The first lines of the head say where it all comes from.
    let remarks = head.lines().skip_while(|line| !line.contains("has every setting")).skip(1);
    let all: Vec<&str> = remarks.chain(lines).collect();
    all.join("\n")
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A service with an address.
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
    # Not seen from outside:
    # - komga: switched off (0 replicas); comics.example.net leads there
    "#);
}

#[test]
fn a_base_that_is_named_brings_its_override_along() {
    let home = with_home("overridden");
    let text = written(home.path(), &["home/compose.yaml"]);
    assert!(text.contains("url = \"https://films.example.net\"") && !text.contains("before."), "{text}");
}

#[test]
fn what_the_owner_has_switched_off_is_not_watched() {
    let home = with_home("switched-off");
    snapshot!(written(home.path(), &["home"]), @r#"
    url = "https://films.example.org"
    url = "https://music.example.org"
    url = "https://books.example.org"
    # Not seen from outside:
    # - lidarr: switched off (profile collecting); albums.example.org leads there
    # - mealie: switched off (0 replicas); recipes.example.org leads there
    # - grafana: switched off (0 replicas); graphs.example.org leads there
    # - calibre-web: switched off (`COMPOSE_FILE` in `.env` does not name `books/calibre.yml`); calibre.example.org leads
    # there
    # - ombi: switched off (`archive/compose.yaml` is in a folder called `archive`); ask.example.org leads there
    "#);
}

#[test]
fn files_that_cannot_be_read_do_not_stop_the_others() {
    let home = with_home("template");
    snapshot!(written(home.path(), &["home"]), @r#"
    # `home/docker-compose.large.yml` was not read: line 1 shows that it is a pointer of Git LFS, without the file itself.
    # `home/docker-compose.merging.yml` was not read: line 2 shows that it is a merge that was not finished.
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
fn a_file_that_was_named_is_refused_with_what_it_is() {
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

    hint: render it first, and name the file that comes out of it

    error: home/chart/templates/compose.yaml:2: this is a template (Helm)

    hint: render it first, and name the file that comes out of it

    error: home/docker-compose.secret.yml:3: this is encrypted (sops)

    hint: decrypt it first: `sops --decrypt home/docker-compose.secret.yml`

    error: home/docker-compose.merging.yml:2: this is a merge that was not finished

    hint: choose between the two versions, and remove the marks

    error: home/docker-compose.tv.yml:4: this is not valid YAML
      cause: while parsing a block mapping, did not find expected key

    hint: look at the indentation of this line and the one above; `docker compose config` checks it, too

    error: home/docker-compose.large.yml:1: this is a pointer of Git LFS, without the file itself

    hint: fetch the file first: `git lfs pull`

    error: `home/docker-compose.yml.j2` is a template (Jinja)

    hint: render it first, and name the file that comes out of it
    ");
}

#[test]
fn a_compose_file_may_have_any_name_and_an_env_file_too() {
    let home = with_home("any-name");
    snapshot!(written(home.path(), &["home/stacks"]), @r#"
    url = "https://films.example.org"
    # Its host name needs `ZONE`, which has no value in the files that were read: put the name here.
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
fn env_files_say_what_a_container_gets() {
    let home = with_home("env-files");
    let text = written(home.path(), &["home"]);
    assert!(!text.contains("secret-in-env-file"), "{text}");
    snapshot!(text, @r#"
    url = "https://wiki.example.org"
    url = "https://notes.example.org"
    url = "https://photos.example.org"
    # Not seen from outside:
    # - proxy: the proxy in front of the others, which are seen through it
    # - radio: no public host name found; `home/kept-elsewhere.env` was not found
    "#);
}

#[test]
fn of_several_files_with_usual_names_compose_reads_one() {
    let home = folder(&[
        ("compose.yml", &compose("sonarr", "sonarr.example.com")),
        ("docker-compose.yml", &compose("ombi", "ombi.example.com")),
        ("docker-compose.override.yml", &compose("radarr", "radarr.example.com")),
        ("docker-compose.override.yaml", &compose("lidarr", "lidarr.example.com")),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    url = "https://radarr.example.com"
    # Not seen from outside:
    # - ombi: switched off (Compose reads `compose.yml` and not `docker-compose.yml`); ombi.example.com leads there
    # - lidarr: switched off (Compose reads `docker-compose.override.yml` and not `docker-compose.override.yaml`);
    # lidarr.example.com leads there
    "#);
}

#[test]
fn a_file_for_another_occasion_is_not_merged_unless_it_is_named() {
    let change = "services:\n  sonarr:\n    environment: { VIRTUAL_HOST: sonarr.example.net }\n";
    let home = folder(&[
        ("docker-compose.yml", &compose("sonarr", "sonarr.example.com")),
        ("docker-compose.prod.yml", change),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # Not seen from outside:
    # - sonarr: switched off (`docker-compose.prod.yml` is merged over `docker-compose.yml` only where `COMPOSE_FILE` or
    # `-f` names it; name both to read them so); sonarr.example.net leads there
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
fn what_is_included_belongs_to_the_project_and_what_is_not_is_off() {
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
    # Not seen from outside:
    # - lidarr: switched off (`compose.yaml` does not include `apps/lidarr.yml`); lidarr.example.com leads there
    "#);
}

#[test]
fn what_others_extend_is_no_container() {
    let main = "services:\n  sonarr:\n    extends: { file: parts/common.yml, service: arr }\n    image: hotio/sonarr\n";
    let common = "services:\n  arr:\n    image: alpine\n    env_file: arr.env\n    profiles: [never]\n  spare:\n    image: hotio/bazarr\n";
    let home = folder(&[
        ("compose.yaml", &format!("{main}    profiles: !reset []\n")),
        ("parts/common.yml", common),
        ("parts/arr.env", "VIRTUAL_HOST=sonarr.example.com\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # Not seen from outside:
    # - spare: switched off (`compose.yaml` only extends from it)
    "#);
}

#[test]
fn names_of_files_and_folders_that_are_put_away() {
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
    # `stacks/lidarr.yml.disabled` was not read: its ending says that it is not in use.
    url = "https://sonarr.example.com"
    url = "https://radarr.example.com"
    # Not seen from outside:
    # - ombi: switched off (`stacks/_disabled/requests.yml` is in a folder called `_disabled`); ombi.example.com leads there
    # - tautulli: switched off (`tautulli-not-used/compose.yaml` is in a folder called `tautulli-not-used`);
    # tautulli.example.com leads there
    # - sonarr: switched off (its file is called `compose.old.yaml`); before.example.com leads there
    "#);
    // A folder that is named is meant.
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
    # Not seen from outside:
    # - vpn: the network of sonarr; it is seen through those of them that are watched
    # - vpn: the network of radarr; it is seen through those of them that are watched
    "#);
}

#[test]
fn a_public_name_of_what_is_switched_off_is_listed() {
    let tunnel = "ingress:\n  - { hostname: sonarr.example.com, service: 'http://sonarr:8989' }\n  - { hostname: lidarr.example.com, service: 'http://lidarr:8686' }\n  - { service: 'http_status:404' }\n";
    let compose = "services:\n  sonarr: { image: hotio/sonarr }\n  lidarr: { image: hotio/lidarr, profiles: [music] }\n";
    let home = folder(&[("compose.yaml", compose), ("cloudflared/tunnel.yml", tunnel)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://sonarr.example.com"
    # Not seen from outside:
    # - lidarr: switched off (profile music); lidarr.example.com leads there
    "#);
}

#[test]
fn text_of_windows_editors_is_read() {
    let home = tempfile::tempdir().unwrap();
    let text = compose("sonarr", "sonarr.example.com").replace('\n', "\r\n");
    let bytes: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(home.path().join("compose.yaml"), bytes).unwrap();
    assert_eq!(written(home.path(), &["."]), "url = \"https://sonarr.example.com\"");
}

#[test]
fn later_files_win_as_compose_merges_them() {
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
    # Not seen from outside:
    # - gone: switched off (`compose.override.yml` removes it); gone.example.com leads there
    "#);
}

#[test]
fn where_all_is_switched_off_the_error_says_so() {
    let home = folder(&[(
        "compose.yaml",
        &format!("{}    profiles: [films]\n", compose("radarr", "films.example.com")),
    )]);
    snapshot!(init(home.path(), &["--from", "."]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read compose.yaml; 1 container not seen from outside
      cause: radarr: switched off (profile films); films.example.com leads there

    hint: name the file that has the host names, too (cloudflare.tf, cloudflared's config.yml), or start with `plexmon-deploy init --url https://...` and add the others by hand
    ");
}

#[test]
fn paths_start_at_the_folder_of_the_project() {
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
    # A file that is included was not read: `https://example.com/other.git` is fetched from elsewhere.
    url = "https://notes.example.com"
    url = "https://wiki.example.com"
    "#);
}

#[test]
fn what_is_put_away_beside_compose_is_left_out_too() {
    let tunnel = "ingress:\n  - { hostname: before.example.com, service: 'http://radarr:7878' }\n";
    let home = folder(&[
        ("compose.yaml", &compose("radarr", "films.example.com")),
        ("old/config.yml", tunnel),
        ("archive/tunnel.tf", "locals {}\n"),
        (".env", "$ANSIBLE_VAULT;1.1;AES256\n31323334\n"),
        ("tunnel/config.yml", "ingress:\n  - hostname: [\n"),
    ]);
    snapshot!(written(home.path(), &["."]), @r#"
    # `old/config.yml` was left out: `old/config.yml` is in a folder called `old`. It has `before.example.com`.
    # Not read: tunnel/config.yml:3: this is not valid YAML (while parsing a node, did not find expected node content).
    # `.env` was not read: line 1 shows that it is encrypted (Ansible Vault).
    # `archive/tunnel.tf` was left out: `archive/tunnel.tf` is in a folder called `archive`.
    url = "https://films.example.com"
    "#);
}

#[test]
fn a_service_without_an_image_is_listed() {
    let half = format!("{}  wiki:\n    restart: always\n", compose("radarr", "films.example.com"));
    let home = folder(&[("compose.yaml", &half)]);
    snapshot!(written(home.path(), &["."]), @r#"
    url = "https://films.example.com"
    # Not seen from outside:
    # - wiki: no public host name found; it has neither an image nor a `build`
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
