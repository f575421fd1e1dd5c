//! The identity of the function's sources: one digest over everything that its binary is built from.
//!
//! The build script computes it, and `up` checks that the sources are still the same before it builds them.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The files and folders that the binary is built from, relative to the workspace, whose manifest has the profile. A test
/// verifies that all crates of the workspace that the function depends on are in the list.
pub const WATCHED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "function/Cargo.toml", "function/src"];

/// SHA-256 in hexadecimal. Carriage returns are skipped, since a checkout on Windows may add them.
pub fn digest(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for path in WATCHED {
        collect(&root.join(path), path.to_owned(), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for (name, path) in files {
        let text: Vec<u8> = std::fs::read(path)?.into_iter().filter(|byte| *byte != b'\r').collect();
        for part in [name.as_bytes(), text.as_slice()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Collect the files below `path` with the names that are hashed, which have `/` on every system.
fn collect(path: &Path, name: String, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if !path.is_dir() {
        files.push((name, path.to_owned()));
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let child = entry.file_name().to_string_lossy().into_owned();
        collect(&entry.path(), format!("{name}/{child}"), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    const PACKAGE: &str = "plexmon-function";

    fn is_watched(path: &Path, root: &Path) -> bool {
        WATCHED.iter().any(|watched| path.starts_with(root.join(watched)))
    }

    /// The manifests and sources of the function and of all crates in this repository that it is built from.
    fn built_from(metadata: &Value) -> BTreeSet<PathBuf> {
        let list = |value: &Value| value.as_array().unwrap().clone();
        let path = |value: &Value| PathBuf::from(value.as_str().unwrap());
        let packages = list(&metadata["packages"]);
        let local =
            |id: &Value| packages.iter().find(|package| package["id"] == *id && package["source"].is_null());
        let function = packages.iter().find(|package| package["name"] == PACKAGE).unwrap();
        let (mut done, mut next) = (BTreeSet::new(), vec![function]);
        let mut paths = BTreeSet::new();
        while let Some(package) = next.pop() {
            if !done.insert(package["id"].to_string()) {
                continue;
            }
            paths.insert(path(&package["manifest_path"]));
            // A target with required features is not built by default.
            let is_built = |target: &Value| target["required-features"].is_null();
            for target in list(&package["targets"]).into_iter().filter(is_built) {
                let source = path(&target["src_path"]);
                match target["kind"][0].as_str().unwrap() {
                    "test" | "bench" | "example" => {}
                    "custom-build" => drop(paths.insert(source)),
                    _ => drop(paths.insert(source.parent().unwrap().to_owned())),
                }
            }
            let nodes = list(&metadata["resolve"]["nodes"]);
            let node = nodes.iter().find(|node| node["id"] == package["id"]).unwrap();
            let is_built =
                |dependency: &Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            next.extend(
                list(&node["deps"])
                    .iter()
                    .filter(|dependency| is_built(dependency))
                    .filter_map(|dependency| local(&dependency["pkg"])),
            );
        }
        paths
    }

    #[test]
    fn everything_that_the_function_is_built_from_is_watched() {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let root = PathBuf::from(metadata["workspace_root"].as_str().unwrap());
        let paths = built_from(&metadata);
        assert!(paths.len() > 1, "{paths:?}");
        let missing: Vec<&PathBuf> = paths.iter().filter(|path| !is_watched(path, &root)).collect();
        assert!(
            missing.is_empty(),
            "add these paths to WATCHED, as {PACKAGE} is built from them: {missing:?}"
        );
    }

    #[test]
    fn no_source_includes_a_file_that_is_not_watched() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
        let mut files = Vec::new();
        for watched in WATCHED {
            collect(&root.join(watched), watched.to_owned(), &mut files).unwrap();
        }
        for (name, path) in files.iter().filter(|(name, _)| name.ends_with(".rs")) {
            let text = std::fs::read_to_string(path).unwrap();
            for form in ["include_str!(\"", "include_bytes!(\"", "include!(\"", "#[path = \""] {
                for included in text.split(form).skip(1).filter_map(|rest| rest.split('"').next()) {
                    let included = path.parent().unwrap().join(included).canonicalize().unwrap();
                    assert!(is_watched(&included, &root), "{name} includes {}", included.display());
                }
            }
        }
    }
}
