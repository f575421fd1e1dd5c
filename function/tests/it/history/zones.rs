//! Time zones with their offsets in the months of the tests, written by hand.

use plexmon_function::contract::history::HOUR_S;
use plexmon_function::contract::settings::Clock;

/// 2026-10-20 00:00 UTC, a Tuesday.
pub const BEGIN: u64 = 1_792_454_400;

const DAY_S: u64 = 24 * HOUR_S;

/// A zone: its rule, its offset in seconds at the beginning, and its changes: when, and the offset from then on.
#[derive(Debug, Clone, Copy)]
pub struct Zone {
    pub rule: &'static str,
    offset: i64,
    changes: [(u64, i64); 2],
}

const NEVER: (u64, i64) = (u64::MAX, 0);

pub const ZONES: [Zone; 7] = [
    Zone { rule: "", offset: 0, changes: [NEVER; 2] },
    // 2026-10-25 and 2027-03-28, both at 01:00 UTC.
    Zone {
        rule: "CET-1CEST,M3.5.0,M10.5.0/3",
        offset: 7_200,
        changes: [(BEGIN + 5 * DAY_S + HOUR_S, 3_600), (BEGIN + 159 * DAY_S + HOUR_S, 7_200)],
    },
    // 2026-11-01 at 06:00 UTC, 2027-03-14 at 07:00 UTC.
    Zone {
        rule: "EST5EDT,M3.2.0,M11.1.0",
        offset: -14_400,
        changes: [(BEGIN + 12 * DAY_S + 6 * HOUR_S, -18_000), (BEGIN + 145 * DAY_S + 7 * HOUR_S, -14_400)],
    },
    Zone { rule: "IST-5:30", offset: 19_800, changes: [NEVER; 2] },
    Zone { rule: "<-0330>3:30", offset: -12_600, changes: [NEVER; 2] },
    Zone { rule: "<+0545>-5:45", offset: 20_700, changes: [NEVER; 2] },
    // Summer until April; it is half an hour.
    Zone { rule: "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", offset: 39_600, changes: [NEVER; 2] },
];

impl Zone {
    pub fn clock(&self) -> Clock {
        Clock::of_rule(self.rule)
    }

    /// The day of a time, as days since 1970.
    pub fn day(&self, at: u64) -> u64 {
        let passed = self.changes.iter().rev().find(|(from, _)| at >= *from);
        at.checked_add_signed(passed.map_or(self.offset, |(_, offset)| *offset)).unwrap() / DAY_S
    }

    /// The day that the hour of a time counts for: that of its beginning.
    pub fn day_of_hour(&self, at: u64) -> u64 {
        self.day(at / HOUR_S * HOUR_S)
    }
}
