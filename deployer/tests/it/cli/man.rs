//! Manual pages, checked with the program that formats them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory as _;
use plexmon_deploy::cli::Cli;
use serde_json::json;

use crate::support::{Deploy, Ran, snapshot};

fn run(home: &Path, args: &[&str]) -> Ran {
    Deploy::new(home).args(["man"]).args(args).run()
}

/// The pages in a folder by their names.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn written(args: &[&str]) -> BTreeMap<String, String> {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &[&["--out", "man"], args].concat()).ended(0);
    pages(&home.path().join("man"))
}

#[test]
fn each_command_has_a_page() {
    let written = written(&[]);
    let cli = Cli::command();
    let commands = cli.get_subcommands().map(|command| format!("plexmon-deploy-{}.1", command.get_name()));
    let mut expected: Vec<String> = commands.chain(["plexmon-deploy.1".to_owned()]).collect();
    expected.sort();
    assert_eq!(written.keys().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    for command in cli.get_subcommands() {
        let page = &written[&format!("plexmon-deploy-{}.1", command.get_name())];
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            let option = format!("\\-\\-{}", option.replace('-', "\\-"));
            assert!(page.contains(&option), "{option} in the page of {}", command.get_name());
        }
    }
}

#[test]
fn without_a_folder_the_main_page_is_printed() {
    let home = tempfile::tempdir().unwrap();
    let printed = run(home.path(), &[]).ended(0);
    assert_eq!(printed.stdout, written(&[])["plexmon-deploy.1"]);
    assert_eq!(printed.stderr, "");
}

/// Otherwise, the same release would be another one on each machine that builds it.
#[test]
fn the_pages_do_not_depend_on_the_machine() {
    let pages = written(&["--color", "always", "-v"]);
    assert_eq!(pages, written(&[]));
    for (name, page) in pages {
        let title = page.lines().find(|line| line.starts_with(".TH")).unwrap();
        let command = name.trim_end_matches(".1");
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            title,
            format!(".TH \"{command}\" \"1\" \"\" \"plexmon-deploy {version}\" \"plexmon manual\""),
            "the third field would be a date"
        );
        for place in [env!("CARGO_MANIFEST_DIR"), "/tmp", "/home/"] {
            assert!(!page.contains(place), "{name} contains {place}");
        }
    }
}

/// Skipped where there is no formatter.
#[test]
fn the_formatter_has_no_complaints() {
    for (name, page) in written(&[]) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), page).unwrap();
        let groff = Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]).arg(file.path()).output();
        let Ok(output) = groff else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{name}: {said}");
    }
}

#[test]
fn what_was_written_is_reported() {
    let home = tempfile::tempdir().unwrap();
    let count = Cli::command().get_subcommands().count() + 1;
    let text = run(home.path(), &["--out", "man"]).ended(0);
    assert_eq!(text.stdout, format!("wrote {count} manual pages to man\n"));
    let document = run(home.path(), &["--out", "man", "--json"]).ended(0).json();
    assert_eq!(document["written"][0], json!("man/plexmon-deploy.1"));
    assert_eq!(document["written"].as_array().unwrap().len(), count);
}

#[test]
fn something_else_in_place_of_the_folder_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file"), "mine").unwrap();
    snapshot!(run(home.path(), &["--out", "file"]).whole(), @"
    exit 2
    --- stderr
    error: `file` is not a folder

    hint: pass a folder with --out; it is created if it does not exist
    ");
    snapshot!(run(home.path(), &["--out", "file/man"]).whole(), @"
    exit 1
    --- stderr
    error: could not create the folder `file/man`
      cause: Not a directory (os error [NUMBER])

    hint: choose another folder with --out
    ");
    assert_eq!(std::fs::read_to_string(home.path().join("file")).unwrap(), "mine");
}

/// A part of the pages would look like all of them.
#[test]
fn all_pages_are_written_or_none() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("man");
    let in_the_way = folder.join("plexmon-deploy-up.1");
    std::fs::create_dir_all(&in_the_way).unwrap();
    snapshot!(run(home.path(), &["--out", "man"]).whole(), @"
    exit 2
    --- stderr
    error: `man/plexmon-deploy-up.1` is a folder, and was not replaced

    hint: remove it, or choose another path
    ");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(entries.collect::<Vec<_>>(), [in_the_way]);
}
