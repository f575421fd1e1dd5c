//! An archive, unpacked on a machine that has neither Rust nor Python nor the checkout, does everything.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory as _;
use plexmon_deploy::cli::Cli;
use plexmon_release::archive;
use plexmon_release::cli::ArchiveOptions;
use plexmon_release::interrupt::Interrupt;
use plexmon_release::outputs::{Written, sha256};
use plexmon_release::platform::Architecture;
use tempfile::TempDir;

use super::isolated::{self, isolated, isolated_with};
use crate::support::{Deploy, Fixture, Ran, cache, emulator};

/// This machine's processor, and the one for which the deployer of these tests has no function.
const PROCESSORS: [Architecture; 2] = if cfg!(target_arch = "aarch64") {
    [Architecture::Arm64, Architecture::X86_64]
} else {
    [Architecture::X86_64, Architecture::Arm64]
};

/// The function that the deployer of these tests contains.
pub fn function() -> PathBuf {
    let variable = PROCESSORS[0].variable();
    let Some(path) = std::env::var_os(variable) else {
        panic!("{variable} has to name the function that the deployer was built with")
    };
    path.into()
}

fn options(out: &Path) -> ArchiveOptions {
    ArchiveOptions {
        binary: Some(env!("CARGO_BIN_EXE_plexmon-deploy").into()),
        out: Some(out.to_owned()),
        partial: true,
        ..with_function(ArchiveOptions::default(), function())
    }
}

fn with_function(options: ArchiveOptions, path: PathBuf) -> ArchiveOptions {
    match PROCESSORS[0] {
        Architecture::X86_64 => ArchiveOptions { function_x86_64: Some(path), ..options },
        Architecture::Arm64 => ArchiveOptions { function_arm64: Some(path), ..options },
    }
}

/// Make the archive of the deployer that was built for this test.
fn made(out: &Path) -> Written {
    archive::make(&options(out), &Interrupt::default(), &|_| {}).unwrap()
}

#[track_caller]
fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An archive as a user has it: downloaded, verified and unpacked, with an empty home.
struct Unpacked {
    folder: TempDir,
    archive: Written,
}

