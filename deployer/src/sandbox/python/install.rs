//! Create the virtual environment and install the packages, with uv or with Python's own tools.

use std::fs;
use std::path::PathBuf;

use tokio::process::Command;

use super::installed::{Installed, REQUIREMENTS};
use super::installer::{FREE_SPACE, Installer, is_disk_full};
use super::stage::Report;
use crate::error::{Context, Result};
use crate::report::with_heartbeat;
use crate::sandbox::interpreter;

/// The user's settings for pip, which uv does not read, and the corresponding settings of uv.
const PIP_TO_UV: [(&str, &str); 4] = [
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    ("PIP_FIND_LINKS", "UV_FIND_LINKS"),
    ("PIP_CERT", "SSL_CERT_FILE"),
];

/// Install with uv if there is one; otherwise, or if that fails (for example because only pip is configured), with pip.
pub(super) async fn install(installed: &Installed, report: Report<'_>) -> Result<()> {
    let installer = Installer::new(installed.directory(), report)?;
    // One heartbeat for all programs: each of them alone may end just before its first one.
    with_heartbeat(run(&installer, installed), |_| installer.still_running()).await
}

async fn run(installer: &Installer<'_>, installed: &Installed) -> Result<()> {
    let place = installed.directory().display();
    let note = |tool: &str| {
        installer.note(&format!(
            "installing the AWS emulator into `{place}` (once; about 20 packages from PyPI, with {tool})"
        ));
    };
    if interpreter::has_uv().await {
        note("uv");
        let Err(refusal) = with_uv(installer, installed).await else { return Ok(()) };
        let Ok(python) = interpreter::find().await else { return Err(refusal) };
        installer.note("uv failed; trying Python's own tools");
        return with_pip(installer, installed, python).await;
    }
    let python = interpreter::find().await?;
    note("pip");
    with_pip(installer, installed, python).await
}

async fn with_uv(installer: &Installer<'_>, installed: &Installed) -> Result<()> {
    installed.clear()?;
    let mut create = Command::new("uv");
    create.args(["venv", "--no-project", "--python", ">=3.10"]).arg(installed.directory());
    installer.run("uv venv", with_pip_settings(&mut create)).await?;

    let requirements = write_requirements(installed)?;
    let mut install = Command::new("uv");
    // Compiling the packages now, on all cores, is cheaper than at the first start.
    install.args(["pip", "install", "--require-hashes", "--no-deps", "--compile-bytecode"]);
    // The only setting for which uv has an option but no variable.
    install.args(std::env::var_os("PIP_NO_INDEX").map(|_| "--no-index"));
    install.arg("--python").arg(installed.python()).arg("-r").arg(requirements);
    install.current_dir(installed.directory());
    installer.run("uv pip install", with_pip_settings(&mut install)).await
}

async fn with_pip(installer: &Installer<'_>, installed: &Installed, python: &[&str]) -> Result<()> {
    installed.clear()?;
    let mut create = Command::new(python.first().unwrap_or(&"python3"));
    create.args(python.iter().skip(1)).args(["-I", "-m", "venv"]).arg(installed.directory());
    installer.run("python -m venv", &mut create).await?;

    let requirements = write_requirements(installed)?;
    let mut install = Command::new(installed.python());
    install.args(["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    install.args(["--require-hashes", "--no-deps", "-r"]).arg(requirements);
    install.current_dir(installed.directory());
    // These settings would install the packages elsewhere; all other settings of the user for pip apply.
    install.env("PIP_USER", "0").env_remove("PIP_TARGET").env_remove("PIP_PREFIX").env_remove("PIP_ROOT");
    installer.run("pip install", &mut install).await
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

fn write_requirements(installed: &Installed) -> Result<PathBuf> {
    let path = installed.directory().join("requirements.txt");
    let written = fs::write(&path, REQUIREMENTS);
    let is_full = written.as_ref().is_err_and(is_disk_full);
    written
        .context(|| format!("could not write `{}`", path.display()))
        .map_err(|error| if is_full { error.hint(FREE_SPACE) } else { error })?;
    Ok(path)
}
