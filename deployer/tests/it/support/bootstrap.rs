//! The function's binary, built once per run as `up` builds it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use plexmon_release::cargo::Build;

/// Return the file for `--bootstrap`. Cargo's own lock separates concurrent runs.
pub fn bootstrap() -> &'static Path {
    static BOOTSTRAP: OnceLock<PathBuf> = OnceLock::new();
    BOOTSTRAP.get_or_init(build)
}

fn build() -> PathBuf {
    let variables = vec![("CARGO_TARGET_DIR", Some(target_directory().into_os_string()))];
    let (package, program) = ("plexmon-function", "bootstrap");
    let build = Build { command: "build", package, program, profile: "lambda", target: None, variables };
    build.run().unwrap()
}

/// Return the directory in which cargo has put this test.
fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

/// Return the variables that cargo needs in an otherwise empty environment.
pub fn cargo_environment() -> Vec<(&'static str, OsString)> {
    let home = std::env::home_dir().unwrap();
    let from_home = |folder: &str| home.join(folder).into_os_string();
    let toolchain = std::env::var_os("RUSTUP_TOOLCHAIN").map(|toolchain| ("RUSTUP_TOOLCHAIN", toolchain));
    let mut variables = vec![
        ("PATH", std::env::var_os("PATH").unwrap_or_default()),
        ("CARGO", std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
        ("CARGO_HOME", std::env::var_os("CARGO_HOME").unwrap_or_else(|| from_home(".cargo"))),
        ("RUSTUP_HOME", std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| from_home(".rustup"))),
        ("CARGO_TARGET_DIR", target_directory().into_os_string()),
    ];
    variables.extend(toolchain);
    variables
}
