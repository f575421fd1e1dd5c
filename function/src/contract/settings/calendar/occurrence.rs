//! From when until when a window is open: now, or the next time.

use std::ops::Range;

use super::{
    Clock, DAY, MAX_WINDOW_DAYS, MINUTE, MINUTES_A_DAY, Recurrence, WallClock, Window, span, weekday,
};

impl Window {
    /// Return since when and until when it is open for this target, in Unix seconds, if it is open now.
    pub fn covered(&self, target: &str, now: u64, clock: &Clock) -> Option<Range<u64>> {
        if self.covers(target, now, clock) { self.next(now, 0, clock) } else { None }
    }

    /// Return when it is open, in Unix seconds: now, or the next time if that begins within this many seconds.
    pub fn next(&self, now: u64, within_s: u64, clock: &Clock) -> Option<Range<u64>> {
        self.recurrence.next(now, within_s, self.clock.as_ref().unwrap_or(clock))
    }
}

impl Recurrence {
    /// Return when it is on, in Unix seconds: now, or the next time if that begins within this many seconds. Of several
    /// that are on now, the one that began first.
    pub fn next(&self, now: u64, within_s: u64, clock: &Clock) -> Option<Range<u64>> {
        let latest = now.saturating_add(within_s);
        match self {
            Self::Once { from, until } => {
                let is_next = *until > now && *from <= latest && from < until;
                is_next.then_some(*from..*until)
            }
            Self::Weekly { days, start, minutes } => {
                let (now, latest) = (i64::try_from(now).ok()?, i64::try_from(latest).ok()?);
                let clock = WallClock::new(clock);
                let day_of = |at: i64| at.saturating_add(clock.offset(at)).div_euclid(DAY);
                let longest = i64::from(start.saturating_add(*minutes) / MINUTES_A_DAY).min(MAX_WINDOW_DAYS);
                // As in `is_on`: it may have begun on an earlier day, or on the next one.
                (day_of(now) - longest..=day_of(latest) + 1)
                    .filter(|day| days.is_empty() || days.contains(&weekday(*day)))
                    .map(|day| {
                        let begin = day * DAY + i64::from(*start) * MINUTE;
                        span(&clock, begin, i64::from(*minutes) * MINUTE)
                    })
                    .find(|time| time.end > now && time.start < time.end && time.start <= latest)
                    .and_then(|time| Some(u64::try_from(time.start).ok()?..u64::try_from(time.end).ok()?))
            }
        }
    }
}
