//! On a terminal: questions, moving lines, and a narrow window.

use std::path::Path;

use crate::support::{Deploy, Fixture, bootstrap, snapshot};

fn up(fixture: &Fixture, columns: u16, answer: &str) -> Deploy {
    fixture.on_a_terminal(columns, "[Y/n]", answer, &["up"]).args([Path::new("--bootstrap"), bootstrap()])
}

/// Remove the times of completed steps: in a narrow window they may be cut anywhere.
fn without_times(screen: &str) -> String {
    let line = |line: &str| {
        if !line.contains('✓') {
            return line.to_owned();
        }
        let line = line.strip_suffix(" s").unwrap_or(line);
        line.trim_end_matches(|end: char| end.is_ascii_digit() || end == '.' || end == ' ').to_owned()
    };
    screen.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn up_asks_and_applies_in_a_narrow_window() {
    let fixture = Fixture::new();
    let up = up(&fixture, 44, "\n").run().ended(0);
    snapshot!(without_times(&up.stdout), @"
    plex-remote-health in account [ACCOUNT],
      region us-east-1
      + create role      plex-remote-health-role
      + create log group
        /aws/lambda/plex-remote-health
      + create parameter
        /homelab/plex_remote_status
      + create secret
        /homelab/plex_remote_status_secrets
      + create parameter
        /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule
        plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    [COST]
    Apply this plan? [Y/n]
      ✓ create role plex-remote-health-role
      ✓ create log group /aws/lambda/plex-remote
      ✓ create parameter /homelab/plex_remote_st
      ✓ create secret /homelab/plex_remote_statu
      ✓ create parameter /homelab/plex_remote_st
      ✓ create schedule plex-remote-health-sched
      ✓ create function plex-remote-health
      ✓ run the function once
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex is up
    ");
    assert_eq!(fixture.messages().len(), 1);
}

#[test]
fn answering_no_changes_nothing() {
    let fixture = Fixture::new();
    let up = up(&fixture, 100, "n\n").run().ended(1);
    snapshot!(up.stdout, @"
    plex-remote-health in account [ACCOUNT], region us-east-1
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    [COST]
    Apply this plan? [Y/n] n
    error: not confirmed: nothing was changed
    ");
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn ctrl_c_at_the_question_changes_nothing() {
    let fixture = Fixture::new();
    let up = up(&fixture, 100, "\x03").run().ended(130);
    assert!(up.stdout.contains("error: interrupted; nothing was changed"), "{}", up.whole());
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn down_requires_an_explicit_yes() {
    let fixture = Fixture::deployed();
    let before = fixture.inventory();
    let down = fixture.on_a_terminal(100, "[y/N]", "\n", &["down", "--no-wait"]).run();
    assert!(down.stdout.contains("nothing was removed"), "{}", down.whole());
    assert_ne!(down.code, Some(0));
    assert_eq!(fixture.inventory(), before);
    let down = fixture.on_a_terminal(100, "[y/N]", "y\n", &["down", "--no-wait"]).run().ended(0);
    snapshot!(down.stdout, @"
    plex-remote-health in account [ACCOUNT], region us-east-1
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 7 to delete
    Remove all of this? [y/N] y
    the KMS key `aws/ssm` remains: AWS manages it, and it costs nothing
      ✓ delete schedule plex-remote-health-schedule [TIME]
      ✓ delete function plex-remote-health [TIME]
      ✓ delete role plex-remote-health-role [TIME]
      ✓ delete log group /aws/lambda/plex-remote-health [TIME]
      ✓ delete parameter /homelab/plex_remote_status [TIME]
      ✓ delete secret /homelab/plex_remote_status_secrets [TIME]
      ✓ delete parameter /homelab/plex_remote_status_history [TIME]
      ✓ check again [TIME]
    7 resources deleted; checked again: nothing of plex-remote-health is left
    ");
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn init_asks_for_the_address() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.home().join("config.toml")).unwrap();
    let answer = "https://plex.home.example\n";
    let init = fixture.on_a_terminal(100, "(https://...): ", answer, &["init"]).run().ended(0);
    snapshot!(init.stdout, @"
    Public address of your Plex (https://...): https://plex.home.example
    wrote config.toml
    next: run `plexmon-deploy check`, set PUSHOVER_TOKEN and PUSHOVER_USER, then run `plexmon-deploy up`
    ");
    let written = std::fs::read_to_string(fixture.home().join("config.toml")).unwrap();
    assert!(written.contains("\nurl = \"https://plex.home.example\"\n"), "{written}");
}

#[test]
fn without_a_terminal_up_and_down_require_yes_as_an_option() {
    let fixture = Fixture::new();
    let up = fixture.with_code(&["up"]).run().ended(2);
    snapshot!(up.stderr, @r"
    plex-remote-health in account [ACCOUNT], region us-east-1
    error: cannot ask for input without a terminal

    hint: add --yes to skip the confirmation
    ");
    assert_eq!(fixture.inventory(), [""; 0]);
    fixture.up().ended(0);
    let down = fixture.deploy(&["down"]).run().ended(2);
    snapshot!(down.stderr, @r"
    plex-remote-health in account [ACCOUNT], region us-east-1
    error: cannot ask for input without a terminal

    hint: add --yes to skip the confirmation
    ");
    assert_eq!(fixture.inventory().len(), 7);
}
