//! `plexmon-deploy`: parse the arguments, run the command, print an error and return the exit code.

use std::process::ExitCode;

use plexmon_deploy::cli::Cli;
use plexmon_deploy::error::{Context as _, Result};
use plexmon_deploy::{as_function, commands, print};

fn main() -> ExitCode {
    if as_function::is_requested() {
        return as_function::run();
    }
    match run(Cli::from_command_line()) {
        Ok(exit) => exit,
        Err(error) => {
            print::error(&error);
            error.exit().into()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context(|| "could not start the async runtime")?;
    let result = runtime.block_on(commands::run(cli));
    // An interrupted question still waits for its answer in its own thread.
    runtime.shutdown_background();
    result.map(ExitCode::from)
}
