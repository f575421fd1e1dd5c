//! zizmor and actionlint, installed once into a virtual environment below the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use plexmon_testing::python;

use super::sources::Workflow;
use crate::support;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/workflows/requirements.txt");

/// Return the findings of zizmor in its strictest mode that needs no network.
pub fn zizmor(workflows: &[Workflow]) -> Option<String> {
    findings(workflows, "zizmor", &["--offline", "--persona=pedantic", "--strict-collection", "--quiet"])
}

/// Return the findings of actionlint, which lints scripts with shellcheck where that can be installed.
pub fn actionlint(workflows: &[Workflow]) -> Option<String> {
    let shellcheck = programs().join("shellcheck");
    let shellcheck = if shellcheck.exists() { shellcheck.display().to_string() } else { String::new() };
    findings(workflows, "actionlint", &["-no-color", "-pyflakes=", &format!("-shellcheck={shellcheck}")])
}

fn findings(workflows: &[Workflow], linter: &str, options: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    // Reusable workflows are looked up from the root of a repository.
    let inside = folder.path().join(".github/workflows");
    fs::create_dir_all(&inside).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let mut command = Command::new(programs().join(linter));
    command.args(options).current_dir(folder.path());
    for Workflow { name, text } in workflows {
        let file = format!("{}.yml", name.trim_start_matches(".github/workflows/").trim_end_matches(".yml"));
        let path = inside.join(file.replace(['/', ',', ' '], "-"));
        fs::write(&path, text).unwrap();
        command.arg(path.strip_prefix(folder.path()).unwrap());
    }
    let output = command.output().unwrap();
    (!output.status.success()).then(|| text(&output))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Return the folder with the linters, which are installed with hashes, so that they are the same everywhere.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linters");
        python::programs(Path::new(REQUIREMENTS), &support::python(), &directory, &["--require-hashes"])
    })
}
