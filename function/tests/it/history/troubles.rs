//! Runs under faults: refused and lost calls, deaths between any two of them, overlapping runs, cold starts. What was
//! lost may be missing, run by run or hour by hour. Nothing is counted twice, and what had no faults is complete.

use std::collections::BTreeMap;

use plexmon_function::contract::history::{Class, Counts, DAYS, Event, HOUR_S, TargetHistory};
use plexmon_function::contract::request::{Request, Tick, Trigger};
use plexmon_function::contract::settings::{HistorySettings, Recurrence, Settings, Window};
use plexmon_function::probe::Cause;
use plexmon_testing::rng::{Rng, env_number};

use super::list::Seen;
use super::scene::{Scene, Trouble, check};
use super::zones::{BEGIN, ZONES, Zone};
use crate::fixtures::{settings, target};

const CASES: u64 = 30;

const TROUBLES: [Trouble; 4] =
    [Trouble::Refused, Trouble::AnswerLost, Trouble::KilledBefore, Trouble::KilledAfter];

/// One run: when, and whether it had no faults and no other run beside it.
#[derive(Debug, Clone, Copy)]
struct Made {
    at: u64,
    is_quiet: bool,
}

/// One check of a target, which counts the same whatever was before: each failed one is an outage, until the next good
/// one.
#[derive(Debug, Clone, Copy)]
struct Check {
    at: u64,
    class: Class,
    /// Whether it was down, if that is known.
    is_down: Option<bool>,
}

struct Case {
    rng: Rng,
    zone: Zone,
    settings: Settings,
    made: Vec<Made>,
    checks: BTreeMap<String, Vec<Check>>,
    down: BTreeMap<String, bool>,
    scene: Scene,
}

