//! `init --from` with folders: which files are read.

use std::path::Path;

use super::init_from::{init, with_home};
use crate::import::sections;
use crate::support::snapshot;

/// Return the targets and remarks of the configuration generated from these paths, without the example's settings.
pub(super) fn written(folder: &Path, from: &[&str]) -> String {
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
pub(super) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
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

pub(super) fn compose(name: &str, host: &str) -> String {
    format!("services:\n{}", service(name, host))
}

#[test]
fn a_given_base_file_includes_its_override() {
    let home = with_home("overridden");
    let text = written(home.path(), &["home/compose.yaml"]);
    assert!(text.contains("url = \"https://films.example.net\"") && !text.contains("before."), "{text}");
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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
    # Its host name depends on `ZONE`, which has no value in the files that were read: enter it here.
    # [[target]]
    # name = "sonarr"
    # kind = "sonarr"
    # url = "https://sonarr.example.com"
    "#);
    snapshot!(written(home.path(), &["home/stacks/series.yaml", "home/production.env"]), @r#"
    url = "https://series.example.net"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    "#);
    std::fs::create_dir(home.path().join("settings")).unwrap();
    std::fs::rename(home.path().join("home/production.env"), home.path().join("settings/.env")).unwrap();
    snapshot!(written(home.path(), &["home", "settings/.env"]), @r#"
    url = "https://films.example.org"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
    url = "https://series.example.net"
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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
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
fn utf_16_files_are_read() {
    let home = tempfile::tempdir().unwrap();
    let text = compose("sonarr", "sonarr.example.com").replace('\n', "\r\n");
    let bytes: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(home.path().join("compose.yaml"), bytes).unwrap();
    let text = written(home.path(), &["."]);
    assert_eq!(text.lines().next(), Some("url = \"https://sonarr.example.com\""), "{text}");
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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "RADARR_API_KEY" } # in Settings > General
    url = "https://cellar.example.com"
    url = "https://films.cellar.example.com"
    "#);
}
