//! Random sequences of runs without faults: everything that the history says is compared with the list.

use std::collections::BTreeMap;

use plexmon_function::contract::history::{DAYS, HOUR_S, Record};
use plexmon_function::contract::request::{Request, Tick, Trigger};
use plexmon_function::contract::settings::{HistorySettings, Recurrence, Settings, Target, Window};
use plexmon_function::page::Data;
use plexmon_function::probe::Cause;
use plexmon_testing::rng::{Rng, env_number};

use super::list::{List, Rules, Seen};
use super::scene::{Scene, SceneMonitor, check};
use super::zones::{BEGIN, ZONES, Zone};
use crate::fixtures::{settings, target};

const CASES: u64 = 30;

const MINUTE: u64 = 60;

/// The intervals of the schedules, and how many runs a case has at most.
const SCHEDULES: [(u64, u64); 5] =
    [(MINUTE, 300), (5 * MINUTE, 400), (15 * MINUTE, 400), (HOUR_S, 400), (6 * HOUR_S, 420)];

const CAUSES: [Cause; 5] = [Cause::Connect, Cause::Condition, Cause::Timeout, Cause::Tls, Cause::App];

/// A case while it is played.
pub struct Case {
    rng: Rng,
    pub zone: Zone,
    interval: u64,
    pub settings: Settings,
    /// Targets that were removed, and may return.
    pub removed: Vec<Target>,
    /// The most records that ever shared a parameter.
    pub records: usize,
    lists: BTreeMap<String, List>,
    found: BTreeMap<String, Seen>,
    scene: Scene,
    monitor: Option<SceneMonitor>,
    pub last_run: u64,
    now: u64,
    /// The changes so far, for a failure's transcript.
    changes: Vec<String>,
}

#[tokio::test(start_paused = true)]
async fn the_history_says_what_the_list_says() {
    let (cases, first) = (env_number("PLEXMON_CASES", CASES), env_number("PLEXMON_SEED", 0));
    for seed in first..first + cases {
        let mut case = Case::new(seed);
        if let Err(why) = case.play().await {
            panic!("PLEXMON_SEED={seed}: {why}\n{}", case.transcript());
        }
    }
}

fn random_target(name: &str, rng: &mut Rng) -> Target {
    Target {
        down_after: rng.choose(&[1, 1, 2, 3]),
        up_after: rng.choose(&[1, 1, 2, 3]),
        slow_ms: rng.choose(&[None, Some(1_000)]),
        ..target(name)
    }
}

fn rules(target: &Target) -> Rules {
    Rules {
        down_after: target.down_after as usize,
        up_after: target.up_after as usize,
        slow_ms: target.slow_ms,
    }
}

