//! Run one of the programs that install the emulator, and explain its failure.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::Instant;

use super::stage::{InstallStage, Report};
use crate::error::{Context, Error, Result};
use crate::process_group::{self, KillOnDrop};
use crate::sandbox::last_lines;

/// Variables that name the folder for temporary files.
const TEMPORARY: [&str; 3] = ["TMPDIR", "TEMP", "TMP"];

/// Why an installer failed, as far as its output shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    DiskFull,
    NoPython,
    NoVenv,
    WrongHash,
    /// Nothing more specific: usually the network.
    Download,
}

/// Runs installers. They put temporary files into a folder that is removed with this value.
pub(super) struct Installer<'a> {
    temporary: tempfile::TempDir,
    report: Report<'a>,
    /// What is running, and since when.
    running: RefCell<(String, Instant)>,
}

impl<'a> Installer<'a> {
    /// `beside` is the directory of the installation.
    pub(super) fn new(beside: &Path, report: Report<'a>) -> Result<Self> {
        let folder = beside.parent().unwrap_or(beside);
        let temporary = tempfile::Builder::new().prefix("install-").tempdir_in(folder);
        let temporary =
            temporary.context(|| format!("could not create a folder in `{}`", folder.display()))?;
        let running = RefCell::new(("the search for Python".to_owned(), Instant::now()));
        Ok(Self { temporary, report, running })
    }

    pub(super) fn note(&self, text: &str) {
        (self.report)(InstallStage::Note(text));
    }

    /// Report that the program is still running.
    pub(super) fn still_running(&self) {
        let (waiting_for, since) = &*self.running.borrow();
        (self.report)(InstallStage::Waiting { waiting_for, elapsed: since.elapsed() });
    }

    /// Run a program without output. If it fails, the error has its last lines. Dropping the future ends it with all
    /// programs that it has started.
    pub(super) async fn run(&self, what: &str, command: &mut Command) -> Result<()> {
        command.envs(TEMPORARY.map(|name| (name, self.temporary.path())));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        process_group::separate(command.as_std_mut());
        let child = command.spawn().context(|| format!("could not start `{what}`"))?;
        let group = KillOnDrop::new(child.id());
        *self.running.borrow_mut() = (format!("`{what}`"), Instant::now());
        let output = child.wait_with_output().await.context(|| format!("could not wait for `{what}`"))?;
        group.has_ended();
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        Err(Error::new(format!("`{what}` failed ({})", output.status))
            .cause(last_lines(&text))
            .hint(Reason::of(&text).hint()))
    }
}

/// Whether a file could not be written because the disk is full.
pub(super) fn is_disk_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// What to do about a full disk.
pub(super) const FREE_SPACE: &str =
    "free 200 MB of disk space, or set XDG_CACHE_HOME to a directory on another disk";

impl Reason {
    fn of(output: &str) -> Self {
        let output = output.to_lowercase();
        let has = |texts: &[&str]| texts.iter().any(|text| output.contains(text));
        if has(&["no space left on device", "errno 28]", "os error 28", "winerror 112", "quota exceeded"]) {
            Self::DiskFull
        } else if has(&["no interpreter found"]) {
            Self::NoPython
        } else if has(&["ensurepip", "no module named venv"]) {
            Self::NoVenv
        } else if has(&["do not match the hashes", "hash mismatch"]) {
            Self::WrongHash
        } else {
            Self::Download
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::DiskFull => FREE_SPACE,
            Self::NoPython => "install Python 3.10 or newer (https://www.python.org), or let uv download one",
            Self::NoVenv => {
                "install Python's `venv` module (Debian, Ubuntu: `sudo apt install python3-venv`), or uv"
            }
            Self::WrongHash => {
                "the package index returned files that differ from the pinned ones; if you use a mirror, try the original \
                 index"
            }
            Self::Download => {
                "the packages come from PyPI: check the network, the proxy and `pip config list`, then run the same \
                 command again"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_recognized() {
        for (output, reason) in [
            ("error: No interpreter found for Python >=3.10", Reason::NoPython),
            ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", Reason::WrongHash),
            ("error: Hash mismatch for `h11==0.16.0`", Reason::WrongHash),
            (
                "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
                Reason::DiskFull,
            ),
            ("error: failed to write file: No space left on device (os error 28)", Reason::DiskFull),
            (
                "Error: Command '['python3', '-m', 'ensurepip']' returned non-zero exit status 1.",
                Reason::NoVenv,
            ),
            ("/usr/bin/python3: No module named venv", Reason::NoVenv),
            ("Temporary failure in name resolution", Reason::Download),
            // pip names the option in each download error.
            ("ERROR: No matching distribution found for ministack==1.5.33", Reason::Download),
        ] {
            assert_eq!(Reason::of(output), reason, "{output}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn temporary_files_are_removed_and_the_last_lines_explain_a_failure() {
        let directory = tempfile::tempdir().unwrap();
        let installer = Installer::new(&directory.path().join("emulator"), &|_| {}).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo x > $TMPDIR/file && ls $TMPDIR && echo 'Hash mismatch' >&2; exit 3"]);
        let error = installer.run("pip install", &mut command).await.unwrap_err();
        insta::assert_snapshot!(error, @"
        error: `pip install` failed (exit status: 3)
          cause: file
                 Hash mismatch

        hint: the package index returned files that differ from the pinned ones; if you use a mirror, try the original index
        ");
        drop(installer);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
