//! Provides Debian programs that tests need: the machine's own, or those of packages that are unpacked below Cargo's target
//! directory.
//!
//! Nothing is installed, and no privileges are needed. Where apt has no package lists, they are downloaded to a directory
//! of their own. Packages are unpacked elsewhere and then renamed, so that they are complete under their name; other
//! processes wait for them.

mod apt;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use apt::{Apt, remove};

/// Where Debian installs servers, beyond `PATH`.
const SERVER_DIRECTORIES: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// The machine's own program, or that of the package of the same name, with the libraries that the machine does not have.
/// Packages are unpacked below `directory`, which is a test's `CARGO_TARGET_TMPDIR`.
pub fn program(name: &str, directory: &Path) -> Command {
    if let Some(found) = installed(name) {
        return Command::new(found);
    }
    Unpacked::below(directory, name, &[name])
        .unwrap_or_else(|why| panic!("install {name} (for example, `apt-get install {name}`): {why}"))
        .program(name)
}

/// Return the path of the machine's own program, if it has it.
pub fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = env::split_paths(&path).chain(SERVER_DIRECTORIES.map(PathBuf::from));
    directories.map(|directory| directory.join(name)).find(|program| program.is_file())
}

/// Packages with the libraries that the machine does not have.
#[derive(Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The directory that serves as `/`.
    pub root: PathBuf,
}

impl Unpacked {
    /// Unpack packages together, once, below a test's `CARGO_TARGET_TMPDIR`. The name is that of their directory.
    pub fn below(directory: &Path, name: &str, packages: &[&str]) -> Result<Self, String> {
        unpacked_into(&directory.join("debian"), name, packages, &[])
    }

    /// A program of these packages, which finds their libraries.
    pub fn program(&self, name: &str) -> Command {
        let mut found =
            programs(&self.root).into_iter().filter(|path| path.file_name() == Some(OsStr::new(name)));
        let found = found.next().unwrap_or_else(|| panic!("{} does not contain {name}", self.root.display()));
        let mut program = Command::new(found);
        if let Some(libraries) = libraries(&self.root) {
            program.env("LD_LIBRARY_PATH", libraries);
        }
        program
    }
}

fn unpacked_into(
    directory: &Path,
    name: &str,
    packages: &[&str],
    options: &[String],
) -> Result<Unpacked, String> {
    let whole = Unpacked { root: directory.join(name) };
    if whole.root.exists() {
        return Ok(whole);
    }
    fs::create_dir_all(directory).map_err(|error| cannot("create", directory, &error))?;
    let lock = directory.join("lock");
    // Unlocked when the file is closed, however this ends.
    let file = File::create(&lock).map_err(|error| cannot("create", &lock, &error))?;
    file.lock().map_err(|error| cannot("lock", &lock, &error))?;
    if whole.root.exists() {
        return Ok(whole);
    }
    let (partial, downloads) = (directory.join("partial"), directory.join("downloads"));
    remove(&partial)?;
    let apt = Apt { private: directory.join("apt"), downloads: &downloads, options };
    let mut libraries = apt.unpack(packages, &partial)?;
    if programs(&partial).iter().any(|program| lacks_libraries(program)) {
        let mut done = 0;
        while done < libraries.len() {
            let mut more = apt.unpack(&libraries[done..], &partial)?;
            done = libraries.len();
            more.retain(|name| !libraries.contains(name));
            libraries.extend(more);
        }
    }
    remove(&downloads)?;
    fs::rename(&partial, &whole.root).map_err(|error| cannot("rename", &partial, &error))?;
    Ok(whole)
}

/// The files where packages have programs: those for everyone, and a package's own, such as `usr/lib/chromium`.
fn programs(root: &Path) -> Vec<PathBuf> {
    let shared = ["usr/bin", "usr/sbin", "bin", "sbin"].map(|place| root.join(place));
    shared.into_iter().chain(files(&root.join("usr/lib"))).flat_map(|place| files(&place)).collect()
}

fn lacks_libraries(program: &Path) -> bool {
    let output = Command::new("ldd").arg(program).stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("not found"))
}

/// The directories of unpacked libraries, such as `usr/lib/x86_64-linux-gnu`.
fn libraries(root: &Path) -> Option<OsString> {
    let directories = ["usr/lib", "lib"].iter().flat_map(|name| files(&root.join(name)));
    env::join_paths(directories.filter(|path| path.is_dir())).ok().filter(|paths| !paths.is_empty())
}

fn files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

/// As in a minimal container: apt has no package lists, and there are few libraries.
#[test]
#[ignore = "downloads Debian's package lists, more than once"]
fn a_package_is_downloaded_where_apt_has_no_lists() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().join("debian");
    let nothing = directory.join("nothing");
    fs::create_dir_all(nothing.join("partial")).unwrap();
    let options = [format!("Dir::State::Lists={}", nothing.display())];
    // Two at the same time, as with tests.
    let both = std::thread::scope(|scope| {
        let unpack = || unpacked_into(&directory, "gawk", &["gawk"], &options);
        [scope.spawn(unpack), scope.spawn(unpack)].map(|thread| thread.join().unwrap())
    });
    let gawk = both[0].as_ref().unwrap();
    assert!(gawk.program("gawk").arg("--version").status().unwrap().success(), "{gawk:?}");
    let refused = unpacked_into(&directory, "none", &["no-such-package"], &options).unwrap_err();
    assert_eq!(both[0], both[1]);
    assert!(refused.contains("no-such-package"), "{refused}");
}
