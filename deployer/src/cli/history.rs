//! The options of `history`, and its `--since`: a duration or a date.

use std::time::Duration;

use clap::Args;
use jiff::civil::{Date, date};

#[derive(Debug, Args)]
pub struct History {
    /// Targets to show; all of them by default.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How far back to look, for example 12h or 30d, or the first day, for example 2026-11-01.
    #[arg(long, value_name = "DURATION|DATE", default_value = "90d", value_parser = parse)]
    pub since: Since,
    /// Print outages and changes of checks as comma-separated values, with times in UTC.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// How far back a command looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// This long before now.
    Ago(Duration),
    /// From the beginning of this day, in days since 1970.
    Day(u32),
}

/// Read a duration such as `90d`, or a date such as `2026-11-01`.
fn parse(text: &str) -> Result<Since, String> {
    if let Some(date) = date_of(text) {
        return date.map(Since::Day).ok_or_else(|| "no such day since 1970".to_owned());
    }
    humantime::parse_duration(text)
        .map(Since::Ago)
        .map_err(|why| format!("{why}; write a duration such as 90d or 12h, or a date such as 2026-11-01"))
}

/// Return the day if the text has the form of a date: `Some(None)` if there is no such day.
fn date_of(text: &str) -> Option<Option<u32>> {
    let is_date = text.len() == 10
        && text.char_indices().all(|(at, letter)| match at {
            4 | 7 => letter == '-',
            _ => letter.is_ascii_digit(),
        });
    let days = |day: Date| u32::try_from(date(1970, 1, 1).until(day).ok()?.get_days()).ok();
    is_date.then(|| text.parse().ok().and_then(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_dates_are_read() {
        let ago = |seconds| Ok(Since::Ago(Duration::from_secs(seconds)));
        for (text, expected) in [
            ("90d", ago(90 * 86_400)),
            ("1day 12h", ago(36 * 3_600)),
            ("1970-01-01", Ok(Since::Day(0))),
            ("2026-11-01", Ok(Since::Day(20_758))),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in ["2026-11-31", "1969-12-31", "2026-00-01"] {
            assert_eq!(parse(text), Err("no such day since 1970".to_owned()), "{text}");
        }
        for text in ["", "yesterday", "2026-11-1", "01.11.2026", "20261101", "-5d", "５d"] {
            assert!(parse(text).unwrap_err().contains("or a date such as 2026-11-01"), "{text}");
        }
    }
}
