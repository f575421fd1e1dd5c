//! When an announcement applies: `--from` and `--until`.

use jiff::civil::Date;
use plexmon_function::contract::announcement::DEFAULT_S;
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time::{self, clock, date};

use crate::cli::Announce;
use crate::config::{Edge, Zone};
use crate::error::{Error, Result};

/// How far away an end may be: ten years, so that a typing error is noticed.
const LONGEST_S: u64 = 10 * 366 * 24 * 60 * 60;

/// The length of a date without a time.
const BARE_DATE: usize = "2026-11-28".len();

/// In Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: u64,
    pub(super) until: u64,
    /// Which of both the owner has chosen.
    chosen: (bool, bool),
}

impl Period {
    /// Read the options of a command at a time in Unix seconds.
    pub(super) fn read(args: &Announce, zone: &Zone, now: u64) -> Result<Self> {
        let from = args.from.as_deref().map(|text| moment("--from", text, zone, Edge::Begin, now));
        let from = from.transpose()?.unwrap_or(now);
        let until = args.until.as_deref().map(|text| moment("--until", text, zone, Edge::End, from));
        let until = until.transpose()?.unwrap_or(from.saturating_add(DEFAULT_S));
        if until <= from {
            return Err(Error::usage("--until must be later than the beginning")
                .hint("for example: --from \"2026-11-28 22:00\" --until 4h"));
        }
        if until > now.saturating_add(LONGEST_S) {
            return Err(Error::usage("--until is more than ten years away").hint("for example: --until 4h"));
        }
        if until <= now {
            return Err(Error::usage("--until is in the past").hint("for example: --until 4h"));
        }
        Ok(Self { from, until, chosen: (args.from.is_some(), args.until.is_some()) })
    }

    /// Return the text for the channels, with the times that the owner has chosen: a message is read without the page.
    pub(super) fn message(&self, text: &str, of: &Clock) -> String {
        let at = |time| format!("{} {}", date(time, of), clock(time, of));
        match self.chosen {
            (false, false) => text.to_owned(),
            (true, false) => format!("{text}\n\nFrom {}", at(self.from)),
            (false, true) => format!("{text}\n\nUntil {}", at(self.until)),
            (true, true) => format!("{text}\n\n{}", local_time::span(self.from, self.until, of)),
        }
    }
}

/// Read a date and time, or a duration after a time in Unix seconds.
fn moment(option: &str, text: &str, zone: &Zone, edge: Edge, after: u64) -> Result<u64> {
    if let Ok(duration) = humantime::parse_duration(text) {
        return Ok(after.saturating_add(duration.as_secs()));
    }
    let text = text.trim();
    let last_day = Some(text).filter(|text| edge == Edge::End && text.len() == BARE_DATE).and_then(day_after);
    zone.moment(last_day.as_deref().unwrap_or(text), edge).ok_or_else(|| {
        Error::usage(format!("{option} must be a date and time or a duration, not \"{text}\""))
            .hint(format!("for example: {option} \"2026-11-28 22:00\" or {option} 2h"))
    })
}

/// Return the day after this one: a notice that is shown until a day is shown on it.
fn day_after(day: &str) -> Option<String> {
    Some(day.parse::<Date>().ok()?.tomorrow().ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-26 17:00 UTC, 18:00 in Berlin.
    const NOW: u64 = 1_795_712_400;
    const HOUR: u64 = 60 * 60;

    fn read(from: Option<&str>, until: Option<&str>) -> Result<(u64, u64), String> {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let (from, until) = (from.map(str::to_owned), until.map(str::to_owned));
        let args = Announce { text: None, from, until, clear: false, notify: false };
        match Period::read(&args, &zone, NOW) {
            Ok(period) => Ok((period.from, period.until)),
            Err(error) => Err(error.message().to_owned()),
        }
    }

    #[test]
    fn times_are_dates_in_the_owners_zone_or_durations() {
        let week = 7 * 24 * HOUR;
        for (from, until, expected) in [
            (None, None, (NOW, NOW + week)),
            (Some("2h"), None, (NOW + 2 * HOUR, NOW + 2 * HOUR + week)),
            (Some("2026-11-26 19:00"), Some("2h"), (NOW + HOUR, NOW + 3 * HOUR)),
            (Some("2026-11-26T19:00:00Z"), Some("2026-11-26 21:00"), (NOW + 2 * HOUR, NOW + 3 * HOUR)),
            (Some("2026-11-26 17:00"), Some("1h 30m"), (NOW - HOUR, NOW + HOUR / 2)),
            (None, Some("2026-11-27"), (NOW, NOW + 30 * HOUR)),
        ] {
            assert_eq!(read(from, until), Ok(expected), "{from:?} {until:?}");
        }
    }

    #[test]
    fn an_end_must_be_later_than_the_beginning_and_than_now() {
        let early = Err("--until must be later than the beginning".to_owned());
        assert_eq!(read(None, Some("0s")), early);
        assert_eq!(read(None, Some("2026-11-26 18:00")), early);
        assert_eq!(read(Some("3h"), Some("2026-11-26 20:00")), early);
        let late = Err("--until is more than ten years away".to_owned());
        assert_eq!(read(None, Some("11y")), late);
        assert_eq!(read(None, Some("9000-12-31")), late);
        assert!(read(None, Some("9y")).is_ok());
        let past = Err("--until is in the past".to_owned());
        assert_eq!(read(Some("2026-11-26 16:00"), Some("1h")), past);
        for text in ["tomorrow", "", "22:00 tonight", "-1h", "2026-13-01 10:00"] {
            assert!(read(None, Some(text)).unwrap_err().starts_with("--until must be a date"), "{text}");
        }
    }

    #[test]
    fn a_message_has_the_times_that_were_chosen() {
        let clock = Zone::named("Europe/Berlin").unwrap().clock;
        let period = |chosen| Period { from: NOW, until: NOW + 4 * HOUR, chosen };
        for (chosen, expected) in [
            ((false, false), "Update"),
            ((true, false), "Update\n\nFrom 2026-11-26 18:00 CET"),
            ((false, true), "Update\n\nUntil 2026-11-26 22:00 CET"),
            ((true, true), "Update\n\n18:00-22:00 CET"),
        ] {
            assert_eq!(period(chosen).message("Update", &clock), expected);
        }
    }
}
