//! `config.toml`: what is refused and in which words, and what a good one means.

mod access;
mod calendar;
mod certificates;
mod channels;
mod documentation;
mod garbled;
mod good;
mod patience;
mod presets;
mod refusals;
mod secrets;
mod warnings;

use std::fmt::Write as _;
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_deploy::error::Exit;

/// The least that a configuration must have.
const TARGET: &str = "[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";

fn parse(text: &str) -> plexmon_deploy::error::Result<Config> {
    Config::parse(text, Path::new("config.toml"))
}

/// Every text with what is said about it. All are errors that the user can mend, and nothing else.
fn refusals<const N: usize>(texts: [String; N]) -> String {
    let mut report = String::new();
    for text in texts {
        let error = match parse(&text) {
            Ok(config) => panic!("taken for good:\n{text}\n{config:?}"),
            Err(error) => error,
        };
        assert_eq!(error.exit(), Exit::Usage, "{text}\n{error}");
        let _ = writeln!(report, "{}\n\n{error}\n\n{}", text.trim_end(), "-".repeat(80));
    }
    report
}

/// Checks the exact words of refusals, kept in a file of the test's name.
macro_rules! refuses {
    ($($text:expr),* $(,)?) => {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!($crate::config::refusals([$($text),*]));
        })
    };
}
use refuses;

/// Lines above the one target.
fn top(lines: &str) -> String {
    format!("{lines}\n{TARGET}")
}

/// Lines within the one target.
fn target(lines: &str) -> String {
    format!("{TARGET}{lines}\n")
}

/// Tables below the one target.
fn below(lines: &str) -> String {
    format!("{TARGET}\n{lines}\n")
}
