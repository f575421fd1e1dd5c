//! Read the files that Terraform's modules and functions refer to. The files of a home are untrusted: only the given
//! folders and the repositories around them are read.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::import::{FileAccessError, FileSystem};

/// The maximum size of a file in bytes. Data that lists a home's apps is much smaller.
const MAX_SIZE: u64 = 1024 * 1024;
/// The maximum number of entries of a folder.
const MAX_ENTRIES: usize = 2000;

/// The folders that may be read, with all symbolic links in their paths resolved.
pub struct Disk {
    roots: Vec<PathBuf>,
}

impl Disk {
    /// Allow reading below these paths, and in the repositories that contain them.
    pub fn new(paths: &[PathBuf]) -> Self {
        let root = |path: &PathBuf| {
            let path = fs::canonicalize(path).ok()?;
            let folder = if path.is_dir() { path.as_path() } else { path.parent()? };
            let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
            Some(repository.unwrap_or(folder).to_owned())
        };
        Self { roots: paths.iter().filter_map(root).collect() }
    }

    /// Return the canonical path if it may be read.
    fn inside(&self, path: &Path) -> Result<PathBuf, FileAccessError> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match fs::canonicalize(path) {
            Ok(real) if self.roots.iter().any(|root| real.starts_with(root)) => Ok(real),
            Ok(_) => Err(FileAccessError::OutsideRoots),
            Err(_) => Err(FileAccessError::NotFound),
        }
    }
}

impl FileSystem for Disk {
    fn text(&self, path: &Path) -> Result<String, FileAccessError> {
        let real = self.inside(path)?;
        // Reading a pipe or a device could block.
        if !fs::metadata(&real).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_SIZE) {
            return Err(FileAccessError::NotFound);
        }
        let mut text = String::new();
        let file = fs::File::open(&real).map_err(|_| FileAccessError::NotFound)?;
        file.take(MAX_SIZE).read_to_string(&mut text).map_err(|_| FileAccessError::NotFound)?;
        Ok(text)
    }

    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, FileAccessError> {
        let real = self.inside(folder)?;
        let entries = fs::read_dir(real).map_err(|_| FileAccessError::NotFound)?;
        let entry = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            Some((entry.file_name().into_string().ok()?, entry.path().is_dir()))
        };
        let mut entries: Vec<_> = entries.filter_map(entry).take(MAX_ENTRIES).collect();
        entries.sort();
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn only_files_below_given_folders_are_read() {
        let root = folder(&[("home/a.yml", "a"), ("other/b.yml", "b"), ("home/in/c.yml", "c")]);
        let home = root.path().join("home");
        let disk = Disk::new(&[home.join("a.yml")]);
        assert_eq!(disk.text(&home.join("in/c.yml")).unwrap(), "c");
        assert_eq!(disk.text(&home.join("../other/b.yml")), Err(FileAccessError::OutsideRoots));
        assert_eq!(disk.entries(&root.path().join("other")), Err(FileAccessError::OutsideRoots));
        assert_eq!(disk.text(&home.join("nothing.yml")), Err(FileAccessError::NotFound));
        assert_eq!(disk.entries(&home).unwrap(), [("a.yml".to_owned(), false), ("in".to_owned(), true)]);
    }

    #[test]
    fn the_repository_around_a_folder_belongs_to_it() {
        let root = folder(&[(".git/config", ""), ("data/b.yml", "b"), ("infra/tf/main.tf", "")]);
        let disk = Disk::new(&[root.path().join("infra/tf")]);
        assert_eq!(disk.text(&root.path().join("infra/tf/../../data/b.yml")).unwrap(), "b");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_outside_is_not_followed() {
        let root = folder(&[("home/a.yml", "a"), ("secret", "s")]);
        let home = root.path().join("home");
        std::os::unix::fs::symlink(root.path().join("secret"), home.join("link.yml")).unwrap();
        assert_eq!(
            Disk::new(std::slice::from_ref(&home)).text(&home.join("link.yml")),
            Err(FileAccessError::OutsideRoots)
        );
    }

    #[test]
    fn large_and_binary_files_are_not_read() {
        let large = "x".repeat(MAX_SIZE as usize + 1);
        let root = folder(&[("large.yml", &large)]);
        fs::write(root.path().join("binary.yml"), [0xff, 0xfe, 0x00]).unwrap();
        let disk = Disk::new(&[root.path().to_owned()]);
        assert_eq!(disk.text(&root.path().join("large.yml")), Err(FileAccessError::NotFound));
        assert_eq!(disk.text(&root.path().join("binary.yml")), Err(FileAccessError::NotFound));
    }
}
