//! Plays a story with the real handler: environments come and go, runs are killed at a pause or overlap, and all that
//! the channel and the store saw is kept for judging.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, poll};
use plexmon_function::contract::request::{Request, Tick, Trigger};
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::State;
use plexmon_function::run::{Monitor, Run};
use plexmon_function::store::SecretCache;
use plexmon_function::store::Store as _;
use tokio::task::unconstrained;
use tokio::time::{Instant, advance};

use super::release;
use super::stage::{Door, Event, NAMES, Shared, Stage};
use super::story::{Answer, Change, Load, Overlap, Save, Step, Story, Why};
use crate::fixtures::{NOW, settings};
use crate::pushover::secrets;

/// What came of a story.
pub struct Played {
    pub events: Vec<Event>,
    /// What is true at the end: which targets are watched, and which of them are down.
    pub targets: u8,
    pub down: u8,
    /// Where the last run's events begin: all should be quiet by then.
    pub last_run: usize,
    pub bounds: Bounds,
    pub broken: Option<String>,
}

/// What in the story lifts a part of the promise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// The state was lost, or two runs overlapped: things can be told again, and some not at all.
    pub forgot: bool,
    /// An old state came back or the channel was gone: not even the last word needs to be true.
    pub astray: bool,
    /// A day may have passed: what is over is no longer told.
    pub aged: bool,
    /// Of three attempts that may have arrived, none need have: it is given up.
    pub worn: bool,
    /// Some writes did not succeed: what was sent may not be known.
    pub unwritten: bool,
}

/// One warm environment.
struct Warm {
    monitor: Monitor<Door, Door>,
    door: Door,
    /// Whether it has read the state, so that it need not believe just anything afterwards.
    has_read: bool,
}

pub struct Theatre {
    stage: Shared,
    settings: Settings,
    targets: u8,
    warm: Option<Warm>,
    envs: u32,
    tokens: u32,
    now: u64,
    paused_until: u64,
    /// Until when a run seems to be sending that died, or could not say that it had sent.
    leased_until: u64,
    /// How many runs may have sent something, and nobody knows.
    unproven: u32,
    bounds: Bounds,
}

/// At least as long as a run has the right to send, in seconds.
const LEASE_S: u64 = 60;

/// How long a pause lasts, in seconds.
const PAUSED_S: u64 = 600;

/// Plays it all: needs tokio's paused clock.
pub async fn play(story: &Story, reads_back: bool) -> Played {
    let mut theatre = Theatre::new(story.targets);
    {
        let mut stage = theatre.stage.lock().unwrap();
        (stage.reads_back, stage.forgets_versions) = (reads_back, story.forgets_versions);
    }
    theatre.bounds.astray = is_astray(story);
    theatre.bounds.worn = story.steps.iter().filter(|step| is_unproven(step)).count() >= 3;
    theatre.bounds.unwritten = story.steps.iter().any(|step| step.saves != [Save::Works; 2]);
    for step in &story.steps {
        theatre.step(step).await;
    }
    let down = story.steps.last().map_or(0, |step| step.down);
    for after in closing(story).iter().copied() {
        theatre.step(&Step { down, after, ..Step::default() }).await;
    }
    let last_run = theatre.stage.lock().unwrap().events.len();
    theatre.step(&Step { down, after: 300, ..Step::default() }).await;
    theatre.end(down, last_run)
}

/// Two at once, or a value that is garbled once, while the store fails: it comes to hold what was never told. So it may
/// where two write over each other and nobody can read what was written over.
fn is_astray(story: &Story) -> bool {
    let confuses = |step: &Step| step.overlap.is_some() || step.load == Load::Garbled;
    let fails = |step: &Step| {
        step.saves != [Save::Works; 2]
            || matches!(step.load, Load::Fails | Load::Stale(_))
            || step.killed.is_some()
            || (step.overlap.is_some() && story.forgets_versions)
    };
    story.steps.iter().any(confuses) && story.steps.iter().any(fails)
}

/// Nobody knows whether what the run sends arrives, or it cannot be kept.
fn is_unproven(step: &Step) -> bool {
    step.killed.is_some()
        || step.saves[1] != Save::Works
        || step.answers.iter().any(|answer| answer.is_unproven())
}

