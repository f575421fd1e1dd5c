//! Files that Terraform's modules and functions name. What a home's files say is not to be trusted: only what is below
//! the named folders, or the repository around them, is read.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::import::{Files, Unreadable};

/// Bytes of a file. Data that lists a home's apps is much smaller.
const LARGEST: u64 = 1024 * 1024;
/// Entries of a folder.
const MOST_ENTRIES: usize = 2000;

/// The folders that may be read, with every symbolic link in their paths followed.
pub struct Disk {
    roots: Vec<PathBuf>,
}

impl Disk {
    /// Reads below these paths, and in the repositories that they are in.
    pub fn new(paths: &[PathBuf]) -> Self {
        let root = |path: &PathBuf| {
            let path = fs::canonicalize(path).ok()?;
            let folder = if path.is_dir() { path.as_path() } else { path.parent()? };
            let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
            Some(repository.unwrap_or(folder).to_owned())
        };
        Self { roots: paths.iter().filter_map(root).collect() }
    }

    /// The real path, if it may be read.
    fn inside(&self, path: &Path) -> Result<PathBuf, Unreadable> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match fs::canonicalize(path) {
            Ok(real) if self.roots.iter().any(|root| real.starts_with(root)) => Ok(real),
            Ok(_) => Err(Unreadable::Outside),
            Err(_) => Err(Unreadable::Missing),
        }
    }
}

impl Files for Disk {
    fn text(&self, path: &Path) -> Result<String, Unreadable> {
        let real = self.inside(path)?;
        // A pipe or a device would keep its reader waiting.
        if !fs::metadata(&real).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST) {
            return Err(Unreadable::Missing);
        }
        let mut text = String::new();
        let file = fs::File::open(&real).map_err(|_| Unreadable::Missing)?;
        file.take(LARGEST).read_to_string(&mut text).map_err(|_| Unreadable::Missing)?;
        Ok(text)
    }

    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, Unreadable> {
        let real = self.inside(folder)?;
        let entries = fs::read_dir(real).map_err(|_| Unreadable::Missing)?;
        let entry = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            Some((entry.file_name().into_string().ok()?, entry.path().is_dir()))
        };
        let mut entries: Vec<_> = entries.filter_map(entry).take(MOST_ENTRIES).collect();
        entries.sort();
        Ok(entries)
    }
}
