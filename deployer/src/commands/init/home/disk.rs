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
    fn only_what_is_below_the_named_folders_is_read() {
        let root = folder(&[("home/a.yml", "a"), ("other/b.yml", "b"), ("home/in/c.yml", "c")]);
        let home = root.path().join("home");
        let disk = Disk::new(&[home.join("a.yml")]);
        assert_eq!(disk.text(&home.join("in/c.yml")).unwrap(), "c");
        assert_eq!(disk.text(&home.join("../other/b.yml")), Err(Unreadable::Outside));
        assert_eq!(disk.entries(&root.path().join("other")), Err(Unreadable::Outside));
        assert_eq!(disk.text(&home.join("nothing.yml")), Err(Unreadable::Missing));
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
    fn a_link_leads_nowhere_else() {
        let root = folder(&[("home/a.yml", "a"), ("secret", "s")]);
        let home = root.path().join("home");
        std::os::unix::fs::symlink(root.path().join("secret"), home.join("link.yml")).unwrap();
        assert_eq!(
            Disk::new(std::slice::from_ref(&home)).text(&home.join("link.yml")),
            Err(Unreadable::Outside)
        );
    }

    #[test]
    fn large_files_and_what_is_no_text_are_not_read() {
        let large = "x".repeat(LARGEST as usize + 1);
        let root = folder(&[("large.yml", &large)]);
        fs::write(root.path().join("binary.yml"), [0xff, 0xfe, 0x00]).unwrap();
        let disk = Disk::new(&[root.path().to_owned()]);
        assert_eq!(disk.text(&root.path().join("large.yml")), Err(Unreadable::Missing));
        assert_eq!(disk.text(&root.path().join("binary.yml")), Err(Unreadable::Missing));
    }
}
