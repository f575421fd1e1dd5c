//! Everything around the function: a scripted store, channel and prober that record events, and the pauses between
//! their effects, at which a run can be killed or another one can continue.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::history::Place;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::secrets::{ChannelSecrets, Secrets, TargetSecrets};
use plexmon_function::contract::settings::Target;
use plexmon_function::contract::state::{MAX_BYTES, State};
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use plexmon_function::probe::Observation;
use plexmon_function::store::{MemoryStore, Store, StoreError, Stored};

use plexmon_function::run::Prober;
use tokio::time::Instant;

pub use super::alert::Alert;
use super::alert::alert;
use super::judge::Offer;
use super::story::{Answer, Archive, Load, Save};
use crate::fixtures::{down, up};

/// An event of a story.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A run started; `announces`: with corrected secrets.
    Run { now: u64, announces: bool },
    /// An environment saved a state with the observations of its run.
    Saved { env: u32, down: u8, targets: u8 },
    /// A run that could read the state ended, with no other run beside it; `saved`: all of its writes succeeded.
    Ended { env: u32, saved: bool, down: u8, targets: u8 },
    /// An environment offered a message to the channel.
    Offered(Offer),
    /// The check of the first target was changed.
    CheckChanged,
    /// The state, and how long the channel is to be left alone, may be unknown from now on.
    Forgotten,
}

/// The script of the current run, and the events so far.
#[derive(Default)]
pub struct Stage {
    pub store: MemoryStore,
    /// Whether every state that is written is parsed again, which is slow.
    pub reads_back: bool,
    /// Every value that the store has had.
    pub history: Vec<String>,
    pub events: Vec<Event>,
    pub load: Load,
    /// Whether earlier versions of a state cannot be read.
    pub forgets_versions: bool,
    /// The outcomes of the run's first write and of its later ones.
    pub saves: [Save; 2],
    /// The outcome of its reads and writes of the history, and whether it has come to them.
    pub archive: Archive,
    pub is_archiving: bool,
    pub answers: VecDeque<Answer>,
    pub down: u8,
    /// The reports that were offered to the channel, and whether they were marked as possible repeats.
    pub reports: Vec<bool>,
    /// Whether effects are preceded and followed by a pause.
    pub pauses: bool,
    /// Whether a run is at such a pause; where it waits for nothing else, it waits for the time.
    pub is_at_pause: bool,
    /// Whether a run is waiting for the channel, or for the history.
    pub hangs: bool,
    /// Whether an environment read an old value and could not detect it.
    pub read_old_state: bool,
    /// The violation of an invariant, if there was one.
    pub broken: Option<String>,
}

pub type Shared = Arc<Mutex<Stage>>;

/// The store, channel and prober of one environment.
#[derive(Clone)]
pub struct Environment {
    pub env: u32,
    pub stage: Shared,
    /// The number of the run's next write.
    pub write: Arc<Mutex<usize>>,
    /// The values that this environment has read or written.
    pub seen: Arc<Mutex<Vec<String>>>,
    /// The targets in this environment's settings, by bit.
    pub targets: u8,
    /// The targets that it observes as down, by bit, if they differ from those of the other environments.
    pub sees: Arc<Mutex<Option<u8>>>,
}

/// The delay of a slow channel. Some mail servers delay their greeting on purpose.
const SLOW: Duration = Duration::from_secs(11);

pub const NAMES: [&str; 2] = ["a", "b"];

impl Environment {
    /// The targets that this environment observes as down.
    fn down(&self, stage: &Stage) -> u8 {
        self.sees.lock().unwrap().unwrap_or(stage.down)
    }

    pub fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap()
    }

    /// Yield once to the code that drives the run.
    pub async fn pause(&self) {
        let mut waited = !self.stage().pauses;
        poll_fn(|_| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            self.stage().is_at_pause = true;
            Poll::Pending
        })
        .await;
    }

    pub async fn hang(&self) {
        poll_fn(|_| {
            self.stage().hangs = true;
            Poll::Pending
        })
        .await
    }
}

impl Store for Environment {
    async fn load_state(&self, part: usize) -> Result<Option<Stored>, StoreError> {
        self.pause().await;
        let mut stage = self.stage();
        // Faults affect only the run's first read.
        match std::mem::take(&mut stage.load) {
            Load::Works => {}
            Load::Fails => stage.store.failing_loads.set(1),
            Load::Garbled => {
                let (text, version) = ("{\"status\":\"up\",\"ts\":17".to_owned(), stage.history.len() as u64);
                return Ok(Some(Stored { text, version: Some(version) }));
            }
            Load::Stale(by) => {
                if let Some(at) = stage.history.len().checked_sub(1 + usize::from(by)) {
                    let text = stage.history[at].clone();
                    stage.read_old_state |= !self.seen.lock().unwrap().contains(&text);
                    return Ok(Some(Stored { text, version: Some(at as u64 + 1) }));
                }
            }
        }
        let loaded = stage.store.load_state(part).now_or_never().unwrap();
        let texts = loaded.iter().flatten().map(|stored| stored.text.clone());
        self.seen.lock().unwrap().extend(texts);
        loaded
    }

