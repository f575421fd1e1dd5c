//! Paths of files, which only have one form after normalization.

use std::path::{Component, Path, PathBuf};

/// Remove `.` and `..` from a path, so that each file has only one.
pub fn normalize_path(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Resolve a path in a file, also with the separators of Windows.
pub fn resolve_path(directory: &Path, path: &str) -> PathBuf {
    normalize_path(&directory.join(path.replace('\\', "/")))
}
