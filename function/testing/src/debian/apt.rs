//! Downloads and unpacks packages with the machine's `apt-get` and `dpkg`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{cannot, files};

/// Downloads packages, with the machine's package lists or with its own.
pub struct Apt<'a> {
    /// Where its own lists are.
    pub private: PathBuf,
    /// A directory that it empties.
    pub downloads: &'a Path,
    /// Options for every call.
    pub options: &'a [String],
}

impl Apt<'_> {
    /// Unpack packages below `root`, and return the packages of the libraries that they need.
    pub fn unpack(&self, packages: &[impl AsRef<OsStr>], root: &Path) -> Result<Vec<String>, String> {
        let downloads = self.downloads;
        remove(downloads)?;
        fs::create_dir_all(downloads).map_err(|error| cannot("create", downloads, &error))?;
        let download = |with_own_lists| {
            run(self.get(with_own_lists).arg("download").args(packages).current_dir(downloads))
        };
        if let Err(refusal) = download(false) {
            for part in ["state/lists/partial", "cache/archives/partial"] {
                let part = self.private.join(part);
                fs::create_dir_all(&part).map_err(|error| cannot("create", &part, &error))?;
            }
            download(true)
                .or_else(|_| run(self.get(true).arg("update")).and_then(|()| download(true)))
                .map_err(|why| format!("{refusal}; and with its own package lists: {why}"))?;
        }
        fs::create_dir_all(root).map_err(|error| cannot("create", root, &error))?;
        let mut libraries = Vec::new();
        for archive in files(downloads) {
            run(Command::new("dpkg").arg("-x").arg(&archive).arg(root))?;
            libraries.extend(libraries_of(&archive)?);
        }
        libraries.sort();
        libraries.dedup();
        Ok(libraries)
    }

    fn get(&self, with_own_lists: bool) -> Command {
        let mut get = Command::new("apt-get");
        // Root's apt would otherwise download as another user, who may not write here.
        get.args(["-q", "-o", "APT::Sandbox::User=root"]);
        for option in self.options {
            get.args(["-o", option]);
        }
        if with_own_lists {
            for (setting, part) in
                [("Dir::State", "state"), ("Dir::State::Lists", "state/lists"), ("Dir::Cache", "cache")]
            {
                get.arg("-o").arg(format!("{setting}={}", self.private.join(part).display()));
            }
        }
        get
    }
}

/// The library packages that this one depends on; the first of alternatives.
fn libraries_of(archive: &Path) -> Result<Vec<String>, String> {
    let format = "--showformat=${Depends},${Pre-Depends}";
    let output = Command::new("dpkg-deb").args(["-W", format]).arg(archive).output();
    let output = output.map_err(|error| format!("`dpkg-deb` cannot be run: {error}"))?;
    let depends = String::from_utf8_lossy(&output.stdout).into_owned();
    let name = |depends: &str| depends.trim().split([' ', '|', ':']).next().unwrap_or_default().to_owned();
    // The C library and its loader belong together, and every machine has them.
    let is_library = |name: &String| (name.starts_with("lib") || name == "zlib1g") && name != "libc6";
    Ok(depends.split(',').map(name).filter(is_library).collect())
}

pub fn remove(directory: &Path) -> Result<(), String> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(cannot("remove", directory, &error))
        }
        _ => Ok(()),
    }
}

/// Run a command, showing its output only if it fails.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let name = command.get_program().display();
    let output = output.map_err(|error| format!("`{name}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
