//! Builds the programs that are measured.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Build a binary of the function's package as it is deployed, and return its path. `tmp` is the benchmark's
/// `CARGO_TARGET_TMPDIR`, beside which the binary is written.
pub fn build(binary: &str, features: &[&str], tmp: &Path) -> PathBuf {
    let target = tmp.parent().unwrap();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--locked", "--profile", "lambda", "--package", "plexmon-function"]);
    command.args(["--bin", binary]).args(features.iter().flat_map(|feature| ["--features", feature]));
    command.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    // With the variables that cargo sets for a benchmark, build scripts would run again for all other callers.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    run_tool(&mut command);
    target.join("lambda").join(binary)
}

/// Run a tool that has to succeed, and show its output.
pub fn run_tool(command: &mut Command) {
    let status = command.status().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(status.success(), "{command:?}: {status}");
}
