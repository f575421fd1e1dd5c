//! Simulates the runs of a story with the real function: environments start and end, runs overlap or are killed at a
//! pause, and every event at the channel and the store is recorded for the judge.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use plexmon_function::contract::request::{Request, Tick, Trigger};
use plexmon_function::contract::settings::{HistorySettings, Settings};
use plexmon_function::contract::state::State;
use plexmon_function::run::Monitor;
use plexmon_function::store::SecretCache;
use plexmon_function::store::Store as _;
use tokio::time::Instant;

use super::drive::{drive, interleave};
use super::played::{Bounds, Played};
use super::release;
use super::stage::{Environment, Event, NAMES, Shared, Stage};
use super::story::{Answer, Change, Load, Overlap, Save, Step, Why};
use crate::fixtures::{NOW, settings};
use crate::pushover::secrets;

/// A warm environment.
struct WarmEnvironment {
    monitor: Monitor<Environment, Environment>,
    environment: Environment,
    /// Whether it has read the state, so that it can detect an older or garbled one.
    has_read: bool,
}

/// Environments, the settings, and what limits the guarantees so far.
pub struct Simulation {
    pub stage: Shared,
    settings: Settings,
    targets: u8,
    warm: Option<WarmEnvironment>,
    envs: u32,
    tokens: u32,
    now: u64,
    paused_until: u64,
    /// Until when a run that was killed, or could not save its deliveries, may still be sending.
    leased_until: u64,
    /// The number of runs whose deliveries are unproven.
    unproven: u32,
    pub bounds: Bounds,
    /// Whether the run of each step died while it moved the history: everything else was done.
    pub deaths: Vec<bool>,
    /// After which steps the environment ends because of that, in the same story without a history.
    pub deaths_at_end: Vec<bool>,
}

/// At least as long as a run reserves the outbox for itself, in seconds.
const LEASE_S: u64 = 60;

/// How long a pause lasts, in seconds.
const PAUSED_S: u64 = 600;

impl Simulation {
    pub fn new(targets: u8) -> Self {
        let stage = Stage::default();
        *stage.store.secrets.borrow_mut() = secrets("0");
        let mut simulation = Self {
            stage: Arc::new(Mutex::new(stage)),
            settings: settings(&NAMES),
            targets,
            warm: None,
            envs: 0,
            tokens: 0,
            now: NOW,
            paused_until: 0,
            leased_until: 0,
            unproven: 0,
            bounds: Bounds::default(),
            deaths: Vec::new(),
            deaths_at_end: Vec::new(),
        };
        simulation.watch();
        simulation
    }

    /// Return the same with other settings and another time.
    pub fn with(self, settings: Settings, now: u64) -> Self {
        let mut simulation = Self { settings, now, ..self };
        simulation.watch();
        simulation
    }

    pub fn keep_history(&mut self) {
        self.settings.history = Some(HistorySettings { days: 90, records: 1, parameters: 250 });
    }

    /// Begin this much later, in seconds.
    pub fn begin_later(&mut self, begin: i64) {
        self.now = self.now.saturating_add_signed(begin);
    }

    /// Set whether earlier versions of the state cannot be read.
    pub fn forget_versions(&self, forgets: bool) {
        self.stage.lock().unwrap().forgets_versions = forgets;
    }

    pub fn end(&self, down: u8, last_run: usize) -> Played {
        let mut stage = self.stage.lock().unwrap();
        let Bounds { lost_state, wrong_state, .. } = self.bounds;
        let old = stage.read_old_state;
        Played {
            events: std::mem::take(&mut stage.events),
            targets: self.targets,
            down: down & self.targets,
            last_run,
            bounds: Bounds { lost_state: lost_state || old, wrong_state: wrong_state || old, ..self.bounds },
            broken: stage.broken.take(),
            deaths: self.deaths.clone(),
        }
    }

    /// Simulate one run, or two that overlap.
    pub async fn step(&mut self, step: &Step) {
        if let Some(change) = step.change {
            self.change(change);
        }
        self.now = self.now.saturating_add_signed(step.after);
        self.bounds.expired |= step.after > 24 * 60 * 60;
        if step.cold {
            self.warm = None;
        }
        let mut warm = self.warm.take().unwrap_or_else(|| self.environment());
        self.set_up(step, &mut warm);
        self.note_lost_state(step, &warm);
        warm.has_read |= step.load == Load::Works;
        let request = if step.announces { Request::Announce } else { Request::Check };
        let deadline = Instant::now() + Duration::from_secs(30);
        let is_leased = self.now < self.leased_until;
        if step.killed.is_some() || step.saves[1] != Save::Works {
            self.leased_until = self.now + LEASE_S;
        }
        let ended = match step.overlap {
            None => {
                let run = pin!(warm.monitor.run_for(request, self.now, deadline));
                drive(run, &self.stage, step.killed).await
            }
            Some(overlap) => {
                self.both(&mut warm, request, overlap, deadline).await;
                true
            }
        };
        // A wait in a story takes six seconds at least.
        let latest = deadline + Duration::from_secs(7);
        if ended && step.overlap.is_none() && Instant::now() > latest {
            self.stage.lock().unwrap().broken = Some("a run ended too late".to_owned());
        }
        self.deaths.push(!ended && self.stage.lock().unwrap().is_archiving);
        // Nothing is sent during a pause, while a killed run may still be sending, or soon after two unproven attempts.
        self.unproven += u32::from(step.is_unproven());
        let may_notify = self.paused_until <= self.now && !is_leased && self.unproven < 2;
        if ended && step.overlap.is_none() && step.load == Load::Works && may_notify {
            let (env, targets) = (warm.environment.env, self.targets);
            let saved = step.saves == [Save::Works; 2];
            self.stage.lock().unwrap().events.push(Event::Ended { env, saved, down: step.down, targets });
        }
        let dies = self.deaths_at_end.get(self.deaths.len() - 1) == Some(&true);
        self.warm = (ended && !dies).then_some(warm);
    }

