//! Programs of Debian that tests need: those on the machine, or their packages unpacked below Cargo's target directory.
//!
//! Nothing is installed and no rights are needed. Where apt knows no packages, it learns them into a directory of its
//! own. A package is unpacked elsewhere and then renamed, so that what has its name is whole; the others wait.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Beyond `PATH`, where servers are on Debian.
const PLACES: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// The machine's own program, or that of the package of the same name, with the libraries that the machine lacks.
pub fn program(name: &str) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).chain(PLACES.map(PathBuf::from));
    if let Some(found) = places.find(|place| place.join(name).is_file()) {
        return Command::new(found.join(name));
    }
    within(&unpacked(name), name)
}

fn within(root: &Path, name: &str) -> Command {
    let mut found = programs(root).into_iter().filter(|path| path.file_name() == Some(OsStr::new(name)));
    let found = found.next().unwrap_or_else(|| panic!("there is no {name} in {}", root.display()));
    let mut program = Command::new(found);
    if let Some(libraries) = libraries(root) {
        program.env("LD_LIBRARY_PATH", libraries);
    }
    program
}

/// Where Debian's package is unpacked, as if this were `/`.
pub fn unpacked(package: &str) -> PathBuf {
    unpacked_into(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("debian"), package, &[])
        .unwrap_or_else(|why| panic!("install {package} (`apt-get install {package}`, say): {why}"))
}

/// The same for any directory, and with options for apt.
fn unpacked_into(directory: &Path, package: &str, options: &[String]) -> Result<PathBuf, String> {
    let whole = directory.join(package);
    if whole.exists() {
        return Ok(whole);
    }
    fs::create_dir_all(directory).map_err(|error| cannot("create", directory, &error))?;
    let lock = directory.join("lock");
    // Freed with the file, however this ends.
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

/// Fetches packages, with the machine's lists or with its own.
struct Apt<'a> {
    private: PathBuf,
    downloads: &'a Path,
    options: &'a [String],
}

impl Apt<'_> {
    /// Below `root`. Answers with the packages whose libraries it needs.
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
                .map_err(|why| format!("{refusal}; and with lists of its own: {why}"))?;
        }
        let archive = files(downloads).pop().ok_or("apt-get has downloaded nothing")?;
        fs::create_dir_all(root).map_err(|error| cannot("create", root, &error))?;
        run(Command::new("dpkg").arg("-x").arg(&archive).arg(root))?;
        libraries_of(&archive)
    }

    fn get(&self, with_own_lists: bool) -> Command {
        let mut get = Command::new("apt-get");
        // Root's apt would otherwise fetch as somebody else, who may not write here.
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

/// The packages with libraries that this one depends on; of alternatives the first.
fn libraries_of(archive: &Path) -> Result<Vec<String>, String> {
    let format = "--showformat=${Depends},${Pre-Depends}";
    let output = Command::new("dpkg-deb").args(["-W", format]).arg(archive).output();
    let output = output.map_err(|error| format!("`dpkg-deb` cannot be run: {error}"))?;
    let depends = String::from_utf8_lossy(&output.stdout).into_owned();
    let name = |depends: &str| depends.trim().split([' ', '|', ':']).next().unwrap_or_default().to_owned();
    // The C library and its loader belong together, and are everywhere.
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

/// Where an unpacked package has libraries, if it does: in `usr/lib/x86_64-linux-gnu`, say.
fn libraries(root: &Path) -> Option<OsString> {
    let places = ["usr/lib", "lib"].iter().flat_map(|place| files(&root.join(place)));
    env::join_paths(places.filter(|place| place.is_dir())).ok().filter(|places| !places.is_empty())
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

/// In silence, unless it fails.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let name = command.get_program().display();
    let output = output.map_err(|error| format!("`{name}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// A machine as minimal containers are: its apt has no lists, and there are few libraries.
#[test]
#[ignore = "fetches Debian's lists of packages, more than once"]
fn a_package_is_fetched_where_apt_knows_none() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("debian-{}", std::process::id()));
    let nothing = directory.join("nothing");
    fs::create_dir_all(nothing.join("partial")).unwrap();
    let options = [format!("Dir::State::Lists={}", nothing.display())];
    // Two at once, as with tests.
    let both = std::thread::scope(|scope| {
        let unpack = || unpacked_into(&directory, "gawk", &options);
        [scope.spawn(unpack), scope.spawn(unpack)].map(|thread| thread.join().unwrap())
    });
    let mut gawk = within(both[0].as_ref().unwrap(), "gawk");
    assert!(gawk.arg("--version").status().unwrap().success(), "{gawk:?}");
    let refused = unpacked_into(&directory, "no-such-package", &options).unwrap_err();
    let _ = fs::remove_dir_all(&directory);
    assert_eq!(both[0], Ok(directory.join("gawk")));
    assert_eq!(both[0], both[1]);
    assert!(refused.contains("no-such-package"), "{refused}");
}
