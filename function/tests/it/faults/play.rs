//! Plays a story with the real handler: environments come and go, runs are killed at a pause or overlap, and all that
//! the channel and the store saw is kept for judging.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::poll;
use plexmon_function::handler::{Monitor, Occasion, Run};
use plexmon_function::settings::Settings;
use plexmon_function::vault::Vault;
use tokio::time::{Instant, advance};

use super::stage::{Door, Event, NAMES, Shared, Stage};
use super::story::{Answer, Change, Load, Save, Step, Story};
use crate::pushover::secrets;
use crate::world::{NOW, settings};

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
    bounds: Bounds,
}

/// Plays it all: needs tokio's paused clock.
pub async fn play(story: &Story, reads_back: bool) -> Played {
    let mut theatre = Theatre::new(story.targets);
    theatre.stage.lock().unwrap().reads_back = reads_back;
    // Two at once, or a value that is garbled once, while the store fails: it comes to hold what was never told.
    let confuses = |step: &Step| step.overlap.is_some() || step.load == Load::Garbled;
    let fails = |step: &Step| {
        step.saves != [Save::Works; 2]
            || matches!(step.load, Load::Fails | Load::Stale(_))
            || step.killed.is_some()
    };
    theatre.bounds.astray = story.steps.iter().any(confuses) && story.steps.iter().any(fails);
    for step in &story.steps {
        theatre.step(step).await;
    }
    let down = story.steps.last().map_or(0, |step| step.down);
    let close = Step { down, after: 300, ..Step::default() };
    theatre.step(&close).await;
    let last_run = theatre.stage.lock().unwrap().events.len();
    theatre.step(&close).await;
    theatre.end(down, last_run)
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
            bounds: Bounds::default(),
        };
        theatre.watch();
        theatre
    }

    pub fn end(&self, down: u8, last_run: usize) -> Played {
        let mut stage = self.stage.lock().unwrap();
        let Bounds { forgot, astray, aged } = self.bounds;
        let old = stage.believes_old;
        Played {
            events: std::mem::take(&mut stage.events),
            targets: self.targets,
            down: down & self.targets,
            last_run,
            bounds: Bounds { forgot: forgot || old, astray: astray || old, aged },
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
        let occasion = if step.announces { Occasion::Announce } else { Occasion::Check };
        let deadline = Instant::now() + Duration::from_secs(30);
        let ended = match step.overlap {
            None => {
                let run = pin!(warm.monitor.run_for(occasion, self.now, deadline));
                drive(run, &self.stage, step.killed).await
            }
            Some(turns) => {
                let mut other = self.environment();
                let first = pin!(warm.monitor.run_for(occasion, self.now, deadline));
                let second = pin!(other.monitor.run_for(Occasion::Check, self.now, deadline));
                interleave(first, second, &self.stage, turns).await;
                true
            }
        };
        if ended && step.overlap.is_none() && step.load == Load::Works {
            let (env, targets) = (warm.door.env, self.targets);
            let saved = step.saves == [Save::Works; 2];
            self.stage.lock().unwrap().events.push(Event::Ended { env, saved, down: step.down, targets });
        }
        self.warm = ended.then_some(warm);
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
        }
        self.watch();
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
        };
        let channels: Vec<Box<dyn plexmon_function::notify::Channel>> = vec![Box::new(door.clone())];
        let monitor =
            Monitor::new(self.settings.clone(), door.clone(), door.clone(), channels, Vault::stored());
        Warm { monitor, door, has_read: false }
    }
}

/// Whether it ran to its end, rather than being killed at the given pause.
async fn drive(mut run: Pin<&mut impl Future<Output = Run>>, stage: &Shared, killed: Option<u8>) -> bool {
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
    mut first: Pin<&mut impl Future<Output = Run>>,
    mut second: Pin<&mut impl Future<Output = Run>>,
    stage: &Shared,
    turns: u16,
) {
    let (mut first_ended, mut second_ended) = (false, false);
    for turn in 0.. {
        if first_ended && second_ended {
            return;
        }
        if std::mem::take(&mut stage.lock().unwrap().hangs) {
            advance(Duration::from_secs(6)).await;
        }
        if second_ended || (!first_ended && turns >> (turn % 16) & 1 == 0) {
            first_ended = poll!(first.as_mut()).is_ready();
        } else {
            second_ended = poll!(second.as_mut()).is_ready();
        }
    }
}
