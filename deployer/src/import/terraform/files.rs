//! Files that a configuration names: modules' folders, data, templates.

use std::path::Path;

/// Reads what may be read. What a home's files name is not to be trusted: an implementation keeps to the folders
/// that the user named, and to sizes that fit into memory.
pub trait Files {
    /// The text of a file.
    fn text(&self, path: &Path) -> Result<String, Unreadable>;

    /// The names in a folder, and whether each is a folder itself.
    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, Unreadable>;
}

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not exist, or is no text.
    Missing,
    /// It is not below the folders that were named.
    Outside,
}
