//! One run, told as a straight line: load and probe at the same time, decide, save, tell, save again.
//!
//! The state is saved with its outbox before anything is sent, so that a run that dies loses nothing; and again
//! afterwards, without what was delivered. When the state cannot be saved, people are told all the same. When it
//! cannot be read, an outage is told all the same. A run fails only through faults of its own, and only after it has
//! done all it could.

mod budget;
mod carry_over;
mod deliver;
mod observe;
mod persist;
mod recall;
mod round;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Range;

use futures_util::future::join_all;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use self::budget::Budget;
use self::observe::{Looked, Looking};
pub use self::observe::{NetworkProber, Prober};
use self::recall::Memory;
use self::round::Working;
use crate::contract::parts::layout;
use crate::contract::reply::{ChannelReply, NotificationReply, Reply, TargetReply};
use crate::contract::request::{Request, Trigger};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::decide::Decision;
use crate::heartbeat::Heartbeat;
use crate::message::test_message;
use crate::notify::Channel;
use crate::probe::Observation;
use crate::store::SecretCache;
use crate::store::Store;

/// Everything that lives as long as a warm environment.
pub struct Monitor<S, P> {
    settings: Settings,
    /// Which targets are in which part of the state.
    layout: Vec<Range<usize>>,
    store: S,
    prober: P,
    channels: Vec<Box<dyn Channel>>,
    secret_cache: SecretCache,
    memory: Option<Memory>,
    heartbeat: Option<Heartbeat>,
    /// Tells this environment from others that run at the same time.
    owner: String,
}

/// One run: its answer, and what else goes into the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// What the invocation answers, unless there is a fault.
    #[serde(flatten)]
    pub reply: Reply,
    /// How many messages were given up in this run: refused for good, or too old.
    pub dead_letters: usize,
    /// How long each phase took.
    pub phases: Phases,
    /// The function's own failure, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// How long each phase took, in whole milliseconds. The first two run at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// Reading the state.
    pub load_ms: u128,
    /// Asking all targets.
    pub probe_ms: u128,
    /// Saving the state, before and after telling.
    pub save_ms: u128,
    /// Telling.
    pub notify_ms: u128,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// A monitor at the start of its environment's life.
    pub fn new(
        settings: Settings,
        store: S,
        prober: P,
        channels: Vec<Box<dyn Channel>>,
        secret_cache: SecretCache,
    ) -> Self {
        let layout = layout(&settings);
        let owner = format!("{:016x}", RandomState::new().build_hasher().finish());
        Self { settings, layout, store, prober, channels, secret_cache, memory: None, heartbeat: None, owner }
    }

    /// The same, with somebody to ping after each run.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Option<Heartbeat>) -> Self {
        Self { heartbeat, ..self }
    }

    /// What it keeps things in.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// One run at the time `now`, in Unix seconds, to be through by `deadline`.
    pub async fn run(&mut self, now: u64, deadline: Instant) -> Run {
        self.run_for(Request::Check, now, deadline).await
    }

    /// [`run`](Self::run) for a given request.
    pub async fn run_for(&mut self, trigger: impl Into<Trigger>, now: u64, deadline: Instant) -> Run {
        let trigger = trigger.into();
        self.secret_cache.start_run();
        if trigger.request == Request::Announce {
            // What the old ones had made the channel refuse must not be sent with them again.
            self.secret_cache.forget();
        }
        let budget = Budget::new(&self.settings, self.layout.len(), deadline);
        let mut working = Working::new(trigger, now);
        self.observe(&mut working, &budget).await;
        let (decision, after) = self.settle(&mut working, &budget).await;
        if working.is_saved {
            self.clear(&mut working.base.surplus, deadline, &mut working.problems).await;
        }
        self.memory = working.remembered(after.clone());
        let Working { is_saved, mut problems, notices, looked, phases, .. } = working;
        let looked = looked.unwrap_or_default();
        if looked.missed > 0 {
            problems.push(format!(
                "no time was left to check {} of {} targets; the next run begins with them",
                looked.missed,
                self.settings.targets.len()
            ));
        }
        let fault = fault(is_saved, &looked.unseen, &problems);
        // After the last write: whoever hears of a run can rely on its being kept.
        if let Some(heartbeat) = &self.heartbeat {
            let beat = heartbeat.ping(fault.is_none(), &mut self.secret_cache, &self.store, budget.end());
            let heard = timeout_at(budget.end(), beat).await;
            if let Err(why) = heard.unwrap_or_else(|_| Err("no time was left for it".to_owned())) {
                problems.push(format!("the heartbeat was not delivered: {why}"));
            }
        }
        problems.extend(looked.unseen);
        let dead_letters = decision.expired.len();
        let reply = reply(&decision, &after, &looked.observations, notices, problems);
        Run { reply, dead_letters, phases, fault }
    }

    /// Read the state and probe the targets, at the same time where neither needs the other.
    async fn observe(&mut self, working: &mut Working, budget: &Budget) {
        let is_command = working.trigger.request.is_command();
        let is_new = self.memory.is_none();
        if is_command || (is_new && self.settings.targets.len() > observe::FEW) {
            let (loaded, took) = timed(persist::load(&self.store, self.layout.len(), is_new)).await;
            working.phases.load_ms = took;
            self.recall(working, loaded, Instant::now());
            if is_command {
                // Before anything is probed: a check at the same time may write its state meanwhile.
                self.save_command(working).await;
            }
            let begin_at = working.base.state.begin_at;
            let (looked, took) = timed(self.look(budget, begin_at)).await;
            (working.looked, working.phases.probe_ms) = (Some(looked), took);
            return;
        }
        let begin_at = self.memory.as_ref().map_or(0, |memory| memory.state.begin_at);
        let load = async {
            let loaded = persist::load(&self.store, self.layout.len(), is_new).await;
            (loaded, Instant::now())
        };
        let looking = Looking { settings: &self.settings, store: &self.store, prober: &self.prober, budget };
        let (loaded, looked) =
            tokio::join!(timed(load), timed(looking.look(&mut self.secret_cache, begin_at)));
        working.phases.load_ms = loaded.1;
        (working.looked, working.phases.probe_ms) = (Some(looked.0), looked.1);
        let (loaded, read_at) = loaded.0;
        self.recall(working, loaded, read_at);
    }

    fn recall(&mut self, working: &mut Working, loaded: recall::Loaded, read_at: Instant) {
        let memory = self.memory.take();
        let base = recall::recollect(memory, loaded, &self.settings, &self.layout, &mut working.problems);
        working.begin(base, read_at, &self.owner);
    }

    async fn look(&mut self, budget: &Budget, begin_at: usize) -> Looked {
        let looking = Looking { settings: &self.settings, store: &self.store, prober: &self.prober, budget };
        looking.look(&mut self.secret_cache, begin_at).await
    }

    /// What this function sees of each target, for comparison with what others see. Nothing is kept, nothing is told.
    pub async fn examine(&mut self, deadline: Instant) -> Vec<Observation> {
        self.secret_cache.start_run();
        let budget = Budget::new(&self.settings, self.layout.len(), deadline);
        self.look(&budget, 0).await.observations
    }

    /// Sends a test on every channel, at the same time.
    pub async fn test_channels(&mut self, now: u64, deadline: Instant) -> Vec<ChannelReply> {
        self.secret_cache.start_run();
        // Whoever tests has perhaps just corrected a secret.
        self.secret_cache.forget();
        let until = Budget::new(&self.settings, 1, deadline).messages();
        let secret_cache = Mutex::new(&mut self.secret_cache);
        let (deployment, store) = (&self.settings.deployment, &self.store);
        let test = async |channel: &dyn Channel| {
            let message = test_message(deployment, channel.name(), now);
            let delivery = deliver::deliver(channel, &message, until, &secret_cache, store).await;
            ChannelReply::of(channel.name(), delivery)
        };
        join_all(self.channels.iter().map(|channel| test(channel.as_ref()))).await
    }
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let started = Instant::now();
    let result = work.await;
    (result, started.elapsed().as_millis())
}

