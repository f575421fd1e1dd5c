//! The function's program. Everything is in the library, since the deployer can serve as the function as well.

use std::process::ExitCode;

fn main() -> ExitCode {
    plexmon_function::lambda::run()
}
