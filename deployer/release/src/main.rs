//! `plexmon-release`: parse the arguments, run the command, print an error.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use plexmon_release::cli::Cli;

fn main() -> ExitCode {
    match plexmon_release::run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "{error}");
            error.exit()
        }
    }
}
