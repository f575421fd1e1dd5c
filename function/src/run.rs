//! One run: load the state and probe the targets at the same time, decide, save, send, save again.
//!
//! The state is saved with its outbox before anything is sent, so that a run that dies loses nothing; and again
//! afterwards, without what was delivered. When the state cannot be saved, notifications are sent nevertheless. When it
//! cannot be read, outages are notified nevertheless. A run fails only through faults of its own, and only after it has
//! done everything that it could.

mod archive;
mod budget;
mod carry_over;
mod deliver;
mod direct;
mod domains;
mod explain;
mod history;
mod observe;
mod persist;
mod prober;
mod progress;
mod recall;
mod reply;
mod report;
mod round;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Range;

use serde::{Serialize, Serializer};
use tokio::time::{Instant, timeout_at};

use self::archive::Archive;
use self::budget::Budget;
use self::observe::{Observed, Observer};
pub use self::prober::{NetworkProber, Prober};
use self::progress::Progress;
use self::recall::Memory;
use self::reply::reply;
use crate::contract::parts::layout;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::reply::Reply;
use crate::contract::request::{Request, Trigger};
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::heartbeat::Heartbeat;
use crate::notify::Channel;
use crate::probe::Observation;
use crate::store::{SecretCache, Store};

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
    archive: Archive,
    heartbeat: Option<Heartbeat>,
    /// Identifies this environment among others that run at the same time.
    owner: String,
}

/// One run: its reply, and what else is logged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// What the invocation returns, unless there is a fault.
    #[serde(flatten)]
    pub reply: Reply,
    /// How many notifications were given up in this run: refused, or too old.
    pub dead_letters: usize,
    /// How long each phase took.
    pub phases: Phases,
    /// The function's own failure, if it failed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "detail")]
    pub fault: Option<Problem>,
}

fn detail<S: Serializer>(problem: &Option<Problem>, serializer: S) -> Result<S::Ok, S::Error> {
    problem.as_ref().map(|problem| &problem.detail).serialize(serializer)
}

