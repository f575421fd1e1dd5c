//! Make the archives of a release, and its notes.
//!
//! - `cli`: the command line; `archive`: the steps of `cargo archive`
//! - `functions`, `program`, `platform`: what is packed, and the checks that it is what it should be
//! - `pages`, `licences`: the documentation, and the licences of all dependencies
//! - `pack`, `outputs`, `time`: reproducible archives, which are written whole or not at all
//! - `notes`: a release's section of the changelog

#![expect(
    missing_docs,
    reason = "a library only for its own binary and tests; anything that is not obvious is documented"
)]

pub mod archive;
pub mod cargo;
pub mod cli;
pub mod error;
mod functions;
pub mod interrupt;
mod licences;
pub mod notes;
pub mod outputs;
mod pack;
mod pages;
pub mod platform;
mod program;
mod time;

use std::io::Write as _;
use std::path::Path;

use cli::{Cli, Command};
use error::{Context as _, Result};
use interrupt::Interrupt;

/// Run a command: data on stdout, progress on stderr.
pub fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Command::Archive(options) => {
            let written = archive::make(options, &Interrupt::on_signals(), &report)?;
            let megabytes = written.bytes.div_ceil(1 << 20);
            report(&format!("{megabytes} MB, SHA-256 {}", written.sha256));
            print(&written.archive.display().to_string())
        }
        Command::Notes(options) => {
            let root = cargo::root();
            let path = Path::new("deployer/CHANGELOG.md");
            let changelog = std::fs::read_to_string(root.join(path))
                .context(|| format!("could not read `{}`", path.display()))?;
            print(notes::notes(&changelog, &options.tag, env!("CARGO_PKG_VERSION"))?)
        }
    }
}

/// Show a line of progress.
fn report(text: &str) {
    // Progress that cannot be shown is no reason to stop.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context(|| "could not write the output")
}
