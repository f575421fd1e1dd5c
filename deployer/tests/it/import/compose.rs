//! Variants of Compose files.

use insta::assert_snapshot;

use super::{inventory, targets};

#[test]
fn apps_with_a_preset_come_first_if_there_are_too_many() {
    let app = |name: &str, image: &str| {
        format!("  {name}:\n    image: {image}\n    environment: [VIRTUAL_HOST={name}.example.com]\n")
    };
    let others: String =
        (0..20).map(|number| app(&format!("other{number}"), "ghcr.io/owner/other")).collect();
    let compose = format!("services:\n{others}{}", app("sonarr", "hotio/sonarr"));
    let text = targets(&[("compose.yml", &compose)]);
    assert!(text.contains("\n[[target]]\nname = \"sonarr\""), "{text}");
    assert_eq!(text.matches("# Too many targets").count(), 6, "{text}");
}

#[test]
fn a_secret_in_a_path_is_not_written() {
    let compose = "services:\n  a:\n    image: b\n    labels:\n      - traefik.http.routers.a.rule=Host(`a.example.com`) && PathPrefix(`/${TOKEN}`)\n";
    let files =
        [("compose.yml", compose), (".env", "TOKEN=secret")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert!(inventory(&files).unwrap().apps.is_empty());
}

#[test]
fn values_that_are_not_host_names_are_not_written() {
    let compose = "services:\n  a:\n    image: b\n    environment:\n      VIRTUAL_HOST: ${PASSWORD}\n";
    for password in ["hunter2", "p@ss word\"]", "hunter2${", "hunter2$hunter2${hunter2"] {
        let env = format!("PASSWORD={password}\n");
        let text = targets(&[("compose.yml", compose), (".env", &env)]);
        assert!(
            text.contains(" a: its host name ") || text.contains("# Its host name depends on `"),
            "{text}"
        );
        assert!(!text.contains("p@ss") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn an_override_file_is_merged_into_its_service() {
    let main = "services:\n  sonarr:\n    image: hotio/sonarr\n";
    let override_file = "services:\n  sonarr:\n    environment: [VIRTUAL_HOST=sonarr.example.com]\n";
    assert_snapshot!(targets(&[("compose.yml", main), ("compose.override.yml", override_file)]), @r#"
    [[target]]
    name = "sonarr"
    kind = "sonarr"
    url = "https://sonarr.example.com"
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General
    "#);
}

#[test]
fn cyclic_extends_terminate() {
    let compose = "services:\n  a:\n    extends: b\n  b:\n    extends:\n      service: a\n    image: plex\n    environment: [VIRTUAL_HOST=plex.example.com]\n";
    let text = targets(&[("compose.yml", compose)]);
    assert!(text.contains("https://plex.example.com"), "{text}");
}

#[test]
fn nested_aliases_do_not_exhaust_time_or_memory() {
    let mut compose = String::from("x-a0: &a0 [a, a]\n");
    for level in 1..60 {
        let before = level - 1;
        compose += &format!("x-a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}]\n");
    }
    compose += "services:\n  plex:\n    image: plex\n    environment: [VIRTUAL_HOST=plex.example.com]\n    labels: *a59\n";
    assert!(targets(&[("compose.yml", &compose)]).contains("https://plex.example.com"));
}

#[test]
fn nested_variables_are_limited() {
    let env: String = (0..30).map(|n| format!("A{n}=${{A{}}}${{A{}}}x\n", n + 1, n + 1)).collect();
    let compose = "services:\n  a:\n    image: b\n    environment: [\"VIRTUAL_HOST=${A0}.example.com\"]\n";
    let text = targets(&[("compose.yml", compose), (".env", &env)]);
    assert!(text.contains("depends on `A"), "{text}");
}

#[test]
fn deep_nesting_is_reported_with_its_line() {
    let compose = format!("services:\n  a: {}{}\n", "[".repeat(100), "]".repeat(100));
    let files = [("compose.yml".to_owned(), compose)];
    assert_snapshot!(inventory(&files).unwrap_err(), @"
    error: compose.yml:2: this is not valid YAML
      cause: it is nested too deeply

    hint: check the indentation of this line and the one above; `docker compose config` also validates the file
    ");
}

#[test]
fn ports_distinguish_the_members_of_a_shared_network() {
    let compose = "
services:
  vpn: { image: qmcgaw/gluetun, ports: ['8081:8081', '9696:9696'] }
  torrents: { image: linuxserver/qbittorrent, network_mode: 'container:vpn', environment: { WEBUI_PORT: 8081 } }
  prowlarr: { image: linuxserver/prowlarr, network_mode: 'service:vpn' }
";
    let ingress = "
ingress:
  - { hostname: downloads.example.com, service: 'http://localhost:8081' }
  - { hostname: indexers.example.com, service: 'http://vpn:9696' }
  - { hostname: something.example.com, service: 'http://vpn:1234' }
  - { service: 'http_status:404' }
";
    assert_snapshot!(targets(&[("compose.yml", compose), ("config.yml", ingress)]), @r#"
    [[target]]
    name = "torrents"
    kind = "qbittorrent"
    url = "https://downloads.example.com"
    group = "vpn"

    [[target]]
    name = "prowlarr"
    kind = "prowlarr"
    url = "https://indexers.example.com"
    group = "vpn"

    [[target]]
    name = "something"
    kind = "http"
    url = "https://something.example.com"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns
    group = "vpn"

    # Not monitored:
    # - vpn: shares its network with torrents, prowlarr; monitored through those that are targets
    "#);
}
