//! Install the emulator into a private virtual environment, once; later runs do not use the network.
//!
//! The name of the directory contains the digest of the pinned requirements. A marker file, which is written last, shows
//! that the installation is complete; an interrupted installation has no marker and is repeated.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::process::Command;

use super::{interpreter, last_lines};
use crate::error::{Context, Error, Result};

const REQUIREMENTS: &str = include_str!("requirements.txt");
const MARKER: &str = "complete";
const LOCK_POLL: Duration = Duration::from_millis(100);

/// The user's settings for pip, which uv does not read, and the corresponding settings of uv.
const PIP_TO_UV: [(&str, &str); 4] = [
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    ("PIP_FIND_LINKS", "UV_FIND_LINKS"),
    ("PIP_CERT", "SSL_CERT_FILE"),
];

/// A complete installation of the emulator.
#[derive(Debug, Clone)]
pub struct Installed {
    directory: PathBuf,
}

impl Installed {
    pub(super) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The interpreter of the private environment.
    pub fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        self.directory.join(inside)
    }

    /// Whether the marker and the interpreter exist. The latter is a broken link if its base Python was removed.
    fn is_complete(&self) -> bool {
        self.directory.join(MARKER).exists() && self.python().exists()
    }
}

/// Make sure that the emulator is installed below `directory`, and report slow steps to `say`.
///
/// Several processes may call this at the same time: the others wait for the first one.
pub async fn prepare(directory: &Path, say: &dyn Fn(&str)) -> Result<Installed> {
    let digest: String =
        Sha256::digest(REQUIREMENTS).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    // An absolute path, since the installers run in the new directory.
    let directory = &std::path::absolute(directory).context(|| "could not find the current directory")?;
    let installed = Installed::at(directory.join(format!("emulator-{digest}")));
    if installed.is_complete() {
        return Ok(installed);
    }
    fs::create_dir_all(directory).context(|| format!("could not create `{}`", directory.display()))?;
    let _until_done = lock(&directory.join("install.lock"), say).await?;
    if !installed.is_complete() {
        build(&installed, say).await.map_err(|error| error.context("could not install the AWS emulator"))?;
        let marker = installed.directory.join(MARKER);
        fs::write(&marker, REQUIREMENTS).context(|| format!("could not write `{}`", marker.display()))?;
    }
    Ok(installed)
}

/// Acquire the lock, which lasts until the file is dropped; the system releases it if this process is killed.
///
/// The lock is polled, so that no blocking call delays Ctrl-C.
async fn lock(path: &Path, say: &dyn Fn(&str)) -> Result<File> {
    let failed = || format!("could not lock `{}`", path.display());
    let file = File::options().create(true).append(true).open(path).context(failed)?;
    let mut reported = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error).context(failed),
            Err(TryLockError::WouldBlock) if !reported => {
                say("waiting for another process that is installing the emulator");
                reported = true;
            }
            Err(TryLockError::WouldBlock) => {}
        }
        tokio::time::sleep(LOCK_POLL).await;
    }
}

/// Build with uv if it is installed; otherwise, or if that fails (for example because only pip is configured), with pip.
async fn build(installed: &Installed, say: &dyn Fn(&str)) -> Result<()> {
    let place = installed.directory.display();
    if interpreter::has_uv().await {
        say(&format!(
            "installing the AWS emulator into `{place}` (once; about 20 packages from PyPI, with uv)"
        ));
        let Err(refusal) = build_with_uv(installed).await else { return Ok(()) };
        let Ok(python) = interpreter::find().await else { return Err(refusal) };
        say("uv failed; trying Python's own tools");
        return build_with_pip(installed, python).await;
    }
    let python = interpreter::find().await?;
    say(&format!("installing the AWS emulator into `{place}` (once; about 20 packages from PyPI, with pip)"));
    build_with_pip(installed, python).await
}

async fn build_with_uv(installed: &Installed) -> Result<()> {
    clear(&installed.directory)?;
    let mut create = Command::new("uv");
    create.args(["venv", "--no-project", "--python", ">=3.10"]).arg(&installed.directory);
    run("uv venv", with_pip_settings(&mut create)).await?;

    let requirements = write_requirements(&installed.directory)?;
    let mut install = Command::new("uv");
    // Compiling the packages now, on all cores, is cheaper than at the first start.
    install.args(["pip", "install", "--require-hashes", "--no-deps", "--compile-bytecode"]);
    // The only setting for which uv has an option but no variable.
    install.args(std::env::var_os("PIP_NO_INDEX").map(|_| "--no-index"));
    install.arg("--python").arg(installed.python()).arg("-r").arg(requirements);
    install.current_dir(&installed.directory);
    run("uv pip install", with_pip_settings(&mut install)).await
}

