//! Builds what is measured: ours and the empty handler with cargo, Python's packages into an environment of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo's target directory, in which everything is kept.
pub fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

/// The function, as it is deployed.
pub fn bootstrap() -> PathBuf {
    cargo(&["--bin", "bootstrap"]);
    target_directory().join("lambda/bootstrap")
}

/// The least function there can be.
pub fn empty() -> PathBuf {
    cargo(&["--bin", "empty", "--features", "empty-handler"]);
    target_directory().join("lambda/empty")
}

fn cargo(what: &[&str]) {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--locked", "--profile", "lambda", "--package", "plexmon-function"]);
    command.args(what).arg("--target-dir").arg(target_directory()).current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo tells a benchmark would make build scripts run anew for every other caller.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    run(&mut command);
}

/// Python with awslambdaric and boto3, pinned by hash; installed once.
pub fn python() -> PathBuf {
    let requirements = include_str!("requirements.txt");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers-python");
    let (python, marker) = (directory.join("bin/python"), directory.join("complete"));
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
        return python;
    }
    let _ = fs::remove_dir_all(&directory);
    run(Command::new("python3").args(["-I", "-m", "venv"]).arg(&directory));
    let list = directory.join("requirements.txt");
    fs::write(&list, requirements).unwrap();
    let mut install = Command::new(&python);
    install.args(["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    run(install.args(["--require-hashes", "--no-deps", "-r"]).arg(&list));
    fs::write(marker, requirements).unwrap();
    python
}

/// Runs a tool that has to succeed, and shows what it says.
pub fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(status.success(), "{command:?}: {status}");
}
