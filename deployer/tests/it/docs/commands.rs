//! Command lines parse as the program parses them, and every command is described.

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use plexmon_deploy::cli::Cli;

use super::pages::{Page, all};

/// How a command line begins, and what parses its arguments.
const PROGRAMS: [(&str, Program); 5] = [
    ("cargo deploy", Program::Deploy),
    ("plexmon-deploy", Program::Deploy),
    ("cargo archive", Program::Archive),
    ("cargo run --locked --package plexmon-release --", Program::Release),
    ("plexmon-release", Program::Release),
];

#[derive(Clone, Copy)]
enum Program {
    Deploy,
    Release,
    /// An alias for one of its commands.
    Archive,
}

#[test]
fn every_command_line_parses() {
    let wrong: Vec<String> = all().iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_command_line_is_reported() {
    for (text, is_wrong) in [
        ("`cargo deploy up --yes`", false),
        ("`cargo deploy`", false),
        ("`plexmon-deploy --version`", false),
        ("```console\n$ cargo deploy down --keep-state   # a comment\n```", false),
        ("cargo deploy nothing", false),
        ("```console\n$ plexmon-deploy plan --json > plan.json\n```", false),
        ("`cargo deploy upp`", true),
        ("`cargo deploy upp > file`", true),
        ("`plexmon-deploy status --yes`", true),
        ("```console\n$ cargo deploy pause --for soon\n```", true),
        ("```text\nThis is `plexmon-deploy upp`:\n```", true),
        ("`cargo archive --out a`", false),
        ("`cargo archive --outt a`", true),
        ("`plexmon-release notes v1.2.0`", false),
        ("`plexmon-release notes`", true),
        ("```console\n$ plexmon-deploy announce \"Update of Plex\" --until 4h\n```", false),
        ("```console\n$ plexmon-deploy announce Update of Plex\n```", true),
    ] {
        assert_eq!(!wrong(&Page::sample(text)).is_empty(), is_wrong, "{text}");
    }
}

/// Return the command lines of a page that the program would refuse.
fn wrong(page: &Page) -> Vec<String> {
    page.code()
        .iter()
        .filter_map(|line| {
            let (program, arguments) =
                PROGRAMS.iter().find_map(|(start, program)| Some((*program, line.strip_prefix(start)?)))?;
            let end =
                [" #", " > ", " >> ", " | ", " || "].iter().filter_map(|sign| arguments.find(sign)).min();
            let arguments = &arguments[..end.unwrap_or(arguments.len())];
            // A word such as `plexmon-deploy.exe` is not a call.
            (arguments.is_empty() || arguments.starts_with(' '))
                .then(|| (line, program, arguments.to_owned()))
        })
        .filter_map(|(line, program, arguments)| {
            Some(format!("{}: `{line}`: {}", page.path.display(), refusal(program, &arguments)?))
        })
        .collect()
}

fn refusal(program: Program, arguments: &str) -> Option<String> {
    let (command, start): (_, &[&str]) = match program {
        Program::Deploy => (Cli::command(), &["plexmon-deploy"]),
        Program::Release => (plexmon_release::cli::Cli::command(), &["plexmon-release"]),
        Program::Archive => (plexmon_release::cli::Cli::command(), &["plexmon-release", "archive"]),
    };
    let arguments = start.iter().map(|argument| (*argument).to_owned()).chain(words(arguments));
    let error = command.try_get_matches_from(arguments).err()?;
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    (!is_help).then(|| error.to_string())
}

#[test]
fn every_command_is_described_with_options_that_it_has() {
    let page = Page::read("deployer/docs/configuration.md");
    let cli = Cli::command();
    let rows = rows(&page);
    let mut described: Vec<&str> = rows.iter().flat_map(|row| row.commands.iter().copied()).collect();
    let mut commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    described.sort_unstable();
    commands.sort_unstable();
    assert_eq!(described, commands);
    for Row { commands, options } in &rows {
        let has = |name: &&str, option: &str| {
            let command = cli.find_subcommand(name).unwrap();
            command.get_arguments().any(|argument| argument.get_long() == Some(option))
        };
        for option in options {
            assert!(commands.iter().any(|name| has(name, option)), "{commands:?}: no option --{option}");
        }
    }
}

/// A row of the table of commands: `pause`, `resume` with `--for`.
struct Row<'a> {
    commands: Vec<&'a str>,
    options: Vec<&'a str>,
}

fn rows(page: &Page) -> Vec<Row<'_>> {
    let (_, section) = page.text.split_once("\n## Commands").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let mut cells = line.trim_matches('|').splitn(2, '|');
        let (commands, meaning) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let options = code_of(meaning).into_iter().filter_map(|code| code.strip_prefix("--")).collect();
        Row { commands: code_of(commands), options }
    })
    .collect()
}

/// Return the first word of each piece of inline code.
fn code_of(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).filter_map(|code| code.split(' ').next()).collect()
}

/// Split arguments as a shell does; words in double quotes belong together.
fn words(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in arguments.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}