    /// Simulate two runs at the same time.
    async fn both(
        &mut self,
        warm: &mut WarmEnvironment,
        request: Request,
        overlap: Overlap,
        deadline: Instant,
    ) {
        let mut other = self.environment();
        *other.environment.sees.lock().unwrap() = Some(overlap.down);
        let tick = serde_json::json!({ "source": "aws.events", "id": format!("tick-{}", self.now) });
        let tick = Trigger { request, tick: Tick::of(&tick) };
        let until = self.now + PAUSED_S;
        let (at, second) = match overlap.why {
            Why::SameTick => (self.now, tick.clone()),
            Why::Manual => (self.now + 3, Request::Check.into()),
            Why::Pause => (self.now + 3, Request::Pause(until).into()),
            Why::Resume => (self.now + 3, Request::Resume.into()),
        };
        if at != self.now {
            self.stage.lock().unwrap().events.push(Event::Run { now: at, announces: false });
        }
        let first = pin!(warm.monitor.run_for(tick, self.now, deadline));
        let second = pin!(other.monitor.run_for(second, at, deadline));
        interleave(first, second, &self.stage, overlap.turns).await;
        let is_paused = match overlap.why {
            Why::Pause => true,
            Why::Resume => false,
            Why::SameTick | Why::Manual => return,
        };
        self.paused_until = if is_paused { until } else { self.now };
        let mut stage = self.stage.lock().unwrap();
        let kept = stage.history.last().map(|text| State::parse(text).unwrap().paused_until);
        if !stage.forgets_versions && !self.bounds.wrong_state && kept != Some(is_paused.then_some(until)) {
            stage.broken = Some(format!("{:?} was lost: {kept:?}", overlap.why));
        }
    }

    fn set_up(&mut self, step: &Step, warm: &mut WarmEnvironment) {
        *warm.environment.write.lock().unwrap() = 0;
        let mut stage = self.stage.lock().unwrap();
        stage.down = step.down;
        stage.load = step.load;
        stage.saves = step.saves;
        (stage.archive, stage.is_archiving) = (step.archive, false);
        (stage.hangs, stage.is_at_pause) = (false, false);
        stage.answers.clear();
        stage.answers.extend(step.answers.iter().filter(|answer| **answer != Answer::Accepts));
        stage.pauses = step.killed.is_some() || step.overlap.is_some();
        stage.store.record.lock().unwrap().clear();
        if step.other_secrets || step.announces {
            self.tokens += 1;
            *stage.store.secrets.borrow_mut() = secrets(&self.tokens.to_string());
        }
        stage.events.push(Event::Run { now: self.now, announces: step.announces });
        if step.load != Load::Works || step.overlap.is_some() || step.change.is_some() {
            stage.events.push(Event::Forgotten);
        }
    }

    /// Note what cannot be guaranteed after this step.
    fn note_lost_state(&mut self, step: &Step, warm: &WarmEnvironment) {
        let blank = !warm.has_read;
        self.bounds.lost_state |= step.overlap.is_some() || (blank && step.load == Load::Garbled);
    }

    fn change(&mut self, change: Change) {
        self.warm = None;
        match change {
            Change::Targets(targets) => self.targets = targets,
            Change::Check => {
                self.settings.targets[0].url.push('x');
                self.stage.lock().unwrap().events.push(Event::CheckChanged);
            }
            Change::Channel => {
                if self.settings.channels.pop().is_none() {
                    self.settings.channels = settings(&[]).channels;
                }
                (self.bounds.lost_state, self.bounds.wrong_state) = (true, true);
            }
            Change::LaterRelease => self.rewrite(release::later),
            Change::EarlierRelease => self.rewrite(release::earlier),
        }
        self.watch();
    }

    /// Rewrite the saved state as another release would have written it.
    fn rewrite(&self, as_written: impl Fn(&str) -> String) {
        let mut stage = self.stage.lock().unwrap();
        let text = stage.store.state.borrow().as_deref().map(as_written);
        if let Some(text) = text {
            let _ = stage.store.save_state(0, &text).now_or_never();
            stage.history.push(text);
        }
    }

    /// Set the targets in the settings to those that are to be monitored.
    fn watch(&mut self) {
        let first = self.settings.targets[0].clone();
        let all = settings(&NAMES).targets;
        self.settings.targets = vec![first];
        if self.targets & 2 != 0 {
            self.settings.targets.push(all[1].clone());
        }
    }

    fn environment(&mut self) -> WarmEnvironment {
        self.envs += 1;
        let environment = Environment {
            env: self.envs,
            stage: Arc::clone(&self.stage),
            write: Arc::default(),
            seen: Arc::default(),
            targets: self.targets,
            sees: Arc::default(),
        };
        let channels: Vec<Box<dyn plexmon_function::notify::Channel>> = vec![Box::new(environment.clone())];
        let monitor = Monitor::new(
            self.settings.clone(),
            environment.clone(),
            environment.clone(),
            channels,
            SecretCache::empty(),
        );
        WarmEnvironment { monitor, environment, has_read: false }
    }
}
