//! Settings about what an app says about itself.

use std::fs;

use plexmon_deploy::config::{Config, SecretLookup, SecretSource};
use plexmon_function::contract::settings::{CloudStatus, Expect, InsideCheck, Quantity, Target};

use super::{parse, refuses};

const KEY: &str = "api_key = { env = \"KEY\" }\n";
const KOPIA: &str = "user = \"server-control\"\npassword = { env = \"PASSWORD\" }\n";

/// A configuration with a target of this kind and these lines.
fn of(kind: &str, lines: &str) -> String {
    at(kind, "https://app.example.com", lines)
}

fn at(kind: &str, url: &str, lines: &str) -> String {
    format!("[[target]]\nname = \"app\"\nkind = \"{kind}\"\nurl = \"{url}\"\n{lines}")
}

fn target(text: &str) -> Target {
    parse(text).unwrap_or_else(|error| panic!("{text}\n{error}")).targets.remove(0)
}

fn disk(api: &str, min: &str, paths: &[&str]) -> InsideCheck {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    InsideCheck::Disk { api: api.to_owned(), min: Quantity::parse(min).unwrap(), paths }
}

#[test]
fn free_space_is_asked_with_the_apps_own_version_of_the_api() {
    for (kind, api) in
        [("sonarr", "v3"), ("radarr", "v3"), ("lidarr", "v1"), ("readarr", "v1"), ("whisparr", "v3")]
    {
        let target = target(&of(kind, &format!("disk_free_min = \"50 GB\"\n{KEY}")));
        assert_eq!(target.inside, [disk(api, "50 GB", &[])], "{kind}");
        assert_eq!(target.inside_headers, ["X-Api-Key"]);
    }
    let lines = |disk: &str| format!("disk_free_min = \"10 %\"\ndisk = {disk}\n{KEY}");
    let one = target(&of("sonarr", &lines("\"/data\"")));
    assert_eq!(one.inside, [disk("v3", "10 %", &["/data"])]);
    let two = target(&of("sonarr", &lines("[\"/tv\", \"/movies\"]")));
    assert_eq!(two.inside, [disk("v3", "10 %", &["/tv", "/movies"])]);
}

#[test]
fn the_secrets_are_stored_with_those_of_headers() {
    let config = parse(&of("sonarr", &format!("disk_free_min = \"50 GB\"\n{KEY}"))).unwrap();
    let headers = &config.secrets.headers["app"];
    assert_eq!(headers["X-Api-Key"], SecretSource::Env("KEY".to_owned()));
    let config = parse(&of("plex", "token = { env = \"TOKEN\" }")).unwrap();
    assert_eq!(config.targets[0].inside, [InsideCheck::PlexLibraries]);
    assert_eq!(config.secrets.headers["app"]["X-Plex-Token"], SecretSource::Env("TOKEN".to_owned()));
}

#[test]
fn user_and_password_are_joined_when_the_secrets_are_resolved() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("password"), "s3cret\n").unwrap();
    let text = of("kopia", "backup_max_age = \"26h\"\nuser = \"ann\"\npassword = { file = \"password\" }");
    let config = Config::parse(&text, &folder.path().join("config.toml")).unwrap();
    assert_eq!(config.targets[0].inside, [InsideCheck::Backup { max_age_s: 26 * 3600, control: false }]);
    assert_eq!(config.targets[0].inside_headers, ["Authorization"]);
    let SecretLookup::All(secrets) = config.secrets.resolve().unwrap() else { panic!("not all were found") };
    // ann:s3cret
    assert_eq!(secrets.headers["app"]["Authorization"].expose(), "Basic YW5uOnMzY3JldA==");
    assert!(secrets.of(&config.targets[0]).is_ok());
    assert!(!serde_json::to_string(&config.settings()).unwrap().contains("YW5u"));
    let missing = parse(&of("kopia", &format!("backup_max_age = \"26h\"\n{KOPIA}"))).unwrap();
    assert_eq!(missing.targets[0].inside, [InsideCheck::Backup { max_age_s: 26 * 3600, control: true }]);
    let variable = vec!["PASSWORD".to_owned()];
    assert_eq!(missing.secrets.resolve().unwrap(), SecretLookup::Missing(variable));
    assert!(!missing.secrets.is_empty());
}

#[test]
fn requests_are_below_the_apps_base_path() {
    for (kind, url, base) in [
        ("uptime-kuma", "https://status.example.com", ""),
        ("uptime-kuma", "https://example.com/kuma/", "/kuma"),
        ("uptime-kuma", "https://status.example.com/dashboard", ""),
        ("uptime-kuma", "https://example.com/kuma/api/entry-page?a=b", "/kuma"),
        ("uptime-kuma", "https://example.com/kuma/api/badge/1/status", "/kuma"),
    ] {
        let target = target(&at(kind, url, "inner = \"home\""));
        assert_eq!(target.inside, [InsideCheck::Kuma { slug: "home".to_owned() }]);
        assert_eq!(target.inside_path, base, "{url}");
    }
    for (url, base) in [("https://nas.example.com/sonarr/ping", "/sonarr"), ("https://nas.example.com", "")] {
        let target = target(&at("sonarr", url, &format!("disk_free_min = \"1 TB\"\n{KEY}")));
        assert_eq!(target.inside_path, base, "{url}");
    }
    assert_eq!(target(&of("sonarr", "")).inside_path, "");
}

