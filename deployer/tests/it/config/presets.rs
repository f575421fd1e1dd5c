//! Presets: what they set, and how an app is recognized.

use plexmon_deploy::config::preset::{self, HTTP, Preset, of_image, of_kind, of_name};
use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::probe::{Observation, Tls, probe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

mod answers;

use self::answers::{ANSWERS, Answer, PROXIES};
use super::parse;

fn target(kind: &str, lines: &str) -> plexmon_function::contract::settings::Target {
    let text =
        format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"https://a.example.com\"\n{lines}\n");
    parse(&text).unwrap().targets.remove(0)
}

#[test]
fn a_kind_and_its_aliases_set_path_status_and_text() {
    for preset in preset::all() {
        for kind in std::iter::once(&preset.kind).chain(preset.aliases) {
            let target = target(kind, "");
            assert_eq!(target.url, format!("https://a.example.com{}", preset.path));
            assert_eq!(target.status, preset.status);
            assert_eq!(target.contains.as_deref(), preset.contains);
            assert_eq!(target.matches.first().map(|one| &*one.text), preset.matches);
            assert_eq!(target.pin, preset.pin);
        }
    }
}

#[test]
fn status_and_text_of_a_preset_can_be_overridden() {
    for preset in preset::all() {
        let target = target(preset.kind, "status = 204\ncontains = \"fine\"");
        assert_eq!((target.status, target.contains.as_deref()), (vec![204], Some("fine")));
        assert!(target.matches.is_empty(), "{}", preset.kind);
    }
}

fn url(kind: &str, url: &str) -> String {
    let text = format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"{url}\"\n");
    parse(&text).unwrap().targets.remove(0).url
}

#[test]
fn the_path_is_appended_to_the_base_url() {
    for preset in preset::all().filter(|preset| preset.kind != HTTP.kind) {
        let asked = format!("https://a.example.com/apps/one{}", preset.path);
        assert_eq!(url(preset.kind, "https://a.example.com/apps/one"), asked);
        assert_eq!(url(preset.kind, "https://a.example.com/apps/one/"), asked);
        // A complete address is not changed.
        assert_eq!(url(preset.kind, &asked), asked);
        assert_eq!(
            url(preset.kind, "https://a.example.com/api/v1/own?a=b"),
            "https://a.example.com/api/v1/own?a=b"
        );
    }
    assert_eq!(url("http", "https://a.example.com/apps/one"), "https://a.example.com/apps/one");
    assert_eq!(url("sonarr", "https://a.example.com/sonarr/ping/"), "https://a.example.com/sonarr/ping/");
}

#[test]
fn pages_at_the_end_of_an_address_are_removed() {
    for (kind, shown, asked) in [
        ("plex", "https://a.example.com/web/index.html#!/", "https://a.example.com/identity"),
        ("plex", "https://a.example.com/web", "https://a.example.com/identity"),
        ("jellyfin", "https://a.example.com/jellyfin/web/#/home", "https://a.example.com/jellyfin/health"),
        ("sonarr", "https://a.example.com/sonarr/login", "https://a.example.com/sonarr/ping"),
        ("tautulli", "https://a.example.com/tautulli/home", "https://a.example.com/tautulli/status"),
        ("uptime-kuma", "https://a.example.com/dashboard", "https://a.example.com/api/entry-page"),
        (
            "nextcloud",
            "https://a.example.com/index.php/apps/files/?dir=/",
            "https://a.example.com/status.php?dir=/",
        ),
        ("nextcloud", "https://a.example.com/cloud/login", "https://a.example.com/cloud/status.php"),
        ("transmission", "https://a.example.com/transmission/web/", "https://a.example.com/transmission/rpc"),
        ("pihole", "https://a.example.com/admin/login", "https://a.example.com/api/auth"),
        (
            "calibre-web",
            "https://a.example.com/books/login?next=/",
            "https://a.example.com/books/login?next=/",
        ),
        ("qbittorrent", "https://a.example.com/qb", "https://a.example.com/qb/"),
    ] {
        assert_eq!(url(kind, shown), asked, "{shown}");
    }
}

/// What the probe makes of an answer of a real server.
async fn observed(preset: &Preset, (status, body): Answer, tls: &Tls) -> Observation {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let response = format!("HTTP/1.1 {status} Any\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let served = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut request).await.unwrap();
        }
        let _ = stream.write_all(response.as_bytes()).await;
    };
    let text = format!("[[target]]\nname = \"a\"\nkind = \"{}\"\nurl = \"http://{address}\"\n", preset.kind);
    let target = parse(&text).unwrap().targets.remove(0);
    let secrets = TargetSecrets::default();
    tokio::join!(probe(&target, &secrets, tls), served).0
}

async fn is_healthy(preset: &Preset, answer: Answer, tls: &Tls) -> bool {
    observed(preset, answer, tls).await.ok
}

/// The function knows some apps by the labels of their presets.
#[tokio::test]
async fn refusals_of_the_app_are_explained() {
    let tls = Tls::new().unwrap();
    for (kind, answer, why) in [
        ("home-assistant", (400, "400: Bad Request"), "Home Assistant does not trust the proxy"),
        (
            "homepage",
            (400, "{\"error\":\"Host validation failed.\"}"),
            "Homepage does not accept this host name",
        ),
        ("forgejo", (424, "{\n  \"status\": \"fail\"\n}"), "Forgejo has lost its database"),
        (
            "nextcloud",
            (200, "{\"installed\":true,\"maintenance\":true,\"needsDbUpgrade\":false}"),
            "Nextcloud is in maintenance mode",
        ),
    ] {
        let observation = observed(of_kind(kind).unwrap(), answer, &tls).await;
        let found = observation.failed.unwrap().why;
        assert!(found.starts_with(why), "{found}");
    }
}

