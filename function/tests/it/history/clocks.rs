//! A clock that is wrong for a while. Afterwards the history goes on within an hour, nothing was counted twice, and the
//! past is kept as far as there is room beside the wrong time.

use plexmon_function::contract::history::{Class, DAYS, HOUR_S, Period, TargetHistory};
use plexmon_function::contract::settings::{HistorySettings, Settings};
use plexmon_function::probe::Cause;

use super::list::Seen;
use super::scene::{Scene, SceneMonitor, check};
use super::zones::BEGIN;
use crate::fixtures::settings;

const INTERVAL: u64 = 900;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// By how much the clock is wrong.
const JUMPS: [i64; 16] = [
    7,
    -7,
    40 * MINUTE,
    -40 * MINUTE,
    3 * HOUR,
    -3 * HOUR,
    30 * HOUR,
    -30 * HOUR,
    60 * HOUR,
    -60 * HOUR,
    5 * DAY,
    -5 * DAY,
    40 * DAY,
    -40 * DAY,
    200 * DAY,
    -200 * DAY,
];

struct Case {
    scene: Scene,
    settings: Settings,
    monitor: SceneMonitor,
    now: u64,
    /// The times of all runs, by the clock at that time.
    runs: Vec<u64>,
}

impl Case {
    async fn run(&mut self, jump: i64) {
        self.now += INTERVAL;
        let at = self.now.checked_add_signed(jump).unwrap();
        // An outage of an hour on the first day.
        let is_down = (4..8).contains(&self.runs.len());
        let seen = if is_down { Seen::Down(Cause::Connect) } else { Seen::Up { ms: 30.0 } };
        self.scene.set("plex", seen);
        self.scene.trouble([]);
        self.scene.run(&mut self.monitor, check(), at).await.unwrap();
        self.runs.push(at);
    }

    fn history(&self) -> TargetHistory {
        self.scene.history(&self.settings, "plex", self.now)
    }

    fn known(&self, period: Period) -> u64 {
        self.history().uptime(period).known
    }
}

/// Two days, then `wrong` runs with a wrong clock; the last run was the first one with the right clock.
async fn after(jump: i64, wrong: u64) -> Case {
    let settings = Settings {
        channels: Vec::new(),
        history: Some(HistorySettings { days: DAYS as usize, records: 1, parameters: 250 }),
        ..settings(&["plex"])
    };
    let scene = Scene::default();
    let monitor = scene.monitor(&settings);
    // Long after the beginning, so that no clock is before 1970; at an hour's beginning.
    let mut case = Case { scene, settings, monitor, now: BEGIN - INTERVAL, runs: Vec::new() };
    for _ in 0..2 * 96 {
        case.run(0).await;
    }
    for _ in 0..wrong {
        case.run(jump).await;
    }
    case.run(0).await;
    case
}

#[tokio::test(start_paused = true)]
async fn the_history_goes_on_after_a_clock_was_wrong() {
    for jump in JUMPS {
        for wrong in [1, 4, 30] {
            let what = format!("{jump} s in {wrong} runs");
            let mut case = after(jump, wrong).await;
            let right_since = case.now;
            // Two hours later, a whole hour is closed.
            for _ in 0..8 {
                case.run(0).await;
            }
            let record = case.history().record;
            let next = u32::try_from(right_since / HOUR_S).unwrap() + 1;
            let counted = record.hours.get(&next).map(|hour| hour.counts.known());
            assert!(counted.is_some_and(|known| (4..=8).contains(&known)), "{what}: {counted:?}");
            assert!(case.known(Period::Hours24) >= 6, "{what}");
            for _ in 0..30 * 4 {
                case.run(0).await;
            }
            let known = case.known(Period::Hours24);
            // Where the clock was ahead, its runs may be among them.
            let most = case.runs.iter().filter(|at| case.now / HOUR_S < *at / HOUR_S + 24).count() as u64;
            let least = 23 * 4 + case.now % HOUR_S / INTERVAL + 1;
            assert!((least..=most.max(least)).contains(&known), "{what}: {known}, {least} to {most}");
            let median = case.history().record.days.values().next_back().unwrap().median;
            assert!(median.is_some(), "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_past_is_kept_and_nothing_is_counted_twice() {
    for jump in JUMPS {
        for wrong in [1, 4, 30] {
            let what = format!("{jump} s in {wrong} runs");
            let mut case = after(jump, wrong).await;
            for _ in 0..8 {
                case.run(0).await;
            }
            let history = case.history();
            let counted: u32 = history.record.days.values().map(|day| day.counts.known()).sum();
            assert!(counted as usize <= case.runs.len(), "{what}: {counted} of {}", case.runs.len());
            // Beside a time that is as far away as the history is long, the past has no room.
            if jump.abs() >= i64::from(DAYS) * DAY {
                continue;
            }
            for day in 0..2 {
                let day = u32::try_from(BEGIN / 24 / HOUR_S).unwrap() + day;
                let known = history.record.days.get(&day).map(|day| day.counts.known());
                assert!(known.is_some_and(|known| known >= 96 - 4), "{what}: day {day} {known:?}");
            }
            let downs: u32 = history.record.days.values().map(|day| day.counts.of(Class::Down)).sum();
            assert_eq!((downs, history.outages().count()), (4, 1), "{what}");
            // A clock that was behind does not cost the hours of the past, either.
            if jump < 0 {
                let known = history.uptime(Period::Hours24).known;
                let made = case.runs.iter().filter(|at| case.now / HOUR_S < *at / HOUR_S + 24).count() as u64;
                assert!((made - 8..=made).contains(&known), "{what}: {known} of {made}");
            }
        }
    }
}

/// Not even a clock that is wrong by centuries ends a run.
#[tokio::test(start_paused = true)]
async fn any_time_is_survived() {
    for at in [0, 1, u64::from(u32::MAX), u64::from(u32::MAX) * HOUR_S, u64::MAX / 2, u64::MAX] {
        let mut case = after(0, 0).await;
        case.scene.trouble([]);
        case.scene.run(&mut case.monitor, check(), at).await.unwrap();
        case.scene.run(&mut case.monitor, check(), at.saturating_add(HOUR_S)).await.unwrap();
        for _ in 0..10 {
            case.run(0).await;
        }
        assert!(case.known(Period::Hours24) >= 8, "{at}");
    }
}
