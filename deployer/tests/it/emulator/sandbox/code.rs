//! Which code the sandbox runs: built with cargo, as a stand-in plays it, or the deployer itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Newcomer, processes};
use crate::support::{Deploy, until};

/// A cargo that does what this script says, and writes down how it was called.
struct Cargo {
    folder: TempDir,
}

impl Cargo {
    fn new(script: &str) -> Self {
        let cargo = Self { folder: tempfile::tempdir().unwrap() };
        let record = format!("env > {0}/env; echo \"$@\" > {0}/arguments", cargo.folder.path().display());
        // Written by another process: a test that forks at the same time would keep this file open for writing, and it
        // could not be executed ("text file busy").
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod +x "$0""#;
        let script = format!("{record}\n{script}");
        let written = Command::new("sh").args(["-c", write]).arg(cargo.program()).arg(script).status();
        assert!(written.unwrap().success());
        cargo
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("cargo")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }

    fn was_called(&self) -> bool {
        self.read("arguments").ends_with('\n')
    }
}

/// The sandbox as `cargo run` starts it, with the variables that cargo sets.
fn run_by(cargo: &Cargo, newcomer: &Newcomer) -> Deploy {
    let deploy = newcomer.sandbox(&[]).env("CARGO", cargo.program());
    deploy.env("CARGO_MANIFEST_DIR", "/checkout/deployer").env("CARGO_PKG_NAME", "plexmon-deploy")
}

/// Without any program on the PATH, and so without cargo.
fn without_programs(deploy: Deploy, folder: &Path) -> Deploy {
    deploy.env("PATH", folder)
}

#[test]
fn in_a_checkout_it_is_built_with_the_dependencies_of_the_deployer() {
    let newcomer = Newcomer::new();
    // What is built does not matter here. The deployer can run as the function.
    let message = format!(
        r#"{{"reason":"compiler-artifact","target":{{"name":"bootstrap"}},"executable":"{}"}}"#,
        env!("CARGO_BIN_EXE_plexmon-deploy")
    );
    let cargo = Cargo::new(&format!(
        "printf '    Building [=> ] 209/210: bootstrap(bin)\\r' >&2\necho '{message}'\necho '    Finished' >&2"
    ));
    let story = run_by(&cargo, &newcomer).run().ended(0);
    assert!(
        story.stderr.contains("  building the function for this machine with cargo\n"),
        "{}",
        story.stderr
    );
    // The bar is for the deployer, not for the user.
    assert!(!story.stderr.contains("Building [") && !story.stderr.contains('\r'), "{}", story.stderr);
    assert_eq!(
        cargo.read("arguments"),
        "build --package plexmon-deploy --package plexmon-function --bin bootstrap --profile dev --locked \
         --message-format json-render-diagnostics\n"
    );
    let environment = cargo.read("env");
    assert!(environment.contains("CARGO_TERM_PROGRESS_WHEN=always\n"), "{environment}");
    assert!(
        !environment.contains("CARGO_MANIFEST_DIR=") && !environment.contains("CARGO_PKG_"),
        "{environment}"
    );
    newcomer.nothing_is_left();
}

#[test]
fn a_failed_build_deploys_nothing() {
    let newcomer = Newcomer::new();
    let cargo =
        Cargo::new("echo 'error: could not write: No space left on device (os error 28)' >&2; exit 101");
    let story = run_by(&cargo, &newcomer).run().ended(1);
    assert!(!story.stderr.contains("create role"), "{}", story.whole());
    let error = story.stderr.split_once("error: ").unwrap().1;
    insta::assert_snapshot!(error, @"
    cargo could not build the function
      cause: error: could not write: No space left on device (os error 28)

    hint: free some disk space, or set CARGO_TARGET_DIR to a folder with more of it
    ");
    newcomer.nothing_is_left();
}

#[test]
fn ctrl_c_during_the_build_ends_the_compilers() {
    let newcomer = Newcomer::new();
    let cargo = Cargo::new("sleep 600 &\nwait");
    let mut story = run_by(&cargo, &newcomer).start();
    until("cargo has been started", || cargo.was_called());
    until("its compiler has been started", || processes(newcomer.cache.path()) >= 4);
    story.interrupt();
    story.end().ended(130);
    newcomer.nothing_is_left();
}

#[test]
fn where_nothing_can_be_built_the_deployer_serves_as_the_function() {
    let newcomer = Newcomer::new();
    let empty = tempfile::tempdir().unwrap();
    let story = without_programs(newcomer.sandbox(&[]), empty.path()).run().ended(0);
    let note =
        "this program serves as the function as well: there is no cargo or no checkout to build it with\n";
    assert!(story.stderr.contains(note), "{}", story.stderr);
    assert!(story.stdout.contains("phone: Plex RECOVERED after"), "{}", story.whole());
    assert!(story.stdout.contains("nothing to do: AWS matches the configuration"), "{}", story.whole());
    newcomer.nothing_is_left();
}

#[test]
fn the_uploaded_function_cannot_be_shown_where_nothing_can_be_built() {
    let newcomer = Newcomer::new();
    let empty = tempfile::tempdir().unwrap();
    let story = without_programs(newcomer.sandbox(&["--release"]), empty.path()).run().ended(1);
    let error = story.stderr.split_once("error: ").unwrap().1;
    insta::assert_snapshot!(error, @"
    --release needs cargo and the checkout that this program was built from

    hint: leave out --release: this program then serves as the function itself
    ");
    newcomer.nothing_is_left();
}
