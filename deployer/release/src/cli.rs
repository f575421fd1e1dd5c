//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Make the archives of a release of plexmon.
#[derive(Debug, Parser)]
#[command(name = "plexmon-release", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Archive(ArchiveOptions),
    Notes(NotesOptions),
}

/// Make the archive of a platform, with its checksums
///
/// The archive contains plexmon-deploy with the functions inside, the documentation, completions, man pages, and the
/// licences of all dependencies. The same commit, tools and functions give the same bytes.
#[derive(Debug, Default, Args)]
pub struct ArchiveOptions {
    /// Make it for this platform, instead of this machine's
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,

    /// Embed this function for x86_64, instead of building one
    #[arg(long = "function-x86_64", value_name = "PATH")]
    pub function_x86_64: Option<PathBuf>,

    /// Embed this function for arm64, instead of building one
    #[arg(long = "function-arm64", value_name = "PATH")]
    pub function_arm64: Option<PathBuf>,

    /// Use this plexmon-deploy, which was built with its functions; given functions must be those inside
    #[arg(long, value_name = "PATH")]
    pub binary: Option<PathBuf>,

    /// Build plexmon-deploy with this profile of Cargo
    #[arg(long, value_name = "NAME", default_value = "release", conflicts_with = "binary")]
    pub profile: String,

    /// Build plexmon-deploy for this version of glibc, with cargo-zigbuild
    #[arg(long, value_name = "VERSION", conflicts_with = "binary")]
    pub glibc: Option<String>,

    /// Accept an archive with the function for one of the two processors only
    #[arg(long, overrides_with = "partial")]
    pub partial: bool,

    /// Write the archive into this folder [default: target/archives]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// Print the section of the changelog for a tag
///
/// It fails if the tag does not match the version in Cargo.toml, or if the section is missing or empty.
#[derive(Debug, Args)]
pub struct NotesOptions {
    /// The tag of the release, such as v1.2.0
    pub tag: String,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The alias `cargo archive` has `--partial` already.
    #[test]
    fn partial_may_be_repeated() {
        let arguments = ["plexmon-release", "archive", "--partial", "--partial", "--function-x86_64", "a"];
        let Command::Archive(options) = Cli::parse_from(arguments).command else { panic!("not an archive") };
        assert!(options.partial);
        assert_eq!(options.function_x86_64, Some("a".into()));
    }
}
