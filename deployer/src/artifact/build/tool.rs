//! The command lines of the tools that can build the function.

use std::path::Path;

use tokio::process::Command;

use super::HostProfile;
use super::environment::adapt;
use crate::config::Architecture;

const DEPLOYER: &str = env!("CARGO_PKG_NAME");
const FUNCTION: &str = "plexmon-function";
/// `quick`, or `dev` for a program that was built without `cargo deploy`.
const QUICK: &str = env!("PLEXMON_PROFILE");

/// The tools that can build for Lambda, in order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// Plain cargo, for the host's own processor on Linux.
    Cargo,
    /// cargo-zigbuild: zig as the linker can target an older glibc and another processor.
    Zigbuild,
    /// cargo-lambda, which uses zig as well.
    Lambda,
}

impl Tool {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Zigbuild => "cargo zigbuild",
            Self::Lambda => "cargo lambda",
        }
    }

    /// The command that builds for an upload.
    pub(super) fn command(self, architecture: Architecture, root: &Path) -> Command {
        let mut arguments = match self {
            Self::Cargo => vec!["build"],
            Self::Zigbuild => vec!["zigbuild"],
            Self::Lambda => vec!["lambda", "build"],
        };
        arguments.extend(selection(HostProfile::Lambda));
        let target = match self {
            Self::Cargo => None,
            Self::Zigbuild => Some(format!("{}.2.34", triple(architecture))),
            Self::Lambda => Some(triple(architecture).to_owned()),
        };
        if let Some(target) = &target {
            arguments.extend(["--target", target]);
        }
        cargo(&arguments, root)
    }
}

/// The command that builds for this machine with plain cargo.
pub(super) fn for_host(profile: HostProfile, root: &Path) -> Command {
    let mut arguments = vec!["build"];
    arguments.extend(selection(profile));
    cargo(&arguments, root)
}

/// What is built, and how.
fn selection(profile: HostProfile) -> Vec<&'static str> {
    match profile {
        // Both packages are selected, although only one program is built: cargo unifies the features of what is selected.
        // With the function's package alone, it would compile nearly all dependencies again.
        HostProfile::Quick => {
            vec!["--package", DEPLOYER, "--package", FUNCTION, "--bin", "bootstrap", "--profile", QUICK]
        }
        HostProfile::Lambda => vec!["--package", FUNCTION, "--bin", "bootstrap", "--profile", "lambda"],
    }
}

fn cargo(arguments: &[&str], root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).args(["--locked", "--message-format", "json-render-diagnostics"]);
    command.current_dir(root);
    adapt(&mut command);
    command
}

pub(super) fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The crates that cargo would build for a selection of packages, each with its version and features.
    fn crates(selection: &[&str]) -> BTreeSet<String> {
        let mut tree = std::process::Command::new(env!("CARGO"));
        tree.args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none"]);
        tree.args(["--format", "{p} {f}"]).args(selection).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = tree.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| line.trim_end_matches(" (*)").trim());
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn the_quick_build_uses_the_dependencies_of_the_deployer() {
        let packages: Vec<&str> =
            selection(HostProfile::Quick).into_iter().take_while(|argument| *argument != "--bin").collect();
        let deployer = crates(&["--package", DEPLOYER]);
        assert!(deployer.len() > 100, "{deployer:?}");
        let compiled_again: Vec<String> = crates(&packages).difference(&deployer).cloned().collect();
        assert_eq!(compiled_again, [""; 0]);
        // What the selection avoids: the same crates with other features.
        assert!(!crates(&["--package", FUNCTION]).is_subset(&deployer));
    }

    #[test]
    fn the_quick_build_has_the_profile_of_this_program() {
        // Tests are built with the dev profile.
        assert!(selection(HostProfile::Quick).ends_with(&["--profile", "dev"]));
        assert!(selection(HostProfile::Lambda).ends_with(&["--profile", "lambda"]));
    }
}
