//! Help, and what is said about a command line that makes no sense.

use crate::support::{Deploy, snapshot};

fn run(args: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    Deploy::new(home.path()).args(args).run().whole()
}

#[test]
fn the_whole_program() {
    snapshot!("help", run(&["--help"]));
}

#[test]
fn without_arguments_it_helps_and_ends_with_2() {
    let (first, help) = (run(&[]), run(&["-h"]));
    assert_eq!(first.strip_prefix("exit 2\n--- stderr"), help.strip_prefix("exit 0\n--- stdout"));
}

#[test]
fn each_command() {
    for command in [
        "init",
        "check",
        "plan",
        "up",
        "status",
        "logs",
        "invoke",
        "down",
        "permissions",
        "sandbox",
        "completions",
    ] {
        snapshot!(format!("help_{command}"), run(&[command, "--help"]));
    }
}

#[test]
fn the_version() {
    let version = run(&["--version"]);
    assert_eq!(version, format!("exit 0\n--- stdout\nplexmon-deploy {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_unknown_command() {
    snapshot!(run(&["upp"]), @r"
    exit 2
    --- stderr
    error: unrecognized subcommand 'upp'

      tip: a similar subcommand exists: 'up'

    Usage: plexmon-deploy [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_option() {
    snapshot!(run(&["up", "--force"]), @r"
    exit 2
    --- stderr
    error: unexpected argument '--force' found

    Usage: plexmon-deploy up [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn options_that_contradict_each_other() {
    snapshot!(run(&["plan", "-q", "-v"]), @r"
    exit 2
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose...'

    Usage: plexmon-deploy plan --quiet

    For more information, try '--help'.
    ");
}

#[test]
fn a_duration_that_is_none() {
    snapshot!(run(&["logs", "--since", "yesterday"]), @r"
    exit 2
    --- stderr
    error: invalid value 'yesterday' for '--since <DURATION>': expected number at 0

    For more information, try '--help'.
    ");
}

#[test]
fn a_shell_that_is_none() {
    snapshot!(run(&["completions", "sh2"]), @r"
    exit 2
    --- stderr
    error: invalid value 'sh2' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

    For more information, try '--help'.
    ");
}
