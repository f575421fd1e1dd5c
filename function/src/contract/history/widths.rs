//! The sections of a record, and how many characters they take.

use super::RECENT_HOURS;
use super::counts::Counts;
use super::event::Event;
use super::packed::chars;
use super::response_time::{Histogram, WIDTH as TIME};

pub(super) const CHECK: &str = "check";
pub(super) const MARK: &str = "mark";
pub(super) const DAYS: &str = "days";
pub(super) const HOURS: &str = "hours";
pub(super) const RECENT: &str = "recent";
pub(super) const TODAY: &str = "today";
pub(super) const EVENTS: &str = "events";

pub(super) const NAMES: [&str; 7] = [CHECK, MARK, DAYS, HOURS, RECENT, TODAY, EVENTS];

/// The widths of a day's number (until the year 2149), an hour's number (until the year 3883), and counts, in bits.
pub(super) const DAY: u32 = 16;
pub(super) const HOUR: u32 = 24;
pub(super) const DAY_COUNT: u32 = 11;
pub(super) const HOUR_COUNT: u32 = 8;
pub(super) const HALF_MARK: u32 = 32;

const DAY_BITS: usize = Counts::bits(DAY_COUNT) + TIME as usize;
const HOUR_BITS: usize = 2 * TIME as usize;
const RECENT_BITS: usize = Counts::bits(HOUR_COUNT);

/// The length of a check's id.
pub(super) const CHECK_CHARS: usize = 8;

/// Return the number of characters of the sections that always have the same length, with the names of all.
pub(super) fn fixed_chars() -> usize {
    let names: usize = NAMES.iter().map(|name| name.len() + r#""":"","#.len()).sum();
    names
        + "{}".len()
        + CHECK_CHARS
        + chars(2 * HALF_MARK as usize)
        + chars(HOUR as usize + RECENT_HOURS as usize * RECENT_BITS)
        + chars(DAY as usize + Histogram::BITS)
}

/// Return the number of characters for this many days.
pub(super) const fn day_chars(days: usize) -> usize {
    chars(DAY as usize + days * DAY_BITS)
}

/// Return the number of days that fit into this many characters.
pub(super) const fn days_in(chars: usize) -> usize {
    (chars * 6).saturating_sub(DAY as usize) / DAY_BITS
}

/// Return the number of characters for this many hours.
pub(super) const fn hour_chars(hours: usize) -> usize {
    chars(HOUR as usize + hours * HOUR_BITS)
}

/// The number of characters of an event.
pub(super) const EVENT_CHARS: usize = chars(Event::BITS);