/// Runs without faults, until what was refused or may have arrived was sent again: after as long as it is old, and after
/// six hours.
fn closing(story: &Story) -> &'static [i64] {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    let is_late = |step: &Step| is_unproven(step) || step.answers.iter().any(|answer| answer.refuses());
    let is_paused = |step: &Step| step.overlap.is_some_and(|overlap| overlap.why == Why::Pause);
    let jumps = story.steps.iter().any(|step| step.after.abs() >= HOUR);
    match () {
        () if jumps => &[5 * MINUTE, 7 * HOUR, 25 * HOUR, 25 * HOUR],
        () if story.steps.iter().any(|step| is_late(step) || is_paused(step)) => {
            &[5 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 3 * HOUR, 7 * HOUR]
        }
        () => &[5 * MINUTE],
    }
}

impl Theatre {
    pub fn new(targets: u8) -> Self {
        let stage = Stage::default();
        *stage.store.secrets.borrow_mut() = secrets("0");
        let mut theatre = Self {
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
        };
        theatre.watch();
        theatre
    }

    /// Earlier versions of the state cannot be read.
    pub fn forget_versions(&self, forgets: bool) {
        self.stage.lock().unwrap().forgets_versions = forgets;
    }

    pub fn end(&self, down: u8, last_run: usize) -> Played {
        let mut stage = self.stage.lock().unwrap();
        let Bounds { forgot, astray, .. } = self.bounds;
        let old = stage.believes_old;
        Played {
            events: std::mem::take(&mut stage.events),
            targets: self.targets,
            down: down & self.targets,
            last_run,
            bounds: Bounds { forgot: forgot || old, astray: astray || old, ..self.bounds },
            broken: stage.broken.take(),
        }
    }

    /// One run, or two at once.
    pub async fn step(&mut self, step: &Step) {
        if let Some(change) = step.change {
            self.change(change);
        }
        self.now = self.now.saturating_add_signed(step.after);
        self.bounds.aged |= step.after > 24 * 60 * 60;
        if step.cold {
            self.warm = None;
        }
        let mut warm = self.warm.take().unwrap_or_else(|| self.environment());
        self.set_up(step, &mut warm);
        self.note_what_is_forgotten(step, &warm);
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
        // Nothing is told during a pause, nor while a run that died seems to be sending, nor soon after two attempts that
        // may have arrived.
        self.unproven += u32::from(is_unproven(step));
        let may_tell = self.paused_until <= self.now && !is_leased && self.unproven < 2;
        if ended && step.overlap.is_none() && step.load == Load::Works && may_tell {
            let (env, targets) = (warm.door.env, self.targets);
            let saved = step.saves == [Save::Works; 2];
            self.stage.lock().unwrap().events.push(Event::Ended { env, saved, down: step.down, targets });
        }
        self.warm = ended.then_some(warm);
    }

    /// Two runs at the same time.
    async fn both(&mut self, warm: &mut Warm, request: Request, overlap: Overlap, deadline: Instant) {
        let mut other = self.environment();
        *other.door.sees.lock().unwrap() = Some(overlap.down);
        let tick = serde_json::json!({ "source": "aws.events", "id": format!("tick-{}", self.now) });
        let tick = Trigger { request, tick: Tick::of(&tick) };
        let until = self.now + PAUSED_S;
        let (at, second) = match overlap.why {
            Why::SameTick => (self.now, tick.clone()),
            Why::ByHand => (self.now + 3, Request::Check.into()),
            Why::Pause => (self.now + 3, Request::Pause(until).into()),
            Why::Resume => (self.now + 3, Request::Resume.into()),
        };
        if at != self.now {
            self.stage.lock().unwrap().events.push(Event::Run { now: at });
        }
        let first = pin!(warm.monitor.run_for(tick, self.now, deadline));
        let second = pin!(other.monitor.run_for(second, at, deadline));
        interleave(first, second, &self.stage, overlap.turns).await;
        let is_paused = match overlap.why {
            Why::Pause => true,
            Why::Resume => false,
            Why::SameTick | Why::ByHand => return,
        };
        self.paused_until = if is_paused { until } else { self.now };
        let mut stage = self.stage.lock().unwrap();
        let kept = stage.history.last().map(|text| State::parse(text).unwrap().paused_until);
        if !stage.forgets_versions && !self.bounds.astray && kept != Some(is_paused.then_some(until)) {
            stage.broken = Some(format!("{:?} was lost: {kept:?}", overlap.why));
        }
    }