impl Unpacked {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = made(folder.path());
        fs::create_dir(folder.path().join("home")).unwrap();
        let name = archive.archive.file_name().unwrap().to_str().unwrap();
        run("sha256sum", &["--check", "--strict", "SHA256SUMS", &format!("{name}.sha256")], folder.path());
        run("tar", &["--extract", "--gzip", "--file", name], folder.path());
        Self { folder, archive }
    }

    fn name(&self) -> &str {
        self.archive.archive.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz")
    }

    fn inside(&self) -> PathBuf {
        self.folder.path().join(self.name())
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Run the program with the account of the fixture, and with nothing else.
    fn deploy(&self, fixture: &Fixture, arguments: &[&str]) -> Deploy {
        fixture.equipped(isolated(&self.inside().join("plexmon-deploy"), &self.home())).args(arguments)
    }

    fn print(&self, arguments: &[&str]) -> Ran {
        Deploy::of(self.inside().join("plexmon-deploy"), &self.home()).args(arguments).run().ended(0)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.inside().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
#[ignore = "needs a deployer with its function inside; `.ci/run` builds it"]
fn an_archive_deploys_without_rust_python_and_checkout() {
    isolated::check();
    let unpacked = Unpacked::new();
    let fixture = Fixture::new();
    unpacked.deploy(&fixture, &["init", "--url", fixture.plex.url()]).run().ended(0);
    let config = unpacked.home().join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let phone = format!("[notify.pushover]\nurl = \"{}\"", fixture.phone.url());
    let region = format!("region = \"{}\"\nschedule = ", crate::support::REGION);
    let processor = format!("\n[function]\narchitecture = \"{}\"\n", PROCESSORS[0].as_str());
    let text = text.replace("[notify.pushover]", &phone).replacen("schedule = ", &region, 1) + &processor;
    fs::write(&config, text).unwrap();

    let up = unpacked.deploy(&fixture, &["up", "--yes"]).run().ended(0);
    assert!(up.stdout.contains("plex is up"), "{}", up.whole());
    assert_eq!(fixture.messages().len(), 1);
    let status = unpacked.deploy(&fixture, &["status", "--json", "--exit-code"]).run().ended(0).json();
    assert_eq!((&status["deployed"], &status["in_sync"]), (&true.into(), &true.into()), "{status}");
    unpacked.deploy(&fixture, &["package", "-o", "function.zip"]).run().ended(0);
    let zip = fs::File::open(unpacked.home().join("function.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(zip).unwrap();
    let mut bootstrap = Vec::new();
    zip.by_name("bootstrap").unwrap().read_to_end(&mut bootstrap).unwrap();
    assert!(bootstrap == fs::read(function()).unwrap(), "the zip contains another function");
    let digest = |path: PathBuf| sha256(&fs::read(path).unwrap());
    let (function, zip) = (digest(function()), digest(unpacked.home().join("function.zip")));
    let code = &status["code"];
    assert_eq!((&code["origin"], &code["running"]), (&"released".into(), &"exact".into()), "{status}");
    assert_eq!((&code["function_sha256"], &code["zip_sha256"]), (&(*function).into(), &(*zip).into()));
    let shown = unpacked.deploy(&fixture, &["status"]).run().ended(0);
    let exactly = format!("exactly release {}", env!("CARGO_PKG_VERSION"));
    assert!([&exactly, &function, &zip].iter().all(|part| shown.stdout.contains(*part)), "{}", shown.whole());

    let again = unpacked.deploy(&fixture, &["up", "--yes"]).run().ended(0);
    assert!(again.stdout.contains("nothing to do"), "{}", again.whole());

    unpacked.deploy(&fixture, &["down", "--yes", "--no-wait"]).run().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
    let left = ["config.toml", "function.zip"].map(str::to_owned);
    assert_eq!(names(&unpacked.home()), BTreeSet::from(left));
}

#[test]
#[ignore = "needs a deployer with its function inside; `.ci/run` builds it"]
fn the_sandbox_of_an_archive_runs_the_function_inside() {
    emulator(); // Installed, from now on.
    let unpacked = Unpacked::new();
    let caches = unpacked.folder.path().join("caches");
    fs::create_dir_all(caches.join("plexmon")).unwrap();
    let installed = (cache().join("plexmon"), caches.join("plexmon"));
    let program = unpacked.inside().join("plexmon-deploy");
    let sandbox = isolated_with(&[(&installed.0, &installed.1)], &program, &unpacked.home());
    let ran = sandbox
        .args(["sandbox"])
        .env("XDG_CACHE_HOME", &caches)
        .env("TMPDIR", unpacked.home())
        .run()
        .ended(0);
    assert!(ran.stdout.contains("nothing is left running"), "{}", ran.whole());
    assert!(!ran.stderr.contains("building"), "{}", ran.whole());
    assert_eq!(names(&unpacked.home()), BTreeSet::new());
}

#[test]
#[ignore = "needs a deployer with its function inside; `.ci/run` builds it"]
fn an_archive_is_complete() {
    let unpacked = Unpacked::new();
    let version = env!("CARGO_PKG_VERSION");
    let target = PROCESSORS[0].function_triple();
    assert_eq!(unpacked.name(), format!("plexmon-deploy-{target}-v{version}"));
    let expected = [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "THIRD-PARTY-LICENSES.txt",
        "completions",
        "config.example.toml",
        "docs",
        "man",
        "plexmon-deploy",
    ];
    assert_eq!(names(&unpacked.inside()), BTreeSet::from(expected.map(str::to_owned)));

    for (shell, file) in [
        ("bash", "plexmon-deploy.bash"),
        ("elvish", "plexmon-deploy.elv"),
        ("fish", "plexmon-deploy.fish"),
        ("powershell", "_plexmon-deploy.ps1"),
        ("zsh", "_plexmon-deploy"),
    ] {
        let script = unpacked.read(&format!("completions/{file}"));
        assert_eq!(script, unpacked.print(&["completions", shell]).stdout);
    }
    run("bash", &["-n", "completions/plexmon-deploy.bash"], &unpacked.inside());

    let pages = names(&unpacked.inside().join("man"));
    for command in Cli::command().get_subcommands() {
        let file = format!("plexmon-deploy-{}.1", command.get_name());
        assert!(pages.contains(&file), "{file}: {pages:?}");
        assert!(unpacked.read(&format!("man/{file}")).contains(".SH NAME"), "{file}");
    }
    assert!(unpacked.read("man/plexmon-deploy.1").contains(".SH NAME"));

    let licences = unpacked.read("THIRD-PARTY-LICENSES.txt");
    for part in
        ["\naws-sdk-iam ", "\nlambda_runtime ", "\nring ", "Permission is hereby granted", "Apache License"]
    {
        assert!(licences.contains(part), "{part}");
    }
}

#[test]
#[ignore = "needs a deployer with its function inside; `.ci/run` builds it"]
fn the_same_program_gives_the_same_archive() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(made(first.path()).sha256, made(second.path()).sha256);
}

#[test]
#[ignore = "needs a deployer with its function inside; `.ci/run` builds it"]
fn a_program_that_does_not_match_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("another function");
    fs::write(&other, "another function").unwrap();
    let out = folder.path().join("archives");
    let whole = ArchiveOptions { partial: false, ..options(&out) };
    let foreign = ArchiveOptions { target: Some("aarch64-apple-darwin".to_owned()), ..options(&out) };
    let wrong = with_function(options(&out), other);
    let script = ArchiveOptions { binary: Some("/bin/true".into()), ..options(&out) };
    let missing = ArchiveOptions { binary: Some("/nowhere/plexmon-deploy".into()), ..options(&out) };
    let [own, lacking] = PROCESSORS.map(Architecture::as_str);
    for (options, message) in [
        (whole, format!("the program has no function for {lacking}")),
        (foreign, "it is built for another platform (Elf, ".to_owned()),
        (wrong, format!("the program contains another function for {own}")),
        (script, "`/bin/true` is not plexmon-deploy".to_owned()),
        (missing, "could not read `/nowhere/plexmon-deploy`".to_owned()),
    ] {
        let error = archive::make(&options, &Interrupt::default(), &|_| {}).unwrap_err().to_string();
        assert!(error.contains(&message), "{message}: {error}");
    }
    let interrupt = Interrupt::default();
    interrupt.request();
    let error = archive::make(&options(&out), &interrupt, &|_| {}).unwrap_err().to_string();
    assert!(error.contains("interrupted; nothing was written"), "{error}");
    assert!(!out.exists());
}
