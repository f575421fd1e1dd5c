//! A record as text: sections by name, each packed by itself.
//!
//! A release that changes a section gives it another name. So each release reads the sections that it knows, and keeps
//! the others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::RECENT_HOURS;
use super::closed_hour::Mark;
use super::counts::Counts;
use super::event::EventList;
use super::packed::{Reader, Writer};
use super::record::{Day, Hour, Record, Sections};
use super::response_time::{Histogram, ResponseTime};
use super::room::Room;
use super::widths::{
    CHECK, CHECK_CHARS, DAY, DAY_COUNT, DAYS, EVENTS, HALF_MARK, HOUR, HOUR_COUNT, HOURS, MARK, NAMES,
    RECENT, TODAY,
};

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