#[tokio::test(start_paused = true)]
async fn nothing_is_counted_twice_and_what_has_no_faults_is_complete() {
    let (cases, first) = (env_number("PLEXMON_CASES", CASES), env_number("PLEXMON_SEED", 0));
    for seed in first..first + cases {
        let mut case = Case::new(seed);
        if let Err(why) = case.play(seed).await {
            let last = case.made.len().saturating_sub(40);
            let made = case.made[last..].iter().map(|made| format!("{made:?}"));
            panic!("PLEXMON_SEED={seed}: {why}\n{}", made.collect::<Vec<_>>().join("\n"));
        }
    }
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let zone = rng.choose(&ZONES);
        let names = &["plex", "nas", "tv"][..1 + usize::try_from(rng.below(3)).unwrap()];
        let records = 1 + usize::try_from(rng.below(2)).unwrap();
        let from = BEGIN + rng.below(48) * HOUR_S;
        let once = Recurrence::Once { from, until: from + 7_000 };
        let settings = Settings {
            targets: names.iter().map(|name| target(name)).collect(),
            channels: Vec::new(),
            history: Some(HistorySettings { days: DAYS as usize, records, parameters: 250 }),
            clock: zone.clock(),
            maintenance: vec![Window { recurrence: once, targets: vec!["plex".to_owned()], clock: None }],
            ..settings(&[])
        };
        let (made, checks, down, scene) = Default::default();
        Self { rng, zone, settings, made, checks, down, scene }
    }

    async fn play(&mut self, seed: u64) -> Result<(), String> {
        let interval = [60, 300, 900, 3_600][usize::try_from(seed % 4).unwrap()];
        let mut now = BEGIN + self.rng.below(48) * HOUR_S;
        let mut monitor = None;
        for _ in 0..150 {
            now += interval;
            if self.rng.one_in(4) {
                monitor = None;
            }
            let tick = serde_json::json!({ "source": "aws.events", "id": format!("tick-{now}") });
            let tick = Trigger { request: Request::Check, tick: Tick::of(&tick) };
            let mut warm = monitor.take().unwrap_or_else(|| self.scene.monitor(&self.settings));
            let overlaps = self.rng.one_in(10);
            // Two runs at the same time have no common end.
            let kinds = if overlaps { &TROUBLES[..2] } else { &TROUBLES };
            let troubles = if self.rng.one_in(4) { self.troubles(kinds) } else { Vec::new() };
            self.check(now, !overlaps && troubles.is_empty());
            self.scene.trouble(troubles);
            if overlaps {
                let mut other = self.scene.monitor(&self.settings);
                let (second, at) = if self.rng.one_in(2) { (tick.clone(), now) } else { (check(), now + 3) };
                self.check_again(at);
                let runs = [(&mut warm, tick, now), (&mut other, second, at)];
                self.scene.run_both(runs, self.rng.draw()).await;
                monitor = self.rng.one_in(2).then_some(warm);
            } else {
                let run = self.scene.run(&mut warm, tick, now).await;
                monitor = run.map(|_| warm);
            }
            self.judge(now)?;
        }
        Ok(())
    }

    /// One or two faults at any calls of a run: it has two, and more when an hour is over.
    fn troubles(&mut self, kinds: &[Trouble]) -> Vec<(usize, Trouble)> {
        let calls = 4 + 2 * self.settings.targets.len() as u64;
        let count = 1 + self.rng.below(2);
        let one = |rng: &mut Rng| (usize::try_from(rng.below(calls)).unwrap(), rng.choose(kinds));
        (0..count).map(|_| one(&mut self.rng)).collect()
    }

    fn check(&mut self, at: u64, is_quiet: bool) {
        self.made.push(Made { at, is_quiet });
        for target in &self.settings.targets {
            let down = self.down.entry(target.name.clone()).or_default();
            *down ^= self.rng.one_in(if *down { 4 } else { 15 });
            let seen = match *down {
                _ if self.rng.one_in(20) => Seen::Unknown,
                true => Seen::Down(Cause::Connect),
                false => Seen::Up { ms: 30.0 },
            };
            self.scene.set(&target.name, seen);
            let is_planned = self.settings.maintenance[0].covers(&target.name, at, &self.settings.clock);
            let (class, is_down) = match seen {
                Seen::Unknown => (Class::Unknown, None),
                Seen::Down(_) => (Class::Down, Some(true)),
                Seen::Up { .. } => (Class::Up, Some(false)),
            };
            let class = if is_planned { Class::Maintenance } else { class };
            self.checks.entry(target.name.clone()).or_default().push(Check { at, class, is_down });
        }
    }

    /// A second run at the same time finds the same.
    fn check_again(&mut self, at: u64) {
        self.made.push(Made { at, is_quiet: false });
        for target in &self.settings.targets {
            let is_planned = self.settings.maintenance[0].covers(&target.name, at, &self.settings.clock);
            let list = self.checks.get_mut(&target.name).unwrap();
            let last = *list.last().unwrap();
            let class = match (is_planned, last.is_down) {
                (true, _) => Class::Maintenance,
                (false, None) => Class::Unknown,
                (false, Some(true)) => Class::Down,
                (false, Some(false)) => Class::Up,
            };
            list.push(Check { at, class, ..last });
        }
    }

    fn judge(&self, now: u64) -> Result<(), String> {
        for target in &self.settings.targets {
            if self.scene.store().state.borrow().is_none() {
                return Ok(());
            }
            let history = self.scene.history(&self.settings, &target.name, now);
            let list = &self.checks[&target.name];
            self.judge_counts(list, &history, now).map_err(|why| format!("{}: {why}", target.name))?;
            self.judge_outages(list, &history, now).map_err(|why| format!("{}: {why}", target.name))?;
        }
        Ok(())
    }

    /// Whether all runs from this time on, until the one that closed the hour of the other, had no faults.
    fn is_quiet(&self, from: u64, until: u64) -> bool {
        let closed = self.made.iter().map(|made| made.at).find(|at| at / HOUR_S > until / HOUR_S);
        let closed = closed.unwrap_or(u64::MAX);
        self.made.iter().filter(|made| (from..=closed).contains(&made.at)).all(|made| made.is_quiet)
    }

    fn judge_counts(&self, list: &[Check], history: &TargetHistory, now: u64) -> Result<(), String> {
        let hour = now / HOUR_S;
        for at in hour.saturating_sub(23)..=hour {
            let made = count(list, |check| check.at / HOUR_S == at);
            let kept = history.record.hours.get(&u32::try_from(at).unwrap()).map(|hour| hour.counts);
            let begin = at * HOUR_S;
            bounds(&format!("hour {at}"), kept, made, self.is_quiet(begin, begin))?;
        }
        let days: BTreeMap<u64, ()> =
            list.iter().map(|check| (self.zone.day_of_hour(check.at), ())).collect();
        for day in days.into_keys() {
            let is_it = |check: &Check| self.zone.day_of_hour(check.at) == day;
            let kept = history.record.days.get(&u32::try_from(day).unwrap()).map(|day| day.counts);
            bounds(&format!("day {day}"), kept, count(list, is_it), false)?;
            let least =
                count(list, |check| is_it(check) && self.is_quiet(check.at / HOUR_S * HOUR_S, check.at));
            let kept = kept.unwrap_or_default();
            if Class::ALL.iter().any(|class| kept.of(*class) < least[*class as usize]) {
                return Err(format!("day {day}: {kept:?} is less than {least:?}"));
            }
        }
        Ok(())
    }

    fn judge_outages(&self, list: &[Check], history: &TargetHistory, now: u64) -> Result<(), String> {
        let events = &history.record.events;
        for pair in events.windows(2) {
            if pair[1].begin < pair[0].end {
                return Err(format!("outages overlap: {events:?}"));
            }
        }
        let found =
            |at: u64, is_down: bool| list.iter().any(|one| one.at == at && one.is_down == Some(is_down));
        let is_true = |event: &&Event| found(event.begin, true) && found(event.end, false);
        if let Some(event) = events.iter().find(|event| !is_true(event)) {
            return Err(format!("no such outage: {event:?}"));
        }
        let mut last = None;
        let mut began = None;
        for check in list {
            match (check.is_down, began) {
                (Some(true), None) => began = last.map(|last: u64| (last, check.at)),
                (Some(false), Some((before, begin))) => {
                    began = None;
                    let is_listed = events.iter().any(|one| (one.begin, one.end) == (begin, check.at));
                    if check.at < now && self.is_quiet(before, check.at) && !is_listed {
                        return Err(format!("the outage from {begin} until {} is missing", check.at));
                    }
                }
                _ => {}
            }
            if check.is_down == Some(false) {
                last = Some(check.at);
            }
        }
        Ok(())
    }
}

fn count(list: &[Check], is_it: impl Fn(&Check) -> bool) -> [u32; 6] {
    let mut counts = [0; 6];
    list.iter().filter(|check| is_it(check)).for_each(|check| counts[check.class as usize] += 1);
    counts
}

fn bounds(what: &str, kept: Option<Counts>, made: [u32; 6], is_complete: bool) -> Result<(), String> {
    let kept = kept.unwrap_or_default();
    let kept = Class::ALL.map(|class| kept.of(class));
    let is_more = kept.iter().zip(made).any(|(kept, made)| *kept > made);
    if is_more || (is_complete && kept != made) {
        return Err(format!("{what}: {kept:?}, but there were {made:?}"));
    }
    Ok(())
}
