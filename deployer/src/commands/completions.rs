//! `completions`: print a completion script for a shell.

use clap::CommandFactory as _;

use crate::cli::{Cli, Completions};
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::print::stdout;

pub async fn run(_: &Context, args: &Completions) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "plexmon-deploy", &mut script);
    stdout(&String::from_utf8_lossy(&script)).map(|()| Exit::Success)
}
