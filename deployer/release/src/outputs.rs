//! Write the archive and its checksums: whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{Context as _, Error, Result};

/// The checksums of all archives of a version.
const SUMS: &str = "SHA256SUMS";

/// What was written.
#[derive(Debug)]
pub struct Written {
    pub archive: PathBuf,
    pub sha256: String,
    pub bytes: u64,
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Write the archive `name` and its checksums into `folder`. `pack` writes its content to a file in a temporary folder;
/// everything is moved to its place at the end.
///
/// `version` selects the archives that are listed together.
pub fn write(
    folder: &Path,
    name: &str,
    version: &str,
    pack: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<Written> {
    let failed = || format!("could not write to `{}`", folder.display());
    fs::create_dir_all(folder).context(failed)?;
    let temporary = tempfile::Builder::new().prefix(".archive-").tempdir_in(folder).context(failed)?;
    let path = temporary.path().join(name);
    let mut file = BufWriter::new(File::create(&path).context(failed)?);
    pack(&mut file)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .context(failed)?;
    let content = fs::read(&path).context(failed)?;
    let sha256 = sha256(&content);

    let line = format!("{sha256}  {name}\n");
    let mut sums = sums(folder, name, version).context(failed)?;
    sums.push(line.clone());
    sums.sort_by(|a, b| name_of(a).cmp(name_of(b)));
    let sum = format!("{name}.sha256");
    for (name, text) in [(sum.as_str(), line), (SUMS, sums.concat())] {
        let mut file = File::create(temporary.path().join(name)).context(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).context(failed)?;
    }
    for file in [name, &sum, SUMS] {
        fs::rename(temporary.path().join(file), folder.join(file)).context(failed)?;
    }
    Ok(Written { archive: folder.join(name), sha256, bytes: content.len() as u64 })
}

/// The lines of the other archives of this version in the folder.
fn sums(folder: &Path, name: &str, version: &str) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        let Some(archive) = file.strip_suffix(".sha256") else { continue };
        let stem = archive.trim_end_matches(".tar.gz").trim_end_matches(".zip");
        if archive != name && stem.ends_with(&format!("-v{version}")) && folder.join(archive).exists() {
            lines.push(fs::read_to_string(folder.join(&file))?);
        }
    }
    Ok(lines)
}

fn name_of(line: &str) -> &str {
    line.split_once("  ").map_or(line, |(_, name)| name)
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::new("could not write the archive").cause(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn written(folder: &Path, name: &str, content: &[u8]) -> Written {
        write(folder, name, "1.0.0", |file| Ok(file.write_all(content)?)).unwrap()
    }

    #[test]
    fn checksums_are_beside_the_archive_and_of_all_archives_of_the_version() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("p-b-v0.9.0.tar.gz"), "").unwrap();
        fs::write(folder.join("p-b-v0.9.0.tar.gz.sha256"), "0  p-b-v0.9.0.tar.gz\n").unwrap();
        written(folder, "p-b-v1.0.0.tar.gz", b"first");
        let second = written(folder, "p-a-v1.0.0.zip", b"second");
        let again = written(folder, "p-b-v1.0.0.tar.gz", b"third");
        assert_eq!((again.bytes, again.sha256.clone()), (5, sha256(b"third")));
        let line = |hash: &str, name: &str| format!("{hash}  {name}\n");
        let sums = fs::read_to_string(folder.join(SUMS)).unwrap();
        assert_eq!(sums, line(&second.sha256, "p-a-v1.0.0.zip") + &line(&again.sha256, "p-b-v1.0.0.tar.gz"));
        let single = fs::read_to_string(folder.join("p-a-v1.0.0.zip.sha256")).unwrap();
        assert_eq!(single, line(&second.sha256, "p-a-v1.0.0.zip"));
    }

    #[test]
    fn nothing_is_left_of_an_archive_that_fails() {
        let folder = tempfile::tempdir().unwrap();
        let failed = write(folder.path(), "p-v1.0.0.zip", "1.0.0", |file| {
            file.write_all(&[0; 100_000])?;
            Err(Error::interrupted())
        });
        assert!(failed.unwrap_err().to_string().contains("interrupted; nothing was written"));
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_full_disk_is_reported() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let failed = write(folder.path(), "p-v1.0.0.zip", "1.0.0", |_| {
            Ok(File::options().write(true).open(full)?.write_all(b"x")?)
        });
        let text = failed.unwrap_err().to_string();
        assert!(
            text.starts_with("error: could not write the archive\n  cause: No space left on device"),
            "{text}"
        );
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let folder = file.path().join("archives");
        let failed = write(&folder, "p-v1.0.0.zip", "1.0.0", |_| Ok(()));
        let text = failed.unwrap_err().to_string();
        let start = format!("error: could not write to `{}`\n  cause: ", folder.display());
        assert!(text.starts_with(&start), "{text}");
    }
}
