//! Takes the identity of the function's sources, so that what code should run is known without building it.

use std::path::Path;
use std::process::ExitCode;

#[path = "src/artifact/sources.rs"]
mod sources;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    println!("cargo::rerun-if-changed=src/artifact/sources.rs");
    for path in sources::WATCHED {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    match sources::digest(&root) {
        Ok(digest) => {
            println!("cargo::rustc-env=PLEXMON_FUNCTION_SOURCES={digest}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("cargo::error=could not read the function's sources: {error}");
            ExitCode::FAILURE
        }
    }
}