/// What makes a run fail: its result is not kept, or it could not look at a target for reasons of its own.
fn fault(is_saved: bool, unseen: &[String], problems: &[String]) -> Option<String> {
    if is_saved && unseen.is_empty() {
        return None;
    }
    let reasons: Vec<&str> = problems.iter().chain(unseen).map(String::as_str).collect();
    Some(reasons.join("; "))
}

fn reply(
    decision: &Decision,
    after: &State,
    observations: &[Observation],
    notices: Vec<NotificationReply>,
    problems: Vec<String>,
) -> Reply {
    let targets: Vec<TargetReply> = after
        .targets
        .iter()
        .map(|target| {
            let seen = observations.iter().find(|seen| seen.target == target.name);
            let failed = seen.and_then(|seen| seen.failed.as_ref());
            TargetReply {
                name: target.name.clone(),
                status: target.status,
                since: target.since,
                http: seen.and_then(|seen| seen.http).unwrap_or_default(),
                failed: failed.map(|failure| failure.link),
                cause: failed.map(|failure| failure.cause.in_first_release()),
                detail: failed
                    .map(|failure| failure.cause)
                    .filter(|cause| *cause != cause.in_first_release()),
                why: failed.map(|failure| failure.why.clone()),
                ms: seen.map(|seen| seen.total_ms),
            }
        })
        .collect();
    let http = targets.first().map(|target| target.http).unwrap_or_default();
    Reply {
        previous: decision.previous,
        current: after.status,
        http,
        paused_until: after.paused_until,
        targets,
        notices,
        problems,
    }
}
