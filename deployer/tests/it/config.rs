//! `config.toml`: which configurations are rejected with which message, and what valid ones mean.

mod access;
mod calendar;
mod certificates;
mod channels;
mod chats;
mod conditions;
mod documentation;
mod garbled;
mod good;
mod heartbeat;
mod history;
mod inside;
mod kinds;
mod page;
mod patience;
mod presets;
mod publication;
mod refusals;
mod report;
mod requests;
mod secrets;
mod warnings;

use std::fmt::Write as _;
use std::path::Path;

use plexmon_deploy::config::Config;
use plexmon_deploy::config::preset;
use plexmon_deploy::error::Exit;
use plexmon_function::notify::DESCRIPTIONS;

/// A minimal configuration.
const TARGET: &str = "[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";

fn parse(text: &str) -> plexmon_deploy::error::Result<Config> {
    Config::parse(text, Path::new("config.toml"))
}

/// Each text with the error about it, which must be a usage error.
fn refusals<const N: usize>(texts: [String; N]) -> String {
    let mut report = String::new();
    for text in texts {
        let error = match parse(&text) {
            Ok(config) => panic!("accepted:\n{text}\n{config:?}"),
            Err(error) => error,
        };
        assert_eq!(error.exit(), Exit::Usage, "{text}\n{error}");
        let _ = writeln!(report, "{}\n\n{error}\n\n{}", text.trim_end(), "-".repeat(80));
    }
    without_lists(&report)
}

/// The report with a name for each complete list, so that a new channel, preset or key of a target changes no snapshot.
fn without_lists(report: &str) -> String {
    let list = |names: Vec<&str>, quote: &str| {
        names.iter().map(|name| format!("{quote}{name}{quote}")).collect::<Vec<_>>().join(", ")
    };
    let channels = list(DESCRIPTIONS.iter().map(|description| description.kind).collect(), "`");
    let presets = list(preset::all().map(|preset| preset.kind).collect(), "\"");
    let report = report.replace(&channels, "[KINDS OF CHANNELS]").replace(&presets, "[PRESETS]");
    let of_target = "allowed in [[target]]: ";
    let short = |line: &str| match line.split_once(of_target) {
        Some((before, _)) => format!("{before}{of_target}[KEYS OF A TARGET]\n"),
        None => format!("{line}\n"),
    };
    report.lines().map(short).collect()
}

/// Check the exact messages of rejections, in a snapshot with the test's name.
macro_rules! refuses {
    ($($text:expr),* $(,)?) => {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!($crate::config::refusals([$($text),*]));
        })
    };
}
use refuses;

/// A configuration with these lines above its target.
fn top(lines: &str) -> String {
    format!("{lines}\n{TARGET}")
}

/// A configuration with these lines in its target.
fn target(lines: &str) -> String {
    format!("{TARGET}{lines}\n")
}

/// A configuration with these tables below its target.
fn below(lines: &str) -> String {
    format!("{TARGET}\n{lines}\n")
}
