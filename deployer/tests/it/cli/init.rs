//! `init` writes one file, once.

use crate::support::{Deploy, snapshot};

#[test]
fn it_writes_a_valid_configuration() {
    let home = tempfile::tempdir().unwrap();
    let init = Deploy::new(home.path()).args(["init", "--url", "https://plex.home.example"]).run();
    snapshot!(init.whole(), @r"
    exit 0
    --- stdout
    wrote config.toml
    --- stderr
    next: run `plexmon-deploy check`, set PUSHOVER_TOKEN and PUSHOVER_USER, then run `plexmon-deploy up`
    ");
    let written = std::fs::read_to_string(home.path().join("config.toml")).unwrap();
    let example = include_str!("../../../../config.example.toml");
    assert_eq!(written, example.replace("\"https://plex.example.com\"", "\"https://plex.home.example\""));

    let plan = Deploy::new(home.path()).args(["plan"]).run();
    assert!(plan.stderr.starts_with("error: no AWS region is set"), "{}", plan.whole());
}

#[test]
fn it_never_overwrites() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, "mine").unwrap();
    let init = Deploy::new(home.path()).args(["init", "--url", "https://plex.example.com"]).run();
    snapshot!(init.whole(), @r"
    exit 2
    --- stderr
    error: `config.toml` already exists and was not changed

    hint: edit it, or choose another file with --config PATH
    ");
    assert_eq!(std::fs::read_to_string(config).unwrap(), "mine");
}

#[test]
fn an_invalid_address_is_rejected_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let init = Deploy::new(home.path()).args(["init", "--url", "plex.example.com"]).run();
    snapshot!(init.whole(), @r#"
    exit 2
    --- stderr
    error: this address cannot be monitored
      cause: config.toml:40: `[[target]] url` is not a complete address (relative URL without a base)

    hint: write the address as a browser shows it, for example "https://plex.example.com"
    "#);
    // An address cannot inject settings into the file.
    let init = Deploy::new(home.path()).args(["init", "--url", "https://a\"\nname = \"b"]).run();
    assert_eq!(init.code, Some(2), "{}", init.whole());
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn without_a_terminal_the_address_is_required() {
    let home = tempfile::tempdir().unwrap();
    snapshot!(Deploy::new(home.path()).args(["init"]).run().whole(), @"
    exit 2
    --- stderr
    error: cannot ask for input without a terminal

    hint: pass the address with --url https://plex.example.com
    ");
}

#[test]
fn a_missing_folder_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let args = ["init", "--url", "https://plex.example.com", "--config", "missing/config.toml"];
    snapshot!(Deploy::new(home.path()).args(args).run().whole(), @r"
    exit 1
    --- stderr
    error: could not write `missing/config.toml`
      cause: No such file or directory (os error [NUMBER])

    hint: choose a writable folder on a disk with free space
    ");
}

#[test]
fn json_output_names_the_file() {
    let home = tempfile::tempdir().unwrap();
    let init = Deploy::new(home.path()).args(["init", "--json", "--url", "https://plex.example.com"]).run();
    assert_eq!(init.ended(0).json(), serde_json::json!({"written": "config.toml"}));
}
