//! The identity of the function's sources: one digest over everything that its binary is made of.
//!
//! Shared by the build script, which takes it, and by `up`, which checks that the sources it is about
//! to build are still those.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What goes in, relative to the workspace. The root manifest carries the profile.
pub const WATCHED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "function/Cargo.toml", "function/src"];

/// SHA-256 in hexadecimal. Line endings do not count: a checkout on Windows may change them.
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

/// Files below `path` with the names that they are hashed under, which have `/` on every system.
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