#[test]
fn plexs_own_cloud_is_asked_by_default() {
    let asked = |kind: &str, url: &str, lines: &str| {
        target(&at(kind, url, lines)).cloud_status.map(|CloudStatus { service, url }| (service, url))
    };
    let of = |url: &str| Some(("Plex".to_owned(), url.to_owned()));
    let default = of("https://status.plex.tv/api/v2/summary.json");
    let plex = "https://plex.example.com";
    assert_eq!(asked("plex", plex, ""), default);
    assert_eq!(asked("plex", plex, "cloud_status = true"), default);
    assert_eq!(asked("plex", plex, "cloud_status = false"), None);
    let other = "https://status.example.com/summary.json";
    assert_eq!(asked("plex", plex, &format!("cloud_status = \"{other}\"")), of(other));
    assert_eq!(asked("plex", "http://127.0.0.1:32400", ""), None, "not for a test on this machine");
    assert_eq!(asked("plex", "http://127.0.0.1:32400", "cloud_status = true"), default);
    assert_eq!(asked("sonarr", "https://sonarr.example.com", ""), None);
}

/// Without a token there, the app itself does not answer.
#[test]
fn only_the_target_with_a_token_is_asked() {
    let access = "[access.cf]\nid = { env = \"ID\" }\nsecret = { env = \"SECRET\" }\n";
    let lines = format!("disk_free_min = \"50 GB\"\n{KEY}access = \"cf\"\nexposure = \"closed\"\n\n{access}");
    let config = parse(&of("sonarr", &lines)).unwrap();
    let [app, lock] = config.targets.as_slice() else { panic!("{:?}", config.targets) };
    assert_eq!((app.inside.len(), app.inside_headers.len()), (1, 1));
    assert_eq!((lock.expect, lock.inside.len(), lock.inside_headers.len()), (Expect::Refusal, 0, 0));
    let closed = parse(&of("plex", "exposure = \"closed\"")).unwrap();
    assert_eq!(closed.targets[0].cloud_status, None);
}

#[test]
fn settings_without_effect_are_rejected() {
    refuses![
        of("sonarr", "disk_free_min = \"50 GB\"\n"),
        of("sonarr", KEY),
        of("sonarr", "disk = \"/data\"\n"),
        of("prowlarr", &format!("disk_free_min = \"50 GB\"\n{KEY}")),
        "[[target]]\nname = \"app\"\nurl = \"https://app.example.com\"\ntoken = { env = \"T\" }\n".to_owned(),
        of("kopia", "backup_max_age = \"26h\"\n"),
        of("kopia", "backup_max_age = \"26h\"\nuser = \"ann\"\n"),
        of("kopia", KOPIA),
        of("sonarr", "inner = \"home\"\n"),
        of("jellyfin", "cloud_status = true\n"),
        of("uptime-kuma", "inner = \"home\"\nexposure = \"closed\"\n"),
    ];
}

#[test]
fn unusable_values_are_rejected() {
    let disk = |lines: &str| of("sonarr", &format!("{lines}\n{KEY}"));
    let backup = |age: &str| of("kopia", &format!("backup_max_age = {age}\n{KOPIA}"));
    refuses![
        disk("disk_free_min = 50"),
        disk("disk_free_min = \"50\""),
        disk("disk_free_min = \"50 apples\""),
        disk("disk_free_min = \"0 GB\""),
        disk("disk_free_min = \"100 %\""),
        disk("disk_free_min = \"50 GB\"\ndisk = []"),
        disk("disk_free_min = \"50 GB\"\ndisk = \"\""),
        of("sonarr", "disk_free_min = \"50 GB\"\napi_key = \"0123456789abcdef\"\n"),
        of("sonarr", &format!("disk_free_min = \"50 GB\"\n{KEY}headers = {{ x-api-key = \"a\" }}\n")),
        at("sonarr", "http://nas.example.com", &format!("disk_free_min = \"50 GB\"\n{KEY}")),
        backup("26"),
        backup("\"a day\""),
        backup("\"30m\""),
        of("kopia", "backup_max_age = \"26h\"\nuser = \"a:b\"\npassword = { env = \"P\" }\n"),
        of("kopia", "backup_max_age = \"26h\"\nuser = { env = \"U\" }\npassword = { env = \"P\" }\n"),
        of("uptime-kuma", "inner = \"/status/home\"\n"),
        of("uptime-kuma", "inner = true\n"),
        of("plex", "token = \"abcdef\"\n"),
        at("plex", "http://nas.example.com", "token = { env = \"T\" }\n"),
        of("plex", "cloud_status = 1\n"),
        of("plex", "cloud_status = \"status.plex.tv\"\n"),
    ];
}

#[test]
fn secrets_may_be_sent_over_plain_http_where_the_owner_says_so() {
    let lines = format!("disk_free_min = \"50 GB\"\n{KEY}secrets_over_http = true\n");
    assert!(target(&at("sonarr", "http://nas.example.com", &lines)).secrets_over_http);
    assert_eq!(target(&at("uptime-kuma", "http://nas.example.com", "inner = \"home\"")).inside.len(), 1);
}