async fn build_with_pip(installed: &Installed, python: &[&str]) -> Result<()> {
    clear(&installed.directory)?;
    let mut create = Command::new(python.first().unwrap_or(&"python3"));
    create.args(python.iter().skip(1)).args(["-I", "-m", "venv"]).arg(&installed.directory);
    run("python -m venv", &mut create).await?;

    let requirements = write_requirements(&installed.directory)?;
    let mut install = Command::new(installed.python());
    install.args(["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    install.args(["--require-hashes", "--no-deps", "-r"]).arg(requirements).current_dir(&installed.directory);
    // These settings would install the packages elsewhere; all other settings of the user for pip apply.
    install.env("PIP_USER", "0").env_remove("PIP_TARGET").env_remove("PIP_PREFIX").env_remove("PIP_ROOT");
    run("pip install", &mut install).await
}

fn with_pip_settings(command: &mut Command) -> &mut Command {
    for (pip, uv) in PIP_TO_UV {
        if let (Ok(value), None) = (std::env::var(pip), std::env::var_os(uv)) {
            // pip separates several locations by spaces, uv by commas.
            let value = if pip == "PIP_FIND_LINKS" { value.replace(' ', ",") } else { value };
            command.env(uv, value);
        }
    }
    command
}

fn clear(directory: &Path) -> Result<()> {
    // The marker first: an interrupted removal must not look like a complete installation.
    let marker = directory.join(MARKER);
    for removed in [fs::remove_file(marker), fs::remove_dir_all(directory)] {
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).context(|| format!("could not remove `{}`", directory.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn write_requirements(directory: &Path) -> Result<PathBuf> {
    let path = directory.join("requirements.txt");
    fs::write(&path, REQUIREMENTS).context(|| format!("could not write `{}`", path.display()))?;
    Ok(path)
}

/// Run an installer without output. If it fails, the error has its last lines.
async fn run(what: &str, command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.context(|| format!("could not start `{what}`"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("`{what}` failed ({})", output.status)).cause(last_lines(&text)).hint(hint(&text)))
}

fn hint(output: &str) -> &'static str {
    if output.contains("No interpreter found") {
        "install Python 3.10 or newer (https://www.python.org), or let uv download one"
    } else if output.to_lowercase().contains("hash") {
        "the package index returned files that differ from the pinned ones; if you use a mirror, try the original index"
    } else {
        "the packages come from PyPI: check the network, the proxy and `pip config list`, then run the same command again"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake_installation(directory: &Path) -> Installed {
        let installed = Installed::at(directory.to_owned());
        let python = installed.python();
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        fs::write(python, "").unwrap();
        fs::write(directory.join(MARKER), "").unwrap();
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
        assert!(installed.is_complete());

        fs::remove_file(installed.python()).unwrap();
        assert!(!installed.is_complete());

        let installed = fake_installation(directory.path());
        fs::remove_file(directory.path().join(MARKER)).unwrap();
        assert!(!installed.is_complete());
    }

    #[test]
    fn a_missing_directory_can_be_cleared() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("environment");
        clear(&inside).unwrap();
        fake_installation(&inside);
        clear(&inside).unwrap();
        assert!(!inside.exists());
    }

    #[tokio::test]
    async fn the_second_process_waits_for_the_first_and_reports_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let first = lock(&path, &|_| {}).await.unwrap();

        let said = std::sync::Mutex::new(Vec::new());
        let say = |text: &str| said.lock().unwrap().push(text.to_owned());
        let second = lock(&path, &say);
        let release = async {
            tokio::time::sleep(LOCK_POLL * 2).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, release);
        assert!(second.is_ok());
        assert_eq!(said.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_wrong_hash_or_a_missing_python_is_not_reported_as_a_network_problem() {
        assert!(hint("error: No interpreter found for Python >=3.10").contains("install Python"));
        assert!(hint("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES").contains("mirror"));
        assert!(hint("Name or service not known").contains("network"));
    }
}
