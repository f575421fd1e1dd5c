//! Presets: what they set, and how an app is recognized.

use plexmon_deploy::config::preset::{HTTP, PRESETS, Preset, of_image, of_kind, of_name};

use super::parse;

fn target(kind: &str, lines: &str) -> plexmon_function::contract::settings::Target {
    let text =
        format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"https://a.example.com\"\n{lines}\n");
    parse(&text).unwrap().targets.remove(0)
}

#[test]
fn a_kind_and_its_aliases_set_path_status_and_text() {
    for preset in PRESETS {
        for kind in std::iter::once(&preset.kind).chain(preset.aliases) {
            let target = target(kind, "");
            assert_eq!(target.url, format!("https://a.example.com{}", preset.path));
            assert_eq!(target.status, preset.status);
            assert_eq!(target.contains.as_deref(), preset.contains);
            assert_eq!(target.pin, preset.pin);
        }
    }
}

#[test]
fn status_and_text_of_a_preset_can_be_overridden() {
    for preset in PRESETS {
        let target = target(preset.kind, "status = 204\ncontains = \"fine\"");
        assert_eq!((target.status, target.contains.as_deref()), (vec![204], Some("fine")));
    }
}

fn url(kind: &str, url: &str) -> String {
    let text = format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"{url}\"\n");
    parse(&text).unwrap().targets.remove(0).url
}

#[test]
fn the_path_is_appended_to_the_base_url() {
    for preset in PRESETS.iter().filter(|preset| preset.kind != HTTP.kind) {
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
        ("qbittorrent", "https://a.example.com/qb", "https://a.example.com/qb/"),
    ] {
        assert_eq!(url(kind, shown), asked, "{shown}");
    }
}

/// What the apps answer when they are healthy, and when they are not: at least one pair for each text.
#[test]
fn texts_are_in_healthy_answers_only() {
    let answers = [
        ("plex", "<MediaContainer size=\"0\" machineIdentifier=\"1f\">", "<Response code=\"503\">"),
        ("sonarr", "{\n  \"status\": \"OK\"\n}", "{\n  \"status\": \"Error\"\n}"),
        (
            "overseerr",
            "{\"initialized\":true,\"applicationTitle\":\"Requests\"}",
            "{\"message\":\"Internal Server Error\"}",
        ),
        ("prowlarr", "{\"status\": \"OK\"}", "{\"status\": \"Error\"}"),
        ("qbittorrent", "<title>qBittorrent WebUI</title>", "<title>502 Bad Gateway</title>"),
        ("radarr", "{\"status\":\"OK\"}", "{\"status\":\"Error\"}"),
        ("bazarr", "{\"status\": \"OK\"}", "<title>502 Bad Gateway</title>"),
        ("tautulli", "{\"result\": \"success\", \"message\": \"Ok\"}", "{\"result\": \"error\"}"),
        ("wizarr", "{\"status\":\"ok\"}", "{\"status\":\"error\"}"),
        ("maintainerr", "{\"status\":1,\"version\":\"2.0\"}", "{\"status\":0}"),
        ("uptime-kuma", "{\"type\":\"entryPage\",\"entryPage\":\"dashboard\"}", "<html></html>"),
        ("uptime-kuma", "{\"type\":\"statusPageMatchedDomain\",\"statusPageSlug\":\"a\"}", ""),
        ("jellyfin", "Healthy", "Degraded"),
    ];
    for Preset { kind, .. } in PRESETS.iter().filter(|preset| preset.contains.is_some()) {
        assert!(answers.iter().any(|(of, ..)| of == kind), "add a healthy and an unhealthy answer of {kind}");
    }
    for (kind, good, bad) in answers {
        let text = of_kind(kind).unwrap().contains.unwrap();
        assert!(good.contains(text) && !bad.contains(text), "{kind}: {text}");
    }
}

#[test]
fn kinds_images_and_labels_are_unique() {
    let names = |list: fn(&'static plexmon_deploy::config::preset::Preset) -> Vec<&'static str>| {
        let mut names: Vec<&str> = PRESETS.iter().flat_map(list).collect();
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
        ("onedr0p/exportarr", None),
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
        ("http", None),
        ("4k", None),
        ("", None),
    ] {
        assert_eq!(of_name(name).map(|preset| preset.kind), kind, "{name}");
    }
    assert_eq!(HTTP.kind, "http");
}