    fn set_up(&mut self, step: &Step, warm: &mut Warm) {
        *warm.door.write.lock().unwrap() = 0;
        let mut stage = self.stage.lock().unwrap();
        stage.down = step.down;
        stage.load = step.load;
        stage.saves = step.saves;
        stage.answers.clear();
        stage.answers.extend(step.answers.iter().filter(|answer| **answer != Answer::Takes));
        stage.pauses = step.killed.is_some() || step.overlap.is_some();
        stage.store.record.lock().unwrap().clear();
        if step.other_secrets || step.announces {
            self.tokens += 1;
            *stage.store.secrets.borrow_mut() = secrets(&self.tokens.to_string());
        }
        stage.events.push(Event::Run { now: self.now });
    }

    /// What cannot be promised when this happens.
    fn note_what_is_forgotten(&mut self, step: &Step, warm: &Warm) {
        let blank = !warm.has_read;
        self.bounds.forgot |= step.overlap.is_some() || (blank && step.load == Load::Garbled);
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
                (self.bounds.forgot, self.bounds.astray) = (true, true);
            }
            Change::LaterRelease => self.rewrite(release::later),
            Change::EarlierRelease => self.rewrite(release::earlier),
        }
        self.watch();
    }

    /// The kept state as another release would have written it.
    fn rewrite(&self, as_written: impl Fn(&str) -> String) {
        let mut stage = self.stage.lock().unwrap();
        let text = stage.store.state.borrow().as_deref().map(as_written);
        if let Some(text) = text {
            let _ = stage.store.save_state(0, &text).now_or_never();
            stage.history.push(text);
        }
    }

    /// Brings the settings' targets in line with what is to be watched.
    fn watch(&mut self) {
        let first = self.settings.targets[0].clone();
        let all = settings(&NAMES).targets;
        self.settings.targets = vec![first];
        if self.targets & 2 != 0 {
            self.settings.targets.push(all[1].clone());
        }
    }

    fn environment(&mut self) -> Warm {
        self.envs += 1;
        let door = Door {
            env: self.envs,
            stage: Arc::clone(&self.stage),
            write: Arc::default(),
            seen: Arc::default(),
            targets: self.targets,
            sees: Arc::default(),
        };
        let channels: Vec<Box<dyn plexmon_function::notify::Channel>> = vec![Box::new(door.clone())];
        let monitor =
            Monitor::new(self.settings.clone(), door.clone(), door.clone(), channels, SecretCache::empty());
        Warm { monitor, door, has_read: false }
    }
}

/// Whether it ran to its end, rather than being killed at the given pause.
async fn drive(run: Pin<&mut impl Future<Output = Run>>, stage: &Shared, killed: Option<u8>) -> bool {
    // Tokio would have it give way to other tasks, of which there are none.
    let mut run = pin!(unconstrained(run));
    let mut pause = 0;
    loop {
        if poll!(run.as_mut()).is_ready() {
            return true;
        }
        if std::mem::take(&mut stage.lock().unwrap().hangs) {
            advance(Duration::from_secs(6)).await;
            continue;
        }
        if killed == Some(pause) {
            return false;
        }
        pause += 1;
    }
}

/// Both go on from pause to pause, in the order that the bits of `turns` give.
async fn interleave(
    first: Pin<&mut impl Future<Output = Run>>,
    second: Pin<&mut impl Future<Output = Run>>,
    stage: &Shared,
    turns: u32,
) {
    let (mut first, mut second) = (pin!(unconstrained(first)), pin!(unconstrained(second)));
    let (mut first_ended, mut second_ended) = (false, false);
    for turn in 0.. {
        if first_ended && second_ended {
            return;
        }
        if std::mem::take(&mut stage.lock().unwrap().hangs) {
            advance(Duration::from_secs(6)).await;
        }
        if second_ended || (!first_ended && turns >> (turn % 24) & 1 == 0) {
            first_ended = poll!(first.as_mut()).is_ready();
        } else {
            second_ended = poll!(second.as_mut()).is_ready();
        }
    }
}
