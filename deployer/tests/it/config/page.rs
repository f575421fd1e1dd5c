//! `[page]`: where it is served, and its secret path.

use std::path::Path;

use insta::assert_snapshot;
use plexmon_deploy::config::{Config, PageConfig, SecretPath};
use plexmon_deploy::error::Result;

use super::{TARGET, below, parse, refuses};

const GOOD: &str = "3f9c1d7ae25b8460_plex-~.";

fn page(secret_path: &str, folder: &Path) -> PageConfig {
    let text = format!("{TARGET}\n[page]\nsecret_path = {secret_path}\n");
    Config::parse(&text, &folder.join("config.toml")).unwrap().page.unwrap()
}

/// Read the secret path from a file with this content.
fn read(content: &str) -> Result<SecretPath> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("path"), content).unwrap();
    page("{ file = \"path\" }", folder.path()).read_secret_path()
}

/// The error about this content, which must not be shown.
fn refusal(content: &str) -> String {
    let error = read(content).unwrap_err().to_string();
    assert!(!error.contains(content), "{error}");
    let (before, rest) = error.split_once(", from `").unwrap();
    let (_, after) = rest.split_once("/path`").unwrap();
    format!("{before}, from `FOLDER/path`{after}")
}

#[test]
fn the_secret_path_is_known_by_its_digest() {
    let path = read(&format!("{GOOD}\n")).unwrap();
    // `printf %s VALUE | sha256sum`
    let digest = "1524efa802c3c2f9795f8f8c65878bd88135d9764e317f2a94fae75af4dfc65f";
    assert_eq!(path.digest(Some("recorded")).as_deref(), Some(digest));
    assert!(!format!("{path:?}").contains(GOOD));
}

#[test]
fn a_secret_path_that_could_be_guessed_or_does_not_fit_into_an_address_is_refused() {
    assert_snapshot!(refusal(&GOOD[..21]), @"
    error: the `secret_path` of [page], from `FOLDER/path`, must have 22 to 128 characters

    hint: `openssl rand -hex 16` prints a good one
    ");
    assert_snapshot!(refusal(&"1234567".repeat(5)), @"
    error: the `secret_path` of [page], from `FOLDER/path`, has fewer than 10 different characters, so it could be guessed

    hint: `openssl rand -hex 16` prints a good one
    ");
    assert_snapshot!(refusal("3f9c1d7ae25b8460/plex+tv="), @"
    error: the `secret_path` of [page], from `FOLDER/path`, may only consist of A-Z a-z 0-9 - _ . ~

    hint: `openssl rand -hex 16` prints a good one
    ");
    assert_snapshot!(refusal(&GOOD.repeat(6)), @"
    error: the `secret_path` of [page], from `FOLDER/path`, must have 22 to 128 characters

    hint: `openssl rand -hex 16` prints a good one
    ");
}

#[test]
fn without_the_variable_the_recorded_digest_is_used() {
    let path = page("{ env = \"PLEXMON_TEST_NOT_SET\" }", Path::new("")).read_secret_path().unwrap();
    assert_eq!(path, SecretPath::Missing("PLEXMON_TEST_NOT_SET".to_owned()));
    assert_eq!(path.digest(Some("recorded")).as_deref(), Some("recorded"));
    assert_eq!(path.digest(None), None);
    path.require(Some("recorded")).unwrap();
    assert_snapshot!(path.require(None).unwrap_err(), @"
    error: `PLEXMON_TEST_NOT_SET` is not set
      cause: the status page has no secret path in AWS yet, so it has to be known now

    hint: set it in the environment and run again: export PLEXMON_TEST_NOT_SET=...; `openssl rand -hex 16` prints a good one
    ");
}

#[test]
fn a_page_that_no_longer_has_a_secret_path_does_not_keep_the_recorded_one() {
    let page = parse(&below("[page]")).unwrap().page.unwrap();
    let path = page.read_secret_path().unwrap();
    assert_eq!(path.digest(Some("recorded")), None);
    path.require(None).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_with_the_path_that_others_can_read_causes_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("path");
    std::fs::write(&file, GOOD).unwrap();
    let text = format!("{TARGET}\n[page]\nsecret_path = {{ file = \"path\" }}\n");
    let config = Config::parse(&text, &folder.path().join("config.toml")).unwrap();
    for (mode, warnings) in [(0o644, 1), (0o600, 0)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(config.exposed_secrets().len(), warnings);
    }
}

#[test]
fn the_page_needs_a_region_in_the_partition_of_the_monitor() {
    refuses![
        format!("region = \"eu-central-1\"\n{}", below("[page]\nregion = \"cn-north-1\"")),
        format!("region = \"us-gov-west-1\"\n{}", below("[page]\nregion = \"us-east-1\"")),
    ];
    let config = parse(&below("[page]\nregion = \"us-gov-west-1\"")).unwrap();
    assert_snapshot!(config.check_partition("us-east-1").unwrap_err(), @"
    error: the `region` of [page], us-gov-west-1, is in another partition of AWS than us-east-1

    hint: choose a region of the same partition, or leave it out to serve the page there
    ");
    config.check_partition("us-gov-east-1").unwrap();
}

#[test]
fn only_a_page_in_another_region_needs_the_region_of_the_state() {
    let home = |lines: &str| {
        let settings = parse(&below(lines)).unwrap().deployed_settings("eu-central-1", None);
        settings.page.unwrap().home_region
    };
    assert_eq!(home("[page]\nregion = \"us-east-1\"").as_deref(), Some("eu-central-1"));
    assert_eq!(home("[page]\nregion = \"eu-central-1\""), None);
    assert_eq!(home("[page]"), None);
}
