//! Help and usage errors.

use clap::CommandFactory as _;
use plexmon_deploy::cli::Cli;

use crate::support::{Deploy, snapshot};

fn run(args: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    Deploy::new(home.path()).args(args).run().whole()
}

#[test]
fn help_lists_all_commands() {
    snapshot!("help", run(&["--help"]));
}

#[test]
fn without_arguments_help_is_printed_and_the_exit_code_is_2() {
    let (first, help) = (run(&[]), run(&["-h"]));
    assert_eq!(first.strip_prefix("exit 2\n--- stderr"), help.strip_prefix("exit 0\n--- stdout"));
}

#[test]
fn each_command_has_help() {
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        snapshot!(format!("help_{name}"), run(&[name, "--help"]));
    }
}

#[test]
fn version_prints_the_version_and_what_the_function_is_built_from() {
    let version = format!("exit 0\n--- stdout\nplexmon-deploy {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["-V"]), version);
    let long = run(&["--version"]);
    let rest = long.strip_prefix(&version).unwrap();
    // A release has functions instead; see `release::`.
    let digest = rest.strip_prefix("\nsources          ").unwrap();
    assert!(digest.len() == 64 && digest.chars().all(|digit| digit.is_ascii_hexdigit()), "{long}");
}

#[test]
fn an_unknown_command_suggests_a_similar_one() {
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
fn an_unknown_option_is_an_error() {
    snapshot!(run(&["up", "--force"]), @r"
    exit 2
    --- stderr
    error: unexpected argument '--force' found

    Usage: plexmon-deploy up [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn conflicting_options_are_an_error() {
    snapshot!(run(&["plan", "-q", "-v"]), @r"
    exit 2
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose...'

    Usage: plexmon-deploy plan --quiet

    For more information, try '--help'.
    ");
}

#[test]
fn an_invalid_duration_is_an_error() {
    snapshot!(run(&["logs", "--since", "yesterday"]), @r"
    exit 2
    --- stderr
    error: invalid value 'yesterday' for '--since <DURATION>': expected number at 0

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_shell_is_an_error() {
    snapshot!(run(&["completions", "sh2"]), @r"
    exit 2
    --- stderr
    error: invalid value 'sh2' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

    For more information, try '--help'.
    ");
}
