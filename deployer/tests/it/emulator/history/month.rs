//! A month of a home, played with the function's own code in memory, and the plain list of what happened in it.

use plexmon_function::contract::history::Place;
use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};
use plexmon_function::run::{Monitor, Prober};
use plexmon_function::store::{MemoryStore, SecretCache};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// The time between two checks, in seconds.
pub const INTERVAL_S: u64 = 300;

const DAY_S: u64 = 24 * 60 * 60;

/// One outage of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    pub target: &'static str,
    /// How many checks before the end of the month it begins, and in how many the target is down.
    pub before_end: u64,
    pub checks: u64,
    pub cause: Cause,
}

/// Four outages: three of Plex, one of them in the last day, and one of the NAS over night.
pub const OUTAGES: [Outage; 4] = [
    Outage { target: "plex", before_end: 25 * 288, checks: 7, cause: Cause::Home },
    Outage { target: "nas", before_end: 20 * 288 + 30, checks: 150, cause: Cause::Connect },
    Outage { target: "plex", before_end: 4 * 288, checks: 1, cause: Cause::App },
    Outage { target: "plex", before_end: 100, checks: 3, cause: Cause::Timeout },
];

/// One check: when, and whether each target was down.
#[derive(Debug, Clone)]
pub struct Check {
    pub at: u64,
    pub down: BTreeMap<&'static str, Cause>,
}

/// The checks of the 30 days before `end`.
pub fn checks(end: u64) -> Vec<Check> {
    let count = 30 * DAY_S / INTERVAL_S;
    let check = |before: u64| {
        let lasts = |one: &&Outage| (one.before_end - one.checks < before) && before <= one.before_end;
        let down = OUTAGES.iter().filter(lasts).map(|one| (one.target, one.cause)).collect();
        Check { at: end - before * INTERVAL_S, down }
    };
    (1..=count).rev().map(check).collect()
}

/// Sees what happens in the current check.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<Option<Check>>>);

impl Prober for Script {
    async fn probe(&self, target: &Target, _: &TargetSecrets) -> Observation {
        let check = self.0.lock().unwrap().clone().unwrap();
        let cause = check.down.get(target.name.as_str()).copied();
        // Slower in the evening.
        let hour = u32::try_from(check.at / 3_600 % 24).unwrap();
        let total_ms = 60.0 + f64::from(if hour < 18 { hour } else { 12 * (hour - 16) });
        let failed = cause.map(|cause| Failure { link: LinkName::Http, why: "it is down".to_owned(), cause });
        Observation { failed, total_ms, ..Observation::bare(&target.name, cause.is_none()) }
    }
}

/// The state and the history's parameters after the checks.
pub struct Played {
    pub state: String,
    pub history: BTreeMap<Place, String>,
}

/// Run the function for each check. A new environment begins every few hours.
pub fn play(settings: &Settings, checks: &[Check]) -> Played {
    let settings = Settings { channels: Vec::new(), secrets_parameter: None, ..settings.clone() };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let script = Script::default();
    let mut store = MemoryStore::default();
    for environment in checks.chunks(50) {
        let mut monitor = Monitor::new(
            settings.clone(),
            std::mem::take(&mut store),
            script.clone(),
            Vec::new(),
            SecretCache::empty(),
        );
        for check in environment {
            *script.0.lock().unwrap() = Some(check.clone());
            let deadline = Duration::from_secs(30);
            let run = runtime.block_on(async { monitor.run(check.at, Instant::now() + deadline).await });
            assert_eq!(run.reply.problems, [], "{}", check.at);
        }
        store.state.replace(monitor.store().state.borrow().clone());
        store.versions.replace(monitor.store().versions.borrow().clone());
        store.history.replace(monitor.store().history.borrow().clone());
    }
    let last = |(place, versions): (&Place, &Vec<String>)| (*place, versions.last().unwrap().clone());
    Played {
        state: store.state.borrow().clone().unwrap(),
        history: store.history.borrow().iter().map(last).collect(),
    }
}
