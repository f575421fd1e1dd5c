//! Write to stdout and stderr; the only module that does. Both functions tolerate a closed pipe.

use std::io::{self, Write as _};

use crate::error::{Context as _, Error, Result};
use crate::text::{Page, error_text};

/// Write data to stdout. A reader that closed the pipe ends the output without an error.
pub fn stdout(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context(|| "could not write to stdout"),
    }
}

/// Write everything that is not data to stderr. A failure is ignored: there is no other place to report it.
pub fn stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Print the error that ends the program.
pub fn error(error: &Error) {
    stderr(&format!("{}\n", error_text(error, Page::of_stderr())));
}
