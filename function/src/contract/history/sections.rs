//! A record as text: sections by name, each packed by itself.
//!
//! A release that changes a section gives it another name. So each release reads the sections that it knows, and keeps the
//! others.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::RECENT_HOURS;
use super::closed_hour::Mark;
use super::counts::Counts;
use super::event::{Event, EventList};
use super::packed::{Reader, Writer, chars};
use super::record::{Day, Hour, Record};
use super::response_time::{Histogram, ResponseTime, WIDTH as TIME};
use super::room::Room;

const CHECK: &str = "check";
const MARK: &str = "mark";
const DAYS: &str = "days";
const HOURS: &str = "hours";
const RECENT: &str = "recent";
const TODAY: &str = "today";
const EVENTS: &str = "events";

const NAMES: [&str; 7] = [CHECK, MARK, DAYS, HOURS, RECENT, TODAY, EVENTS];

/// The widths of a day's number (until the year 2149), an hour's number (until the year 3883), and counts, in bits.
const DAY: u32 = 16;
const HOUR: u32 = 24;
const DAY_COUNT: u32 = 11;
const HOUR_COUNT: u32 = 8;
const HALF_MARK: u32 = 32;

const DAY_BITS: usize = Counts::bits(DAY_COUNT) + TIME as usize;
const HOUR_BITS: usize = 2 * TIME as usize;
const RECENT_BITS: usize = Counts::bits(HOUR_COUNT);

/// The length of a check's id.
const CHECK_CHARS: usize = 8;

pub(super) type Sections = Map<String, Value>;

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

/// Return whether this release knows a section.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Record {
    /// Write what there is room for: the newest days, hours and events.
    pub(super) fn write(&self, room: Room) -> Sections {
        let mut sections = self.others.clone();
        let mut add = |name: &str, text: String| {
            if !text.is_empty() {
                sections.insert(name.to_owned(), text.into());
            }
        };
        add(CHECK, self.check.chars().filter(char::is_ascii_alphanumeric).take(CHECK_CHARS).collect());
        add(MARK, self.mark.map(mark_text).unwrap_or_default());
        add(
            DAYS,
            series(&self.days, DAY, room.days, |day, writer| {
                day.counts.put(DAY_COUNT, writer);
                ResponseTime::put(day.median, writer);
            }),
        );
        add(
            HOURS,
            series(&self.hours, HOUR, room.hours, |hour, writer| {
                ResponseTime::put(hour.median, writer);
                ResponseTime::put(hour.p95, writer);
            }),
        );
        add(
            RECENT,
            series(&self.hours, HOUR, RECENT_HOURS as usize, |hour, writer| {
                hour.counts.put(HOUR_COUNT, writer);
            }),
        );
        if self.today.1 != Histogram::default() {
            add(TODAY, today_text(&self.today));
        }
        let newest = self.events.len().saturating_sub(room.events);
        add(EVENTS, EventList::to_text(&self.events[newest..]));
        sections
    }

    /// Read the sections that this release knows.
    pub(super) fn read(mut sections: Sections) -> Self {
        let mut take = |name: &str| match sections.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let check = take(CHECK);
        let mark = read_mark(&take(MARK));
        let days = read_series(&take(DAYS), DAY, |reader| {
            let counts = Counts::take(DAY_COUNT, reader)?;
            Some(Day { counts, median: ResponseTime::take(reader)? })
        });
        let mut hours = read_series(&take(HOURS), HOUR, |reader| {
            let (median, p95) = (ResponseTime::take(reader)?, ResponseTime::take(reader)?);
            Some(Hour { median, p95, counts: Counts::default() })
        });
        for (hour, counts) in read_series(&take(RECENT), HOUR, |reader| Counts::take(HOUR_COUNT, reader)) {
            hours.entry(hour).or_default().counts = counts;
        }
        // An hour without any content fills a gap between others.
        hours.retain(|_, hour| *hour != Hour::default());
        let mut days = days;
        days.retain(|_, day| *day != Day::default());
        let today = read_today(&take(TODAY)).unwrap_or_default();
        let events = EventList::of_text(&take(EVENTS)).0;
        Self { check, mark, days, hours, today, events, others: sections }
    }
}

fn mark_text(mark: Mark) -> String {
    let mut writer = Writer::default();
    writer.put(mark.epoch, HALF_MARK);
    writer.put(mark.seq, HALF_MARK);
    writer.finish()
}

fn read_mark(text: &str) -> Option<Mark> {
    let mut reader = Reader::new(text);
    Some(Mark { epoch: reader.take(HALF_MARK)?, seq: reader.take(HALF_MARK)? })
}

fn today_text((day, times): &(u32, Histogram)) -> String {
    let mut writer = Writer::default();
    writer.put(*day, DAY);
    times.put(&mut writer);
    writer.finish()
}

fn read_today(text: &str) -> Option<(u32, Histogram)> {
    let mut reader = Reader::new(text);
    Some((reader.take(DAY)?, Histogram::take(&mut reader)?))
}

/// Write the number of the last item, and then up to `most` items without a gap, the last one first.
fn series<T: Default>(
    items: &BTreeMap<u32, T>,
    width: u32,
    most: usize,
    put: impl Fn(&T, &mut Writer),
) -> String {
    let Some((&last, _)) = items.last_key_value() else { return String::new() };
    let mut writer = Writer::default();
    writer.put(last, width);
    let first = items.keys().next().copied().unwrap_or(last);
    let count = u32::try_from(most).unwrap_or(u32::MAX).min(last - first + 1);
    for before in 0..count {
        match items.get(&(last - before)) {
            Some(item) => put(item, &mut writer),
            None => put(&T::default(), &mut writer),
        }
    }
    writer.finish()
}

fn read_series<T>(text: &str, width: u32, take: impl Fn(&mut Reader<'_>) -> Option<T>) -> BTreeMap<u32, T> {
    let mut reader = Reader::new(text);
    let Some(last) = reader.take(width) else { return BTreeMap::new() };
    let mut items = BTreeMap::new();
    let mut number = Some(last);
    while let (Some(at), Some(item)) = (number, take(&mut reader)) {
        items.insert(at, item);
        number = at.checked_sub(1);
    }
    items
}
