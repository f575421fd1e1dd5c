//! Takes the identity of the function's sources, so that what code should run is known without building it, and embeds
//! compiled functions into releases.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "src/artifact/elf.rs"]
mod elf;
#[path = "build/embed.rs"]
mod embed;
#[path = "src/artifact/sources.rs"]
mod sources;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for path in ["build.rs", "build/embed.rs", "src/artifact/elf.rs", "src/artifact/sources.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    for path in sources::WATCHED {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    let digest =
        sources::digest(&root).map_err(|error| format!("could not read the function's sources: {error}"))?;
    println!("cargo::rustc-env=PLEXMON_FUNCTION_SOURCES={digest}");
    println!("cargo::rustc-env=PLEXMON_PROFILE={}", profile());
    embed::embed(&root)
}

/// The profile in which this program's dependencies are compiled, if the sandbox can use it for the function as well: a
/// folder above the build script's own has its name.
fn profile() -> &'static str {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let is_dev = out.ancestors().filter_map(Path::file_name).find_map(|folder| match folder.to_str() {
        Some("debug") => Some(true),
        Some("quick") => Some(false),
        _ => None,
    });
    if is_dev == Some(true) { "dev" } else { "quick" }
}
