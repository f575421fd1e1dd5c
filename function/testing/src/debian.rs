//! Provides Debian programs that tests need: the machine's own, or those of a package that is unpacked below Cargo's
//! target directory.
//!
//! Nothing is installed, and no privileges are needed. Where apt has no package lists, they are downloaded to a directory
//! of their own. A package is unpacked elsewhere and then renamed, so that it is complete under its name; other processes
//! wait for it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian installs servers, beyond `PATH`.
const SERVER_DIRECTORIES: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// The machine's own program, or that of the package of the same name, with the libraries that the machine does not have.
/// Packages are unpacked below `directory`, which is a test's `CARGO_TARGET_TMPDIR`.
pub fn program(name: &str, directory: &Path) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories = env::split_paths(&path).chain(SERVER_DIRECTORIES.map(PathBuf::from));
    if let Some(found) = directories.find(|directory| directory.join(name).is_file()) {
        return Command::new(found.join(name));
    }
    let root = unpacked_into(&directory.join("debian"), name, &[])
        .unwrap_or_else(|why| panic!("install {name} (for example, `apt-get install {name}`): {why}"));
    within(&root, name)
}

fn within(root: &Path, name: &str) -> Command {
    let mut found = programs(root).into_iter().filter(|path| path.file_name() == Some(OsStr::new(name)));
    let found = found.next().unwrap_or_else(|| panic!("{} does not contain {name}", root.display()));
    let mut program = Command::new(found);
    if let Some(libraries) = libraries(root) {
        program.env("LD_LIBRARY_PATH", libraries);
    }
    program
}

/// Unpack a package, and return the directory that serves as `/`.
fn unpacked_into(directory: &Path, package: &str, options: &[String]) -> Result<PathBuf, String> {
    let whole = directory.join(package);
    if whole.exists() {
        return Ok(whole);
    }
    fs::create_dir_all(directory).map_err(|error| cannot("create", directory, &error))?;
    let lock = directory.join("lock");
    // Unlocked when the file is closed, however this ends.
    let file = File::create(&lock).map_err(|error| cannot("create", &lock, &error))?;
    file.lock().map_err(|error| cannot("lock", &lock, &error))?;
    if whole.exists() {
        return Ok(whole);
    }
    let (partial, downloads) = (directory.join("partial"), directory.join("downloads"));
    remove(&partial)?;
    let apt = Apt { private: directory.join("apt"), downloads: &downloads, options };
    let mut libraries = apt.unpack(package, &partial)?;
    if programs(&partial).iter().any(|program| lacks_libraries(program)) {
        let mut at = 0;
        while let Some(library) = libraries.get(at).cloned() {
            let mut more = apt.unpack(&library, &partial)?;
            more.retain(|name| !libraries.contains(name));
            libraries.extend(more);
            at += 1;
        }
    }
    remove(&downloads)?;
    fs::rename(&partial, &whole).map_err(|error| cannot("rename", &partial, &error))?;
    Ok(whole)
}

/// Downloads packages, with the machine's package lists or with its own.
struct Apt<'a> {
    private: PathBuf,
    downloads: &'a Path,
    options: &'a [String],
}

impl Apt<'_> {
    /// Unpack a package below `root`, and return the packages of the libraries that it needs.
    fn unpack(&self, package: &str, root: &Path) -> Result<Vec<String>, String> {
        let downloads = self.downloads;
        remove(downloads)?;
        fs::create_dir_all(downloads).map_err(|error| cannot("create", downloads, &error))?;
        if let Err(refusal) = run(self.get(false).args(["download", package]).current_dir(downloads)) {
            for part in ["state/lists/partial", "cache/archives/partial"] {
                let part = self.private.join(part);
                fs::create_dir_all(&part).map_err(|error| cannot("create", &part, &error))?;
            }
            let with_own_lists = || run(self.get(true).args(["download", package]).current_dir(downloads));
            with_own_lists()
                .or_else(|_| run(self.get(true).arg("update")).and_then(|()| with_own_lists()))
                .map_err(|why| format!("{refusal}; and with its own package lists: {why}"))?;
        }
        let archive = files(downloads).pop().ok_or("apt-get downloaded nothing")?;
        fs::create_dir_all(root).map_err(|error| cannot("create", root, &error))?;
        run(Command::new("dpkg").arg("-x").arg(&archive).arg(root))?;
        libraries_of(&archive)
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

fn programs(root: &Path) -> Vec<PathBuf> {
    ["usr/bin", "usr/sbin", "bin", "sbin"].iter().flat_map(|place| files(&root.join(place))).collect()
}

fn lacks_libraries(program: &Path) -> bool {
    let output = Command::new("ldd").arg(program).stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("not found"))
}

/// The directories of an unpacked package's libraries, such as `usr/lib/x86_64-linux-gnu`.
fn libraries(root: &Path) -> Option<OsString> {
    let directories = ["usr/lib", "lib"].iter().flat_map(|name| files(&root.join(name)));
    env::join_paths(directories.filter(|path| path.is_dir())).ok().filter(|paths| !paths.is_empty())
}

fn files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn remove(directory: &Path) -> Result<(), String> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(cannot("remove", directory, &error))
        }
        _ => Ok(()),
    }
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
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
        let unpack = || unpacked_into(&directory, "gawk", &options);
        [scope.spawn(unpack), scope.spawn(unpack)].map(|thread| thread.join().unwrap())
    });
    let mut gawk = within(both[0].as_ref().unwrap(), "gawk");
    assert!(gawk.arg("--version").status().unwrap().success(), "{gawk:?}");
    let refused = unpacked_into(&directory, "no-such-package", &options).unwrap_err();
    assert_eq!(both[0], Ok(directory.join("gawk")));
    assert_eq!(both[0], both[1]);
    assert!(refused.contains("no-such-package"), "{refused}");
}