fn in_maintenance(settings: &Settings, name: &str, at: u64) -> bool {
    settings.maintenance.iter().any(|window| {
        let is_on = match window.recurrence {
            Recurrence::Once { from, until } => (from..until).contains(&at),
            Recurrence::Weekly { .. } => unreachable!("this test has none"),
        };
        is_on && (window.targets.is_empty() || window.targets.iter().any(|one| one == name))
    })
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let (interval, _) = SCHEDULES[usize::try_from(seed % 5).unwrap()];
        let zone = rng.choose(&ZONES);
        let names = &["plex", "nas", "\u{fc}{{:\""][..1 + usize::try_from(rng.below(3)).unwrap()];
        let records = 1 + usize::try_from(rng.below(2)).unwrap();
        let settings = Settings {
            targets: names.iter().map(|name| random_target(name, &mut rng)).collect(),
            channels: Vec::new(),
            history: Some(HistorySettings { days: DAYS as usize, records, parameters: 250 }),
            clock: zone.clock(),
            ..settings(&[])
        };
        Self {
            zone,
            interval,
            settings,
            removed: Vec::new(),
            records,
            lists: BTreeMap::new(),
            found: BTreeMap::new(),
            scene: Scene::default(),
            monitor: None,
            last_run: 0,
            changes: Vec::new(),
            now: BEGIN + rng.below(14 * 24) * HOUR_S + rng.below(4) * 15 * MINUTE + 5,
            rng,
        }
    }

    async fn play(&mut self) -> Result<(), String> {
        let most = SCHEDULES.iter().find(|(interval, _)| *interval == self.interval).unwrap().1;
        for _ in 0..most / 2 + self.rng.below(most / 2) {
            let missed = if self.rng.one_in(30) { 1 + self.rng.below(20) } else { 0 };
            self.now += self.interval * (1 + missed);
            if self.rng.one_in(50) {
                self.change();
            }
            if self.rng.one_in(5) {
                self.monitor = None;
            }
            let tick = serde_json::json!({ "source": "aws.events", "id": format!("tick-{}", self.now) });
            let tick = Trigger { request: Request::Check, tick: Tick::of(&tick) };
            let now = self.now + self.rng.below(4);
            self.run(tick.clone(), now).await;
            if self.rng.one_in(40) {
                // The same tick is delivered twice.
                self.run(tick, now).await;
            }
            if self.rng.one_in(40) {
                self.run(check(), now + 20).await;
            }
            if self.rng.one_in(25) {
                self.compare()?;
            }
        }
        self.compare()
    }

    async fn run(&mut self, trigger: Trigger, now: u64) {
        for target in &self.settings.targets {
            let seen = self.found.entry(target.name.clone()).or_insert(Seen::Up { ms: 20.0 });
            *seen = match (*seen, self.rng.below(40)) {
                (_, 0) => Seen::Unknown,
                (_, 1 | 2) => Seen::Down(self.rng.choose(&CAUSES)),
                (Seen::Down(cause), 3..30) => Seen::Down(cause),
                _ => Seen::Up { ms: 2.0 * 1.08_f64.powf(self.rng.below(1_000) as f64 / 10.0) },
            };
            self.scene.set(&target.name, *seen);
            let settings = &self.settings;
            let list = self.lists.entry(target.name.clone()).or_default();
            list.add(now, *seen, rules(target), |at| in_maintenance(settings, &target.name, at));
        }
        self.last_run = now;
        self.scene.trouble([]);
        let monitor = self.monitor.get_or_insert_with(|| self.scene.monitor(&self.settings));
        let run = self.scene.run(monitor, trigger, now).await.unwrap();
        assert_eq!((run.fault, run.reply.problems), (None, Vec::new()));
    }

    /// Change the settings, as a deployment does: in a new environment.
    fn change(&mut self) {
        self.monitor = None;
        let at = usize::try_from(self.rng.below(3)).unwrap() % self.settings.targets.len();
        let kind = self.rng.below(6);
        self.changes.push(format!("change {kind} of target {at} before {}", self.now));
        match kind {
            0 => {
                let target = &mut self.settings.targets[at];
                target.url.push('x');
                // A new check begins with the run.
                let list = self.lists.entry(target.name.clone()).or_default();
                if !list.checks.is_empty() {
                    list.is_changed = true;
                }
            }
            1 => self.settings.targets[at].app.push_str("Renamed"),
            2 if self.settings.targets.len() > 1 => {
                let target = self.settings.targets.remove(at);
                if let Some(list) = self.lists.get_mut(&target.name) {
                    list.leave(self.last_run);
                }
                self.removed.push(target);
            }
            3 => self.settings.targets.extend(self.removed.pop()),
            4 => {
                let history = self.settings.history.as_mut().unwrap();
                history.records = 3 - history.records;
                self.records = self.records.max(history.records);
            }
            _ => {
                let from = self.now + self.rng.below(4) * self.interval;
                let until = from + (1 + self.rng.below(8)) * self.interval;
                let all = self.rng.one_in(2);
                let targets = if all { Vec::new() } else { vec![self.settings.targets[at].name.clone()] };
                let recurrence = Recurrence::Once { from, until };
                self.settings.maintenance.push(Window { recurrence, targets, clock: None });
            }
        }
    }

    /// Whether the target is in a maintenance in which it was at that time too.
    pub fn is_planned(&self, name: &str, begin: u64) -> bool {
        self.settings.maintenance.iter().any(|window| {
            let clock = &self.settings.clock;
            window.covers(name, begin, clock) && window.covers(name, self.last_run, clock)
        })
    }

    fn compare(&self) -> Result<(), String> {
        let records = self.scene.parameters().into_iter().flat_map(|(_, parameter)| parameter.records);
        let data = Data { state: Some(self.scene.state()), records: records.collect(), ..Data::default() };
        for target in &self.settings.targets {
            let Some(list) = self.lists.get(&target.name).filter(|list| !list.checks.is_empty()) else {
                continue;
            };
            let history = self.scene.history(&self.settings, &target.name, self.last_run);
            self.compare_one(list, &history)
                .and_then(|()| self.compare_page(list, &data, &target.name))
                .map_err(|why| format!("{}: {why}", target.name))?;
        }
        Ok(())
    }

    /// How many checks of each target a failure shows.
    fn shown(&self) -> usize {
        usize::try_from(env_number("PLEXMON_SHOWN", 30)).unwrap()
    }

    fn transcript(&self) -> String {
        let mut lines = vec![format!(
            "every {} s, {:?}, history {:?}, maintenance {:?}",
            self.interval, self.zone, self.settings.history, self.settings.maintenance
        )];
        lines.extend(self.changes.iter().cloned());
        for (place, parameter) in self.scene.parameters() {
            let of = |(name, record): (&String, &Record)| {
                format!("{name}: {} days, {} hours", record.days.len(), record.hours.len())
            };
            let records: Vec<String> = parameter.records.iter().map(of).collect();
            lines.push(format!("{place:?}, {:?}: {}", self.room(), records.join(", ")));
        }
        for (name, list) in &self.lists {
            lines.push(format!("{name}: {:?}", self.settings.target(name).map(rules)));
            let last = list.checks.len().saturating_sub(self.shown());
            let hour = |at: u64| (at / HOUR_S, at % HOUR_S);
            lines.extend(list.checks[last..].iter().map(|one| format!("  {:?} {one:?}", hour(one.at))));
        }
        lines.join("\n")
    }
}
