//! Programs in a namespace in which neither the checkout nor Rust exists.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Deploy;

/// Make a folder available at another path (`--bind`) or hide it behind an empty file system, for all up to `--`; then run
/// the rest.
const HIDE: &str = r#"
while [ "$1" != -- ]; do
    case "$1" in
        --bind) "$MOUNT" --bind "$2" "$3" && shift 3 ;;
        *) "$MOUNT" -t tmpfs none "$1" && shift ;;
    esac || exit 125
done
shift
exec "$@""#;

/// The folders that a user of a release does not have.
fn hidden() -> Vec<PathBuf> {
    let home = std::env::home_dir().unwrap();
    let of = |variable: &str, usual: &str| {
        std::env::var_os(variable).map_or_else(|| home.join(usual), PathBuf::from)
    };
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned();
    let folders = [of("CARGO_HOME", ".cargo"), of("RUSTUP_HOME", ".rustup"), target, checkout];
    folders.into_iter().filter(|folder| folder.exists()).collect()
}

fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/bin".into(), "/bin".into()]);
    folders.map(|folder| folder.join(program)).find(|path| path.is_file()).expect(program)
}

/// Return a command without any program on its PATH, without the checkout and without Rust.
pub fn isolated(program: &Path, home: &Path) -> Deploy {
    isolated_with(&[], program, home)
}

/// Like [`isolated`], with parts of what is hidden at other paths: `(part, path)`.
pub fn isolated_with(parts: &[(&Path, &Path)], program: &Path, home: &Path) -> Deploy {
    let empty = home.join("no programs");
    Deploy::of(found("unshare"), home)
        .args(["--user", "--map-root-user", "--mount", "/bin/sh", "-c", HIDE, "sh"].map(OsStr::new))
        .args(
            parts.iter().flat_map(|(part, path)| [OsStr::new("--bind"), part.as_os_str(), path.as_os_str()]),
        )
        .args(hidden())
        .args([OsStr::new("--"), program.as_os_str()])
        .env("MOUNT", found("mount"))
        .env("PATH", empty)
}

/// Fail if this machine cannot hide anything, which would make every other test pass for nothing.
pub fn check() {
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let folder = tempfile::tempdir().unwrap();
    for (path, is_there) in [(checkout, false), ("/bin/sh", true)] {
        let test = isolated(Path::new("/usr/bin/test"), folder.path()).args(["-e", path]).run();
        assert_eq!(
            test.code,
            Some(i32::from(!is_there)),
            "cannot hide the checkout: a user namespace is needed (on Ubuntu: `sudo sysctl \
             kernel.apparmor_restrict_unprivileged_userns=0`)\n{}",
            test.whole()
        );
    }
    assert!(Command::new("test").args(["-e", checkout]).status().unwrap().success());
}
