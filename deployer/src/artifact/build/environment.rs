//! The environment of cargo: that of the user, so that nothing is compiled again, and with progress that can be read.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tokio::process::Command;

/// The width of cargo's progress bar. The names of the crates follow it on the same line.
const WIDTH: &str = "160";

/// The folder of everything that cargo builds.
const TARGET: &str = "CARGO_TARGET_DIR";

/// A file that cargo writes into this folder.
const TARGET_MARKER: &str = ".rustc_info.json";

/// Variables that `cargo run` sets for the program that it runs. Build scripts read them: with them, the next cargo would
/// run these scripts again, and compile everything that depends on them.
const OF_CARGO_RUN: [&str; 10] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_",
    "CARGO_BIN_NAME",
    "CARGO_BIN_EXE_",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
];

/// How a variable differs from that of this program; `None` removes it.
type Change = (OsString, Option<OsString>);

/// Prepare the environment of `command`.
pub(super) fn adapt(command: &mut Command) {
    let target = std::env::current_exe().ok().and_then(|program| target_of(&program));
    let folder = std::env::current_dir().unwrap_or_default();
    for (name, value) in changes(std::env::vars_os(), &folder, target) {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}

/// The target folder that `program` was built in, if it is still there: `target/debug/plexmon-deploy`.
///
/// The user may have named it in a variable that is not set any more, or on cargo's command line.
fn target_of(program: &Path) -> Option<PathBuf> {
    let target = program.parent()?.parent()?;
    target.join(TARGET_MARKER).is_file().then(|| target.to_owned())
}

fn changes(
    variables: impl Iterator<Item = (OsString, OsString)>,
    folder: &Path,
    target: Option<PathBuf>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, value) in variables {
        let is_of = |known: &&str| match known.strip_suffix('_') {
            Some(_) => name.to_string_lossy().starts_with(*known),
            None => name == **known,
        };
        if OF_CARGO_RUN.iter().any(is_of) {
            changes.push((name, None));
        } else if name == TARGET && Path::new(&value).is_relative() {
            // Cargo starts in another folder than this program did.
            changes.push((name, Some(folder.join(value).into_os_string())));
        }
    }
    let mut set = |name: &str, value: OsString| changes.push((name.into(), Some(value)));
    if let Some(target) = target {
        set(TARGET, target.into_os_string());
    }
    for (name, value) in [
        ("COLOR", "never"),
        ("QUIET", "false"),
        ("PROGRESS_WHEN", "always"),
        ("PROGRESS_WIDTH", WIDTH),
        ("PROGRESS_TERM_INTEGRATION", "false"),
    ] {
        set(&format!("CARGO_TERM_{name}"), value.into());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapted(variables: &[(&str, &str)], target: Option<&str>) -> Vec<(String, Option<String>)> {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let text = |text: OsString| text.into_string().unwrap();
        changes(variables, Path::new("/home/me"), target.map(PathBuf::from))
            .into_iter()
            .map(|(name, value)| (text(name), value.map(text)))
            .filter(|(name, _)| !name.starts_with("CARGO_TERM_"))
            .collect()
    }

    #[test]
    fn variables_of_cargo_run_are_removed_and_those_of_the_user_are_kept() {
        let removed = [
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PKG_NAME",
            "CARGO_PKG_VERSION_MAJOR",
            "CARGO_BIN_NAME",
            "CARGO_TARGET_TMPDIR",
            "OUT_DIR",
        ];
        let kept = [
            "PATH",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "CARGO_PROFILE_DEV_DEBUG",
            "RUSTUP_TOOLCHAIN",
            "MY_OUT_DIR",
        ];
        let variables: Vec<(&str, &str)> = removed.into_iter().chain(kept).map(|name| (name, "x")).collect();
        let expected: Vec<(String, Option<String>)> =
            removed.into_iter().map(|name| (name.to_owned(), None)).collect();
        assert_eq!(adapted(&variables, None), expected);
    }

    #[test]
    fn a_relative_target_folder_stays_where_the_user_means_it() {
        let changed = |value: &str| Some(value.to_owned());
        assert_eq!(
            adapted(&[(TARGET, "out")], None),
            [(TARGET.to_owned(), changed(if cfg!(windows) { "/home/me\\out" } else { "/home/me/out" }))]
        );
        assert_eq!(adapted(&[], Some("/built/here")), [(TARGET.to_owned(), changed("/built/here"))]);
        #[cfg(unix)]
        assert_eq!(adapted(&[(TARGET, "/elsewhere")], None), []);
    }

    #[test]
    fn the_target_folder_of_a_program_is_recognized_by_its_marker() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("debug/plexmon-deploy");
        assert_eq!(target_of(&program), None);
        std::fs::write(folder.path().join(TARGET_MARKER), "").unwrap();
        assert_eq!(target_of(&program), Some(folder.path().to_owned()));
        // Built for a target triple: one folder further down.
        assert_eq!(target_of(&folder.path().join("x86_64-unknown-linux-gnu/debug/plexmon-deploy")), None);
    }
}