    async fn load_version(&self, part: usize, version: u64) -> Result<Option<Stored>, StoreError> {
        self.pause().await;
        let stage = self.stage();
        // Some roles may not read earlier versions, and some emulators do not keep them.
        if stage.forgets_versions {
            return Ok(None);
        }
        let loaded = stage.store.load_version(part, version).now_or_never().unwrap();
        let texts = loaded.iter().flatten().map(|stored| stored.text.clone());
        self.seen.lock().unwrap().extend(texts);
        loaded
    }

    async fn save_state(&self, part: usize, text: &str) -> Result<Option<u64>, StoreError> {
        self.pause().await;
        let result = {
            let write = std::mem::replace(&mut *self.write.lock().unwrap(), 1);
            let mut stage = self.stage();
            let save = stage.saves[write];
            stage.store.failing_saves.set(u32::from(save != Save::Works));
            stage.store.failing_saves_take_effect.set(save == Save::AnswerLost);
            let result = stage.store.save_state(part, text).now_or_never().unwrap();
            if save != Save::Refused {
                if text.len() > MAX_BYTES || (stage.reads_back && State::parse(text).is_err()) {
                    stage.broken = Some(format!("no state: {text}"));
                }
                stage.history.push(text.to_owned());
                self.seen.lock().unwrap().push(text.to_owned());
                let down = self.down(&stage);
                stage.events.push(Event::Saved { env: self.env, down, targets: self.targets });
            }
            result
        };
        self.pause().await;
        result
    }

    async fn load_history(&self, place: Place) -> Result<Option<Stored>, StoreError> {
        self.load_archive(place).await
    }

    async fn save_history(&self, place: Place, text: &str) -> Result<Option<u64>, StoreError> {
        self.save_archive(place, text).await
    }

    async fn load_secrets(&self) -> Result<Secrets, StoreError> {
        self.stage().store.load_secrets().now_or_never().unwrap()
    }
}

impl Prober for Environment {
    async fn probe(&self, target: &Target, _: &TargetSecrets) -> Observation {
        // Another run may continue during a probe.
        self.pause().await;
        let seen_down = self.down(&self.stage()) & bit(&target.name) != 0;
        if seen_down { down(&target.name) } else { up(&target.name) }
    }
}

impl Channel for Environment {
    fn name(&self) -> &str {
        "pushover"
    }

    fn send<'a>(&'a self, message: &'a Message, _: &'a ChannelSecrets, _: Instant) -> Sending<'a> {
        Box::pin(async move {
            self.pause().await;
            let answer = self.offer(message);
            self.pause().await;
            match answer {
                Answer::Accepts => Delivery::Delivered,
                Answer::Fails => later(false),
                Answer::AsksToWait(seconds) => {
                    // The run may wait for it.
                    self.stage().hangs = true;
                    let wait = Some(Duration::from_secs(seconds.into()));
                    Delivery::Retry { why: "HTTP 429".to_owned(), unproven: false, wait }
                }
                Answer::AcceptsSilently => later(true),
                Answer::Refuses => refused(false),
                Answer::RefusesToken => refused(true),
                Answer::Hangs | Answer::AcceptsAndHangs => {
                    self.hang().await;
                    later(true)
                }
                Answer::AcceptsSlowly => {
                    let mut slow = std::pin::pin!(tokio::time::sleep(SLOW));
                    poll_fn(|context| {
                        let polled = slow.as_mut().poll(context);
                        self.stage().hangs |= polled.is_pending();
                        polled
                    })
                    .await;
                    Delivery::Delivered
                }
            }
        })
    }
}

impl Environment {
    fn offer(&self, message: &Message) -> Answer {
        let mut stage = self.stage();
        let answer = stage.answers.pop_front().unwrap_or_default();
        let marked = message.body.contains("repeat");
        let unread = message.body.contains("the state could not be read");
        let (env, at) = (self.env, message.at);
        for item in &message.items {
            if item.kind == NotificationKind::Report {
                stage.reports.push(marked);
                continue;
            }
            let (alert, target) = (alert(item, message), usize::from(item.target == NAMES[1]));
            stage.events.push(Event::Offered(Offer { env, alert, target, at, marked, unread, answer }));
        }
        answer
    }
}

fn later(unproven: bool) -> Delivery {
    Delivery::Retry { why: "no answer".to_owned(), unproven, wait: None }
}

fn refused(credentials: bool) -> Delivery {
    Delivery::Refused { why: "Pushover answered HTTP 400".to_owned(), credentials }
}

/// The bit of a target's name.
pub fn bit(name: &str) -> u8 {
    1 << usize::from(name == NAMES[1])
}
