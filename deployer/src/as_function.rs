//! This program as the Lambda function.
//!
//! It contains the function's code, which it shares settings, state and probes with. The sandbox uploads this program
//! itself where the function that was built for Lambda cannot run, such as on macOS and Windows. The emulator then starts
//! it as Lambda starts a custom runtime: as a file called `bootstrap`, with the address of the runtime API in a variable.

use std::ffi::OsStr;
use std::path::Path;

/// Run the function until Lambda ends it.
pub use plexmon_function::lambda::run;

/// The file name of a custom runtime, without the extension that it may have on Windows.
const RUNTIME: &str = "bootstrap";

/// The variable with the address that a runtime gets its requests from.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// Whether this process was started as a function, and not by a user.
pub fn is_requested() -> bool {
    let program = std::env::current_exe().unwrap_or_default();
    is_runtime(&program, std::env::var_os(RUNTIME_API).as_deref())
}

fn is_runtime(program: &Path, runtime_api: Option<&OsStr>) -> bool {
    program.file_stem() == Some(OsStr::new(RUNTIME)) && runtime_api.is_some_and(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_runtime_that_lambda_has_started_is_the_function() {
        for (program, runtime_api, expected) in [
            ("/var/task/bootstrap", Some("127.0.0.1:9001"), true),
            ("bootstrap.exe", Some("127.0.0.1:9001"), true),
            ("/var/task/bootstrap", None, false),
            ("/var/task/bootstrap", Some(""), false),
            // The deployer on Lambda or in a shell that has the variable.
            ("/usr/bin/plexmon-deploy", Some("127.0.0.1:9001"), false),
            ("/bootstrap/plexmon-deploy", Some("127.0.0.1:9001"), false),
        ] {
            let is_function = is_runtime(Path::new(program), runtime_api.map(OsStr::new));
            assert_eq!(is_function, expected, "{program} {runtime_api:?}");
        }
    }
}
