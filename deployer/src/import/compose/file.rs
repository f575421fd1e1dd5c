//! A Compose file before anything is merged.

use std::path::Path;

use super::super::source_file::FileOrigin;
use super::super::yaml::Node;

/// A parsed Compose file.
#[derive(Debug)]
pub struct ComposeFile<'a> {
    pub path: &'a Path,
    pub origin: &'a FileOrigin,
    pub documents: Vec<Node>,
}

pub fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

pub fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}
