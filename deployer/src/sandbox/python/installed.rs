//! A virtual environment with the emulator, and whether it is complete.
//!
//! The name of its directory contains the digest of the pinned requirements. A marker file, which is written last, shows
//! that the installation is complete.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Context, Result};

pub(super) const REQUIREMENTS: &str = include_str!("../requirements.txt");
const MARKER: &str = "complete";
/// How often to try to remove a directory in which a killed process may just have created a file.
const REMOVALS: usize = 5;

/// A complete installation of the emulator.
#[derive(Debug, Clone)]
pub struct Installed {
    directory: PathBuf,
}

impl Installed {
    pub(in crate::sandbox) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The place of this version below the cache directory, whether or not it is installed.
    pub(super) fn below(directory: &Path) -> Result<Self> {
        let digest: String =
            Sha256::digest(REQUIREMENTS).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        // An absolute path, since the installers run in the new directory.
        let directory = std::path::absolute(directory).context(|| "could not find the current directory")?;
        Ok(Self::at(directory.join(format!("emulator-{digest}"))))
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The interpreter of the private environment.
    pub fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        self.directory.join(inside)
    }

    /// Whether the marker and the interpreter exist. The latter is a broken link if its base Python was removed.
    pub(super) fn is_complete(&self) -> bool {
        self.directory.join(MARKER).exists() && self.python().exists()
    }

    /// Remove it, however much of it exists.
    pub(super) fn clear(&self) -> Result<()> {
        // The marker first: an interrupted removal must not look like a complete installation.
        let marker = self.directory.join(MARKER);
        for removed in [fs::remove_file(marker), fs::remove_dir_all(&self.directory)] {
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).context(|| format!("could not remove `{}`", self.directory.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// An installation in progress. It is removed when it is dropped, after an error or Ctrl-C.
pub(super) struct Unfinished<'a>(Option<&'a Installed>);

impl<'a> Unfinished<'a> {
    pub(super) fn new(installed: &'a Installed) -> Self {
        Self(Some(installed))
    }

    /// Write the marker.
    pub(super) fn complete(mut self) -> Result<()> {
        if let Some(installed) = self.0 {
            let marker = installed.directory.join(MARKER);
            fs::write(&marker, REQUIREMENTS).context(|| format!("could not write `{}`", marker.display()))?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(installed) = self.0 {
            let _ = (0..REMOVALS).any(|_| installed.clear().is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An installation that lacks only its marker.
    fn fake_installation(directory: &Path) -> Installed {
        let installed = Installed::at(directory.to_owned());
        let python = installed.python();
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        fs::write(python, "").unwrap();
        installed
    }

    #[test]
    fn every_requirement_is_pinned_with_a_hash() {
        let pins: Vec<&str> = REQUIREMENTS.lines().filter(|line| !line.starts_with([' ', '#'])).collect();
        assert!(pins.iter().any(|pin| pin.starts_with("ministack==")));
        for pin in pins {
            assert!(pin.contains("==") && pin.ends_with('\\'), "{pin}");
        }
        assert!(!REQUIREMENTS.contains("://"), "the requirements must not set an index");
    }

    #[test]
    fn an_installation_without_marker_or_interpreter_is_incomplete() {
        let directory = tempfile::tempdir().unwrap();
        let installed = fake_installation(directory.path());
        assert!(!installed.is_complete());
        Unfinished::new(&installed).complete().unwrap();
        assert!(installed.is_complete());
        fs::remove_file(installed.python()).unwrap();
        assert!(!installed.is_complete());
    }

    #[test]
    fn an_unfinished_installation_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let installed = fake_installation(&directory.path().join("environment"));
        drop(Unfinished::new(&installed));
        assert!(!installed.directory().exists());
    }

    #[test]
    fn a_missing_directory_can_be_cleared() {
        let directory = tempfile::tempdir().unwrap();
        let installed = Installed::at(directory.path().join("environment"));
        installed.clear().unwrap();
        fake_installation(installed.directory());
        installed.clear().unwrap();
        assert!(!installed.directory().exists());
    }
}