#[tokio::test]
async fn healthy_and_unhealthy_answers_are_told_apart() {
    let tls = Tls::new().unwrap();
    for preset in preset::all().filter(|preset| preset.kind != HTTP.kind) {
        let mut answers = ANSWERS.iter().filter(|(kind, ..)| *kind == preset.kind).peekable();
        assert!(answers.peek().is_some(), "add a healthy and an unhealthy answer of {}", preset.kind);
        for (kind, good, bad) in answers {
            assert!(is_healthy(preset, *good, &tls).await, "{kind}: {good:?}");
            assert!(!is_healthy(preset, *bad, &tls).await, "{kind}: {bad:?}");
        }
    }
    let unknown = ANSWERS.iter().find(|(kind, ..)| of_kind(kind).is_none());
    assert_eq!(unknown, None);
}

/// A short text could be in any page.
#[tokio::test]
async fn pages_of_proxies_are_not_healthy() {
    let tls = Tls::new().unwrap();
    let has_text = |preset: &&Preset| preset.contains.is_some() || preset.matches.is_some();
    for preset in preset::all().filter(has_text) {
        for page in PROXIES {
            // 204 has no body.
            for status in preset.status.iter().filter(|status| **status != 204) {
                let page = (*status, *page);
                assert!(!is_healthy(preset, page, &tls).await, "{}: {page:?}", preset.kind);
            }
        }
    }
}

#[test]
fn a_path_may_have_a_query() {
    for (given, asked) in [
        ("https://a.example.com", "https://a.example.com/api?mode=version&output=json"),
        ("https://a.example.com/sabnzbd/", "https://a.example.com/sabnzbd/api?mode=version&output=json"),
        (
            "https://a.example.com/sabnzbd/login?a=b",
            "https://a.example.com/sabnzbd/api?mode=version&output=json",
        ),
        ("https://a.example.com/api?mode=auth", "https://a.example.com/api?mode=auth"),
    ] {
        assert_eq!(url("sabnzbd", given), asked, "{given}");
    }
    assert_eq!(url("grafana", "https://a.example.com/login?a=b"), "https://a.example.com/api/health?a=b");
}

#[test]
fn kinds_images_and_labels_are_unique() {
    let names = |list: fn(&'static plexmon_deploy::config::preset::Preset) -> Vec<&'static str>| {
        let mut names: Vec<&str> = preset::all().flat_map(list).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    };
    names(|preset| std::iter::once(preset.kind).chain(preset.aliases.iter().copied()).collect());
    names(|preset| preset.images.to_vec());
    names(|preset| vec![preset.label]);
}

#[test]
fn apps_are_recognised_by_their_images() {
    for (image, kind) in [
        ("lscr.io/linuxserver/sonarr:latest", Some("sonarr")),
        ("ghcr.io/hotio/sonarr:release@sha256:0123", Some("sonarr")),
        ("registry.example.com:5000/linuxserver/Radarr", Some("radarr")),
        ("plexinc/pms-docker", Some("plex")),
        ("fallenbagel/jellyseerr:${TAG:-latest}", Some("overseerr")),
        ("louislam/uptime-kuma:1", Some("uptime-kuma")),
        ("binhex/arch-sonarr", Some("sonarr")),
        ("vaultwarden/server:1.32-alpine", Some("vaultwarden")),
        ("ghcr.io/goauthentik/server@sha256:0123", Some("authentik")),
        ("joplin/server", None),
        ("server", None),
        ("ghcr.io/gethomepage/homepage", Some("homepage")),
        ("ghcr.io/owner/homepage", None),
        ("codeberg.org/forgejo/forgejo:9", Some("forgejo")),
        ("ghcr.io/immich-app/immich-server:release", Some("immich")),
        ("ghcr.io/immich-app/immich-machine-learning", None),
        ("onedr0p/exportarr", None),
        // In front of other apps, or behind them.
        ("traefik:v3", None),
        ("jc21/nginx-proxy-manager", None),
        ("influxdb:2", None),
        ("", None),
    ] {
        assert_eq!(of_image(image).map(|preset| preset.kind), kind, "{image}");
    }
}

#[test]
fn apps_are_recognised_by_their_names() {
    for (name, kind) in [
        ("4ksonarr", Some("sonarr")),
        ("sonarr-4k", Some("sonarr")),
        ("Radarr2", Some("radarr")),
        ("uptime-kuma", Some("uptime-kuma")),
        ("plex-meta-manager", None),
        ("n8n", Some("n8n")),
        ("home-assistant", Some("home-assistant")),
        ("traefik", None),
        ("nginx-proxy-manager", None),
        ("influxdb", None),
        ("homepage", None),
        ("http", None),
        ("4k", None),
        ("", None),
    ] {
        assert_eq!(of_name(name).map(|preset| preset.kind), kind, "{name}");
    }
    assert_eq!(HTTP.kind, "http");
}
