//! The time of all files in an archive: that of the commit, so that the same commit gives the same archive.

use std::process::Command;

use crate::cargo::root;
use crate::error::{Context as _, Error, Result};

/// The variable with which builds are given their time.
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Return it in seconds since 1970.
pub fn seconds() -> Result<i64> {
    match std::env::var(VARIABLE) {
        Ok(text) => parse(&text).context(|| format!("`{VARIABLE}` is not a number of seconds: {text}")),
        Err(_) => of_commit(),
    }
}

fn of_commit() -> Result<i64> {
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%ct"]).current_dir(root());
    let failed = |cause: String| {
        Error::new("could not read the time of the commit")
            .cause(cause)
            .hint(format!("set {VARIABLE} to the time of all files, in seconds since 1970"))
    };
    let output = git.output().map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse(text.trim()).map_err(|_| failed(String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn parse(text: &str) -> Result<i64, std::num::ParseIntError> {
    text.parse::<u32>().map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds() {
        assert_eq!(parse("1795000000"), Ok(1_795_000_000));
        for text in ["", "-1", "yesterday", "1e9"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