/// How long each phase took, in whole milliseconds. The first two run at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// Reading the state.
    pub load_ms: u128,
    /// Probing all targets.
    pub probe_ms: u128,
    /// Saving the state, before and after sending.
    pub save_ms: u128,
    /// Sending.
    pub notify_ms: u128,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Return a monitor for a new environment.
    pub fn new(
        settings: Settings,
        store: S,
        prober: P,
        channels: Vec<Box<dyn Channel>>,
        secret_cache: SecretCache,
    ) -> Self {
        let layout = layout(&settings);
        let owner = format!("{:016x}", RandomState::new().build_hasher().finish());
        Self {
            settings,
            layout,
            store,
            prober,
            channels,
            secret_cache,
            memory: None,
            archive: Archive::default(),
            heartbeat: None,
            owner,
        }
    }

    /// Return the same with a heartbeat after each run.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Option<Heartbeat>) -> Self {
        Self { heartbeat, ..self }
    }

    /// Return its store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Check all targets at the time `now`, in Unix seconds, and end by `deadline`.
    pub async fn run(&mut self, now: u64, deadline: Instant) -> Run {
        self.run_for(Request::Check, now, deadline).await
    }

    /// [`run`](Self::run), for a given trigger.
    pub async fn run_for(&mut self, trigger: impl Into<Trigger>, now: u64, deadline: Instant) -> Run {
        let trigger = trigger.into();
        self.secret_cache.start_run();
        if trigger.request == Request::Announce {
            // Notifications that were refused because of the previous secrets must not be sent with them again.
            self.secret_cache.forget();
        }
        let budget = Budget::new(&self.settings, self.layout.len(), deadline);
        let mut progress = Progress::new(trigger, now);
        self.load_and_observe(&mut progress, &budget).await;
        let (mut decision, mut after) = self.complete(&mut progress, &budget).await;
        if self.ask_registries(&mut progress, &after, &budget).await {
            (decision, after) = self.complete(&mut progress, &budget).await;
        }
        if self.write_report(&mut progress, &after, &budget).await {
            (decision, after) = self.complete(&mut progress, &budget).await;
        }
        if progress.is_saved {
            self.clear(&mut progress.base.obsolete, deadline, &mut progress.problems).await;
        }
        if progress.may_keep_history() {
            self.keep_history(&after, budget.messages(), &mut progress.problems).await;
        }
        self.memory = progress.memory(after.clone());
        let Progress { is_saved, mut problems, notices, observed, phases, .. } = progress;
        let Observed { observations, faults, missed, .. } = observed.unwrap_or_default();
        if missed > 0 {
            let detail = format!(
                "no time was left to check {missed} of {} targets; the next run begins with them",
                self.settings.targets.len()
            );
            problems.push(Problem::new(ProblemKind::NoTime, detail));
        }
        let fault = fault(is_saved, &faults, &problems);
        // After the last write, so that a run that is reported as successful is saved.
        if let Err(why) = self.ping(fault.is_none(), &budget).await {
            problems.push(Problem::new(
                ProblemKind::Heartbeat,
                format!("the heartbeat was not delivered: {why}"),
            ));
        }
        problems.extend(faults);
        let reply = Reply {
            previous: decision.previous,
            current: after.status,
            paused_until: after.paused_until,
            notices,
            problems,
            ..reply(&after, &observations, &self.settings)
        };
        Run { reply, dead_letters: decision.expired.len(), phases, fault }
    }

    /// Read the state and probe the targets, at the same time where neither needs the other.
    async fn load_and_observe(&mut self, progress: &mut Progress, budget: &Budget) {
        let is_command = progress.trigger.request.is_command();
        let is_new = self.memory.is_none();
        if is_command || (is_new && self.settings.targets.len() > observe::FEW) {
            let (loaded, took) = timed(persist::load(&self.store, self.layout.len(), is_new)).await;
            progress.phases.load_ms = took;
            self.recall(progress, loaded, Instant::now());
            if is_command {
                // Before probing: another run may write its state while this one probes.
                self.save_command(progress).await;
            }
            let begin_at = progress.base.state.begin_at;
            let (observed, took) = timed(self.observe(budget, begin_at, Some(&progress.base.state))).await;
            (progress.observed, progress.phases.probe_ms) = (Some(observed), took);
            return;
        }
        let begin_at = self.memory.as_ref().map_or(0, |memory| memory.state.begin_at);
        let load = async {
            let loaded = persist::load(&self.store, self.layout.len(), is_new).await;
            (loaded, Instant::now())
        };
        let known = self.memory.as_ref().map(|memory| &memory.state);
        let observer = Observer::new(&self.settings, &self.store, &self.prober, budget, known);
        let observe = observer.observe(&mut self.secret_cache, begin_at);
        let (((loaded, read_at), load_ms), (observed, probe_ms)) = tokio::join!(timed(load), timed(observe));
        (progress.phases.load_ms, progress.phases.probe_ms) = (load_ms, probe_ms);
        progress.observed = Some(observed);
        self.recall(progress, loaded, read_at);
    }

    fn recall(&mut self, progress: &mut Progress, loaded: recall::Loaded, read_at: Instant) {
        let memory = self.memory.take();
        let mut base = recall::recall(memory, loaded, self.division(), &mut progress.problems);
        if let Some(moved) = self.archive.moved() {
            moved.apply(&mut base.state);
        }
        progress.begin(base, read_at, &self.owner);
    }

    async fn observe(&mut self, budget: &Budget, begin_at: usize, known: Option<&State>) -> Observed {
        let observer = Observer::new(&self.settings, &self.store, &self.prober, budget, known);
        observer.observe(&mut self.secret_cache, begin_at).await
    }

    /// Report the run to the heartbeat, if there is one.
    async fn ping(&mut self, succeeded: bool, budget: &Budget) -> Result<(), String> {
        let Some(heartbeat) = &self.heartbeat else { return Ok(()) };
        let ping = heartbeat.ping(succeeded, &mut self.secret_cache, &self.store, budget.end());
        timeout_at(budget.end(), ping).await.unwrap_or_else(|_| Err("no time was left for it".to_owned()))
    }

    /// Return what this function observes of each target, for comparison with other places. Nothing is saved or sent.
    pub async fn examine(&mut self, deadline: Instant) -> Vec<Observation> {
        self.secret_cache.start_run();
        let budget = Budget::new(&self.settings, self.layout.len(), deadline);
        self.observe(&budget, 0, None).await.observations
    }
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let started = Instant::now();
    let result = work.await;
    (result, started.elapsed().as_millis())
}

/// Return why a run fails: its result was not saved, or faults of the monitor prevented it from observing a target.
fn fault(is_saved: bool, faults: &[Problem], problems: &[Problem]) -> Option<Problem> {
    if is_saved && faults.is_empty() {
        return None;
    }
    let all: Vec<&Problem> = problems.iter().chain(faults).collect();
    let details: Vec<&str> = all.iter().map(|problem| problem.detail.as_str()).collect();
    // Denied access comes first: after a deployment, `up` waits until the function's permissions are effective.
    let denied = all.iter().find(|problem| problem.kind == ProblemKind::AccessDenied);
    let kind = denied.or(all.first()).map_or(ProblemKind::Other, |problem| problem.kind);
    Some(Problem::new(kind, details.join("; ")))
}
