//! Access to files that a configuration refers to: modules, data, templates.

use std::path::Path;

/// Reads files. The files of a home are untrusted: implementations only read below the folders that the user gave, and
/// limit the size.
pub trait FileSystem {
    /// Return the text of a file.
    fn text(&self, path: &Path) -> Result<String, FileAccessError>;

    /// Return the names in a folder, and whether each is a folder.
    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, FileAccessError>;
}

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAccessError {
    /// It does not exist, or is not text.
    NotFound,
    /// It is outside the folders that may be read.
    OutsideRoots,
}
