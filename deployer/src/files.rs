//! Write files completely or not at all: the content goes to a temporary file in the same folder, which then takes the
//! name. A full disk or an interruption leaves the previous file as it was.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// A file that is complete on disk but does not have its name yet. Dropping it removes it.
pub struct Unnamed {
    file: NamedTempFile,
    path: PathBuf,
}

impl Unnamed {
    /// Write the content that `path` is to have. Fails if there is something at `path` that is not a file.
    pub fn write(path: &Path, content: &[u8]) -> Result<Self> {
        let path = replaceable(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The error would name the temporary file, which the user does not know.
        let nameless = |error: io::Error| io::Error::from(error.kind());
        let file =
            folder.metadata().and_then(|_| temporary(folder).map_err(nameless)).and_then(|mut file| {
                file.as_file_mut().write_all(content)?;
                // A full disk may be reported only now.
                file.as_file().sync_all()?;
                Ok(file)
            });
        match file {
            Ok(file) => Ok(Self { file, path }),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    /// Give it its name; an existing file is replaced.
    pub fn persist(self) -> Result<()> {
        let Self { file, path } = self;
        file.persist(&path).map(drop).map_err(|error| unwritable(&path, &error.error))
    }
}

/// Write a file; an existing one is replaced.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    Unnamed::write(path, content)?.persist()
}

/// Fail early if a file cannot be written there, before long work for its content.
pub fn check(path: &Path) -> Result<()> {
    Unnamed::write(path, b"").map(drop)
}

/// Return the path to write: that of the file behind a link, so that the link stays. A folder is never replaced, nor is a
/// device such as `/dev/null`.
fn replaceable(path: &Path) -> Result<PathBuf> {
    let Ok(existing) = path.metadata() else { return Ok(path.to_owned()) };
    if existing.is_file() {
        return path.canonicalize().map_err(|error| unwritable(path, &error));
    }
    let is = if existing.is_dir() { "a folder" } else { "not a regular file" };
    Err(Error::usage(format!("`{}` is {is}, and was not replaced", path.display()))
        .hint("remove it, or choose another path"))
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".plexmon-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: the user's umask decides who may read it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("could not write `{}`", path.display()))
        .cause(error)
        .hint("choose a writable folder on a disk with free space")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_existing_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_file_without_its_name_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"one").unwrap();
        drop(Unnamed::write(&path, b"two").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(folder.path(), b"one").unwrap_err();
        assert!(error.message().ends_with("is a folder, and was not replaced"), "{error}");
        let error = write(&folder.path().join("missing/file"), b"one").unwrap_err();
        assert!(error.message().starts_with("could not write `"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let error = write(Path::new("/dev/null"), b"one").unwrap_err();
        assert_eq!(error.message(), "`/dev/null` is not a regular file, and was not replaced");
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&path, b"one").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        write(&link, b"two").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        // Readable as far as the umask allows, not only by its owner as temporary files are.
        let ordinary = folder.path().join("ordinary");
        std::fs::write(&ordinary, "").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&ordinary));
    }
}
