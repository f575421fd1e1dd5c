//! Formats Unix seconds as the owner's clock shows them, with the name of the time zone.

use crate::contract::settings::Clock;
use crate::time;

/// Format a time with its zone: `10:05 CET`.
pub fn clock(at: u64, clock: &Clock) -> String {
    let LocalTime { seconds, zone } = LocalTime::of(at, clock);
    format!("{} {zone}", time::clock(seconds))
}

/// Format a date: `2026-11-03`.
pub fn date(at: u64, clock: &Clock) -> String {
    time::date(LocalTime::of(at, clock).seconds)
}

/// Return the day of a time, as days since 1970.
pub fn day_of(at: u64, clock: &Clock) -> u32 {
    u32::try_from(LocalTime::of(at, clock).seconds / time::DAY).unwrap_or(u32::MAX)
}

/// Return the first moment at which a clock shows a day, or a later one, in Unix seconds; the inverse of [`day_of`].
pub fn begin_of_day(day: u32, clock: &Clock) -> u64 {
    clock.begin_of(day)
}

/// Format a date without its year: `3 Nov`.
pub fn day_and_month(at: u64, clock: &Clock) -> String {
    let (_, month, day) = time::civil(LocalTime::of(at, clock).seconds / time::DAY);
    format!("{day} {}", month_name(month))
}

/// Format the days from one to the day before another, since 1970: `16 to 22 Nov`, with the year if it changes.
pub fn days(first: u32, end: u32) -> String {
    let (from, to) = (time::civil(first.into()), time::civil(end.saturating_sub(1).into()));
    let year = |year: u64| if from.0 == to.0 { String::new() } else { format!(" {year}") };
    let begin = match (from.0, from.1) == (to.0, to.1) {
        true => String::new(),
        false => format!(" {}{}", month_name(from.1), year(from.0)),
    };
    format!("{}{begin} to {} {}{}", from.2, to.2, month_name(to.1), year(to.0))
}

fn month_name(month: u64) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(month).unwrap_or_default().saturating_sub(1);
    NAMES.get(at).copied().unwrap_or_default()
}

/// Format a time span: `10:05-10:40 CET`, with dates if it spans days, and with both zones if the clock was changed.
pub fn span(from: u64, until: u64, clock: &Clock) -> String {
    let (from, until) = (LocalTime::of(from, clock), LocalTime::of(until, clock));
    let (begin, end) = (time::clock(from.seconds), time::clock(until.seconds));
    let (first, last) = (time::date(from.seconds), time::date(until.seconds));
    let zone = if from.zone == until.zone { String::new() } else { format!(" {}", from.zone) };
    if first == last && zone.is_empty() {
        return format!("{begin}-{end} {}", until.zone);
    }
    format!("{first} {begin}{zone} - {last} {end} {}", until.zone)
}

/// A time as a clock shows it.
struct LocalTime {
    /// Seconds since the clock showed the beginning of 1970.
    seconds: u64,
    zone: String,
}

impl LocalTime {
    fn of(at: u64, clock: &Clock) -> Self {
        let (offset, zone) = clock.zone_at(at);
        Self { seconds: at.saturating_add_signed(offset), zone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-03 10:05 UTC
    const AT: u64 = 1_793_700_300;

    fn of_rule(rule: &str) -> Clock {
        Clock::of_rule(rule)
    }

    #[test]
    fn times_have_the_name_or_the_offset_of_their_zone() {
        for (rule, expected) in [
            ("", "10:05 UTC"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "11:05 CET"),
            ("EST5EDT,M3.2.0,M11.1.0", "05:05 EST"),
            ("<+03>-3", "13:05 UTC+3"),
            ("<-0330>3:30", "06:35 UTC-3:30"),
            ("IST-5:30", "15:35 IST"),
            ("corrupt,", "10:05 UTC"),
        ] {
            assert_eq!(clock(AT, &of_rule(rule)), expected, "{rule}");
        }
        let berlin = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
        assert_eq!(clock(AT - 120 * 24 * 60 * 60, &berlin), "12:05 CEST");
        assert_eq!(date(AT + 13 * 60 * 60, &berlin), "2026-11-04", "after midnight");
        assert_eq!(clock(0, &of_rule("EST5")), "00:00 EST", "no time before 1970");
    }

    #[test]
    fn a_day_begins_at_the_first_moment_that_the_clock_shows_it() {
        for rule in [
            "",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "EST5EDT,M3.2.0,M11.1.0",
            "IST-5:30",
            // Changed at midnight: Beirut and Havana.
            "EET-2EEST,M3.5.0/0,M10.5.0/0",
            "CST5CDT,M3.2.0/0,M11.1.0/1",
        ] {
            let clock = of_rule(rule);
            for day in 20_500..20_900 {
                let begin = begin_of_day(day, &clock);
                assert_eq!(
                    (day_of(begin - 1, &clock), day_of(begin, &clock)),
                    (day - 1, day),
                    "{rule} {day}"
                );
            }
        }
    }

    #[test]
    fn a_span_includes_dates_only_across_days_and_both_zones_across_a_change() {
        let berlin = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
        assert_eq!(span(AT, AT + 2_100, &berlin), "11:05-11:40 CET");
        assert_eq!(span(AT, AT + 2_100, &Clock::default()), "10:05-10:40 UTC");
        assert_eq!(span(AT, AT + 13 * 60 * 60, &berlin), "2026-11-03 11:05 - 2026-11-04 00:05 CET");
        // 2026-10-25 00:50 and 01:10 UTC: the clock was set back at 01:00 UTC.
        let (before, after) = (1_792_889_400, 1_792_890_600);
        assert_eq!(span(before, after, &berlin), "2026-10-25 02:50 CEST - 2026-10-25 02:10 CET");
    }
}
