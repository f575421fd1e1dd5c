//! Install the emulator into a private virtual environment, once; later runs do not use the network.
//!
//! A failed or interrupted installation is removed. If this process was killed, the installation has no marker, and the
//! next one starts from scratch.

mod install;
mod installed;
mod installer;
mod stage;

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use self::install::install;
use self::installed::Unfinished;
use self::stage::Report;
use crate::error::{Context, Error, Result};
use crate::report::with_heartbeat;

pub use installed::Installed;
pub use stage::InstallStage;

const LOCK_POLL: Duration = Duration::from_millis(100);

/// The emulator below `directory`, if it is installed.
pub fn find(directory: &Path) -> Result<Option<Installed>> {
    Ok(Some(Installed::below(directory)?).filter(Installed::is_complete))
}

/// Make sure that the emulator is installed below `directory`.
///
/// Several processes may call this at the same time: the others wait for the first one.
pub async fn prepare(directory: &Path, report: Report<'_>) -> Result<Installed> {
    let installed = Installed::below(directory)?;
    if installed.is_complete() {
        return Ok(installed);
    }
    fs::create_dir_all(directory).context(|| format!("could not create `{}`", directory.display()))?;
    let _until_done = lock(&directory.join("install.lock"), report).await?;
    if !installed.is_complete() {
        let unfinished = Unfinished::new(&installed);
        install(&installed, report)
            .await
            .map_err(|error| error.context("could not install the AWS emulator"))?;
        unfinished.complete()?;
    }
    Ok(installed)
}

/// Acquire the lock, which lasts until the file is dropped; the system releases it if this process is killed.
///
/// The lock is polled, so that no blocking call delays Ctrl-C.
async fn lock(path: &Path, report: Report<'_>) -> Result<File> {
    let failed = || format!("could not lock `{}`", path.display());
    let file = File::options().create(true).append(true).open(path).context(failed)?;
    let is_locked = || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error).context(failed),
    };
    if !is_locked()? {
        report(InstallStage::Note("waiting for another process that is installing the emulator"));
        let polling = async {
            while !is_locked()? {
                tokio::time::sleep(LOCK_POLL).await;
            }
            Ok::<_, Error>(())
        };
        let waiting_for = "another process to install it";
        with_heartbeat(polling, |elapsed| report(InstallStage::Waiting { waiting_for, elapsed })).await?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_second_process_waits_for_the_first_and_reports_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let first = lock(&path, &|_| {}).await.unwrap();

        let reported = RefCell::new(Vec::new());
        let report = |stage: InstallStage<'_>| reported.borrow_mut().push(format!("{stage:?}"));
        let second = lock(&path, &report);
        let release = async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, release);
        assert!(second.is_ok());
        assert_eq!(
            reported.into_inner(),
            [
                "Note(\"waiting for another process that is installing the emulator\")",
                "Waiting { waiting_for: \"another process to install it\", elapsed: 8s }",
            ]
        );
    }
}
