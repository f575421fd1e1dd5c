//! Errors about the configuration, before anything else happens.

use crate::support::{Deploy, snapshot};

/// `plan` with this configuration, or with none.
fn plan(config: Option<&str>) -> String {
    let home = tempfile::tempdir().unwrap();
    if let Some(text) = config {
        std::fs::write(home.path().join("config.toml"), text).unwrap();
    }
    Deploy::new(home.path()).args(["plan"]).run().whole()
}

#[test]
fn a_missing_file() {
    snapshot!(plan(None), @r"
    exit 2
    --- stderr
    error: could not read `config.toml`
      cause: No such file or directory (os error [NUMBER])

    hint: create one with `plexmon-deploy init`, or pass the path of yours with `--config PATH`
    ");
    let home = tempfile::tempdir().unwrap();
    let elsewhere = Deploy::new(home.path()).args(["up", "--yes"]).env("PLEXMON_CONFIG", "other.toml").run();
    snapshot!(elsewhere.ended(2).stderr, @r"
    error: could not read `other.toml`
      cause: No such file or directory (os error [NUMBER])

    hint: create one with `plexmon-deploy init`, or pass the path of yours with `--config PATH`
    ");
}

#[test]
fn every_command_that_needs_the_configuration_reports_a_missing_one() {
    let home = tempfile::tempdir().unwrap();
    for command in ["check", "plan", "up", "status", "logs", "invoke", "down"] {
        let ran = Deploy::new(home.path()).args([command, "--config", "none.toml"]).run().ended(2);
        assert!(ran.stderr.starts_with("error: could not read `none.toml`"), "{command}: {}", ran.whole());
    }
}

#[test]
fn a_misspelt_key() {
    let text = "shedule = \"rate(1 hour)\"\n\n\
                [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    snapshot!(plan(Some(text)), @"
    exit 2
    --- stderr
    error: config.toml:1: unknown key `shedule`

    hint: did you mean `schedule`? allowed: `name`, `region`, `schedule`, `function`, `access`, `defaults`, `target`, `notify`, `timezone`, `maintenance`, `control`, `heartbeat`, `state`, `history`, `report`, `page`
    ");
}

#[test]
fn invalid_toml() {
    snapshot!(plan(Some("name = plex\n")), @r"
    exit 2
    --- stderr
    error: config.toml:1: string values must be quoted, expected literal string

    hint: this line is not valid TOML; strings need quotes, and table names need [brackets]
    ");
}

#[test]
fn a_token_in_the_file() {
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n\n\
                [notify.pushover]\ntoken = \"marker-literal-token\"\nuser = { env = \"PUSHOVER_USER\" }\n";
    let said = plan(Some(text));
    assert!(!said.contains("marker-literal-token"), "{said}");
    snapshot!(said, @r#"
    exit 2
    --- stderr
    error: config.toml:7: `[notify.pushover] token` must not be written into the file, where backups and repositories would keep the secret

    hint: write token = { env = "VARIABLE" } or { file = "path" }, and put the value there
    "#);
}

#[test]
fn a_schedule_that_eventbridge_would_reject() {
    let text = "schedule = \"rate(1 minutes)\"\n\n\
                [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    snapshot!(plan(Some(text)), @r"
    exit 2
    --- stderr
    error: config.toml:1: `schedule` must be `rate(1 minute)`: AWS requires `minute` here

    hint: allowed: rate(N minutes|hours|days), rate(1 minute|hour|day), or a six-field cron(...) in UTC
    ");
}
