//! `history` as comma-separated values (RFC 4180), for spreadsheets and scripts.

use std::fmt::Write as _;

use jiff::Timestamp;
use plexmon_function::probe::Cause;

use super::report::{Report, kind_name};

const HEADER: &str = "target,kind,begin,end,seconds,cause\r\n";

/// Return a header, and a line for each event of each target.
pub(super) fn csv(report: &Report) -> String {
    let mut csv = HEADER.to_owned();
    for target in &report.targets {
        let name = field(&as_text(&target.name));
        for event in &target.events {
            let (begin, end) = (iso(event.begin), event.end.map(iso).unwrap_or_default());
            let (kind, cause) = (kind_name(event.kind), event.cause.map(cause_name).unwrap_or_default());
            let _ = write!(csv, "{name},{kind},{begin},{end},{},{cause}\r\n", event.seconds);
        }
    }
    csv
}

/// `2026-11-03T10:05:00Z`
fn iso(at: u64) -> String {
    let at = i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok());
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

/// Return the name of a cause in JSON.
fn cause_name(cause: Cause) -> String {
    let json = serde_json::to_value(cause).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// Mark what a spreadsheet would run as a formula with an apostrophe: it is then text.
fn as_text(text: &str) -> String {
    let runs = |first: char| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    // Some programs ignore spaces at the beginning.
    let first = text.chars().find(|letter| !letter.is_whitespace() && !letter.is_control());
    if first.is_some_and(runs) { format!("'{text}") } else { text.to_owned() }
}

/// Quote a field if it needs that.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (name, expected) in [
            ("plex", "plex"),
            ("Plex (4K)", "Plex (4K)"),
            ("a,b", "\"a,b\""),
            ("5\" disk", "\"5\"\" disk\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-plex", "'-plex"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("=HYPERLINK(\"http://x\",1)", "\"'=HYPERLINK(\"\"http://x\"\",1)\""),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(field(&as_text(name)), expected, "{name}");
        }
    }

    #[test]
    fn causes_have_their_names_in_json() {
        assert_eq!(
            (cause_name(Cause::RateLimited), cause_name(Cause::Connect)),
            ("rate_limited".into(), "connect".into())
        );
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(iso(1_793_700_300), "2026-11-03T10:05:00Z");
        assert_eq!(iso(u64::MAX), "");
    }
}
