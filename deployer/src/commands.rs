//! One file per command, all of one shape: `run(&Context, &Options) -> Result<Exit>`. This file only dispatches.

pub mod announce;
pub mod check;
pub mod completions;
pub mod doctor;
pub mod down;
pub mod history;
pub mod init;
pub mod invoke;
pub mod logs;
pub mod man;
pub mod notify_test;
pub mod package;
pub mod page;
pub mod pause;
pub mod permissions;
pub mod plan;
pub mod resume;
pub mod sandbox;
pub mod status;
pub mod up;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::error::{Exit, Result};

/// Run the command of the command line.
pub async fn run(cli: Cli) -> Result<Exit> {
    let context = Context::new(&cli.global);
    match &cli.command {
        Command::Init(options) => init::run(&context, options).await,
        Command::Check(options) => check::run(&context, options).await,
        Command::Plan(options) => plan::run(&context, options).await,
        Command::Up(options) => up::run(&context, options).await,
        Command::Status(options) => status::run(&context, options).await,
        Command::History(options) => history::run(&context, options).await,
        Command::Page(options) => page::run(&context, options).await,
        Command::Announce(options) => announce::run(&context, options).await,
        Command::Logs(options) => logs::run(&context, options).await,
        Command::Invoke(options) => invoke::run(&context, options).await,
        Command::Doctor(options) => doctor::run(&context, options).await,
        Command::NotifyTest(options) => notify_test::run(&context, options).await,
        Command::Pause(options) => pause::run(&context, options).await,
        Command::Resume(options) => resume::run(&context, options).await,
        Command::Down(options) => down::run(&context, options).await,
        Command::Sandbox(options) => sandbox::run(&context, options).await,
        Command::Package(options) => package::run(&context, options).await,
        Command::Permissions(options) => permissions::run(&context, options).await,
        Command::Completions(options) => completions::run(&context, options).await,
        Command::Man(options) => man::run(&context, options).await,
    }
}
