//! The worked example: the configuration of a whole home, with what its owner wants to know besides.

use std::io::Read as _;
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_function::contract::settings::{Consequence, InsideCheck, Settings, Target};
use zip::ZipArchive;

use super::{home, written};
use crate::support::Deploy;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/homes/tunnel.toml");

fn parsed(text: &str) -> Vec<Target> {
    Config::parse(text, Path::new("config.toml")).unwrap().targets
}

/// Whatever `init --from` learns to write belongs in the example, too.
#[test]
fn the_example_has_everything_that_is_generated_for_this_home() {
    let example = parsed(&std::fs::read_to_string(EXAMPLE).unwrap());
    for generated in parsed(&written(&home("tunnel")).unwrap()) {
        let known = example.iter().find(|target| target.name == generated.name);
        let known = known.unwrap_or_else(|| panic!("the example has no {}", generated.name));
        assert_eq!(
            (&known.url, &known.app, &known.group),
            (&generated.url, &generated.app, &generated.group)
        );
    }
}

/// A suggestion has the settings that an app needs, and stands once for all apps that share a disk.
#[test]
fn suggested_settings_can_be_uncommented() {
    let app = |name: &str, image: &str| {
        format!("  {name}:\n    image: {image}\n    environment: [VIRTUAL_HOST={name}.example.com]\n")
    };
    let apps = [
        app("plex", "linuxserver/plex"),
        app("radarr", "linuxserver/radarr"),
        app("sonarr", "linuxserver/sonarr"),
        app("kopia", "kopia/kopia"),
        app("kuma", "louislam/uptime-kuma"),
        app("bazarr", "linuxserver/bazarr"),
    ];
    let compose = format!("services:\n{}", apps.concat());
    let text = written(&[("compose.yml".to_owned(), compose)]).unwrap();
    let (head, targets) = text.split_once("[[target]]").unwrap();
    let (targets, channels) = targets.split_once("\n# Where to send").unwrap();
    let uncommented = format!("{head}[[target]]{}\n# {channels}", targets.replace("\n# ", "\n"));
    let inside = |name: &str| {
        let target = parsed(&uncommented).into_iter().find(|target| target.name == name);
        target.unwrap().inside
    };
    assert!(matches!(inside("radarr").as_slice(), [InsideCheck::Disk { .. }]));
    assert!(uncommented.contains("RADARR_API_KEY") && inside("sonarr").is_empty(), "{text}");
    assert!(matches!(inside("kopia").as_slice(), [InsideCheck::Backup { .. }]));
    assert!(matches!(inside("kuma").as_slice(), [InsideCheck::Kuma { .. }]));
    assert_eq!(inside("plex"), [InsideCheck::PlexLibraries]);
    assert!(inside("bazarr").is_empty());
    assert!(parsed(&text).iter().all(|target| target.inside.is_empty()), "not in effect before");
}

/// The documentation shows these additions.
#[test]
fn the_documentation_shows_a_part_of_the_example() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let page = include_str!("../../../docs/homes.md");
    let (_, shown) = page.split_once("## More than up and down").unwrap();
    let (_, shown) = shown.split_once("```toml\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    for block in shown.split("\n\n") {
        assert!(example.contains(block.trim()), "not in the example:\n{block}");
    }
}

/// The program itself reads the example, and the function gets what it describes.
#[test]
fn the_example_watches_disk_backups_the_inside_and_the_load() {
    let folder = tempfile::tempdir().unwrap();
    // The head of a 64-bit program for Linux.
    let mut bootstrap = vec![0; 64];
    bootstrap[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    bootstrap[16..20].copy_from_slice(&[2, 0, 0x3e, 0]);
    bootstrap[52] = 64;
    std::fs::write(folder.path().join("bootstrap"), bootstrap).unwrap();
    let arguments = ["package", "--config", EXAMPLE, "--bootstrap", "bootstrap", "-o", "function.zip"];
    Deploy::new(folder.path()).args(arguments).run().ended(0);
    let file = std::fs::File::open(folder.path().join("function.zip")).unwrap();
    let mut text = String::new();
    ZipArchive::new(file).unwrap().by_name("plexmon.json").unwrap().read_to_string(&mut text).unwrap();
    let settings: Settings = serde_json::from_str(&text).unwrap();
    let inside = |name: &str| match settings.target(name).unwrap().inside.as_slice() {
        [check] => check.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert!(matches!(inside("sonarr"), InsideCheck::Disk { min, .. } if min.to_string() == "50 GB"));
    assert!(matches!(inside("kopia"), InsideCheck::Backup { max_age_s: 93_600, control: true }));
    assert!(matches!(inside("uptime-kuma"), InsideCheck::Kuma { slug } if slug == "home"));
    assert_eq!(inside("plex"), InsideCheck::PlexLibraries);
    assert!(settings.target("plex").unwrap().cloud_status.is_some());
    let [load] = settings.target("server").unwrap().metrics.as_slice() else { panic!("one metric") };
    assert_eq!((load.name.as_str(), load.severity), ("node_load5", Consequence::Warn));
    assert!(load.limits.max.is_some());
    let closed = settings.target("kopia (closed)").unwrap();
    assert!(closed.inside.is_empty() && closed.inside_headers.is_empty());
}
